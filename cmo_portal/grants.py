"""What the application's database role may do, table by table: granted by the owner after every migration."""

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db import connections

EVERYTHING = ("SELECT", "INSERT", "UPDATE", "DELETE")
# Tables of libraries that the application only reads or only adds to.
SPECIAL = {
    "django_migrations": ("SELECT",),
    "django_content_type": ("SELECT",),
    "auth_permission": ("SELECT",),
    "pghistory_context": ("SELECT", "INSERT", "UPDATE"),  # who and why of the row history; one request adds to its own
}


def grant_to_application(*, using: str = "default") -> None:
    """Give the role exactly its rights; does nothing when the connected role is the application's own."""
    role = settings.DATABASE_APP_ROLE
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        current, exists = cursor.fetchone()
        if current == role or not exists:
            return
        for statement in _statements(role):
            cursor.execute(statement)


def rights_of(model: type) -> tuple[str, ...]:
    """The rights of the application on a model's table."""
    table = model._meta.db_table  # type: ignore[attr-defined]
    if model.__name__.endswith("Event") and hasattr(model, "pgh_tracked_model"):
        return ("SELECT", "INSERT")
    return SPECIAL.get(table, getattr(model, "app_may", EVERYTHING))


# A trigger function that looks for its tables along the caller's path could be shown others of the same name.
PINNED_PATHS = """
    DO $$
    DECLARE
        each regprocedure;
    BEGIN
        FOR each IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'public' AND p.prorettype = 'trigger'::regtype AND pg_has_role(p.proowner, 'USAGE')
                AND NOT coalesce(array_to_string(p.proconfig, ' ') LIKE '%search_path=%', false)
        LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', each);
        END LOOP;
    END $$
"""
NO_TEMPORARY_TABLES = """
    DO $$ BEGIN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, {role}', current_database());
    END $$
"""


def _statements(role: str) -> Iterable[str]:
    yield PINNED_PATHS
    yield NO_TEMPORARY_TABLES.format(role=f'"{role}"')
    yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    yield f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"'
    tables: dict[str, tuple[str, ...]] = dict(SPECIAL)
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            tables[model._meta.db_table] = rights_of(model)
    for table, rights in sorted(tables.items()):
        yield f'REVOKE ALL ON TABLE "{table}" FROM "{role}"'
        yield f'GRANT {", ".join(rights)} ON TABLE "{table}" TO "{role}"'
