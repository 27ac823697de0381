# hand-written: territories are areas with known countries; the counter of agreement numbers.
"""Foreign keys of territories, and the sequence `works_agreement_number`; numbers run A0000001, A0000002, …"""

from django.db import migrations


def known(table):
    """The foreign key of a table's territory; Django sees a text."""
    name = f"{table}_known_area"
    add = f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (territory) REFERENCES members_area (expression)"
    return migrations.RunSQL(add, f"ALTER TABLE {table} DROP CONSTRAINT {name}")


class Migration(migrations.Migration):
    """A share of an area that is not known could not be added up."""

    dependencies = [("members", "0003_territories"), ("works", "0002_numbers")]

    operations = [
        known("works_workshare"),
        known("works_dispute"),
        known("works_agreement"),
        migrations.RunSQL("CREATE SEQUENCE works_agreement_number START 1", "DROP SEQUENCE works_agreement_number"),
    ]
