"""Worlds that many tests begin with, such as a year of money. Each process makes a world once, in a database of its own.

A world is made through the services that people use, which takes up to a second: more than most tests in it. So a test
begins in the database in which the world has been made, and rolls back to it what it does there; it gets a copy of its
own of what the maker returned. A test that commits makes its world anew, in the database that is thrown away after it.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tests.conftest import admin_cursor, clone_database

Maker = Callable[[Callable[[], int]], Any]
MOST = 2  # worlds of a process at a time: each is a database in memory
MADE: dict[Maker, tuple[str, bytes]] = {}


def world(make: Maker) -> Any:
    """The fixture of a world: what `make(run_jobs)` returns, where it has been made."""

    def given(request: pytest.FixtureRequest, run_jobs: Callable[[], int]) -> Any:
        return pickle.loads(MADE[make][1]) if "in_its_world" in request.fixturenames else make(run_jobs)

    given.world = make  # type: ignore[attr-defined]
    given.__doc__ = make.__doc__
    return pytest.fixture(name=make.__name__)(given)


def world_of(item: pytest.Item) -> Maker | None:
    """The world that a test asks for, directly or through other fixtures; None where it commits."""
    fixtures = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    wanted = {defined[-1].func.world for defined in fixtures.values() if hasattr(defined[-1].func, "world")}
    assert len(wanted) < 2, f"{item.nodeid} asks for two worlds"
    marker = item.get_closest_marker("django_db")
    commits = "transactional_db" in fixtures or bool(marker and marker.kwargs.get("transaction"))
    return None if commits else next(iter(wanted), None)


@contextmanager
def inside(make: Maker, run_jobs: Callable[[], int]) -> Iterator[None]:
    """Work in the database of a world, which is made when it is asked for first."""
    usual = connections["default"].settings_dict["NAME"]
    if make not in MADE:
        MADE[make] = _make(make, run_jobs, _free_name(usual))
    _point_at(MADE[make][0])
    try:
        yield
    finally:
        _point_at(usual)


def _free_name(usual: str) -> str:
    """A name for one more database; the oldest world makes room."""
    if len(MADE) == MOST:
        name, _ = MADE.pop(next(iter(MADE)))
        with admin_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    taken = {name for name, _ in MADE.values()}
    return next(name for name in (f"{usual}_world{number}" for number in range(MOST)) if name not in taken)


def _make(make: Maker, run_jobs: Callable[[], int], name: str) -> tuple[str, bytes]:
    clone_database(name)
    _point_at(name)
    with transaction.atomic():
        made = pickle.dumps(make(run_jobs))
        connection.run_on_commit.clear()  # as in a test that is rolled back: nothing is sent to workers
    return name, made


def _point_at(name: str) -> None:
    connections.close_all()
    connections["default"].settings_dict["NAME"] = name
