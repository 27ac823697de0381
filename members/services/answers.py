"""The answers of an application, one act for each page of the form. Each reads what was typed with the readers of
members.rules, refuses all that is wrong at once, and saves nothing of a refused page."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import MembershipApplication, Right
from members.policy import policy
from members.rules import completeness
from members.rules.identity import read_cnic, read_iban, read_ntn, read_phone
from members.rules.names import name_key, read_original_name, read_roman_name
from members.rules.texts import read_text
from members.services.apply import open_for_applicant
from members.services.errors import read_field
from members.services.sealed import cnic_columns, iban_columns

OLDEST = 120  # years
LONGEST_TITLE = 120


class _Refusals:
    """Collects the refusals of several fields, so that a page shows them all at once."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def read(self, field: str, reader: Any, *arguments: object, **options: object) -> Any:
        """What the reader makes of an answer, None when it is refused."""
        try:
            return read_field(field, reader, *arguments, **options)
        except ValidationError as refusal:
            self.found.update(refusal.error_dict)
            return None

    def refuse(self, field: str, message: str) -> None:
        """Note a refusal of our own."""
        self.found[field] = [ValidationError(message)]

    def raise_all(self) -> None:
        """Raise what was found."""
        if self.found:
            raise ValidationError(self.found)


@transaction.atomic
def save_names(
    *,
    application: MembershipApplication,
    last_name: str,
    first_name: str = "",
    original_name: str = "",
    pen_name: str = "",
    pen_name_original: str = "",
    now: dt.datetime,
) -> None:
    """The legal name in Roman letters and its own script, and a pen name. Raises ValidationError by field."""
    refusals = _Refusals()
    answers = {"last_name": refusals.read("last_name", read_roman_name, last_name)}
    for field, text, reader in (
        ("first_name", first_name, read_roman_name),
        ("original_name", original_name, read_original_name),
        ("pen_name", pen_name, read_roman_name),
        ("pen_name_original", pen_name_original, read_original_name),
    ):
        answers[field] = refusals.read(field, reader, text) if text.strip() else ""
    if answers["pen_name_original"] and not answers["pen_name"] and "pen_name" not in refusals.found:
        refusals.refuse("pen_name", _("Write the pen name in Roman letters too, so that registers abroad find it."))
    refusals.raise_all()
    name = f"{answers['first_name']} {answers['last_name']}".strip()
    _save(application, answers, now, display_name=name[:200], name_key=name_key(name))


@transaction.atomic
def save_identity(
    *,
    application: MembershipApplication,
    cnic: str = "",
    born_on: dt.date | None = None,
    ntn: str = "",
    now: dt.datetime,
    today: dt.date,
) -> None:
    """A person's CNIC and birthday, or a company's NTN. A blank CNIC keeps the one saved before.

    Raises ValidationError by field.
    """
    refusals = _Refusals()
    answers: dict[str, Any] = {}
    columns: dict[str, Any] = {}
    if application.kind == "organisation":
        reading = refusals.read("ntn", read_ntn, ntn)
        answers["ntn"] = reading.value if reading else ""
    else:
        if cnic.strip() or not application.cnic_masked:
            reading = refusals.read("cnic", read_cnic, cnic)
            if reading:
                columns = cnic_columns(reading.value, table=application._meta.db_table, uid=application.uid)
                answers["cnic_warnings"] = list(reading.warnings)
        if born_on is None or not 0 < today.year - born_on.year <= OLDEST:
            refusals.refuse("born_on", _("Write the day you were born, as it stands on the CNIC."))
        columns["born_on"] = born_on
    refusals.raise_all()
    _save(application, answers, now, **columns)


@transaction.atomic
def save_contact(
    *,
    application: MembershipApplication,
    telephone: str,
    address: str,
    residence: str = "resident",
    language: str = "en",
    now: dt.datetime,
) -> None:
    """Telephone, postal address, residence for tax, language of messages. Raises ValidationError by field."""
    refusals = _Refusals()
    reading = refusals.read("telephone", read_phone, telephone, calling_code=policy().calling_code)
    lines = refusals.read("address", read_text, address, limit=300)
    if lines == "":
        refusals.refuse("address", _("Write the address to which letters can be sent."))
    if residence not in completeness.RESIDENCES:
        refusals.refuse("residence", _("Choose where you live for tax."))
    if language not in dict(settings.LANGUAGES):
        refusals.refuse("language", _("Choose a language."))
    refusals.raise_all()
    answers = {"telephone": reading.value, "address": lines, "residence": residence}
    _save(application, answers, now, language=language)


@transaction.atomic
def save_roles(*, application: MembershipApplication, roles: Iterable[str], now: dt.datetime) -> None:
    """What the applicant does in music. Raises ValidationError."""
    chosen = [role for role in completeness.ROLES if role in set(roles)]
    if not chosen:
        raise ValidationError({"roles": [_("Choose at least one role.")]})
    _save(application, {"roles": chosen}, now)


@transaction.atomic
def save_bank(
    *,
    application: MembershipApplication,
    iban: str,
    account_title: str,
    bank_name: str = "",
    now: dt.datetime,
) -> None:
    """Where royalties shall go. A blank IBAN keeps the one saved before. Raises ValidationError by field."""
    refusals = _Refusals()
    columns: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    if iban.strip() or not application.iban_masked:
        reading = refusals.read("iban", read_iban, iban)
        if reading:
            columns = iban_columns(reading.value, table=application._meta.db_table, uid=application.uid)
            answers["iban_warnings"] = list(reading.warnings)
    answers["account_title"] = refusals.read("account_title", read_original_name, account_title, limit=LONGEST_TITLE)
    answers["bank_name"] = refusals.read("bank_name", read_text, bank_name, limit=80)
    refusals.raise_all()
    _save(application, answers, now, **columns)


@transaction.atomic
def save_mandate(*, application: MembershipApplication, scope: Mapping[str, str], now: dt.datetime) -> None:
    """Which rights the society shall administer, and where: right → `home` or `world`; a right left out is kept by the
    applicant. Raises ValidationError."""
    known = {right: scope.get(right, "") for right in Right.values}
    chosen = {right: where for right, where in known.items() if where}
    if any(where not in completeness.MANDATE_TERRITORIES for where in chosen.values()):
        raise ValidationError({right: [_("Choose a territory.")] for right in chosen})
    if not chosen:
        raise ValidationError(
            {Right.PERFORMING.value: [_("Choose at least one right, or there is nothing to administer for you.")]}
        )
    _save(application, {"mandate": chosen}, now)


def _save(application: MembershipApplication, answers: dict[str, Any], now: dt.datetime, **columns: Any) -> None:
    """Write one page's answers over the earlier ones of the same page."""
    locked = open_for_applicant(application)
    locked.answers = {**locked.answers, **answers}
    locked.saved_at = now
    for column, value in columns.items():
        setattr(locked, column, value)
    locked.save(update_fields=["answers", "saved_at", *columns])
