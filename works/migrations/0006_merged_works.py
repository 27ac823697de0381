# hand-written: the database's own guard over merges.
"""A merged work points to a work that stands: no chain, no circle, not itself (see merged_works.sql)."""

from pathlib import Path
from typing import Any

from django.db import migrations

SQL = Path(__file__).with_name("merged_works.sql")


def make(apps: Any, schema_editor: Any) -> None:
    """Run the SQL as it stands; it holds percent signs that are no parameters."""
    schema_editor.execute(SQL.read_text(encoding="utf-8"), params=None)


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("works", "0005_cue_types")]
    operations = [migrations.RunPython(make)]
