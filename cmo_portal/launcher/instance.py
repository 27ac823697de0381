"""One running portal: ./portal demo and up, from the first check to the last stopped server."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from pathlib import Path
from typing import IO

from cmo_portal.launcher import crew as crew_module
from cmo_portal.launcher import messages, variables, watch
from cmo_portal.launcher.console import LauncherError, complain, say
from cmo_portal.launcher.crew import Crew, commands_of_crew
from cmo_portal.launcher.data import DataFolder
from cmo_portal.launcher.ports import LOOPBACK, listen
from cmo_portal.launcher.preparation import Preparation, remember_mode
from cmo_portal.launcher.processes import Identity, spawn, undisturbed
from cmo_portal.launcher.services import Services
from cmo_portal.launcher.venv import Environment

LOCK = "run/launcher.lock"
RECORD = "run/launcher.json"
ADDRESSES = "run/addresses.json"
FIRST_PORT = 8000
BEAT = 1.0
PULSE_EVERY = 10.0
HEALTHY_WITHIN = 60.0
DETACHED_WITHIN = 600.0


class Instance:
    """The portal of one data folder while this launcher runs it."""

    def __init__(self, root: Path, options: argparse.Namespace) -> None:
        self.root = root
        self.options = options
        self.demo = options.command == "demo"
        self.data = DataFolder.of(root).make()
        self.environment = Environment(root)
        self.services: Services | None = None
        self.listener: socket.socket | None = None
        self.crew: Crew | None = None
        self.env: dict[str, str] = {}
        self.next_pulse = 0.0

    def run(self) -> int:
        """Start, watch until a signal comes, stop; the lock of the data folder is held all the while."""
        lock = take_lock(self.data)
        try:
            self._start()
            self._watch()
        except KeyboardInterrupt:
            say("Stopping …")
        finally:
            with undisturbed():
                self._stop()
                lock.close()
        return 0

    # --- start --------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._announce(ready=False, address="")
        self.environment.ensure()
        messages.compile_all(self.root)
        left = crew_module.reap(self.data)
        if left:
            say(f"Stopped {left} processes that an earlier start had left behind.")
        self.services = Services(self.data, self.environment)
        self.services.join()
        if self.options.services_only:
            self.data.write(ADDRESSES, self.services.variables)
            say(f"The database and the broker run. Their addresses: {self.data / ADDRESSES}")
            self._announce(ready=True, address="services only")
            return
        self._start_portal(self.services)

    def _start_portal(self, services: Services) -> None:
        self.listener = listen(self.options.bind, self.options.port, FIRST_PORT)
        port = self.listener.getsockname()[1]
        address = os.environ.get("BASE_URL") or f"http://{LOOPBACK}:{port}"
        remember_mode(self.data, demo=self.demo, address=address)
        self.env = variables.base(self.root, self.data, address=address, demo=self.demo) | services.variables
        preparation = Preparation(self.root, services, self.env)
        preparation.run(demo=self.demo)
        self.crew = Crew(self.data, self.root, self.listener)
        processes = self.options.workers or min(max(os.cpu_count() or 2, 2), 8)
        commands = commands_of_crew(self.environment.python, self.data, listener=self.listener, processes=processes)
        self.crew.hire(commands, variables.for_web_and_workers(self.env))
        self._wait_until_healthy(self.crew, port)
        say(f"\nThe portal is ready: {address}")
        if self.demo:
            say(preparation.sign_ins())
            say("\nOne-time code of a demo account:  ./portal code E-MAIL")
        say(f"Logs: {self.data / 'logs'}.  Stop: Ctrl-C or ./portal stop.")
        # last of all, since a detached start ends its output here
        self._announce(ready=True, address=address)

    def _wait_until_healthy(self, crew: Crew, port: int) -> None:
        web = crew.members["web"]
        well = watch.wait_until(
            lambda: watch.answers(port, self.env["BASE_URL"], self.env["ALLOWED_HOSTS"]),
            HEALTHY_WITHIN,
            while_true=web.is_alive,
        )
        if not well:
            log = crew.log_of("web")
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""
            raise LauncherError(f"the web server does not answer. The end of {log}:\n{tail}")

    # --- watch --------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Look after servers and crew until a signal to stop arrives."""
        while True:
            time.sleep(BEAT)
            try:
                self._look_after()
            except LauncherError as error:
                complain(f"{error}; trying again in {PULSE_EVERY:.0f} s.")
                time.sleep(PULSE_EVERY)

    def _look_after(self) -> None:
        if self.services and not self.services.healthy():
            complain("a server stopped answering; starting it again.")
            moved = self.services.heal()
            self.env |= self.services.variables
            if self.options.services_only:
                self.data.write(ADDRESSES, self.services.variables)
            if self.crew:
                self.crew.env = variables.for_web_and_workers(self.env)
                # a worker may go deaf when its broker was away, so it always starts anew; the web only if it must
                self.crew.replace("worker", "beat", *(["web"] if moved else []))
        if self.crew:
            self.crew.look_after()
            self._feel_pulse(self.crew)

    def _feel_pulse(self, crew: Crew) -> None:
        """Start the worker again when it is alive but has not consumed anything for too long."""
        if time.monotonic() < self.next_pulse:
            return
        self.next_pulse = time.monotonic() + PULSE_EVERY
        worker, beat = crew.members["worker"], crew.members["beat"]
        if min(worker.age(), beat.age()) < watch.SILENCE or not (worker.is_alive() and beat.is_alive()):
            return
        if watch.worker_is_silent(self.environment.python, self.env):
            complain("the worker has not consumed anything for too long; starting it again.")
            crew.replace("worker", "beat")

    # --- stop ---------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        if self.crew:
            self.crew.dismiss()
        if self.listener:
            self.listener.close()
        if self.services:
            self.services.leave()
        (self.data / RECORD).unlink(missing_ok=True)

    def _announce(self, *, ready: bool, address: str) -> None:
        identity = Identity.of(os.getpid())
        facts = {"command": self.options.command, "ready": ready, "address": address}
        self.data.write(RECORD, (identity.record() if identity else {}) | facts)


def take_lock(data: DataFolder) -> IO[str]:
    """The lock of this data folder; refused in one line when another launcher has it."""
    lock = data.try_lock(LOCK)
    if lock is None:
        other = data.read(RECORD)
        where = other.get("address") or "still starting"
        raise LauncherError(f"already running on this data ({data.path}): process {other.get('pid', '?')}, {where}.")
    return lock


def start(root: Path, options: argparse.Namespace) -> int:
    """./portal demo and ./portal up."""
    if options.command == "up":
        variables.refuse_careless_production()
    if options.detach:
        return detach(root, options)
    return Instance(root, options).run()


def detach(root: Path, options: argparse.Namespace) -> int:
    """Start in the background, wait until it is ready or has failed, and show what it said."""
    data = DataFolder.of(root).make()
    take_lock(data).close()
    log = data / "logs" / "launcher.log"
    log.unlink(missing_ok=True)
    command = [sys.executable, str(root / "portal"), *(word for word in sys.argv[1:] if word != "--detach")]
    child = spawn(command, env=os.environ, log=log, cwd=root)
    ready = watch.wait_until(
        lambda: bool(data.read(RECORD).get("ready")) and data.read(RECORD).get("pid") == child.pid,
        DETACHED_WITHIN,
        while_true=lambda: child.poll() is None,
    )
    say(log.read_text(errors="replace").strip())
    return 0 if ready else 1
