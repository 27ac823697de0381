"""Messages to members about their works: they carry no title and no share, only that something waits, and a link."""

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cmo_portal.context import Society
from members.mail import name_for
from members.models import Member


def send_split_notice(member: Member, *, count: int, is_reminder: bool) -> None:
    """After the commit: somebody named this member in a work and waits for her answer, or still does."""
    facts = {
        "name": name_for(member.party, member.language),
        "count": count,
        "is_reminder": is_reminder,
        "link": f"{settings.BASE_URL}{reverse('works:member-work-list')}",
        "society": Society(settings.SOCIETY),
    }
    with translation.override(member.language):
        body = render_to_string("works/emails/split.txt", facts)
        subject = _("A reminder: works wait for your answer") if is_reminder else _("Works wait for your answer")
    transaction.on_commit(lambda: _send(subject, body, member.email), robust=True)


def _send(subject: str, body: str, address: str) -> None:
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
