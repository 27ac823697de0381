"""The way of an application from its first page to its sending (P9): begun, saved step by step, returned to, sent.

The applicant has no account yet. Whoever holds the secret link holds the application; the link is kept as a hash and
renewed with every message. CNIC and IBAN are sealed at the first save and never stand among the answers.
"""

import datetime as dt
import hashlib
import secrets
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cmo_portal.audit.services import record_act
from cmo_portal.wording import comma_list
from members.mail import send_application_link
from members.models import ApplicationNote, Document, MembershipApplication
from members.policy import policy
from members.queries.applications import missing_of
from members.rules.texts import LONGEST_NOTE, read_text
from members.services.documents import Upload, keep_document, remove_file
from members.services.errors import read_field, refuse_field

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no signs that are mistaken for each other


@transaction.atomic
def begin_application(
    *, email: str, kind: str, language: str, form_key: UUID, now: dt.datetime
) -> MembershipApplication:
    """A new draft and a message with its secret link. The same `form_key` again gives the same draft and no message."""
    earlier = MembershipApplication.objects.filter(form_key=form_key).first()
    if earlier is not None:
        return earlier
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            application = MembershipApplication.objects.create(
                reference=_new_reference(),
                form_key=form_key,
                return_hash=_hash(token),
                return_expires_at=now + policy().return_link_life,
                email=email,
                kind=kind,
                language=language,
                saved_at=now,
            )
    except IntegrityError:  # the other click of a double click was first
        return MembershipApplication.objects.get(form_key=form_key)
    _note(application, "begun", now)
    send_application_link(application, token, "begun")
    record_act(by=None, verb="begin_application", on=application, facts={"kind": kind})
    return application


def application_of_link(*, token: str, now: dt.datetime) -> MembershipApplication | None:
    """The application that this secret link opens; None when it is unknown or too old."""
    return MembershipApplication.objects.filter(return_hash=_hash(token), return_expires_at__gte=now).first()


@transaction.atomic
def send_link_again(*, reference: str, email: str, now: dt.datetime) -> None:
    """A fresh link for the application of this reference and address. Says nothing when there is none (S37)."""
    application = (
        MembershipApplication.objects.select_for_update()
        .filter(reference=reference.strip().upper(), email__iexact=email.strip())
        .first()
    )
    if application is None:
        return
    renew_link(application, "again", now)
    record_act(by=None, verb="send_link_again", on=application, facts={})


def renew_link(application: MembershipApplication, occasion: str, now: dt.datetime) -> None:
    """Replace the secret link and send the new one after the commit; part of the acts that write to applicants."""
    token = secrets.token_urlsafe(32)
    application.return_hash = _hash(token)
    application.return_expires_at = now + policy().return_link_life
    application.save(update_fields=["return_hash", "return_expires_at"])
    send_application_link(application, token, occasion)


@transaction.atomic
def add_document(*, application: MembershipApplication, kind: str, upload: Upload, now: dt.datetime) -> Document:
    """Check, clean and keep a document. The same file twice is one document. Raises ValidationError."""
    locked = open_for_applicant(application)
    if locked.documents.count() >= policy().documents_per_application:
        refuse_field("file", _("There are as many documents as we can take. Remove one before you add another."))
    document = keep_document(upload=upload, kind=kind, application=locked, by=None)
    locked.saved_at = now
    locked.save(update_fields=["saved_at"])
    return document


@transaction.atomic
def remove_document(*, application: MembershipApplication, uid: UUID, now: dt.datetime) -> None:
    """Take a document back before the application is sent; its file goes with it."""
    locked = open_for_applicant(application)
    document = locked.documents.filter(uid=uid, quarantined=False).first()
    if document is None:
        return
    remove_file(document)
    locked.saved_at = now
    locked.save(update_fields=["saved_at"])
    record_act(by=None, verb="remove_document", on=locked, facts={"kind": document.kind})


@transaction.atomic
def submit_application(
    *, application: MembershipApplication, declared_name: str, now: dt.datetime
) -> MembershipApplication:
    """Send a complete draft to the society. A second click finds it sent and changes nothing.

    Raises ValidationError.
    """
    locked = MembershipApplication.objects.select_for_update().get(pk=application.pk)
    if locked.state == "submitted":
        return locked
    name = read_field("declared_name", read_text, declared_name, limit=200)
    if not name:
        refuse_field("declared_name", _("Write your name to declare that your answers are true."))
    return _send(open_for_applicant(locked), "submitted", "", {"declared_name": name}, now)


@transaction.atomic
def answer_question(*, application: MembershipApplication, text: str, now: dt.datetime) -> MembershipApplication:
    """Answer the society's question; the application goes back into review. Raises ValidationError."""
    locked = MembershipApplication.objects.select_for_update().get(pk=application.pk)
    if locked.state == "submitted":
        return locked
    if locked.state != "question":
        raise ValidationError(_("There is no open question on this application."))
    answer = read_field("text", read_text, text, limit=LONGEST_NOTE)
    if not answer:
        refuse_field("text", _("Write your answer, or say which document you added."))
    return _send(locked, "answer", answer, {}, now)


def open_for_applicant(application: MembershipApplication) -> MembershipApplication:
    """The application's row, locked, when its applicant may still change it. Raises ValidationError."""
    locked = MembershipApplication.objects.select_for_update().get(pk=application.pk)
    if not locked.is_open_to_applicant:
        raise ValidationError(_("This application was sent already; its answers can no longer be changed."))
    return locked


def _send(
    locked: MembershipApplication, note: str, text: str, answers: dict[str, Any], now: dt.datetime
) -> MembershipApplication:
    missing = missing_of(locked)
    if missing:
        raise ValidationError(
            _("Before you can send it, these parts must be done: %(parts)s.")
            % {"parts": comma_list(str(step.title) for step in missing)}
        )
    locked.answers = {**locked.answers, **answers}
    locked.state = "submitted"
    locked.submitted_at = locked.submitted_at or now
    locked.saved_at = now
    locked.save(update_fields=["answers", "state", "submitted_at", "saved_at"])
    _note(locked, note, now, text)
    if note == "submitted":
        renew_link(locked, "sent", now)
    record_act(by=None, verb="submit_application", on=locked, facts={"note": note})
    return locked


def _note(application: MembershipApplication, kind: str, now: dt.datetime, text: str = "") -> None:
    ApplicationNote.objects.create(application=application, kind=kind, at=now, text=text)


def _new_reference() -> str:
    """Nine random signs in two groups, such as J7K3M-9QXD: easy to read out, hard to guess."""
    signs = "".join(secrets.choice(_ALPHABET) for _count in range(9))
    return f"{signs[:5]}-{signs[5:]}"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
