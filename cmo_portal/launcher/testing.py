"""./portal test: an own, throw-away PostgreSQL and Valkey for each call, then pytest, then nothing is left."""

# ruff: noqa: S603 - the command is our own test run
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cmo_portal.launcher import browser, messages, valkey, variables
from cmo_portal.launcher.console import LauncherError, complain
from cmo_portal.launcher.data import DataFolder, fresh_secrets
from cmo_portal.launcher.processes import MARK, Identity, carriers_of, end, handled_by, undisturbed
from cmo_portal.launcher.services import Services, forget_cluster_outside
from cmo_portal.launcher.sql import Sql
from cmo_portal.launcher.templates import TemplateCache, clear_server
from cmo_portal.launcher.venv import Environment

ROLE = "tests"
CACHE = "portal-cache"
WAITING = 2  # more processes than cores: some always wait for a browser, a server or a template
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own in it, as in any temporary folder
MEMORY_INFO = Path("/proc/meminfo")
ROOM = 3 << 30  # bytes of databases and write-ahead log, at most


def run_tests(root: Path, arguments: list[str]) -> int:
    """Run the tests with these pytest arguments; pytest's exit code."""
    environment = Environment(root)
    environment.ensure(development=True)
    messages.compile_all(root)
    long = "--long" in arguments
    arguments = [argument for argument in arguments if argument != "--long"]
    chrome = browser.find(environment.folder / CACHE)
    if chrome is None:
        if wants_everything(arguments):
            raise LauncherError(browser.ABSENT)
        complain(browser.ABSENT)
    with throw_away(root, environment) as services:
        env = variables_of_tests(root, services, chrome, long=long)
        command = [str(environment.python), "-m", "pytest", *pytest_arguments(root, arguments, long=long)]
        if not services.uses_database:
            return run_on_outside_server(command, root, env, services)
        if long:
            return run_until_done(command, root, env)
        cache = TemplateCache(root, environment.folder / CACHE, services.binaries(), services.superuser_url)
        cache.restore()
        code = run_until_done(command, root, env)
        cache.keep()
        return code


def pytest_arguments(root: Path, arguments: list[str], *, long: bool) -> list[str]:
    """The given arguments after our defaults: a process for each core and `WAITING` more (but one process for single
    files), long sweeps left out."""
    defaults: list[str] = []
    if not any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments):
        single = named_paths(root, arguments)
        alone = bool(single) and all(path.is_file() for path in single)
        defaults += ["-n", "0" if alone else str(cores() + WAITING)]
    if not any(argument.startswith("--dist") for argument in arguments):
        defaults += ["--dist", "worksteal"]  # whoever has nothing left helps the others
    if long:
        defaults += ["-m", "long or not long"]
    elif not any(argument == "-m" or argument.startswith("-m=") for argument in arguments):
        defaults += ["-m", "not long"]
    return [*defaults, *arguments]


def cores() -> int:
    """How many cores this process may use, which a container or `taskset` can make fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2


def named_paths(root: Path, arguments: list[str]) -> list[Path]:
    """The files and folders among the arguments."""
    paths = [root / argument.partition("::")[0] for argument in arguments if not argument.startswith("-")]
    return [path for path in paths if path.exists()]


def wants_everything(arguments: list[str]) -> bool:
    """Whether no single file, folder or pattern was asked for."""
    return not any(not argument.startswith("-") or argument.startswith("-k") for argument in arguments)


def variables_of_tests(root: Path, services: Services, chrome: str | None, *, long: bool) -> dict[str, str]:
    """The environment of pytest: that of the portal, a login that may make databases, and the programs to run."""
    env = variables.base(root, services.data, address="http://127.0.0.1:8000", demo=False)
    env |= services.variables
    env["DATABASE_OWNER_URL"] = services.superuser_url
    env[MARK] = f"{services.secrets['INSTANCE']}:{ROLE}"
    if chrome:
        env["CHROME_PATH"] = chrome
    if services.uses_database:
        env["TEST_PG_BIN"] = str(services.binaries())
    if services.uses_redis:
        env["TEST_VALKEY_BIN"] = str(valkey.find_program(services.environment.site_packages()))
    if long:
        env["PORTAL_LONG"] = "1"
    return env


@contextmanager
def throw_away(root: Path, environment: Environment) -> Iterator[Services]:
    """Servers of one test run in a fresh folder (`place_of_a_run`), stopped and deleted at the end whatever happens."""
    sweep_abandoned(environment)
    folder = Path(tempfile.mkdtemp(prefix="portal-test-", dir=place_of_a_run()))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    data = DataFolder(folder).make()
    data.write("run/owner.json", owner_record())
    if os.environ.get("DATABASE_URL"):
        # the roles outlive the run on a server of the person's own, so their passwords have to be lasting ones
        lasting = DataFolder.of(root).make().secrets()
        data.write("secrets.json", lasting | {"INSTANCE": fresh_secrets()["INSTANCE"]})
    services = Services(data, environment, careless=True)
    try:
        services.join()
        yield services
    finally:
        with undisturbed():
            end_tests(services)
            services.leave()
            forget_cluster_outside(data)
            shutil.rmtree(folder, ignore_errors=True)


def places() -> tuple[Path, Path]:
    """Where the folders of test runs lie: memory and the system's temporary folder."""
    return MEMORY, Path(tempfile.gettempdir())


def place_of_a_run() -> Path:
    """Memory, unless a person named another place or there is little of it: a test that commits gets its database made
    anew, and on a slow disk that takes half a second, ten times as long."""
    memory, system = places()
    return memory if "TMPDIR" not in os.environ and room_in_memory() >= ROOM else system


def room_in_memory() -> int:
    """Bytes that a test run may fill: what the folder takes, and no more than half of what the machine has left; none
    where the system has no such folder or does not say."""
    try:
        told, free = MEMORY_INFO.read_text(), shutil.disk_usage(MEMORY).free
    except OSError:
        return 0
    available = int(told.partition("MemAvailable:")[2].split()[0]) * 1024
    return min(free, available // 2)


def end_tests(services: Services) -> None:
    """End whatever the tests of these servers started and did not end: browsers, workers, pytest itself."""
    for identity, role in carriers_of(services.secrets["INSTANCE"]):
        if role == ROLE:
            end(identity, patience=0.0)


def owner_record() -> dict[str, object]:
    """Who owns a throw-away folder."""
    identity = Identity.of(os.getpid())
    return identity.record() if identity else {}


def sweep_abandoned(environment: Environment) -> None:
    """Stop and delete what killed test runs of our own user left in either place."""
    for folder in (folder for place in places() for folder in place.glob("portal-test-*")):
        data = DataFolder(folder)
        owner = Identity.from_record(data.read("run/owner.json"))
        if owner is None or owner.is_alive() or folder.stat().st_uid != os.geteuid():
            continue
        services = Services(data, environment, careless=True)
        end_tests(services)
        services.stop()
        forget_cluster_outside(data)
        shutil.rmtree(folder, ignore_errors=True)


def run_on_outside_server(command: list[str], root: Path, env: dict[str, str], services: Services) -> int:
    """Run pytest on a server of the person's own, and leave no database of ours there."""
    server = Sql(services.environment.python, services.superuser_url)
    clear_server(server)
    try:
        return run_until_done(command, root, env)
    finally:
        with undisturbed():
            clear_server(server)


def run_until_done(command: list[str], root: Path, env: dict[str, str]) -> int:
    """Run pytest; its exit code. A signal to stop is handed on once, so that its tests can clean up.

    pytest gets its own session (a second Ctrl-C from the terminal would break its cleaning up), except for a debugger,
    which needs the terminal.
    """
    debugging = any(argument.startswith("--pdb") for argument in command)
    child = subprocess.Popen(command, cwd=root, env=env, start_new_session=not debugging)

    def hand_on(_number: int, _frame: FrameType | None) -> None:
        child.send_signal(signal.SIGINT)

    with handled_by(hand_on):
        return child.wait()
