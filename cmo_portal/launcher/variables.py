"""The environment that Django's processes get: addresses, secrets, folders and the mode of running."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from cmo_portal.launcher.console import LauncherError
from cmo_portal.launcher.data import DataFolder
from cmo_portal.launcher.processes import MARK

KEYS = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "SIGNING_SEED")
LOCAL_HOSTS = "127.0.0.1,localhost,[::1]"
SECRET_LENGTH = 50
# words of placeholders, compared without dashes, dots and spaces; those that a careful passphrase may hold count at
# the beginning alone
DEFAULT_SECRETS = (
    *("yoursecret", "secretkey", "changeme", "changethis", "changeit", "replaceme", "replacethis", "insecure"),
    *("example", "placeholder", "password", "mysecret", "topsecret", "supersecret", "notsecret", "donotuse"),
)
DEFAULT_BEGINNINGS = ("secret", "default", "change", "dummy", "foobar", "django", "yourkey", "testkey", "testsecret")
LEAST_CHARACTERS = 10
LEAST_VARIETY = 0.8
TRUE = {"1", "true", "yes", "on"}


def is_on(name: str) -> bool:
    """Whether a flag of the environment is set."""
    return os.environ.get(name, "").strip().lower() in TRUE


def base(root: Path, data: DataFolder, *, address: str, demo: bool) -> dict[str, str]:
    """Variables of every Django process, without the addresses of the servers.

    What the person set in the environment wins over what was generated. DEBUG is never set.
    """
    secrets = data.secrets()
    ours = {key: os.environ.get(key) or secrets[key] for key in KEYS}
    ours |= {
        "PYTHONPATH": str(root),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "cmo_portal.settings",
        "PORTAL_DATA": str(data.path),
        "MEDIA_ROOT": os.environ.get("MEDIA_ROOT") or str(data / "media"),
        "STATIC_ROOT": os.environ.get("STATIC_ROOT") or str(data / "static"),
        "BASE_URL": os.environ.get("BASE_URL") or address,
    }
    host = urlsplit(ours["BASE_URL"]).hostname or ""
    ours["ALLOWED_HOSTS"] = os.environ.get("ALLOWED_HOSTS") or f"{LOCAL_HOSTS},{host}"
    inherited = {name: value for name, value in os.environ.items() if name not in ("DEMO_MODE", "DEBUG", MARK)}
    return inherited | ours | ({"DEMO_MODE": "1"} if demo else {})


def for_web_and_workers(variables: dict[str, str]) -> dict[str, str]:
    """The same without the owner's sign-in: what serves people must not be able to change the tables."""
    return {name: value for name, value in variables.items() if name != "DATABASE_OWNER_URL"}


def refuse_careless_production() -> None:
    """Stop `up` when the environment asks for what no real society may run with; every reason is named at once."""
    reasons = [f"{name} is set" for name in ("DEBUG", "DEMO_MODE") if is_on(name)]
    reasons += ["CMO_FAULT is set"] if os.environ.get("CMO_FAULT") else []
    for name in KEYS:
        value = os.environ.get(name)
        if value is not None and is_default_secret(name, value):
            reasons.append(f"{name} is missing, too short or a well-known default")
    if reasons:
        raise LauncherError("up is for real data and refuses to start: " + "; ".join(reasons) + ".")


def is_default_secret(name: str, value: str) -> bool:
    """Whether a secret given from outside is one that others could know or guess."""
    plain = value.strip().lower()
    letters = "".join(filter(str.isalnum, plain.removeprefix("1:")))
    if letters.startswith(DEFAULT_BEGINNINGS) or any(word in letters for word in DEFAULT_SECRETS):
        return True
    if len(set(plain)) < LEAST_CHARACTERS or variety(plain) < LEAST_VARIETY:
        return True
    return len(plain) < (SECRET_LENGTH if name == "SECRET_KEY" else 40)


def variety(text: str) -> float:
    """How many of its groups of three characters differ: nearly 1 for a random text, little for a repeated word."""
    groups = [text[start : start + 3] for start in range(len(text) - 2)]
    return len(set(groups)) / len(groups) if groups else 0.0
