# hand-written: the counter of work numbers gives each number once, whatever two sessions do at the same time.
"""Creates the sequence `works_number`; numbers run W0000001, W0000002, …"""

from django.db import migrations


class Migration(migrations.Migration):
    """A sequence of its own, so that numbers survive a change of primary keys."""

    dependencies = [("works", "0001_initial")]

    operations = [migrations.RunSQL("CREATE SEQUENCE works_number START 1", "DROP SEQUENCE works_number")]
