"""Runs the launcher as people do, in a data folder of its own, and looks at the processes it starts and leaves."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
# what the test run itself was given, and must not reach a launcher under test
OF_THE_TEST_RUN = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "CACHE_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "BLIND_INDEX_KEY",
    "SIGNING_SEED",
    "MEDIA_ROOT",
    "STATIC_ROOT",
    "BASE_URL",
    "ALLOWED_HOSTS",
    "DEMO_MODE",
    "DEBUG",
    "PORTAL_DATA",
    "PYTEST_ADDOPTS",
    "PYTEST_XDIST_WORKER",
    "PYTEST_XDIST_WORKER_COUNT",
    "PYTEST_CURRENT_TEST",
)


class Bed:
    """One data folder and the launchers started on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.children: list[subprocess.Popen[str]] = []

    def env(self, **more: str) -> dict[str, str]:
        """The environment of a person at a terminal, with this data folder."""
        kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TEST_RUN}
        return kept | {"PORTAL_DATA": str(self.data)} | more

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the launcher to its end."""
        command = [sys.executable, str(ROOT / "portal"), *arguments]
        return subprocess.run(
            command, env=self.env(**more), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
        )

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start a launcher in the foreground of nobody; `up --services-only` unless something else is said."""
        child = subprocess.Popen(
            [sys.executable, str(ROOT / "portal"), *(arguments or ("up", "--services-only"))],
            env=self.env(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.children.append(child)
        return child

    def start_and_wait(self, *arguments: str, seconds: float = 60, **more: str) -> subprocess.Popen[str]:
        """Start a launcher and wait until it says that it is ready."""
        child = self.start(*arguments, **more)
        deadline = time.monotonic() + seconds
        while not (self.record("launcher").get("ready") and self.record("launcher").get("pid") == child.pid):
            if child.poll() is not None or time.monotonic() > deadline:
                child.kill()
                raise AssertionError(f"the launcher is not ready: {child.communicate()[0]}")
            time.sleep(0.05)
        return child

    def stop(self, child: subprocess.Popen[str], number: int = signal.SIGTERM) -> str:
        """Send a signal, wait for the end; what the launcher said."""
        child.send_signal(number)
        return child.communicate(timeout=60)[0]

    def record(self, name: str) -> dict[str, Any]:
        """A JSON record of the data folder."""
        try:
            return dict(json.loads((self.data / "run" / f"{name}.json").read_text()))
        except (OSError, ValueError):
            return {}

    def addresses(self) -> dict[str, str]:
        """Where the servers are, as the launcher wrote it down."""
        return self.record("addresses")

    def sql(self, statement: str, address: str = "DATABASE_OWNER_URL") -> list[tuple[Any, ...]]:
        """Run one statement, by default as the owner of the database."""
        connection = psycopg2.connect(self.addresses()[address])
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def redis(self) -> "redis.Redis":
        """A client of the broker."""
        return redis.Redis.from_url(self.addresses()["REDIS_URL"])

    def processes(self) -> dict[int, str]:
        """Every living process of this folder, launchers too: its number and command line."""
        return {pid: line for pid, line in living() if belongs(pid, line, self.folder)}

    def wait_until_quiet(self, seconds: float = 10) -> dict[int, str]:
        """Wait until no process of this folder is left; those that are left after all."""
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def clear(self) -> None:
        """End whatever a failed test left, and delete the folder."""
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait()
        if self.data.exists():
            self.run("stop")
            self.run("reset", "--yes")
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def make_folder(mode: int | None = None) -> Path:
    """A fresh folder which, as root, the unprivileged user can pass through, unless another mode is wanted."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bed-"))
    folder.chmod(mode if mode is not None else 0o711 if os.geteuid() == 0 else 0o700)
    return folder


def living() -> Iterator[tuple[int, str]]:
    """Number and command line of every process that is not a zombie."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if state not in "ZX":
            yield int(entry.name), line


def belongs(pid: int, line: str, folder: Path) -> bool:
    """Whether a process works on this folder: by its command line, its working folder or its environment."""
    entry = Path("/proc") / str(pid)
    if str(folder) in line:
        return True
    try:
        if str(entry.joinpath("cwd").readlink()).startswith(str(folder)):
            return True
        return str(folder).encode() in (entry / "environ").read_bytes()
    except OSError:
        return False


def user_of(pid: int) -> str:
    """Name of the user a process runs as."""
    return pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name
