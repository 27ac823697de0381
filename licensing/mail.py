"""Messages to applicants and licensees: what happened and where to look. Never an amount, never a bank number."""

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.context import Society
from cmo_portal.mail import send_invitation
from licensing.models import LicenceApplication

OCCASIONS = ("question", "refused", "approved", "licensed")


def send_return_link(application: LicenceApplication, token: str) -> None:
    """After the commit: the secret link by which the applicant comes back. Only her mailbox receives it."""
    path = reverse("licensing:apply-resume", args=[application.reference, token])
    facts = {
        "reference": application.reference,
        "link": f"{settings.BASE_URL}{path}",
        "society": Society(settings.SOCIETY),
    }
    with translation.override(application.language):
        subject = _("Your licence application %(reference)s") % {"reference": application.reference}
        body = render_to_string("licensing/emails/return_link.txt", facts)
    transaction.on_commit(lambda: _send(subject, body, application.email), robust=True)


def send_welcome(user: User, token: str) -> None:
    """After the commit: the invitation by which a new licensee sets her password."""
    path = reverse("accept-invitation", args=[token])
    transaction.on_commit(lambda: send_invitation(user, path), robust=True)


def send_notice(application: LicenceApplication, occasion: str) -> None:
    """At once, from a worker: something happened to the application or the licence."""
    signed_in = occasion in ("approved", "licensed")
    path = reverse("start") if signed_in else f"{reverse('licensing:apply-return')}?reference={application.reference}"
    facts = {
        "occasion": occasion,
        "reference": application.reference,
        "link": f"{settings.BASE_URL}{path}",
        "society": Society(settings.SOCIETY),
    }
    with translation.override(application.language):
        subject = _subject(occasion) % {"reference": application.reference}
        body = render_to_string("licensing/emails/notice.txt", facts)
    _send(subject, body, application.email)


def _subject(occasion: str) -> str:
    return {
        "question": _("A question about your licence application %(reference)s"),
        "refused": _("Our decision on your licence application %(reference)s"),
        "approved": _("Your licence application %(reference)s is approved"),
        "licensed": _("Your music licence is ready (%(reference)s)"),
    }[occasion]


def _send(subject: str, body: str, address: str) -> None:
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
