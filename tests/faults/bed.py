"""Servers and workers of a test's own, to be stopped, emptied and restarted."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import redis

from cmo_portal.launcher.watch import SILENCE, worker_is_silent

ROOT = Path(__file__).resolve().parents[2]
QUEUES = ("money", "ingest", "mail", "pdf", "default")


class Broker:
    """A Valkey of this test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.password = folder, secrets.token_hex(8)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def client(self) -> "redis.Redis":
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--requirepass", self.password, "--save", ""]
        self.process = subprocess.Popen(
            [os.environ["TEST_VALKEY_BIN"], *words, "--dir", str(self.folder)], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                self.client.ping()
                return
            except redis.ConnectionError:
                time.sleep(0.05)
        raise AssertionError("the broker does not answer")

    def stop(self) -> None:
        """Kill it; it keeps nothing."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def waiting(self) -> int:
        """Messages that no worker has fetched."""
        return sum(self.client.llen(queue) for queue in QUEUES)

    def fetched(self) -> int:
        """Messages that a worker has fetched and not answered for yet."""
        return int(self.client.hlen("unacked"))


class Crew:
    """Real Celery workers and the scheduler on a test's database and broker, watched as the launcher watches them."""

    def __init__(self, stage: Any, broker: Broker) -> None:
        self.stage, self.broker, self.born, self.restarts = stage, broker, 0.0, 0
        self.process: subprocess.Popen[bytes] | None = None
        self.fault = ""

    def environment(self) -> dict[str, str]:
        """That of the workers of the portal, on the servers of the test."""
        more = {"DATABASE_URL": self.stage.url(), "REDIS_URL": self.broker.url, "CACHE_URL": self.broker.url}
        found = {**os.environ, **more, "CMO_FAULT": self.fault}
        found.pop("DATABASE_OWNER_URL", None)
        return found

    def start(self, fault: str = "") -> None:
        """Start two worker processes and the scheduler, each told to fail at a fault point or not."""
        self.fault, self.born = fault, time.monotonic()
        words = ["-A", "cmo_portal", "worker", "-B", "-c", "2", "-Q", ",".join(QUEUES), "-l", "ERROR"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", *words, "-s", str(self.broker.folder / "schedule")],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self) -> None:
        """Kill them all."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def watch(self) -> None:
        """The launcher's watchdog: workers that have been silent for too long are started anew."""
        if time.monotonic() - self.born > SILENCE and worker_is_silent(Path(sys.executable), self.environment()):
            self.restarts += 1
            self.stop()
            self.start(self.fault)
