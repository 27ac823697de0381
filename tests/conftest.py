"""The test bed: a real PostgreSQL, the application's own role, a database cloned where a test commits for real.

`./portal test` starts the servers and sets DATABASE_OWNER_URL (a login that may create databases) and DATABASE_URL
(the application's role). The schema is built once as a template; each process works on a clone, and a test that
commits (transaction=True, live server, crash tests) gets its clone made anew afterwards. Nothing is ever flushed:
the application's role could not, and should not.
"""

import importlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client, TransactionTestCase
from django.utils import translation

from cmo_portal import environment

TEMPLATE = "portal_template"
OTHER_TEMPLATES: dict[str, str] = {}  # databases that are cloned from something else than the empty template
# our own throw-away server lies in memory, where copying files takes two thirds of the time; on a disk it waits for it
COPYING = "FILE_COPY" if "TEST_PG_BIN" in os.environ else "WAL_LOG"
OWNER_ROLE, APP_ROLE = "cmo_owner", settings.DATABASE_APP_ROLE


def pytest_configure(config: pytest.Config) -> None:
    """People of the tests get their passwords by a quick hash: the one of production takes a tenth of a second each.
    Passwords of servers that a test starts, and tests/cmo_portal/test_accounts.py, use the one of production."""
    # a machine that does much else is no fault of what is tested
    hypothesis.settings.register_profile(
        "portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("portal")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Compiling all tests takes a fresh clone ten seconds: each process begins with a part of its own, and finds the
    others compiled by then."""
    worker, root = getattr(session.config, "workerinput", None), session.config.rootpath
    if worker is None or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    paths = sorted(path.relative_to(root) for path in (root / "tests").rglob("test_*.py"))
    first = int(worker["workerid"].removeprefix("gw")) * len(paths) // worker["workercount"]
    for path in paths[first:] + paths[:first]:
        with suppress(Exception):  # the collection says what is wrong with a file
            importlib.import_module(".".join(path.with_suffix("").parts))


def examples(few: int, many: int) -> int:
    """How many examples a property is asked for that takes long over each: `many` in the long tests."""
    return many if os.environ.get("PORTAL_LONG") else few


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page in Urdu leaves its language behind in the thread; each test begins in English."""
    with translation.override("en"):
        yield


@contextmanager
def admin_cursor(name: str = "postgres") -> Iterator[Any]:
    """A cursor of the cluster's administrator, outside any transaction."""
    owner = environment.database(os.environ["DATABASE_OWNER_URL"])
    link = psycopg2.connect(
        dbname=name, user=owner["USER"], password=owner["PASSWORD"], host=owner["HOST"], port=owner["PORT"]
    )
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()


def clone_database(name: str, template: str = TEMPLATE) -> None:
    """Make `name` anew from the template, ending whatever is still connected to it."""
    with admin_cursor() as cursor:
        for _ in range(20):
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname IN (%s, %s) AND pid <> pg_backend_pid()",
                [name, template],
            )
            try:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                cursor.execute(
                    f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{OWNER_ROLE}" STRATEGY {COPYING}'
                )
                cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')  # a clone begins with it again
                return
            except psycopg2.errors.ObjectInUse:
                time.sleep(0.1)
    raise RuntimeError(f"could not clone {template} as {name}")


def build_template() -> None:
    """Create the roles and migrate an empty database as its owner; the first process does it, the others wait."""
    with admin_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7001)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if cursor.fetchone():
            return
        for role, extra in ((OWNER_ROLE, ""), (APP_ROLE, "")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{role}' {extra}")
        building = f"{TEMPLATE}_building"
        create_database(cursor, building)
        migrate_as_owner(building, "migrate")
        cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{TEMPLATE}"')


def create_database(cursor: Any, name: str) -> None:
    """Make an empty database with the extensions, as an administrator does before the owner migrates it."""
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    cursor.execute(f'CREATE DATABASE "{name}" OWNER "{OWNER_ROLE}" TEMPLATE template0 ENCODING \'UTF8\'')
    with admin_cursor(name) as inside:
        for extension in ("pg_trgm", "unaccent", "btree_gist"):
            inside.execute(f'CREATE EXTENSION IF NOT EXISTS "{extension}"')
        inside.execute(f'GRANT ALL ON SCHEMA public TO "{OWNER_ROLE}"')


def migrate_as_owner(name: str, command: Any) -> None:
    """Migrate a database, by a command or its name, under the owner's role."""
    link = connections["default"]
    kept = dict(link.settings_dict)
    owner = environment.database(os.environ["DATABASE_OWNER_URL"])
    link.close()
    link.settings_dict.update({**{k: owner[k] for k in ("USER", "PASSWORD", "HOST", "PORT")}, "NAME": name})
    link.settings_dict["OPTIONS"] = {"options": f"-c role={OWNER_ROLE}"}
    try:
        call_command(command, verbosity=0, interactive=False)
    finally:
        link.close()
        link.settings_dict.update(kept)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Replaces pytest-django's own: the template, then this process's clone, reached as the application's role."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"test_{worker}"
    with django_db_blocker.unblock():
        build_template()
        clone_database(name)
        connections["default"].settings_dict["NAME"] = name
    yield
    connections.close_all()


@pytest.fixture(scope="session", autouse=True)
def own_cache(request: pytest.FixtureRequest) -> None:
    """A database of the cache for each process: emptying it in one would let another forget how often it has asked."""
    from django.conf import settings
    from django.core.cache import caches

    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw0")
    place = urlsplit(settings.CACHES["default"]["LOCATION"])
    number = 1 + int(worker.removeprefix("gw")) % 15  # sixteen databases, the first is the broker's
    settings.CACHES["default"]["LOCATION"] = place._replace(path=f"/{number}").geturl()
    if hasattr(caches._connections, "default"):
        del caches["default"]


def _renew_clone(self: TransactionTestCase) -> None:
    """After a test that committed: a fresh clone instead of a flush."""
    name = connections["default"].settings_dict["NAME"]
    connections.close_all()
    clone_database(name, OTHER_TEMPLATES.get(name, TEMPLATE))


TransactionTestCase._fixture_teardown = _renew_clone  # type: ignore[method-assign]


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test of a world goes there before its transaction begins."""
    from tests.worlds import world_of

    names = getattr(item, "fixturenames", None)
    if names is not None and world_of(item) and "in_its_world" not in names:
        names.insert(0, "in_its_world")


@pytest.fixture
def in_its_world(
    request: pytest.FixtureRequest, django_db_setup: None, own_cache: None, run_jobs: Any, django_db_blocker: Any
) -> Iterator[None]:
    """See tests/worlds.py."""
    from tests.worlds import inside, world_of

    make = world_of(request.node)
    assert make is not None
    with django_db_blocker.unblock(), inside(make, run_jobs), django_db_blocker.block():
        yield


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """Address of this test's own database for child processes that work as the application."""
    link = connections["default"].settings_dict
    return f"postgresql://{link['USER']}:{link['PASSWORD']}@{link['HOST']}:{link['PORT']}/{link['NAME']}"


@contextmanager
def as_superuser(name: str | None = None) -> Iterator[Any]:
    """A superuser's cursor in the test's database: to switch a guard off in a twin test, or to plant corruption.
    Only for tests that commit (transaction=True)."""
    with admin_cursor(name or connections["default"].settings_dict["NAME"]) as cursor:
        yield cursor


@pytest.fixture
def superuser_cursor(transactional_db: None) -> Iterator[Any]:
    """See `as_superuser`."""
    with as_superuser() as cursor:
        yield cursor


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """`sign_in(user)` gives a client signed in with the second factor; `factor=False` with a password alone."""

    def enter(user: Any, *, factor: bool = True, client: Client | None = None) -> Client:
        from allauth.mfa.models import Authenticator

        client = client or Client()
        client.force_login(user)
        if user.audience == "staff" and factor:
            Authenticator.objects.get_or_create(
                user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "not used in this test"}}
            )
        session = client.session
        methods = [{"method": "password", "at": time.time(), "email": user.email}]
        if factor:
            methods.append({"method": "mfa", "at": time.time(), "type": "totp"})
        session["account_authentication_methods"] = methods
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        return client

    return enter


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Do every waiting job in this process until none is left, as a worker would; returns how many were done."""
    from cmo_portal.jobs import services
    from cmo_portal.jobs.models import Job

    def work(limit: int = 500) -> int:
        count = 0
        while count < limit:
            waiting = Job.objects.filter(state="pending").order_by("id").values_list("pk", flat=True).first()
            if waiting is None:
                return count
            job = services.take(waiting)
            if job is not None:
                services.perform(job)
            count += 1
        raise AssertionError("jobs did not come to an end")

    return work


@pytest.fixture
def staff(db: None) -> Callable[..., Any]:
    """`staff("finance", "approver")` makes a member of staff with these roles."""
    from django.contrib.auth.models import Group

    from cmo_portal.accounts.models import User

    def make(*roles: str, email: str | None = None) -> User:
        address = email or f"{'-'.join(roles) or 'nobody'}-{User.objects.count()}@society.example"
        user = User.objects.create_user(address, "a long enough password 1", audience="staff", name=" ".join(roles))
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make
