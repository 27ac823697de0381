"""Messages to the sides of a dispute: that there is news, and where to read it. No title, no share, no amount."""

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cmo_portal.accounts.models import User
from cmo_portal.context import Society
from members.models import Member
from works.models import Dispute


def send_dispute_news(dispute: Dispute, *, by: User | None) -> None:
    """After the commit: each side with an account, but for who acted, learns that something happened."""
    sides = Member.objects.filter(party__claims__dispute=dispute, user__is_active=True).select_related("user", "party")
    for member in sides:
        assert member.user is not None
        if by is None or member.user.pk != by.pk:
            _send_after_commit(dispute, member, member.user)


def _send_after_commit(dispute: Dispute, member: Member, user: User) -> None:
    with translation.override(user.language):
        subject = _("News in a dispute about a work of yours")
        urdu = user.language.startswith("ur") and member.party.display_name_original
        facts = {
            "name": urdu or member.party.display_name,
            "dispute": dispute,
            "base_url": settings.BASE_URL,
            "society": Society(settings.SOCIETY),
        }
        body = render_to_string("works/emails/dispute.txt", facts)
    transaction.on_commit(lambda: _send(subject, body, user.email), robust=True)


def _send(subject: str, body: str, address: str) -> None:
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
