"""The processes of one running portal beside its servers: worker, scheduler and web, started, watched and stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cmo_portal.launcher.console import complain
from cmo_portal.launcher.data import DataFolder
from cmo_portal.launcher.processes import MARK, Identity, carriers_of, end, spawn, uninterrupted

RECORD = "run/crew.json"
QUEUES = "money,ingest,mail,pdf,default"
# the scheduler stops before the workers that serve it, the web before both
STOP_ORDER = ("web", "beat", "worker")
START_ORDER = ("worker", "beat", "web")
PATIENCE = {"web": 12.0, "beat": 5.0, "worker": 15.0}
LONGEST_PAUSE = 30.0
SETTLED_AFTER = 60.0
LARGEST_LOG = 20_000_000


@dataclass
class Member:
    """One process of the crew: how it is started, and how its last starts went."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    identity: Identity | None = None
    started: float = 0.0
    pause: float = 0.0
    not_before: float = 0.0

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def age(self) -> float:
        """Seconds since its last start."""
        return time.monotonic() - self.started


class Crew:
    """Worker, scheduler and web of one data folder. A dead one is started again, after a growing pause."""

    def __init__(self, data: DataFolder, root: Path, listener: socket.socket | None) -> None:
        self.data = data
        self.root = root
        self.listener = listener
        self.mark = data.secrets()["INSTANCE"]
        self.env: Mapping[str, str] = {}
        self.members: dict[str, Member] = {}

    def hire(self, commands: Mapping[str, list[str]], env: Mapping[str, str]) -> None:
        """Start every process, in the order of START_ORDER."""
        self.env = env
        with uninterrupted():
            self.members = {name: Member(name, commands[name]) for name in START_ORDER}
            for member in self.members.values():
                self._start(member)

    def replace(self, *names: str) -> None:
        """Stop and start again the named processes."""
        with uninterrupted():
            for name in STOP_ORDER:
                if name in names:
                    self._stop(self.members[name])
            for name in START_ORDER:
                if name in names:
                    self._start(self.members[name])

    def look_after(self) -> None:
        """Start again whoever died, each after its own pause: 1 s, then twice as long, up to half a minute."""
        for member in self.members.values():
            if member.is_alive():
                if member.age() > SETTLED_AFTER:
                    member.pause = 0.0
                continue
            now = time.monotonic()
            if member.not_before <= member.started:
                member.pause = min(max(1.0, member.pause * 2), LONGEST_PAUSE)
                member.not_before = now + member.pause
                code = member.process.returncode if member.process else None
                complain(f"{member.name} ended (code {code}); it starts again in {member.pause:.0f} s.")
            elif now >= member.not_before:
                self.replace(member.name)

    def dismiss(self) -> None:
        """Stop everything, in the order of STOP_ORDER."""
        for name in STOP_ORDER:
            if name in self.members:
                self._stop(self.members[name])
        self.members = {}
        self._record()

    def log_of(self, name: str) -> Path:
        """Where a process writes what it says."""
        return self.data / "logs" / f"{name}.log"

    def _start(self, member: Member) -> None:
        log = self.log_of(member.name)
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        env = {**self.env, MARK: f"{self.mark}:{member.name}"}
        handed = [self.listener.fileno()] if self.listener and member.name == "web" else []
        member.process = spawn(member.command, env=env, log=log, cwd=self.root, pass_fds=handed)
        member.identity = Identity.of(member.process.pid)
        member.started = time.monotonic()
        self._record()

    def _stop(self, member: Member) -> None:
        if member.identity:
            end(member.identity, patience=PATIENCE[member.name])
        if member.process:
            member.process.poll()
        for identity, role in carriers_of(self.mark):
            if role == member.name:
                end(identity, patience=0.0)

    def _record(self) -> None:
        alive = {name: m.identity.record() for name, m in self.members.items() if m.identity and m.is_alive()}
        self.data.write(RECORD, alive)


def left_over(data: DataFolder) -> list[tuple[str, Identity]]:
    """Processes of a crew whose launcher is gone: those on record, and those that carry the mark of this folder."""
    found = [(role, identity) for identity, role in carriers_of(data.secrets()["INSTANCE"]) if role in STOP_ORDER]
    for name, record in data.read(RECORD).items():
        identity = Identity.from_record(record)
        if identity and identity.is_alive() and (name, identity) not in found:
            found.append((name, identity))
    return sorted(found, key=lambda pair: STOP_ORDER.index(pair[0]))


def reap(data: DataFolder) -> int:
    """End what a killed launcher left behind; how many processes it was."""
    left = left_over(data)
    for _name, identity in left:
        end(identity, patience=3.0)
    if left:
        data.write(RECORD, {})
    return len(left)


def commands_of_crew(
    python: Path, data: DataFolder, *, listener: socket.socket, processes: int
) -> dict[str, list[str]]:
    """The command lines of worker, scheduler and web server.

    The web server gets the launcher's own listening socket, so that the port cannot be somebody else's, and callers
    wait instead of being turned away while it starts again.
    """
    celery = [str(python), "-m", "celery", "-q", "-A", "cmo_portal"]  # -q: no banner among the log lines
    web = [str(python), "-m", "gunicorn", "cmo_portal.wsgi:application", "--bind", f"fd://{listener.fileno()}"]
    worker = ["worker", "-Q", QUEUES, "--concurrency", str(processes), "--loglevel", "INFO"]
    schedule = str(data / "run" / "beat-schedule")
    threads = ["--workers", str(max(2, min(processes, 4))), "--worker-class", "gthread", "--threads", "4"]
    limits = ["--timeout", "60", "--graceful-timeout", "8", "--no-control-socket"]
    shared_memory = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108
    # loaded once and forked: each worker would need seconds of its own for the same imports
    logs = ["--preload", "--logger-class", "cmo_portal.web_log.WebLogger", "--access-logfile", "-"]
    return {
        "worker": [*celery, *worker, "-n", f"{data.secrets()['INSTANCE'][:6]}@%h"],
        "beat": [*celery, "beat", "-s", schedule, "--pidfile=", "--loglevel", "INFO"],
        "web": [*web, *threads, *limits, *shared_memory, *logs],
    }
