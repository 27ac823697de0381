"""What members file themselves: a claim to shares that others have on record, which the desk accepts or refuses."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from members.models import Member, Party
from members.models.territories import WORLD, territory_text
from works.mail import send_dispute_news
from works.models import Basis, Dispute, DisputeKind, DisputeMessage, Work, WorkShare
from works.models.claims import HOLDING
from works.queries.rooms import room_of
from works.rules.areas import covers
from works.services.disputes.grounds import named_agreement
from works.services.disputes.opening import (
    NewClaim,
    begin,
    check_conflict,
    claim_beside,
    claims_of_record,
    hold,
    locked,
    prepare,
    standing_in,
)
from works.services.disputes.taking_in import running_beside, take_in

LEAST_GROUNDS = 20  # signs: "it is mine" is no ground


@transaction.atomic
def file_counter_claim(
    *,
    work: Work,
    right: str,
    role: str,
    share: int,
    against: Sequence[WorkShare],
    grounds: str,
    form_key: UUID,
    by: User,
    on: dt.date,
    now: dt.datetime,
    kind: str = DisputeKind.COUNTER_CLAIM,
    territory: str = WORLD,
    agreement: str = "",
    sampled: Work | None = None,
) -> Dispute:
    """A member claims a share that others have on record, in a territory where they all hold it. Nothing is held before
    the desk has accepted the claim: money of others does not stop because somebody says so. `agreement` is the number
    of one in the register on which the claim rests. The same form again gives the dispute there is."""
    member = Member.objects.select_related("party").filter(user=by).first()
    if member is None or not by.is_active:
        raise PermissionDenied
    Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    if known := DisputeMessage.objects.filter(form_key=form_key, by=by).select_related("dispute").first():
        return known.dispute
    waiting = Dispute.objects.filter(state="filed", messages__by=by).distinct()
    if waiting.count() >= settings.CLAIMS_WAITING:
        raise ValidationError(_("So many claims of yours wait already. Wait until the society has looked at them."))
    if len(grounds.strip()) < LEAST_GROUNDS:
        raise ValidationError(_("Say on what your claim rests, in a sentence or two."))
    _check_place(against, territory, on)
    _check_own_sample(member.party, sampled)
    dispute = Dispute(
        work=work, kind=kind, right=right, territory=territory, sampled=sampled, state="filed", takes_open_part=False
    )
    _must_be_her_first(dispute, member.party)
    claims = [_own_claim(member.party, role, share, agreement, work, on)]
    others = {row.party_id for row in against} - {member.party_id}
    claims += claims_of_record(row for row in standing_in(dispute, on) if row.party_id in others)
    prepare(dispute, claims, on)
    DisputeMessage.objects.create(
        dispute=dispute, party=member.party, text=grounds.strip(), to_all=False, at=now, by=by, form_key=form_key
    )
    record_act(by=by, verb="file_claim", on=dispute, facts={"right": right, "share": share, "kind": kind})
    return dispute


@transaction.atomic
def accept_claim(*, dispute: Dispute, by: User, on: dt.date) -> Dispute:
    """The desk takes a filed claim up: from now on its contested part is held and the days for evidence run. Where a
    dispute is open about the right with one of its sides, it is heard there: that dispute comes back. Accepted twice
    it is accepted once."""
    require(by, "works.edit_works")
    dispute = locked(dispute)
    if dispute.state in ("open", "joined"):
        return dispute
    _must_be_filed(dispute)
    if running := running_beside(dispute):
        return take_in(filed=dispute, running=running, by=by, on=on)
    claims = list(dispute.claims.all())
    room = room_of(dispute, [(claim.party_id, claim.role) for claim in claims], on=on)
    check_conflict(claims, room)
    begin(dispute, on)
    dispute.state, dispute.version = "open", dispute.version + 1
    hold(dispute, claims, room)
    send_dispute_news(dispute, by=by)
    record_act(by=by, verb="accept_claim", on=dispute, facts={"share": dispute.share})
    return dispute


@transaction.atomic
def refuse_claim(*, dispute: Dispute, reason: str, by: User, on: dt.date) -> Dispute:
    """The desk does not take a filed claim up; the member reads why."""
    require(by, "works.edit_works")
    dispute = locked(dispute)
    _must_be_filed(dispute)
    if not reason.strip():
        raise ValidationError(_("Say why the claim is not accepted. The member reads it."))
    dispute.state, dispute.closed_on, dispute.outcome = "refused", on, reason.strip()
    dispute.save(update_fields=["state", "closed_on", "outcome"])
    send_dispute_news(dispute, by=by)
    record_act(by=by, verb="refuse_claim", on=dispute, facts={"reason": reason.strip()[:200]})
    return dispute


def _own_claim(party: Party, role: str, share: int, agreement: str, work: Work, on: dt.date) -> NewClaim:
    if not agreement.strip():
        return NewClaim(party, role, share, Basis.MEMBER, stated_on=on)
    named = named_agreement(number=agreement, work=work, party=party)
    return NewClaim(party, role, share, Basis.AGREEMENT, stated_on=on, valid_from=named.start_date, agreement=named)


def _check_place(against: Sequence[WorkShare], territory: str, on: dt.date) -> None:
    """What is claimed of a share that holds elsewhere only would be claimed of nothing."""
    elsewhere = [row for row in against if not covers(row.territory, territory, on)]
    if elsewhere:
        names = "; ".join(f"{row.party}: {territory_text(row.territory)}" for row in elsewhere)
        raise ValidationError(
            _("These shares do not hold in all of %(territory)s: %(names)s. Claim for a smaller territory.")
            % {"territory": territory_text(territory), "names": names}
        )


def _check_own_sample(party: Party, sampled: Work | None) -> None:
    if sampled is not None and not sampled.shares.filter(party=party).exists():
        raise ValidationError(
            _("You hold no share of %(title)s on record. Claim that share first.") % {"title": sampled.title}
        )


def _must_be_her_first(dispute: Dispute, party: Party) -> None:
    """A member has one claim of a right. What others have filed against her share, or against the same, is no
    hindrance, and she does not hear of it."""
    if claim_beside(dispute, [party.pk], HOLDING):
        raise ValidationError(_("You are a side of a dispute about this right already. Answer there."))
    place = {"work": dispute.work_id, "right": dispute.right, "state": "filed", "messages__by__member__party": party}
    filed = Dispute.objects.filter(**place).distinct().prefetch_related("claims")
    if any(min(each.claims.all(), key=lambda claim: claim.pk).party_id == party.pk for each in filed):
        raise ValidationError(_("A claim of yours about this right waits already. Wait until the society has decided."))


def _must_be_filed(dispute: Dispute) -> None:
    if dispute.state != "filed":
        raise ValidationError(_("This claim has been decided on already."))
