"""The demo society as a test bed: built once by the project's own command, cloned for each process."""

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from cmo_portal.common import clock
from royalties.demo import money
from royalties.demo.frame import Story
from royalties.demo.society import load_society
from tests.conftest import OTHER_TEMPLATES, admin_cursor, clone_database

DEMO_TEMPLATE = "portal_demo"


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


def said_by(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def build_demo() -> None:
    """Load the demo society into a clone of the empty template; the first process does it, the others wait."""
    with admin_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7002)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DEMO_TEMPLATE])
        if cursor.fetchone():
            return
        building = f"{DEMO_TEMPLATE}_building"
        clone_database(building)
        _pointed_at(building)
        with override_settings(DEMO_MODE=True):
            seconds = load_in_three_attempts()
        connections.close_all()
        cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{DEMO_TEMPLATE}"')
        cursor.execute(f'COMMENT ON DATABASE "{DEMO_TEMPLATE}" IS %s', [str(seconds)])


def seconds_of_the_load() -> float:
    """Seconds of processor time that the society took, in whatever process loaded it."""
    with admin_cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DEMO_TEMPLATE]
        )
        return float(cursor.fetchone()[0])


def load_in_three_attempts() -> float:
    """Load the society as badly as it can go: the tests of the society and of every page then ask for a whole one.
    Returns the seconds of this process alone, since the machine may be busy with other tests."""
    now, begun = clock.now(), time.process_time()

    def interrupt_before_the_money(phase: str) -> None:
        if phase == "money":
            raise Interrupted

    with pytest.raises(Interrupted):
        load_society(now=now, say=interrupt_before_the_money)
    money.load(Story(now))  # told, but the load died before it could write that down
    assert "ready" in said_by("load_demo")
    return time.process_time() - begun


def _pointed_at(name: str) -> str:
    """Point the connection at another database; returns the one before."""
    connections.close_all()
    before: str = connections["default"].settings_dict["NAME"]
    connections["default"].settings_dict["NAME"] = name
    return before


@pytest.fixture(scope="module")
def demo_database(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For the tests of a module: this process's own clone of the demo society."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"demo_{worker}"
    media = Path(os.environ["MEDIA_ROOT"]).parent / "demo-media"
    media.mkdir(exist_ok=True)
    with override_settings(MEDIA_ROOT=media), django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        build_demo()
        clone_database(name, DEMO_TEMPLATE)
        OTHER_TEMPLATES[name] = DEMO_TEMPLATE
        _pointed_at(name)
        with django_db_blocker.block():
            yield
        _pointed_at(before)
