"""Brings database and static files up to the code before the portal starts; done again only when the code changed."""

# ruff: noqa: S603 - the command is our own manage.py
from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from cmo_portal.launcher.console import LauncherError, complain, say
from cmo_portal.launcher.data import DataFolder
from cmo_portal.launcher.management import command_of
from cmo_portal.launcher.services import Services
from cmo_portal.launcher.venv import last_words

STAMP = "run/prepared.json"
SIGN_INS = "run/sign_ins.json"
ROOMS = ("cmo_portal", "members", "works", "licensing", "royalties")
CODE = {".py", ".sql", ".json"}
STATIC = {".css", ".js", ".svg", ".woff2", ".ttf", ".png"}


class Preparation:
    """The steps between running servers and a portal that can be opened."""

    def __init__(self, root: Path, services: Services, env: dict[str, str]) -> None:
        self.root = root
        self.services = services
        self.env = env

    def run(self, *, demo: bool) -> None:
        """Migrate, collect the static files and, for a demo, load its society once."""
        data = self.services.data
        stamp = {
            "code": digest_of_files(self.root, CODE),
            "static": digest_of_files(self.root, STATIC),
            "demo": demo,
            "database": self.services.generation(),
        }
        done = data.read(STAMP)
        if stamp["database"] and done == stamp:
            return
        (data / STAMP).unlink(missing_ok=True)
        self._step("Bringing the database up to date …", "migrate", "--noinput")
        if done.get("static") != stamp["static"]:
            self._step("Collecting the static files …", "collectstatic", "--noinput")
        if not demo or self._load_demo():
            data.write(STAMP, stamp)

    def sign_ins(self) -> str:
        """What `demo_accounts` prints, asked once for each preparation; a hint when there is no such command."""
        data = self.services.data
        prepared, kept = data.read(STAMP), data.read(SIGN_INS)
        if prepared.get("database") and kept.get("prepared") == prepared:
            return str(kept["text"])
        done = self._manage("demo_accounts")
        if done.returncode == 0:
            data.write(SIGN_INS, {"prepared": prepared, "text": done.stdout.strip()})
            return done.stdout.strip()
        return "(the list of demo sign-ins is not available: manage demo_accounts failed)"

    def _load_demo(self) -> bool:
        done = self._manage("load_demo", says="Loading the demo society (once) …")
        if done.returncode == 0:
            return True
        if "Unknown command" in done.stderr:
            complain("this version has no demo society to load (manage load_demo).")
            return False
        raise LauncherError("the demo society could not be loaded:\n" + last_words(done.stdout + done.stderr))

    def _step(self, says: str, *arguments: str) -> None:
        done = self._manage(*arguments, says=says)
        if done.returncode != 0:
            raise LauncherError(f"manage {arguments[0]} failed:\n" + last_words(done.stdout + done.stderr))

    def _manage(self, *arguments: str, says: str = "") -> subprocess.CompletedProcess[str]:
        if says:
            say(says)
        command = command_of(self.services.environment, self.root, list(arguments))
        return subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, text=True)


def digest_of_files(root: Path, suffixes: set[str]) -> str:
    """A digest that changes with any of the project's files of these kinds, and with the packages."""
    digest = hashlib.sha256((root / "requirements.txt").read_bytes())
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in suffixes:
                facts = path.stat()
                digest.update(f"{path.relative_to(root)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def remember_mode(data: DataFolder, *, demo: bool, address: str) -> None:
    """Write down what this folder is used for. A demo never opens real data, and real use never the demo's."""
    mode = "demo" if demo else "up"
    known = data.read("mode.json").get("mode")
    if known and known != mode:
        raise LauncherError(
            "this data folder holds the demo society, whose passwords are public; for real use set PORTAL_DATA to "
            "another folder, or ./portal reset this one."
            if known == "demo"
            else "this data folder holds real data; set PORTAL_DATA to another folder for the demo."
        )
    data.write("mode.json", {"mode": mode, "address": address})
