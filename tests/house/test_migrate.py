"""./portal manage migrate makes what Django's own command makes, in a fraction of the time."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.core.management.commands import migrate
from django.db import connection

from cmo_portal.launcher import postgres
from cmo_portal.launcher.venv import Environment
from tests.conftest import admin_cursor, create_database, migrate_as_owner
from tests.house.launcher_bed import ROOT

NAME = "portal_template_building"  # a name that a server of a person's own is cleared of
# what differs between any two: the key of a dump, when a row was written, the random name of an account of the books
VARYING = re.compile(
    r"^\\(un)?restrict .*$|\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[\d.]*\+00\b|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    re.M,
)


def made_by(command: Any, folder: Path) -> str:
    """Schema and rows, as text, of an empty database that the command has migrated."""
    binaries = postgres.find_binaries(Environment(ROOT).site_packages(), folder)
    source = os.environ["DATABASE_OWNER_URL"].rpartition("/")[0] + "/" + NAME
    with admin_cursor() as cursor:
        try:
            create_database(cursor, NAME)
            migrate_as_owner(NAME, command)
            told = subprocess.run(
                [str(binaries / "pg_dump"), source], capture_output=True, text=True, check=True
            ).stdout
        finally:
            cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
    return VARYING.sub("", told)


@pytest.mark.django_db
def test_the_database_has_every_column_constraint_index_and_trigger_of_the_models() -> None:
    missing = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger")
        triggers = set(cursor.fetchall())
        for model in apps.get_models():
            table = model._meta.db_table
            if not model._meta.managed or model._meta.proxy:
                continue
            there = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            there |= set(connection.introspection.get_constraints(cursor, table))
            wanted = {field.column for field in model._meta.local_concrete_fields}
            wanted |= {each.name for each in (*model._meta.constraints, *model._meta.indexes)}
            missing += [f"{table}: {name}" for name in sorted(wanted - there)]
    for model, trigger in pgtrigger.registered():
        if (model._meta.db_table, trigger.get_pgid(model)) not in triggers:
            missing.append(f"{model._meta.db_table}: {trigger.name}")
    assert missing == []


@pytest.mark.long  # Django's own way takes a minute and more
def test_the_quick_migration_makes_the_database_of_django_s_own(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path
) -> None:
    with django_db_blocker.unblock():
        quick, own = made_by("migrate", tmp_path), made_by(migrate.Command(), tmp_path)
    assert own.count("CREATE TABLE") > 200
    assert quick.splitlines() == own.splitlines()
