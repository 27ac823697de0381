"""The commands of ./portal and their arguments."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from cmo_portal.launcher import instance, management, testing, upkeep
from cmo_portal.launcher.console import LauncherError, complain
from cmo_portal.launcher.processes import stop_on_signals

ROOT = Path(__file__).resolve().parent.parent.parent
INTERRUPTED = 130
# what follows these words is handed on untouched
HANDED_ON: dict[str, Callable[[Path, list[str]], int]] = {
    "test": testing.run_tests,
    "manage": management.run_manage,
    "bench": management.run_bench,
    "code": management.show_code,
}
COMMANDS: dict[str, Callable[[Path, argparse.Namespace], int]] = {
    "demo": instance.start,
    "up": instance.start,
    "status": upkeep.status,
    "stop": upkeep.stop,
    "reset": upkeep.reset,
}
EPILOG = """\
Environment: DATABASE_URL and REDIS_URL replace the embedded servers; PORTAL_DATA names another data folder than
.portal; CHROME_PATH names the browser for the tests. docs/operations.md tells how to run for real.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="portal", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help_text in (
        ("demo", "the whole portal with the demo society"),
        ("up", "the whole portal for real data, without the demo society"),
    ):
        start = commands.add_parser(name, help=help_text)
        start.add_argument("--port", type=int, help="port of the web server (default: 8000, or the next free one)")
        start.add_argument("--bind", default="127.0.0.1", help="address to listen on (default: this machine alone)")
        start.add_argument("--workers", type=int, help="processes of the worker (default: one for each core, 2 to 8)")
        start.add_argument("--detach", action="store_true", help="go on in the background; ./portal stop ends it")
        start.add_argument("--services-only", action="store_true", help="only the database and the broker")
    for name, help_text in (
        ("test [PYTEST ARGUMENTS] [--long]", "the tests, with servers of their own"),
        ("manage COMMAND …", "a management command"),
        ("bench …", "measure the bulk work"),
        ("code E-MAIL", "the current one-time code of a demo account"),
    ):
        commands.add_parser(name.split()[0], help=help_text, add_help=False)
    commands.add_parser("status", help="what runs")
    commands.add_parser("stop", help="stop everything of this data folder")
    reset = commands.add_parser("reset", help="delete the data")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    return top


def run(arguments: list[str]) -> int:
    """Carry out one command line; the exit code."""
    stop_on_signals()
    try:
        if arguments and arguments[0] in HANDED_ON:
            return HANDED_ON[arguments[0]](ROOT, arguments[1:])
        options = parser().parse_args(arguments)
        return COMMANDS[options.command](ROOT, options)
    except LauncherError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
