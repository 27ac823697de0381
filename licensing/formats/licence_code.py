"""The signed code of a licence: what the QR code on the wall says, checkable without the portal.

    code      = base64url(body) "." base64url(signature)          without padding
    body      = UTF-8 of "1\\n<number>\\n<premises>\\n<first day>\\n<last day>"
    signature = Ed25519 over "cmo-portal licence code 1\\0" + body, with a key derived for this purpose alone

Whoever holds the society's public key can check a code offline. A code signed for another purpose, a changed character
or another spelling of the same bytes does not pass. Nothing personal is inside.
"""

import base64
import binascii
import datetime as dt
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PURPOSE = b"cmo-portal licence code 1"
VERSION = "1"
LONGEST = 900  # characters; a real code has about 200
LONGEST_PREMISES = 120


class BadCode(ValueError):
    """The code was not made by this society, or not as it stands."""


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """What a code says: the licence number, the premises in short, the first and the last day."""

    number: str
    premises: str
    starts_on: dt.date
    ends_on: dt.date


def signing_key(seed: bytes) -> Ed25519PrivateKey:
    """The key for licence codes, derived from the society's seed; no other purpose can use it."""
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(seed)
    return Ed25519PrivateKey.from_private_bytes(derived)


def public_key_pem(seed: bytes) -> str:
    """The public key, as it may be printed and handed out."""
    return signing_key(seed).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def encode(facts: LicenceFacts, key: Ed25519PrivateKey) -> str:
    """Sign the facts. Raises ValueError where a field cannot stand in a code."""
    fields = [VERSION, facts.number, facts.premises, facts.starts_on.isoformat(), facts.ends_on.isoformat()]
    if any("\n" in field for field in fields) or len(facts.premises) > LONGEST_PREMISES:
        raise ValueError("a field of a licence code is one line, and the premises are given in short")
    body = "\n".join(fields).encode()
    return f"{_to_text(body)}.{_to_text(key.sign(PURPOSE + bytes(1) + body))}"


def decode(code: str, key: Ed25519PublicKey) -> LicenceFacts:
    """The facts of a code whose signature is right. Raises BadCode."""
    if len(code) > LONGEST or code.count(".") != 1:
        raise BadCode("form")
    body, signature = (_to_bytes(part) for part in code.split("."))
    try:
        key.verify(signature, PURPOSE + bytes(1) + body)
        version, number, premises, starts_on, ends_on = body.decode().split("\n")
        facts = LicenceFacts(number, premises, dt.date.fromisoformat(starts_on), dt.date.fromisoformat(ends_on))
    except (InvalidSignature, ValueError) as error:
        raise BadCode("signature") from error
    if version != VERSION:
        raise BadCode("version")
    return facts


def shortened(text: str) -> str:
    """One line of at most LONGEST_PREMISES characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_PREMISES else f"{line[: LONGEST_PREMISES - 1]}…"


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _to_bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCode("form") from error
    if _to_text(data) != text:  # the last character holds spare bits: only one spelling of them is ours
        raise BadCode("form")
    return data
