"""Disputes: the contested part of a work is held with its reason, the rest goes on paying."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.wording import share_text
from members.models import Party
from members.models.territories import WORLD
from works.models import Claim, Dispute, Work, WorkShare
from works.queries.work_pages import in_force
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
    *,
    work: Work,
    right: str,
    share: int,
    claims: Sequence[NewClaim],
    by: User,
    on: dt.date,
    territory: str = WORLD,
    taken_from: Collection[WorkShare] | None = None,
) -> Dispute:
    """Hold `share` of a right of a work that `claims` contest; everything else of the work goes on paying.

    The held part is taken from the shares `taken_from`, larger shares first, and then from what nobody documented. Not
    given, it comes from the shares that the claimants hold in the role they claim, then from the part without an
    owner, then from the claimants' other shares. Raises ValidationError when these do not hold that much.
    """
    require(by, "works.edit_works")
    Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    _check_claims(share, claims)
    dispute = Dispute.objects.create(
        work=work,
        right=right,
        territory=territory,
        share=share,
        opened_on=on,
        deadline=on + dt.timedelta(days=settings.DISPUTE_DAYS),
    )
    undocumented = _undocumented(work, right, territory, on)
    rows = list(_rows_in_force(work, right, territory, on).order_by("-share", "pk"))
    _give_way(_in_order(rows, claims, taken_from), share, undocumented)
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
    """Settle a dispute: the held share becomes the awarded shares, which must make it up exactly. Settled once: the
    second call is refused."""
    require(by, "works.edit_works")
    Work.objects.select_for_update(no_key=True).get(pk=dispute.work_id)
    dispute.refresh_from_db()
    if dispute.closed_on:
        raise ValidationError(_("This dispute is settled already."))
    total = sum(claim.share for claim in awarded)
    if total != dispute.share or any(claim.share <= 0 for claim in awarded):
        raise ValidationError(
            _("The awarded shares add up to %(total)s. They must make exactly the contested part, %(share)s.")
            % {"total": share_text(total), "share": share_text(dispute.share)}
        )
    if not outcome.strip():
        raise ValidationError(_("Say how the dispute was settled."))
    dispute.held_shares.all().delete()
    for claim in awarded:
        _award(dispute, claim)
    dispute.closed_on, dispute.outcome = on, outcome.strip()
    dispute.save(update_fields=["closed_on", "outcome"])
    shares = [[str(claim.party.uid), claim.role, claim.share] for claim in awarded]
    record_act(by=by, verb="close_dispute", on=dispute, facts={"outcome": outcome.strip()[:200], "awarded": shares})


def _award(dispute: Dispute, claim: NewClaim) -> None:
    """Give a party its part: on top of what it holds in this role all the time, or as a share of its own."""
    place = {"work_id": dispute.work_id, "right": dispute.right, "territory": dispute.territory}
    always = {"state": "active", "valid_from": None, "valid_to": None}
    held = WorkShare.objects.filter(party=claim.party, role=claim.role, **place, **always).first()
    if held:
        held.share += claim.share
        held.save(update_fields=["share"])
    else:
        WorkShare.objects.create(party=claim.party, role=claim.role, share=claim.share, source="dispute", **place)


def _check_claims(share: int, claims: Sequence[NewClaim]) -> None:
    faults = []
    if len(claims) < 2:
        faults.append(_("A dispute needs at least two claims. Add the other side."))
    if len({claim.party.pk for claim in claims}) < len(claims):
        faults.append(_("A party has one claim in a dispute. Put its claims together."))
    if not 0 < share <= WHOLE:
        faults.append(_("The part in dispute must be more than 0 % and at most 100 %."))
    elif any(not 0 < claim.share <= share for claim in claims):
        faults.append(
            _("Each claim must be more than 0 %% and at most the part in dispute, %(share)s.")
            % {"share": share_text(share)}
        )
    if faults:
        raise ValidationError(faults)


def _rows_in_force(work: Work, right: str, territory: str, on: dt.date) -> QuerySet[WorkShare]:
    """Shares of a right that pay or wait for an owner on a day; contested parts are not contested once more."""
    rows = WorkShare.objects.filter(in_force(on), work=work, right=right, territory=territory)
    return rows.exclude(state="disputed")


def _in_order(
    rows: Sequence[WorkShare], claims: Sequence[NewClaim], taken_from: Collection[WorkShare] | None
) -> list[WorkShare]:
    """The shares that give way, the first one first."""
    if taken_from is not None:
        wanted = {row.pk for row in taken_from}
        return [row for row in rows if row.pk in wanted]
    claimed = {(claim.party.pk, claim.role) for claim in claims}
    claimants = {party for party, _role in claimed}
    in_role = [row for row in rows if (row.party_id, row.role) in claimed]
    without_owner = [row for row in rows if row.party_id is None]
    others = [row for row in rows if row.party_id in claimants and row not in in_role]
    return [*in_role, *without_owner, *others]


def _undocumented(work: Work, right: str, territory: str, on: dt.date) -> int:
    """What nobody holds of a right on a day."""
    rows = WorkShare.objects.filter(in_force(on), work=work, right=right, territory__in={territory, WORLD})
    return WHOLE - (rows.aggregate(total=Sum("share"))["total"] or 0)


def _give_way(giving: Sequence[WorkShare], share: int, undocumented: int) -> None:
    """Lower or remove shares until the contested part fits; history keeps what they were."""
    missing = share
    for row in giving:
        part = min(missing, row.share)
        missing -= part
        if part == row.share:
            row.delete()
        elif part:
            row.share -= part
            row.save(update_fields=["share"])
    if missing > undocumented:
        raise ValidationError(
            _("These shares hold only %(part)s. Choose more of them, or lower the part in dispute.")
            % {"part": share_text(share - missing + undocumented)}
        )
