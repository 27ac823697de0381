"""Applying for a licence: begun without an account, saved step by step, sent with an accepted price, talked about."""

import datetime as dt
import hashlib
import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.services import add_job
from cmo_portal.wording import words_text
from licensing.models import ApplicationNote, LicenceApplication, Licensee, Quote, Tariff
from licensing.models.tariffs import Term
from licensing.queries.applications import OPEN_STATES, SECTIONS, is_complete, last_quote, price_of
from licensing.queries.pricing import Price
from licensing.services.numbers import new_reference, next_number


@transaction.atomic
def start_application(
    *,
    form_key: UUID,
    email: str,
    language: str,
    use: dict[str, Any] | None = None,
    licensee: Licensee | None = None,
    by: User | None = None,
) -> tuple[LicenceApplication, str]:
    """Begin an application; returns it with the secret of its return link, of which only the hash is kept.

    `use` carries a price on, as (tariff, answers, province, starts_on, ends_on). For a business that is a licensee
    already its own data are filled in. The same form key again gives the application that exists, and no secret.
    """
    if existing := LicenceApplication.objects.filter(form_key=form_key).first():
        return existing, ""
    token = secrets.token_urlsafe(32)
    answers = _carried(use) if use else {}
    if licensee is not None:
        answers["business"] = _business_of(licensee)
    if use and use.get("province"):
        answers["premises"] = {"province": use["province"]}
    application = LicenceApplication.objects.create(
        form_key=form_key,
        reference=_free_reference(),
        return_hash=_hash(token),
        email=email.lower(),
        language=language,
        licensee=licensee,
        answers=answers,
    )
    record_act(by=by, verb="start_licence_application", on=application, facts={})
    return application, token


def _carried(use: dict[str, Any]) -> dict[str, Any]:
    """A carried price as sections of answers: the days of an event stand in a section of their own."""
    if not Tariff.objects.filter(code=use["tariff"], term=Term.EVENT).exists() or "starts_on" not in use:
        return {"use": use}
    days = {name: use.get(name) or "" for name in ("starts_on", "ends_on")}
    return {"use": {name: value for name, value in use.items() if name not in days}, "events": days}


def _business_of(licensee: Licensee) -> dict[str, str]:
    names = ("name", "name_ur", "contact_name", "telephone", "ntn", "address", "city")
    return {name: getattr(licensee, name) for name in names}


def _free_reference() -> str:
    while LicenceApplication.objects.filter(reference=(reference := new_reference())).exists():
        continue
    return reference


def application_by_link(*, reference: str, token: str) -> LicenceApplication | None:
    """The application that this return link opens; None when reference and secret do not belong together."""
    application = LicenceApplication.objects.filter(reference=reference).first()
    if application is None or not secrets.compare_digest(bytes(application.return_hash), _hash(token)):
        return None
    return application


@transaction.atomic
def renew_link(*, reference: str, email: str) -> tuple[LicenceApplication, str] | None:
    """A new return link for whoever holds the mailbox; the old one ends. None when the two do not belong together."""
    found = LicenceApplication.objects.select_for_update().filter(
        reference=reference.strip().upper(), email__iexact=email.strip()
    )
    application = found.first()
    if application is None:
        return None
    token = secrets.token_urlsafe(32)
    application.return_hash = _hash(token)
    application.save(update_fields=["return_hash"])
    record_act(by=None, verb="renew_application_link", on=application, facts={})
    return application, token


@transaction.atomic
def save_answers(*, application: LicenceApplication, section: str, answers: dict[str, Any]) -> LicenceApplication:
    """Save one section. A draft belongs to the applicant alone, so that single saves are not acts of the record."""
    application = _locked(application)
    if section not in SECTIONS:
        raise ValueError(f"unknown section {section}")
    if application.state not in OPEN_STATES:
        raise ValidationError(_("This application has been sent. Write to us if something must be changed."))
    application.answers = {**application.answers, section: answers}
    forget_check(application)
    return application


def forget_check(application: LicenceApplication) -> None:
    """What was changed has to be checked again before it is sent; saves the answers."""
    application.answers.pop("check", None)
    application.save(update_fields=["answers"])


@transaction.atomic
def confirm_answers(*, application: LicenceApplication) -> None:
    """The applicant has looked through her answers: the declaration may follow."""
    application = _locked(application)
    if application.state in OPEN_STATES and is_complete(application):
        application.answers = {**application.answers, "check": {"confirmed": True}}
        application.save(update_fields=["answers"])


@transaction.atomic
def submit_application(
    *, application: LicenceApplication, expected_total: int, answer: str = "", by: User | None = None, now: dt.datetime
) -> LicenceApplication:
    """Send the application and accept the price `expected_total` (minor units) that was shown.

    A price that has changed since it was shown is refused. Sending twice changes nothing.
    """
    application = _locked(application)
    if application.state == "submitted":
        return application
    if application.state not in OPEN_STATES:
        raise ValidationError(_("This application has been decided already."))
    if not is_complete(application):
        raise ValidationError(_("Some answers are missing. Open each task that is not done."))
    today = business_date(now)
    price, complaints = price_of(application, on=today)
    if price is None:
        raise ValidationError([words_text(complaint.words) for complaint in complaints])
    if price.total != expected_total:
        raise ValidationError(_("The price has changed since you saw it. Check it and send again."))
    faultpoint("licensing.submit.before_write")
    quote = _give_quote(application, price, today)
    if answer.strip():
        ApplicationNote.objects.create(application=application, kind="answer", text=answer.strip(), by=by)
    application.state, application.submitted_at = "submitted", now
    application.save(update_fields=["state", "submitted_at"])
    record_act(
        by=by, verb="submit_licence_application", on=application, facts={"quote": quote.number, "total": quote.total}
    )
    return application


def _give_quote(application: LicenceApplication, price: Price, today: dt.date) -> Quote:
    """The quote of this price; the one given before where nothing has changed and it still holds."""
    before = last_quote(application)
    if before is not None and price.same_as(before) and today <= before.valid_until:
        return before
    return Quote.objects.create(
        number=next_number(f"Q-{today.year}"),
        application=application,
        tariff_version=price.version,
        province=price.use.province,
        on=price.on,
        inputs={
            "answers": price.use.answers,
            "starts_on": price.period.start.isoformat(),
            "ends_on": price.period.end.isoformat(),
        },
        steps=price.assessment.as_json()["steps"],
        fee=price.fee,
        tax_lines=[charge.as_json() for charge in price.taxes],
        tax=price.tax,
        total=price.total,
        valid_until=today + dt.timedelta(days=settings.LICENSING_QUOTE_DAYS),
    )


@transaction.atomic
def ask_applicant(*, application: LicenceApplication, question: str, by: User) -> LicenceApplication:
    """Ask the applicant something; she may change her answers and send again."""
    require(by, "licensing.review_applications")
    application = _locked(application)
    if not question.strip():
        raise ValidationError(_("Write the question."))
    if application.state != "submitted":
        raise ValidationError(_("Only an application in review can be questioned."))
    note = ApplicationNote.objects.create(application=application, kind="question", text=question.strip(), by=by)
    application.state = "question"
    application.save(update_fields=["state"])
    _notify(application, "question", note.pk)
    record_act(by=by, verb="ask_applicant", on=application, facts={"note": note.pk})
    return application


@transaction.atomic
def refuse_application(
    *, application: LicenceApplication, reason: str, by: User, now: dt.datetime
) -> LicenceApplication:
    """Refuse, with a reason that the applicant reads. Refusing again changes nothing."""
    require(by, "licensing.review_applications")
    application = _locked(application)
    if application.state == "refused":
        return application
    if not reason.strip():
        raise ValidationError(_("Say why, in words that the applicant understands."))
    if application.state not in ("submitted", "question"):
        raise ValidationError(_("This application was decided or taken back in the meantime. Look at its state."))
    application.state, application.reason = "refused", reason.strip()
    application.decided_by, application.decided_at = by, now
    application.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    _notify(application, "refused", application.pk)
    record_act(by=by, verb="refuse_licence_application", on=application, facts={"reason": application.reason})
    return application


@transaction.atomic
def withdraw_application(*, application: LicenceApplication, by: User | None) -> LicenceApplication:
    """The applicant takes her application back before it is decided."""
    application = _locked(application)
    if application.state == "withdrawn":
        return application
    if application.state in ("approved", "refused"):
        raise ValidationError(_("This application has been decided already."))
    application.state = "withdrawn"
    application.save(update_fields=["state"])
    record_act(by=by, verb="withdraw_licence_application", on=application, facts={})
    return application


def _locked(application: LicenceApplication) -> LicenceApplication:
    return LicenceApplication.objects.select_for_update().get(pk=application.pk)


def _notify(application: LicenceApplication, what: str, occasion: int) -> None:
    add_job(
        kind="licensing.notice",
        key=f"licensing.notice:{what}:{application.pk}:{occasion}",
        args={"application": application.pk, "what": what},
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
