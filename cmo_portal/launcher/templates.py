"""Keeps the migrated database that the tests clone, so that a test run does not migrate from nothing each time.

The tests build a template database once for each run (tests/conftest.py). After the run it is dumped next to the
virtual environment under a digest of everything that shapes it; the next run with the same digest restores it in a
second. A clean clone has no dump, and `--long` ignores it, so the migrations themselves are still run there.
"""

# ruff: noqa: S603 - the commands are PostgreSQL's own tools
from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from pathlib import Path

from cmo_portal.launcher.postgres import MAJOR
from cmo_portal.launcher.sql import Sql

TEMPLATE = "portal_template"
KEPT = 6
OURS = "^(portal_(template|demo)(_building)?|(test|demo)_(gw[0-9]+|main)(_world[0-9])?)$"
GROUND = "cmo_portal"
ROOMS = ("members", "works", "licensing", "royalties")
SHAPING = ("models.py", "models/**/*.py", "migrations/*.py", "**/*.sql")


class TemplateCache:
    """Dumps of the template database in one folder, for one server."""

    def __init__(self, root: Path, folder: Path, binaries: Path, address: str) -> None:
        self.root = root
        self.folder = folder
        self.binaries = binaries
        self.address = address
        self.dump = self._dump_of_today()

    def restore(self) -> bool:
        """Put the template into the server, if a dump of exactly this shape is kept; whether it is there now."""
        if not self.dump.exists():
            return False
        os.utime(self.dump)
        done = self._run("pg_restore", "--create", "--exit-on-error", "-d", self.address, str(self.dump))
        if done.returncode != 0:
            # a half restored template would be taken for a whole one
            self.dump.unlink(missing_ok=True)
            self._run("dropdb", "--if-exists", "--force", "--maintenance-db", self.address, TEMPLATE)
        return done.returncode == 0

    def keep(self) -> None:
        """Dump the template that this run has built; not when it built none, or the code changed meanwhile."""
        if self.dump.exists() or self.dump != self._dump_of_today():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.dump.with_suffix(f".{os.getpid()}")
        source = self.address.rpartition("/")[0] + "/" + TEMPLATE
        done = self._run("pg_dump", "-Fc", "-Z1", "--create", "-f", str(draft), "-d", source)
        if done.returncode == 0:
            draft.replace(self.dump)
        draft.unlink(missing_ok=True)
        self._forget_old()

    def _dump_of_today(self) -> Path:
        return self.folder / f"{TEMPLATE}-{MAJOR}-{digest_of_shape(self.root)}.dump"

    def _forget_old(self) -> None:
        dumps = sorted(self.folder.glob(f"{TEMPLATE}-*.dump"), key=lambda path: path.stat().st_mtime)
        for dump in dumps[:-KEPT]:
            with contextlib.suppress(OSError):
                dump.unlink()

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([str(self.binaries / program), *arguments], capture_output=True)


def clear_server(server: Sql) -> None:
    """Drop the template and its clones from a server of the person's own, which outlives the test run.

    Left there, the next run would take an old template for the present one.
    """
    made = server.run(("SELECT quote_ident(datname) FROM pg_database WHERE datname ~ %s", [OURS]))
    if made:
        server.run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for (name,) in made))


def digest_of_shape(root: Path) -> str:
    """A digest of the contents of every file that shapes the migrated database; the same in every checkout."""
    files = {root / "requirements.txt", root / "tests" / "conftest.py", *(root / GROUND).rglob("*.sql")}
    files |= {path for path in (root / GROUND).rglob("*.py") if "launcher" not in path.parts}
    files |= {path for room in ROOMS for pattern in SHAPING for path in (root / room).glob(pattern)}
    digest = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:24]
