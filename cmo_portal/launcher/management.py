"""./portal manage, bench and code: Django's commands with the servers they need."""

# ruff: noqa: S603 - the command is our own manage.py
from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from types import FrameType

from cmo_portal.launcher import messages, variables
from cmo_portal.launcher.console import LauncherError
from cmo_portal.launcher.data import DataFolder
from cmo_portal.launcher.processes import handled_by, undisturbed
from cmo_portal.launcher.services import Services
from cmo_portal.launcher.venv import Environment

MODE = "mode.json"


def run_manage(root: Path, arguments: list[str]) -> int:
    """Run one management command with the servers of this data folder; its exit code."""
    environment = Environment(root)
    environment.ensure()
    messages.compile_all(root)
    data = DataFolder.of(root).make()
    services = Services(data, environment)
    try:
        services.join()
        return in_foreground(command_of(environment, root, arguments), variables_of_commands(root, services))
    finally:
        with undisturbed():
            services.leave()


def run_bench(root: Path, arguments: list[str]) -> int:
    """Measure; the command makes a database of its own and therefore gets the server's superuser."""
    environment = Environment(root)
    environment.ensure()
    data = DataFolder.of(root).make()
    services = Services(data, environment)
    try:
        services.join()
        env = variables_of_commands(root, services) | {"BENCH_SUPERUSER_URL": services.superuser_url}
        return in_foreground(command_of(environment, root, ["bench", *arguments]), env)
    finally:
        with undisturbed():
            services.leave()


def show_code(root: Path, arguments: list[str]) -> int:
    """Print the current one-time code of a demo account; refused outside the demo."""
    if len(arguments) != 1:
        raise LauncherError("give the e-mail address of one demo account: ./portal code E-MAIL")
    if DataFolder.of(root).read(MODE).get("mode") != "demo":
        raise LauncherError("one-time codes are shown for the demo society only; start ./portal demo first.")
    return run_manage(root, ["demo_code", arguments[0]])


def variables_of_commands(root: Path, services: Services) -> dict[str, str]:
    """The environment of management commands: like that of the running portal, and with the owner's sign-in."""
    mode = services.data.read(MODE)
    address = str(mode.get("address") or "http://127.0.0.1:8000")
    env = variables.base(root, services.data, address=address, demo=mode.get("mode") == "demo")
    return env | services.variables


def command_of(environment: Environment, root: Path, arguments: list[str]) -> list[str]:
    """The command line of manage.py."""
    return [str(environment.python), str(root / "manage.py"), *arguments]


def in_foreground(command: list[str], env: dict[str, str]) -> int:
    """Run a command with our terminal, in the folder where the person stands, so that paths mean what they say there;
    Ctrl-C reaches it by itself, other signals are handed on. Its exit code."""
    child = subprocess.Popen(command, env=env)

    def hand_on(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            child.send_signal(number)

    with handled_by(hand_on):
        code = child.wait()
    return code if code >= 0 else 128 - code
