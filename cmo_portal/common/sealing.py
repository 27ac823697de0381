"""Encryption of identity and bank numbers, and the blind index that finds them without reading them.

AES-256-GCM; the sealed bytes are key number (1 byte), nonce (12 bytes), cipher text. The additional data is
`table.column.row`, so that a sealed value moved to another row no longer opens. The blind index is HMAC-SHA256 with
another key: a plain hash of a 13-digit number could be reversed in minutes.
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class SealError(Exception):
    """A sealed value does not open: wrong row, wrong key, or changed bytes."""


def seal(value: str, *, place: str) -> bytes:
    """Encrypt `value`; `place` is `table.column.row` of the row that will hold it."""
    number = max(settings.FIELD_KEYS)
    nonce = secrets.token_bytes(12)
    body = AESGCM(settings.FIELD_KEYS[number]).encrypt(nonce, value.encode(), place.encode())
    return bytes([number]) + nonce + body


def unseal(sealed: bytes | memoryview, *, place: str) -> str:
    """Decrypt what `seal` made for the same place; raises SealError."""
    raw = bytes(sealed)
    key = settings.FIELD_KEYS.get(raw[0]) if raw else None
    if key is None:
        raise SealError("The key of this sealed value is not in FIELD_KEYS.")
    try:
        return AESGCM(key).decrypt(raw[1:13], raw[13:], place.encode()).decode()
    except InvalidTag as error:
        raise SealError("This sealed value does not belong here or was changed.") from error


def blind_index(value: str, *, purpose: str) -> bytes:
    """32 bytes that are equal for equal values of one purpose (for example `cnic`) and tell nothing else."""
    return hmac.new(settings.BLIND_INDEX_KEY, f"{purpose}\x00{value}".encode(), hashlib.sha256).digest()
