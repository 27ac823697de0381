"""Disputes: the contested part of a work is held with its reason, the rest goes on paying."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import Party
from works.models import Claim, Dispute, Work, WorkShare
from works.models.works import WORLD
from works.rules.splits import WHOLE


@dataclass(frozen=True, slots=True)
class NewClaim:
    """What one party claims, in 1/10,000 of a percent."""

    party: Party
    role: str
    share: int
    source: str = ""


@transaction.atomic
def open_dispute(
    *, work: Work, right: str, share: int, claims: Sequence[NewClaim], by: User, on: dt.date, territory: str = WORLD
) -> Dispute:
    """Hold `share` of a right of a work that `claims` contest. Shares of the claimants in that right become part of
    the held share; what they do not cover is taken from the unclaimed rest. Raises ValidationError."""
    require(by, "works.edit_works")
    Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    if len(claims) < 2:
        raise ValidationError(_("A dispute needs at least two claims. Add the other side."))
    if not 0 < share <= WHOLE:
        raise ValidationError(_("The part in dispute must be more than 0 % and at most 100 %."))
    dispute = Dispute.objects.create(
        work=work,
        right=right,
        territory=territory,
        share=share,
        opened_on=on,
        deadline=on + dt.timedelta(days=settings.DISPUTE_DAYS),
    )
    _release_claimants(work, right, claims)
    Claim.objects.bulk_create(
        Claim(dispute=dispute, party=claim.party, role=claim.role, share=claim.share, source=claim.source)
        for claim in claims
    )
    WorkShare.objects.create(
        work=work,
        role="",
        right=right,
        territory=territory,
        share=share,
        state="disputed",
        dispute=dispute,
        source="dispute",
    )
    record_act(by=by, verb="open_dispute", on=dispute, facts={"right": right, "share": share, "claims": len(claims)})
    return dispute


@transaction.atomic
def close_dispute(*, dispute: Dispute, awarded: Sequence[NewClaim], outcome: str, by: User, on: dt.date) -> None:
    """Settle a dispute: the held share becomes the awarded shares, which must make it up exactly."""
    require(by, "works.edit_works")
    Work.objects.select_for_update(no_key=True).get(pk=dispute.work_id)
    if sum(claim.share for claim in awarded) != dispute.share:
        raise ValidationError(_("The awarded shares must add up to the part in dispute."))
    if not outcome.strip():
        raise ValidationError(_("Say how the dispute was settled."))
    dispute.held_shares.all().delete()
    WorkShare.objects.bulk_create(
        WorkShare(
            work_id=dispute.work_id,
            party=claim.party,
            role=claim.role,
            right=dispute.right,
            territory=dispute.territory,
            share=claim.share,
            source="dispute settled",
        )
        for claim in awarded
    )
    dispute.closed_on, dispute.outcome = on, outcome.strip()
    dispute.save(update_fields=["closed_on", "outcome"])
    record_act(by=by, verb="close_dispute", on=dispute, facts={"outcome": outcome.strip()[:200]})


def _release_claimants(work: Work, right: str, claims: Sequence[NewClaim]) -> None:
    """The claimants' own rows give way to the held share; history keeps them (row history of the table)."""
    WorkShare.objects.filter(work=work, right=right, party__in=[claim.party for claim in claims]).delete()
    WorkShare.objects.filter(work=work, right=right, state="unclaimed").delete()
