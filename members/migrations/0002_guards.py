"""The counter of member numbers: a sequence gives each number once, whatever two sessions do at the same time."""

from django.db import migrations


class Migration(migrations.Migration):
    """Creates `members_number`; numbers run M000001, M000002, …"""

    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE members_number START 1", "DROP SEQUENCE members_number"),
    ]
