"""Reads the environment and fails loudly: every missing or malformed setting is named at once."""

import base64
import binascii
import os
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Value of an environment variable; without a default it is required."""
    value = os.environ.get(name, default)
    if value is None or (default is None and not value.strip()):
        raise ImproperlyConfigured(f"The environment variable {name} is not set. Start through ./portal or set it.")
    return value


def flag(name: str) -> bool:
    """True for 1, true, yes, on; False for unset, empty, 0, false, no, off; anything else is an error."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def words(name: str, default: str = "") -> list[str]:
    """Comma-separated list."""
    return [w.strip() for w in os.environ.get(name, default).split(",") if w.strip()]


def key_bytes(name: str, size: int = 32) -> bytes:
    """A base64 key of exactly `size` bytes."""
    return _decode_key(name, text(name), size)


def keyring(name: str) -> dict[int, bytes]:
    """Keys written as `1:<base64>,2:<base64>`; the highest number is the one that encrypts."""
    ring: dict[int, bytes] = {}
    for part in text(name).split(","):
        number, _, value = part.strip().partition(":")
        if not number.isdigit() or not value:
            raise ImproperlyConfigured(f"{name} must look like 1:<base64 of 32 bytes>[,2:…].")
        ring[int(number)] = _decode_key(name, value, 32)
    return ring


def database(url: str) -> dict[str, object]:
    """Django's connection settings from postgresql://user:password@host:port/name?option=value."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("A database address must look like postgresql://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _decode_key(name: str, value: str, size: int) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured(f"{name} is not valid base64.") from error
    if len(key) != size:
        raise ImproperlyConfigured(f"{name} must hold {size} bytes, not {len(key)}.")
    return key
