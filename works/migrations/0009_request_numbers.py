# hand-written: the counters of request numbers and of files of requests.
"""Creates the sequences `works_request_number` (requests run R0000001, …) and `works_request_file`."""

from django.db import migrations


class Migration(migrations.Migration):
    """Each number is given once, whatever two sessions do at the same time."""

    dependencies = [("works", "0008_number_requests")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE works_request_number START 1", "DROP SEQUENCE works_request_number"),
        migrations.RunSQL("CREATE SEQUENCE works_request_file START 1", "DROP SEQUENCE works_request_file"),
    ]
