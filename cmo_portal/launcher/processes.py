"""Processes: who they are beyond a number, how they start, and how they end for certain.

A process number alone proves nothing, since numbers are used again. A process is known here by its number together with
its start time and the boot it belongs to; the children of an instance also carry a token in their environment, by which
those that a killed launcher left behind are found.
"""

# ruff: noqa: S603 - the commands are our own servers and tools, never text from outside
from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

MARK = "PORTAL_INSTANCE"
PROC = Path("/proc")
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Identity:
    """One process of this machine: its number, and the mark that tells it from a later one with the same number."""

    pid: int
    born: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of a living process; None when there is none, or it is dead and only waits to be buried."""
        born = birth_mark(pid)
        return cls(pid, born) if born else None

    @classmethod
    def from_record(cls, record: Any) -> Identity | None:
        """Read back what `record` wrote; None for anything else."""
        if isinstance(record, dict) and isinstance(record.get("pid"), int) and isinstance(record.get("born"), str):
            return cls(record["pid"], record["born"])
        return None

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {"pid": self.pid, "born": self.born}

    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return birth_mark(self.pid) == self.born


def birth_mark(pid: int) -> str:
    """Boot and start time of a living process; empty when it does not run."""
    if PROC.joinpath("self", "stat").exists():
        return _birth_mark_of_linux(pid)
    done = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True)  # noqa: S607
    state, _, started = done.stdout.strip().partition(" ")
    return "" if not state or state.startswith("Z") else " ".join(started.split())


def _birth_mark_of_linux(pid: int) -> str:
    try:
        # the command's name stands in brackets and may itself hold brackets and spaces
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    state, started = fields[0], fields[19]
    return "" if state in "ZX" else f"{boot} {started}"


def carriers_of(token: str) -> list[tuple[Identity, str]]:
    """Every living process whose environment carries this instance's token, with its role. Linux only, else empty."""
    found = []
    wanted = f"{MARK}={token}:".encode()
    for folder in PROC.glob("[0-9]*"):
        try:
            entries = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        role = next((entry[len(wanted) :].decode() for entry in entries if entry.startswith(wanted)), None)
        identity = Identity.of(int(folder.name)) if role is not None else None
        if identity and role is not None:
            found.append((identity, role))
    return found


def working_in(folder: Path) -> bool:
    """Whether any process has this folder as its working folder. Linux only, else False."""
    for link in PROC.glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                return True
    return False


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in its own session, so that Ctrl-C at the terminal reaches the launcher alone."""
    with Path(log or os.devnull).open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
        )


def end(identity: Identity, *, patience: float = 10.0, first: int = signal.SIGTERM, with_group: bool = True) -> None:
    """End a process: ask, wait up to `patience` seconds, then kill it and all that is left of its group.

    Our children lead groups of their own; for other processes say with_group=False.

    A process that is gone already is left alone, since its number may belong to somebody else by now.
    """
    if not identity.is_alive():
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(identity.pid, first)
    wait_until_gone(identity, patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if with_group else os.kill)(identity.pid, signal.SIGKILL)
    wait_until_gone(identity, 5.0)


def wait_until_gone(identity: Identity, seconds: float) -> bool:
    """Wait for a process to end; True when it did. A child of ours is buried on the way."""
    deadline = time.monotonic() + seconds
    while identity.is_alive():
        if time.monotonic() > deadline:
            return False
        with contextlib.suppress(ChildProcessError):
            os.waitpid(identity.pid, os.WNOHANG)
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Put off signals to stop while the launcher stops what it started: a second Ctrl-C must not leave a server."""
    with handled_by(lambda _number, _frame: None):
        yield


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a start finish before a signal to stop takes effect, so that nothing is started and then forgotten."""
    came: list[int] = []
    with handled_by(lambda number, _frame: came.append(number)):
        yield
    if came:
        raise KeyboardInterrupt(came[0])


@contextlib.contextmanager
def handled_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Handle signals to stop in another way for a while. A handler of ours is not handed down to children."""
    before = {number: signal.signal(number, handler) for number in STOPPING}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def stop_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into the same orderly way out as Ctrl-C."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    for number in STOPPING:
        signal.signal(number, leave)


def unprivileged() -> dict[str, Any]:
    """Arguments for subprocess that drop root to `nobody`; empty for everybody else.

    PostgreSQL refuses to run as root. No account is made and nobody else's folder is changed for it.
    """
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def may_reach(path: Path) -> bool:
    """Whether the unprivileged user can enter a folder or run a program; a shell of that user asks the kernel."""
    question = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
    return subprocess.run(question, cwd="/", capture_output=True, **unprivileged()).returncode == 0
