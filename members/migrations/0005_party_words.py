# hand-written: names that are there already are found by their words too.
"""The words of each name, made as members.rules.names makes them for new ones."""

from django.db import migrations

from members.rules.names import name_words

AT_ONCE = 5_000


def fill(apps, schema_editor):
    """Some thousand names at a time."""
    PartyName = apps.get_model("members", "PartyName")
    rows = []
    for row in PartyName.objects.filter(words=[]).only("first_name", "last_name", "original").iterator(AT_ONCE):
        row.words = name_words(f"{row.first_name} {row.last_name}".strip(), row.original)
        rows.append(row)
        if len(rows) == AT_ONCE:
            PartyName.objects.bulk_update(rows, ["words"])
            rows.clear()
    PartyName.objects.bulk_update(rows, ["words"])


class Migration(migrations.Migration):
    """Data alone."""

    dependencies = [("members", "0004_party_search")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
