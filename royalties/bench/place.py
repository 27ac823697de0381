"""A throw-away database for a measurement, made and dropped by a login that may do so."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from cmo_portal import environment
from cmo_portal.celery import app

NAME = "portal_bench"
OWNER_ROLE = "cmo_owner"
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")


def without_broker() -> None:
    """Send no job to the broker of the running portal: its workers would take the number for one of theirs."""
    app.conf.broker_url = "memory://"


@dataclass(frozen=True)
class Place:
    """Addresses of the database as superuser and as the application, and a folder for files."""

    superuser_url: str
    app_url: str
    folder: Path


@contextmanager
def throw_away(superuser_url: str) -> Iterator[Place]:
    """Make and migrate the database, connect Django to it as the application, and drop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    place = Place(_with(superuser_url, NAME), _with(settings_url(), NAME), folder)
    link = connections["default"]
    kept = dict(link.settings_dict)
    without_broker()
    try:
        _make(superuser_url)
        connect(place.superuser_url, role=OWNER_ROLE)
        call_command("migrate", verbosity=0, interactive=False)
        connect(place.app_url)
        settings.MEDIA_ROOT = folder / "media"
        yield place
    finally:
        link.close()
        link.settings_dict.update(kept)
        _drop(superuser_url)
        shutil.rmtree(folder, ignore_errors=True)


def connect(url: str, *, role: str = "") -> None:
    """Let Django's connection be another login or database from now on."""
    link = connections["default"]
    link.close()
    link.settings_dict.update(environment.database(url) | {"ATOMIC_REQUESTS": False})
    link.settings_dict["OPTIONS"] = {"options": f"-c role={role}"} if role else {}


def settings_url() -> str:
    """The address of the application's login that Django was started with."""
    return environment.text("DATABASE_URL")


def admin(url: str) -> Any:
    """A connection outside Django, every statement its own transaction."""
    link = psycopg2.connect(url)
    link.autocommit = True
    return link


def _make(superuser_url: str) -> None:
    link = admin(superuser_url)
    with link.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if cursor.fetchone()[0] >= 170_000 else ""
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        cursor.execute(
            f"CREATE DATABASE \"{NAME}\" OWNER {OWNER_ROLE} TEMPLATE template0 ENCODING 'UTF8' {locale}"
            " LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
        )
    link.close()
    inside = admin(_with(superuser_url, NAME))
    with inside.cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        cursor.execute(f"GRANT ALL ON SCHEMA public TO {OWNER_ROLE}")
    inside.close()


def _drop(superuser_url: str) -> None:
    link = admin(superuser_url)
    with link.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
    link.close()


def _with(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(database, safe="")))
