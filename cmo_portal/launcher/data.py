"""The data folder: everything an instance owns, its locks, and the secrets that are generated once."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cmo_portal.launcher.console import LauncherError


class DataFolder:
    """One instance's folder (.portal, or PORTAL_DATA), private to its owner; files with secrets have mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @classmethod
    def of(cls, root: Path) -> DataFolder:
        """The data folder of a checkout, or the one that PORTAL_DATA names."""
        return cls(Path(os.environ.get("PORTAL_DATA") or root / ".portal"))

    def make(self) -> DataFolder:
        """Create the folder where it is missing.

        Made by root, it can be passed through (not listed) by the unprivileged user that runs PostgreSQL inside it.
        """
        if not self.path.exists():
            self.path.mkdir(parents=True)
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for name in ("media", "static", "logs", "run"):
            (self.path / name).mkdir(exist_ok=True, mode=0o700)
        return self

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def read(self, name: str) -> dict[str, Any]:
        """A JSON record of this folder; empty when it is missing or was cut off by a crash."""
        try:
            record = json.loads((self.path / name).read_text())
        except (OSError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

    def write(self, name: str, record: dict[str, Any]) -> None:
        """Replace a JSON record in one step, readable by the owner alone."""
        write_private(self.path / name, json.dumps(record, indent=1))

    def secrets(self) -> dict[str, str]:
        """Keys and passwords of this instance: generated at the first call, the same ever after."""
        with self.lock("run/secrets.lock"):
            kept = {key: str(value) for key, value in self.read("secrets.json").items()}
            if (self.path / "secrets.json").exists() and not kept:
                raise LauncherError(f"{self.path / 'secrets.json'} cannot be read; restore it from your backup.")
            wanted = fresh_secrets()
            if wanted.keys() - kept.keys():
                kept = wanted | kept
                self.write("secrets.json", kept)
        return kept

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock of this folder for a moment; others wait."""
        with (self.path / name).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def try_lock(self, name: str, *, shared: bool = False) -> IO[str] | None:
        """Take a lock without waiting; None when somebody else holds it. Closing it, or dying, gives it back."""
        handle = (self.path / name).open("a+")
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return None
        return handle


def fresh_secrets() -> dict[str, str]:
    """A new random value for every key and password the portal needs."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_KEYS": "1:" + random_key(),
        "BLIND_INDEX_KEY": random_key(),
        "SIGNING_SEED": random_key(),
        "SUPERUSER_PASSWORD": secrets.token_urlsafe(24),
        "OWNER_PASSWORD": secrets.token_urlsafe(24),
        "APP_PASSWORD": secrets.token_urlsafe(24),
        "REDIS_PASSWORD": secrets.token_urlsafe(24),
        "INSTANCE": secrets.token_hex(12),
    }


def random_key() -> str:
    """32 random bytes as base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step: a crash leaves the old or the new content."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
