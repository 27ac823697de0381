"""The two roles and the database of the portal, made by a login that may do so.

`cmo_owner` owns the database and runs migrations. `cmo_app` is what the web server and the workers sign in as: it owns
nothing and may neither become superuser nor pass row security, so that the guards in the database bind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from cmo_portal.launcher.console import LauncherError
from cmo_portal.launcher.sql import Sql, SqlError, Statement

OWNER = "cmo_owner"
APP = "cmo_app"
DATABASE = "cmo_portal"
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")
SERVICE_DATABASES = {"", "postgres", "template0", "template1"}
NO_SUCH_DATABASE = "3D000"


@dataclass(frozen=True)
class Addresses:
    """Addresses of one database, as its owner and as the application."""

    owner: str
    app: str


def with_login(url: str, user: str, password: str, database: str | None = None) -> str:
    """The same server, another login and, where given, another database."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    path = parts.path if database is None else "/" + quote(database, safe="")
    return urlunsplit(parts._replace(netloc=f"{login}@{host}", path=path))


def with_database(url: str, database: str) -> str:
    """The same server and login, another database."""
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(database, safe="")))


def database_of(url: str) -> str:
    """Name of the portal's database: that of the address, unless it names a database of the server's own."""
    name = unquote(urlsplit(url).path.strip("/"))
    return DATABASE if name in SERVICE_DATABASES else name


@dataclass(frozen=True)
class Survey:
    """What a server holds already: the roles with their dangerous rights, who owns the database, who we are there."""

    server: Sql
    version: int
    superuser: bool
    roles: dict[str, bool]
    database_owner: str | None

    @classmethod
    def take(cls, server: Sql, database: str) -> Survey:
        """Ask the server."""
        ((version, superuser, found, owner),) = server.run(
            (
                "SELECT current_setting('server_version_num')::int, r.rolsuper,"
                " (SELECT json_object_agg(rolname, rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname IN (%s, %s)),"
                " (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s)"
                " FROM pg_roles r WHERE r.rolname = current_user",
                [OWNER, APP, database],
            )
        )
        return cls(server, version, superuser, found or {}, owner)


def provide(python: Path, url: str, passwords: dict[str, str]) -> Addresses:
    """Make roles, database and extensions where they are missing, by a login that may. Safe to repeat.

    `passwords` holds OWNER_PASSWORD and APP_PASSWORD. Raises LauncherError when the login may not, when a role of that
    name has another password, or when the server's locale cannot search Urdu.
    """
    name = database_of(url)
    survey = survey_of(python, url, name)
    roles = {OWNER: passwords["OWNER_PASSWORD"], APP: passwords["APP_PASSWORD"]}
    for role in survey.roles:
        check_role(survey, role, roles[role])
    statements: list[str | Statement] = [
        (f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD %s", [password])
        for role, password in roles.items()
        if role not in survey.roles
    ]
    statements += creation_of_database(survey, name)
    if statements:
        survey.server.run(*statements)
    settle_database(Sql(python, with_database(url, name)))
    return Addresses(
        owner=with_login(url, OWNER, roles[OWNER], name),
        app=with_login(url, APP, roles[APP], name),
    )


def survey_of(python: Path, url: str, name: str) -> Survey:
    """Survey the server by the given address, or by its database `postgres` while the portal's is not made yet."""
    try:
        return Survey.take(Sql(python, url), name)
    except SqlError as error:
        missing = error.code == NO_SUCH_DATABASE or "does not exist" in str(error)
        if not missing or urlsplit(url).path.strip("/") in SERVICE_DATABASES:
            raise LauncherError(f"the database of DATABASE_URL cannot be reached: {error}") from error
    return Survey.take(Sql(python, with_database(url, "postgres")), name)


def check_role(survey: Survey, role: str, password: str) -> None:
    """Refuse a role that is there but is too mighty, or is not ours."""
    if survey.roles[role]:
        raise LauncherError(f"the role {role} of this server is a superuser or passes row security; remove that.")
    if not Sql(survey.server.python, with_login(survey.server.url, role, password)).works():
        raise LauncherError(
            f"the role {role} exists on this server with a password that this data folder does not know. "
            "Set DATABASE_OWNER_URL (owner) and DATABASE_URL (application) to the right logins, or drop the role."
        )


def creation_of_database(survey: Survey, name: str) -> list[str | Statement]:
    """Statements that make the database, owned by cmo_owner, in a locale whose letters include Urdu."""
    if survey.database_owner == OWNER:
        return []
    if survey.database_owner is not None:
        raise LauncherError(f"the database {name} belongs to {survey.database_owner}, not to {OWNER}; use another.")
    quoted = '"' + name.replace('"', '""') + '"'
    builtin = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if survey.version >= 170_000 else ""
    membership = [] if survey.superuser else [f"GRANT {OWNER} TO CURRENT_USER"]
    return [
        *membership,
        f"CREATE DATABASE {quoted} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8' {builtin} "
        "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'",
        f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {quoted} TO {APP}",
    ]


def settle_database(database: Sql) -> None:
    """Extensions, and the proof that Urdu can be searched: a wrong locale would make every search silently empty."""
    extensions = [f"CREATE EXTENSION IF NOT EXISTS {extension}" for extension in EXTENSIONS]
    if database.run(*extensions, ("SELECT similarity(%s, %s)", ["گیت", "گیت"])) != [[1]]:
        raise LauncherError("the locale of this database cannot search Urdu text; make it with the locale C.UTF-8.")
