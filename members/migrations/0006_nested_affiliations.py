# hand-written: overlapping areas of two societies nest.
"""Areas that two societies hold of one party for one right lie one inside the other (see nested_affiliations.sql)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("nested_affiliations.sql")


def make(apps, schema_editor):
    """Run the SQL as it stands; it holds percent signs that are no parameters."""
    schema_editor.execute(SQL.read_text(encoding="utf-8"), params=None)


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("members", "0005_party_words")]

    operations = [migrations.RunPython(make)]
