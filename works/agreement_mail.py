"""Messages to members about agreements of theirs that others send: no party, no part, only that there is one."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cmo_portal.context import Society
from members.mail import name_for
from members.models import Member, Party


def send_agreement_news(parties: Iterable[Party], *, is_taken: bool) -> None:
    """After the commit: each member among these who can be written to learns that somebody has sent an agreement by
    which she passes on works, or that it was put into the books."""
    told = Member.objects.filter(party__in=[party.pk for party in parties]).exclude(email="").select_related("party")
    for member in told.order_by("pk"):
        facts = {
            "name": name_for(member.party, member.language),
            "is_taken": is_taken,
            "link": f"{settings.BASE_URL}{reverse('works:member-agreement-list')}",
            "society": Society(settings.SOCIETY),
        }
        with translation.override(member.language):
            body = render_to_string("works/emails/agreement.txt", facts)
            subject = _("An agreement about your works")
        _send_after_commit(subject, body, member.email)


def _send_after_commit(subject: str, body: str, address: str) -> None:
    transaction.on_commit(lambda: send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address]), robust=True)
