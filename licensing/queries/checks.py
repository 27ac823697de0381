"""Is this licence good? Answers the public, by number or by signed code, with nothing personal in the answer."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from licensing.formats.licence_code import BadCode, LicenceFacts, decode, public_key_pem, signing_key
from licensing.models import Licence


@dataclass(frozen=True, slots=True)
class LicenceStatus:
    """The verdict: `status` is valid, expired, not_yet, cancelled, awaiting_payment, unknown or forged.

    Number, premises and dates are empty for the last two. `signed` says that the signature of the code was right.
    """

    status: str
    signed: bool = False
    number: str = ""
    premises: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None


def licence_status(code: str, *, today: dt.date) -> LicenceStatus:
    """The state of a licence by its signed code or its plain number."""
    code = code.strip()
    if "." not in code:
        return _by_number(code, today=today)
    try:
        facts = decode(code, signing_key(settings.SIGNING_SEED).public_key())
    except BadCode:
        return LicenceStatus("forged")
    return _by_code(facts, today=today)


def _by_number(number: str, *, today: dt.date) -> LicenceStatus:
    licence = Licence.objects.select_related("premises").filter(number=number.upper()[:20]).first()
    if licence is None:
        return LicenceStatus("unknown")
    return LicenceStatus(
        licence.status_on(today), False, licence.number, str(licence.premises), licence.starts_on, licence.ends_on
    )


def _by_code(facts: LicenceFacts, *, today: dt.date) -> LicenceStatus:
    """A signed code speaks for itself, but a later cancellation stands in the register alone."""
    licence = Licence.objects.filter(number=facts.number).first()
    if licence is None:
        return LicenceStatus("unknown", True)
    return LicenceStatus(
        licence.status_on(today), True, facts.number, facts.premises, licence.starts_on, licence.ends_on
    )


def public_key() -> str:
    """The key with which anyone can check a code offline, as PEM."""
    return public_key_pem(settings.SIGNING_SEED)
