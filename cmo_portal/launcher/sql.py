"""Statements that the launcher sends to PostgreSQL, through psycopg2 in a child of the virtual environment.

The launcher itself stays free of packages, and embedded and outside servers (with TLS, sockets, service files) are
reached in the same way.
"""

# ruff: noqa: S603 - the command is our own program
from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cmo_portal.launcher.console import LauncherError

# One connection, autocommit, every statement in turn; the rows of the last one are the answer.
CLIENT = """
import json, sys
import psycopg2
asked = json.load(sys.stdin)
try:
    connection = psycopg2.connect(asked["url"], connect_timeout=10)
    connection.autocommit = True
    rows = []
    with connection.cursor() as cursor:
        for statement, values in asked["statements"]:
            cursor.execute(statement, values or None)
            rows = cursor.fetchall() if cursor.description else []
    json.dump({"rows": rows}, sys.stdout, default=str)
except psycopg2.Error as error:
    json.dump({"error": str(error).strip(), "code": error.pgcode or ""}, sys.stdout)
"""

Statement = tuple[str, Sequence[Any]]


class SqlError(LauncherError):
    """PostgreSQL, or the way to it, refused. `code` is the SQLSTATE; empty when no connection was made."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Sql:
    """A way to one database: the Python that has psycopg2, and the address."""

    def __init__(self, python: Path, url: str) -> None:
        self.python = python
        self.url = url

    def run(self, *statements: str | Statement) -> list[list[Any]]:
        """Run statements in turn, each on its own; the rows of the last. Raises SqlError at the first that fails."""
        pairs = [(item, ()) if isinstance(item, str) else item for item in statements]
        done = subprocess.run(
            [str(self.python), "-c", CLIENT],
            input=json.dumps({"url": self.url, "statements": pairs}),
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise LauncherError("the database client failed:\n" + done.stderr)
        answer = json.loads(done.stdout)
        if "error" in answer:
            raise SqlError(answer["error"], answer["code"])
        return list(answer["rows"])

    def works(self) -> bool:
        """Whether a sign-in with this address succeeds."""
        try:
            return self.run("SELECT 1") == [[1]]
        except SqlError:
            return False
