"""The virtual environment: made once, filled from the lock files, stamped so that the next start installs nothing."""

# ruff: noqa: S603 - the commands are Python, pip and uv
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmo_portal.launcher.console import LauncherError, say

STAMP = "portal-stamp.json"
RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
VENV_MISSING = (
    "this Python has no 'venv' module. On Debian and Ubuntu install the package python3-venv "
    "(sudo apt-get install python3-venv), or put uv on the PATH, and start again."
)


class Environment:
    """The virtual environment of one checkout: where it is, and what is installed in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = Path(os.environ.get("PORTAL_VENV") or root / ".venv")
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def tool(self, name: str) -> Path:
        """Path of a command installed in the environment, such as gunicorn."""
        return self.python.parent / name

    def site_packages(self) -> Path:
        """Folder that holds the installed packages."""
        found = sorted(self.folder.glob("lib/python3*/site-packages"))
        return found[0] if found else self.folder / "lib"

    def ensure(self, *, development: bool = False) -> None:
        """Make the environment and install the lock file, unless the stamp says that this was done before.

        The development list holds the runtime list with the same pins, so installing it settles both.
        """
        name = DEVELOPMENT if development else RUNTIME
        if self._is_current(name):
            return
        with self._only_one_installer():
            if not self._is_current(name):
                self._install(name)

    def _is_current(self, name: str) -> bool:
        return self.python.exists() and self._stamp().get(name) == digest_of(self.root / name)

    def _stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads((self.folder / STAMP).read_text())
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _write_stamp(self, name: str) -> None:
        names = [RUNTIME, DEVELOPMENT] if name == DEVELOPMENT else [RUNTIME]
        stamp = {item: digest_of(self.root / item) for item in names}
        (self.folder / STAMP).write_text(json.dumps(stamp, indent=1))

    @contextmanager
    def _only_one_installer(self) -> Iterator[None]:
        """Two starts at the same time share one environment; the second waits and then finds the work done."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.folder.with_name(self.folder.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _install(self, name: str) -> None:
        requirements = self.root / name
        say(f"Installing the packages of {name} into {self.folder.name} (once; about half a minute) …")
        uv = shutil.which("uv")
        if uv and self._install_by_uv(uv, requirements):
            self._write_stamp(name)
            return
        self._install_by_pip(requirements)
        self._write_stamp(name)

    def _works(self) -> bool:
        if not self.python.exists():
            return False
        return subprocess.run([self.python, "-c", "import ssl"], capture_output=True).returncode == 0

    def _install_by_uv(self, uv: str, requirements: Path) -> bool:
        """Install by uv; False when it cannot, and pip shall try."""
        # uv reads no pip.conf; behind a proxy that inspects TLS it must be told to use the certificates of the system.
        env = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "UV_NATIVE_TLS": "1", "UV_SYSTEM_CERTS": "1"}
        target = str(self.python)
        steps = [[uv, "pip", "install", "--python", target, "--require-hashes", "-r", str(requirements)]]
        if not self._works():
            steps.insert(0, [uv, "venv", "--clear", "--python", sys.executable, str(self.folder)])
        for step in steps:
            done = subprocess.run(step, env=env, capture_output=True, text=True)
            if done.returncode != 0:
                say("uv could not install the packages; trying pip.")
                return False
        return True

    def _install_by_pip(self, requirements: Path) -> None:
        if not self._works():
            self._make_by_venv()
        pip = [str(self.python), "-m", "pip"]
        if subprocess.run([*pip, "--version"], capture_output=True).returncode != 0:
            subprocess.run([self.python, "-m", "ensurepip", "--upgrade"], capture_output=True)
        step = [*pip, "install", "--no-input", "--disable-pip-version-check", "--require-hashes"]
        step += ["-r", str(requirements)]
        done = subprocess.run(step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise LauncherError("the packages could not be installed. pip said:\n" + last_words(done.stdout))

    def _make_by_venv(self) -> None:
        command = [sys.executable, "-m", "venv", "--clear", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            return
        said = done.stdout + done.stderr
        if "No module named venv" in said or "ensurepip" in said:
            raise LauncherError(VENV_MISSING)
        raise LauncherError("the virtual environment could not be made:\n" + last_words(said))


def digest_of(path: Path) -> str:
    """SHA-256 of a file as hexadecimal text."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def last_words(output: str, lines: int = 25) -> str:
    """The end of a tool's output without pip's lines about locations it ignored, which hide the real reason."""
    kept = [line for line in output.splitlines() if line.strip() and "ignored" not in line.lower()]
    return "\n".join("  " + line for line in kept[-lines:])
