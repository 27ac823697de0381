"""The partitioned tables of results and the functions that make, seal and drop a run's parts."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import migrations

SQL = Path(__file__).with_name("bulk_results.sql")
FUNCTIONS = "royalties_make_parts(bigint), royalties_seal_parts(bigint), royalties_drop_parts(bigint)"
TABLES = "royalties_textresult, royalties_lineresult, royalties_allocationline, royalties_payeetotal"


def make(apps: Any, schema_editor: Any) -> None:
    """Run the SQL with the application's role in place, where there is one beside the owner."""
    quote = schema_editor.connection.ops.quote_name
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        role = quote(settings.DATABASE_APP_ROLE) if cursor.fetchone() else ""
    grants = f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO {role}; GRANT SELECT ON {TABLES} TO {role};" if role else ""
    sql = SQL.read_text(encoding="utf-8")
    for name, value in (
        ("{writers}", role or "CURRENT_USER"),
        ("{and_app_role}", f", {role}" if role else ""),
        ("{grants}", grants),
    ):
        sql = sql.replace(name, value)
    schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("royalties", "0001_initial")]
    operations = [migrations.RunPython(make)]
