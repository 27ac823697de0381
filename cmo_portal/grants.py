"""What the application's database role may do, table by table: granted by the owner after every migration."""

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db import connections

EVERYTHING = ("SELECT", "INSERT", "UPDATE", "DELETE")
# Tables of libraries that the application only reads or only adds to.
SPECIAL = {"django_migrations": ("SELECT",), "django_content_type": ("SELECT",), "auth_permission": ("SELECT",)}


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


def _statements(role: str) -> Iterable[str]:
    yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    yield f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"'
    tables: dict[str, tuple[str, ...]] = dict(SPECIAL)
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            tables[model._meta.db_table] = rights_of(model)
    for table, rights in sorted(tables.items()):
        yield f'REVOKE ALL ON TABLE "{table}" FROM "{role}"'
        yield f'GRANT {", ".join(rights)} ON TABLE "{table}" TO "{role}"'
