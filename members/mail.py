"""Messages to applicants and members. They carry no amount, no identity or bank number: what happened, and a link."""

from typing import Any

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
from members.models import BankAccount, MembershipApplication, Party


def send_application_link(application: MembershipApplication, token: str, occasion: str) -> None:
    """After the commit: the secret link to an application. Occasions: begun, again, sent, question, refused."""
    link = reverse("members:public-join-resume", args=[token])
    facts = {"reference": application.reference, "link": f"{settings.BASE_URL}{link}", "occasion": occasion}
    with translation.override(application.language):
        subject = _subject(occasion) % {"reference": application.reference}
    _send_after_commit("application", subject, application.language, application.email, facts)


def send_welcome(user: User, token: str, party: Party) -> None:
    """After the commit: the invitation by which a new member sets her password."""
    path, name = reverse("accept-invitation", args=[token]), name_for(party, user.language)
    transaction.on_commit(lambda: send_invitation(user, path, name=name), robust=True)


def name_for(party: Party, language: str) -> str:
    """How a message in this language greets: by the name in its own script where the message is in Urdu."""
    return (language.startswith("ur") and party.display_name_original) or party.display_name


def send_bank_notice(account: BankAccount, *, email: str, name: str, language: str) -> None:
    """After the commit: the member learns of every step of a change of her bank details, whoever made it."""
    with translation.override(language):
        subject = _("Your bank details")
    facts = {"name": name, "state": account.state, "link": f"{settings.BASE_URL}{reverse('members:member-bank')}"}
    _send_after_commit("bank", subject, language, email, facts)


def _subject(occasion: str) -> str:
    if occasion == "sent":
        return _("Your application %(reference)s is with us")
    if occasion == "question":
        return _("A question about your application %(reference)s")
    if occasion == "refused":
        return _("Our decision on your application %(reference)s")
    return _("Come back to your application %(reference)s")


def _send_after_commit(template: str, subject: str, language: str, address: str, facts: dict[str, Any]) -> None:
    with translation.override(language):
        body = render_to_string(f"members/emails/{template}.txt", {**facts, "society": Society(settings.SOCIETY)})
    transaction.on_commit(lambda: _send(subject, body, address), robust=True)


def _send(subject: str, body: str, address: str) -> None:
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
