"""How disputes end: an outcome is proposed by one person and confirmed by another; the shares follow in that act."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.wording import share_text
from members.models import Member, Party
from members.queries.reading import name_read
from works.mail import send_dispute_news
from works.models import Claim, Dispute, DisputeOutcome, DisputeRule, OutcomeShare
from works.models.settlements import OUTCOME_KINDS
from works.queries.outcomes import room_at_end, shares_after
from works.queries.rooms import Room, Side, room_of
from works.rules.conflicts import divide
from works.services.disputes.extensions import lapse_extension
from works.services.disputes.opening import locked
from works.services.disputes.rooms import divide_room

SETTLE = "works.settle_disputes"
# Outcomes that go beyond the claims: a share for somebody who was no side, or other than the sides claim.
OPEN_TO_OTHERS = ("court", "new_share")


@dataclass(frozen=True, slots=True)
class Award:
    """What a party has of the right in the end, in 1/10,000 of a percent."""

    party: Party
    role: str
    share: int


@transaction.atomic
def propose_outcome(
    *, dispute: Dispute, kind: str, awards: Sequence[Award], reason: str, by: User, on: dt.date
) -> DisputeOutcome:
    """Propose how a dispute ends: what each side has then, of all that the dispute is about. What is left over has no
    owner. Nothing moves before another person has confirmed it."""
    require(by, "works.edit_works")
    dispute = locked(dispute)
    if dispute.state not in ("open", "due"):
        raise ValidationError(_("An outcome stands here already, or the dispute is not open. Look at it again."))
    _check(dispute, kind, awards, reason, on)
    return put_outcome(dispute=dispute, kind=kind, awards=awards, reason=reason, by=by)


def put_outcome(
    *,
    dispute: Dispute,
    kind: str,
    awards: Sequence[Award],
    reason: str,
    by: User | None,
    rule: DisputeRule | None = None,
) -> DisputeOutcome:
    """Write an outcome that waits for its confirmation; `dispute` is locked and open."""
    outcome = DisputeOutcome.objects.create(
        dispute=dispute, kind=kind, reason=reason.strip(), proposed_by=by, rule=rule
    )
    OutcomeShare.objects.bulk_create(
        OutcomeShare(outcome=outcome, party=award.party, role=award.role, share=award.share)
        for award in awards
        if award.share
    )
    dispute.state = "proposed"
    dispute.save(update_fields=["state"])
    record_act(by=by, verb="propose_outcome", on=dispute, facts=_facts(outcome, awards))
    return outcome


@transaction.atomic
def confirm_outcome(*, outcome: DisputeOutcome, by: User, on: dt.date) -> Dispute:
    """Another person confirms: the shares become those of the outcome, and nothing is held any more. Confirmed by the
    same person twice it is confirmed once. Runs that are frozen keep what they froze, and name the work as changed."""
    require(by, SETTLE)
    dispute = locked(outcome.dispute)
    outcome = dispute.outcomes.select_for_update().get(pk=outcome.pk)
    if outcome.state == "confirmed" and outcome.decided_by_id == by.pk:
        return dispute
    _must_be_proposed(dispute, outcome)
    _must_be_another(dispute, outcome, by)
    settle(dispute=dispute, outcome=outcome, by=by, on=on)
    return dispute


@transaction.atomic
def refuse_outcome(*, outcome: DisputeOutcome, reason: str, by: User, on: dt.date) -> Dispute:
    """Another person does not agree: the dispute goes on where it was; claims that were lowered stay so."""
    require(by, SETTLE)
    dispute = locked(outcome.dispute)
    outcome = dispute.outcomes.select_for_update().get(pk=outcome.pk)
    _must_be_proposed(dispute, outcome)
    _must_be_another(dispute, outcome, by)
    if not reason.strip():
        raise ValidationError(_("Say why you do not confirm it."))
    outcome.state, outcome.decided_by, outcome.decided_on, outcome.refusal = "refused", by, on, reason.strip()
    outcome.save(update_fields=["state", "decided_by", "decided_on", "refusal"])
    dispute.state, dispute.version = "due" if dispute.deadline < on else "open", dispute.version + 1
    dispute.save(update_fields=["state", "version"])
    record_act(by=by, verb="refuse_outcome", on=dispute, facts={"reason": reason.strip()[:200]})
    return dispute


def settle(*, dispute: Dispute, outcome: DisputeOutcome, by: User | None, on: dt.date) -> None:
    """Let the shares follow an outcome, by a person or by the society's rule; `dispute` is locked."""
    awards = list(outcome.shares.select_related("party").order_by("pk"))
    shares: dict[Side, int] = {(award.party_id, award.role): award.share for award in awards}
    room = room_at_end(dispute, shares, on=on)
    divide_room(room, dispute, shares=shares_after(dispute, shares, room), held=0)
    faultpoint("disputes.settle.after_shares")
    _end(dispute, outcome, by, on)
    given = [Award(award.party, award.role, award.share) for award in awards]
    record_act(by=by, verb="settle_dispute", on=dispute, facts=_facts(outcome, given))


def end_with_merge(*, dispute: Dispute, reason: str, asked_by: User, by: User, on: dt.date) -> None:
    """End a dispute about what two works differed in, now that they are two again: the shares are put back already,
    and no claim is left. Inside the act that undoes the merge, by its two people."""
    outcome = DisputeOutcome.objects.create(dispute=dispute, kind="withdrawn", reason=reason, proposed_by=asked_by)
    dispute.state = "proposed"
    dispute.save(update_fields=["state"])
    _end(dispute, outcome, by, on)


def _end(dispute: Dispute, outcome: DisputeOutcome, by: User | None, on: dt.date) -> None:
    """The shares are as the outcome says: it is confirmed, the dispute settled, and its sides hear of it."""
    lapse_extension(dispute, on)
    outcome.state, outcome.decided_by, outcome.decided_on = "confirmed", by, on
    outcome.save(update_fields=["state", "decided_by", "decided_on"])
    dispute.state, dispute.closed_on, dispute.outcome = "settled", on, outcome.reason
    dispute.version += 1
    dispute.save(update_fields=["state", "closed_on", "outcome", "version"])
    send_dispute_news(dispute, by=by)


def _check(dispute: Dispute, kind: str, awards: Sequence[Award], reason: str, on: dt.date) -> None:
    faults = []
    if kind not in dict(OUTCOME_KINDS):
        faults.append(_("Choose how the dispute ends."))
    if not reason.strip():
        faults.append(_("Say how it was decided and on what ground. The sides read it."))
    if any(award.share <= 0 for award in awards):
        faults.append(_("Every share must be more than 0 %."))
    if len({(award.party.pk, award.role) for award in awards}) < len(awards):
        faults.append(_("A party stands twice in the same role. Put its shares together."))
    claims = {claim.party_id: claim for claim in dispute.claims.select_related("party").order_by("pk")}
    strangers = [award for award in awards if award.party.pk not in claims]
    if strangers and kind not in OPEN_TO_OTHERS:
        faults.append(
            _("%(name)s is no side of this dispute. Only a decision of a court or new shares bring somebody else in.")
            % {"name": name_read(strangers[0].party)}
        )
    room = room_of(dispute, [(claim.party_id, claim.role) for claim in claims.values()], on=on)
    total = sum(award.share for award in awards)
    if total > room.size:
        faults.append(
            _("The shares add up to %(total)s. The dispute is about %(room)s: give at most that.")
            % {"total": share_text(total), "room": share_text(room.size)}
        )
    if kind not in OPEN_TO_OTHERS:
        faults += _beyond_the_claims(list(claims.values()), awards, room)
    if faults:
        raise ValidationError(faults)


def _beyond_the_claims(claims: Sequence[Claim], awards: Sequence[Award], room: Room) -> list[str]:
    """Each side keeps at least what nobody contests, and gets at most what it claims."""
    least = divide({claim.party_id: claim.share for claim in claims}, room.size).paid
    given = {claim.party_id: 0 for claim in claims}
    for award in awards:
        given[award.party.pk] = given.get(award.party.pk, 0) + award.share
    return [
        _(
            "%(name)s: give at least %(least)s, which nobody contests, and at most %(most)s, which it claims. Only a"
            " decision of a court or new shares go beyond that."
        )
        % {
            "name": name_read(claim.party),
            "least": share_text(least[claim.party_id]),
            "most": share_text(claim.share),
        }
        for claim in claims
        if not least[claim.party_id] <= given[claim.party_id] <= claim.share
    ]


def _must_be_proposed(dispute: Dispute, outcome: DisputeOutcome) -> None:
    if dispute.state != "proposed" or outcome.state != "proposed":
        raise ValidationError(_("This outcome has been decided on already. Look at the dispute again."))


def _must_be_another(dispute: Dispute, outcome: DisputeOutcome, by: User) -> None:
    if outcome.proposed_by_id == by.pk:
        raise PermissionDenied(_("Another person must confirm what you proposed."))
    parties = set(dispute.claims.values_list("party_id", flat=True)) | set(
        outcome.shares.values_list("party_id", flat=True)
    )
    if Member.objects.filter(party__in=parties, user=by).exists():
        raise PermissionDenied(_("You are a side of this dispute. Another person must decide."))


def _facts(outcome: DisputeOutcome, awards: Sequence[Award]) -> dict[str, object]:
    shares = [[str(award.party.uid), award.role, award.share] for award in awards]
    return {"kind": outcome.kind, "reason": outcome.reason[:200], "shares": shares}
