"""Guards that span tables: chain of the ledger, sealed results, conservation of pools."""

from pathlib import Path
from typing import Any

from django.db import migrations

SQL = Path(__file__).with_name("guards.sql")


def make(apps: Any, schema_editor: Any) -> None:
    """Run the SQL as it stands; it holds percent signs that are no parameters."""
    schema_editor.execute(SQL.read_text(encoding="utf-8"), params=None)


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("royalties", "0002_bulk_results")]
    operations = [migrations.RunPython(make)]
