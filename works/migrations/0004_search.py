"""The words of the search follow titles, names and recordings by triggers."""

from pathlib import Path
from typing import Any

from django.db import migrations

SQL = Path(__file__).with_name("search.sql")


def make(apps: Any, schema_editor: Any) -> None:
    """Run the SQL as it stands; it holds percent signs that are no parameters."""
    schema_editor.execute(SQL.read_text(encoding="utf-8"), params=None)


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("works", "0003_areas_known")]
    operations = [migrations.RunPython(make)]
