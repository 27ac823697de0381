"""Messages between the sides: through the portal, without addresses or numbers of people."""

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from works.mail import send_dispute_news
from works.models import Claim, Dispute, DisputeMessage
from works.models.claims import ENDED
from works.services.contact_data import must_hold_no_contact_data
from works.services.disputes.opening import locked
from works.services.disputes.sides import speaks_for

LONGEST = 4000


@transaction.atomic
def write_message(
    *, claim: Claim, text: str, to_all: bool, form_key: UUID, by: User, now: dt.datetime
) -> DisputeMessage:
    """A side writes to the others, or to the society alone. The same form again gives the message there is."""
    speaks_for(claim, by)
    dispute = locked(claim.dispute)
    if known := DisputeMessage.objects.filter(form_key=form_key, by=by).first():
        return known
    _check(dispute, text)
    must_hold_no_contact_data(text)
    message = DisputeMessage.objects.create(
        dispute=dispute, party=claim.party, text=text.strip(), to_all=to_all, at=now, by=by, form_key=form_key
    )
    record_act(by=by, verb="write_in_dispute", on=dispute, facts={"party": str(claim.party.uid), "to_all": to_all})
    return message


@transaction.atomic
def write_to_claimants(*, dispute: Dispute, text: str, form_key: UUID, by: User, now: dt.datetime) -> DisputeMessage:
    """The society writes to all sides at once. The same form again gives the message there is."""
    require(by, "works.edit_works")
    dispute = locked(dispute)
    if known := DisputeMessage.objects.filter(form_key=form_key, by=by).first():
        return known
    _check(dispute, text)
    message = DisputeMessage.objects.create(
        dispute=dispute, party=None, text=text.strip(), at=now, by=by, form_key=form_key
    )
    send_dispute_news(dispute, by=by)
    record_act(by=by, verb="write_to_claimants", on=dispute, facts={"sides": dispute.claims.count()})
    return message


def _check(dispute: Dispute, text: str) -> None:
    if dispute.state in ENDED:
        raise ValidationError(_("This dispute has ended. Write to the society if something is wrong."))
    if not text.strip():
        raise ValidationError(_("Write your message."))
    if len(text) > LONGEST:
        raise ValidationError(_("This message is too long. Send papers as documents."))
