# hand-written: the territories of the TIS, and that no mandate or affiliation names another.
"""Every code of the TIS is an area from the beginning; the tree itself is members/rules/tables."""

from django.db import migrations

from members.rules.territories import leaves_of, territories


def seed(apps, schema_editor):
    """One area a code, with its countries."""
    Area = apps.get_model("members", "Area")
    AreaLeaf = apps.get_model("members", "AreaLeaf")
    leaves = {code: leaves_of(code) for code in sorted(territories())}
    Area.objects.bulk_create(
        Area(expression=code, breadth=len({leaf.code for leaf in found})) for code, found in leaves.items()
    )
    AreaLeaf.objects.bulk_create(
        AreaLeaf(area_id=code, leaf=leaf.code, valid_from=leaf.belongs_from, valid_to=leaf.belongs_until)
        for code, found in leaves.items()
        for leaf in found
    )


def known(table):
    """The foreign key of a table's territory; Django sees a text."""
    name = f"{table}_known_area"
    add = f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (territory) REFERENCES members_area (expression)"
    return migrations.RunSQL(add, f"ALTER TABLE {table} DROP CONSTRAINT {name}")


class Migration(migrations.Migration):
    """Data first, then the keys that rest on it."""

    dependencies = [("members", "0002_guards")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        known("members_mandate"),
        known("members_partyaffiliation"),
    ]
