"""How disputes begin: opened by the desk, found in a registration file, or filed by a member and then accepted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.wording import share_text
from members.models import Member, Party
from members.models.territories import WORLD
from works.mail import send_dispute_news
from works.models import Basis, Claim, Dispute, DisputeKind, DisputeMessage, ImportedTransaction, Work, WorkShare
from works.models.claims import HOLDING
from works.queries.disputes import claims_on_record, rule_on
from works.rules.conflicts import divide
from works.rules.splits import WHOLE
from works.services.disputes.rooms import Room, divide_room, room_of
from works.services.registration import NewShare

LEAST_GROUNDS = 20  # signs: "it is mine" is no ground


@dataclass(frozen=True, slots=True)
class NewClaim:
    """What one side claims of the whole right, in 1/10,000 of a percent, and what the claim rests on."""

    party: Party
    role: str
    share: int
    basis: str = Basis.DESK
    reference: str = ""
    stated_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    transaction: ImportedTransaction | None = None


@transaction.atomic
def open_dispute(
    *,
    work: Work,
    right: str,
    claims: Sequence[NewClaim],
    by: User,
    on: dt.date,
    kind: str = DisputeKind.OVER_CLAIM,
    territory: str = WORLD,
    takes_open_part: bool = True,
) -> Dispute:
    """Hold what `claims` contest of a right of a work; what each side has undisputed goes on paying, and so does all
    that others hold. Raises ValidationError where the claims fit beside each other: then nothing is contested."""
    require(by, "works.edit_works")
    place = {"right": right, "territory": territory, "takes_open_part": takes_open_part}
    return _open(Dispute(work=work, kind=kind, **place), claims, by, on)


@transaction.atomic
def file_counter_claim(
    *, work: Work, right: str, role: str, share: int, against: Sequence[WorkShare], grounds: str, form_key: UUID,
    by: User, on: dt.date, now: dt.datetime,
) -> Dispute:  # fmt: skip
    """A member claims a share that others have on record. Nothing is held before the desk has accepted the claim: money
    of others does not stop because somebody says so. The same form again gives the dispute there is."""
    member = Member.objects.select_related("party").filter(user=by).first()
    if member is None or not by.is_active:
        raise PermissionDenied
    Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    if known := DisputeMessage.objects.filter(form_key=form_key, by=by).select_related("dispute").first():
        return known.dispute
    waiting = Dispute.objects.filter(state="filed", kind=DisputeKind.COUNTER_CLAIM, messages__by=by).distinct()
    if waiting.count() >= settings.CLAIMS_WAITING:
        raise ValidationError(_("So many claims of yours wait already. Wait until the society has looked at them."))
    if len(grounds.strip()) < LEAST_GROUNDS:
        raise ValidationError(_("Say on what your claim rests, in a sentence or two."))
    own = NewClaim(member.party, role, share, Basis.MEMBER, stated_on=on)
    dispute = Dispute(work=work, kind=DisputeKind.COUNTER_CLAIM, right=right, state="filed", takes_open_part=False)
    claims = [own, *(_of_record(row) for row in _rows_of_others(against, member.party))]
    _prepare(dispute, claims, on)
    DisputeMessage.objects.create(
        dispute=dispute, party=member.party, text=grounds.strip(), to_all=False, at=now, by=by, form_key=form_key
    )
    record_act(by=by, verb="file_claim", on=dispute, facts={"right": right, "share": share})
    return dispute


@transaction.atomic
def accept_claim(*, dispute: Dispute, by: User, on: dt.date) -> Dispute:
    """The desk takes a filed claim up: from now on its contested part is held and the days for evidence run. Accepted
    twice it is accepted once."""
    require(by, "works.edit_works")
    dispute = locked(dispute)
    if dispute.state == "open":
        return dispute
    _must_be_filed(dispute)
    claims = list(dispute.claims.all())
    room = room_of(dispute, [(claim.party_id, claim.role) for claim in claims], on=on)
    _check_conflict(claims, room)
    _begin(dispute, on)
    dispute.state, dispute.version = "open", dispute.version + 1
    _hold(dispute, claims, room)
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


@transaction.atomic
def join_dispute(*, dispute: Dispute, claim: NewClaim, by: User, on: dt.date) -> Claim:
    """A further side comes into an open dispute: what is held grows to what all of them contest."""
    require(by, "works.edit_works")
    dispute = locked(dispute)
    if dispute.state not in ("open", "due"):
        raise ValidationError(
            _("A side can only be added while no outcome is proposed and the dispute is not settled.")
        )
    if dispute.claims.filter(party=claim.party).exists():
        raise ValidationError(_("A party has one claim in a dispute. Put its claims together."))
    _check_claims([claim])
    joined = _claim_row(dispute, claim)
    joined.save()
    claims = list(dispute.claims.order_by("pk"))
    room = room_of(dispute, [(each.party_id, each.role) for each in claims], on=on)
    _check_conflict(claims, room)
    dispute.version += 1
    _hold(dispute, claims, room)
    send_dispute_news(dispute, by=by)
    record_act(by=by, verb="join_dispute", on=dispute, facts={"party": str(claim.party.uid), "share": claim.share})
    return joined


def open_file_conflicts(
    *, work: Work, shares: Sequence[NewShare], sender: str, row: ImportedTransaction, by: User, on: dt.date
) -> list[Dispute]:
    """A revision claims more than there is beside what others hold: a dispute for each right above the whole, between
    what the file claims and what stands on record from elsewhere. A right that is in dispute already is left to it.

    Inside the import's transaction and by its permission.
    """
    found = []
    for right in dict.fromkeys(part.right for part in shares):
        claimed: dict[tuple[int, str], int] = {}
        parties = {part.party.pk: part.party for part in shares if part.party and part.right == right}
        for part in shares:
            if part.party and part.right == right:
                key = part.party.pk, part.role
                claimed[key] = claimed.get(key, 0) + part.share
        rows = WorkShare.objects.filter(work=work, right=right, territory=WORLD, state="active").exclude(source=sender)
        of_file = [
            NewClaim(parties[party], role, share, Basis.FILE, transaction=row, stated_on=on)
            for (party, role), share in claimed.items()
        ]
        on_record = [_of_record(each) for each in _rows_of_others(list(rows), *parties.values())]
        try:
            with transaction.atomic():
                found.append(_open(Dispute(work=work, right=right), [*of_file, *on_record], by, on))
        except ValidationError:
            continue
    return found


def locked(dispute: Dispute) -> Dispute:
    """The dispute as it is now, with its work locked to the end of the transaction."""
    Work.objects.select_for_update(no_key=True).get(pk=dispute.work_id)
    return Dispute.objects.select_related("work").get(pk=dispute.pk)


def _open(dispute: Dispute, claims: Sequence[NewClaim], by: User, on: dt.date) -> Dispute:
    Work.objects.select_for_update(no_key=True).get(pk=dispute.work_id)
    rows, room = _prepare(dispute, claims, on)
    _hold(dispute, rows, room)
    send_dispute_news(dispute, by=by)
    facts = {"right": dispute.right, "kind": dispute.kind, "share": dispute.share, "claims": len(claims)}
    record_act(by=by, verb="open_dispute", on=dispute, facts=facts)
    return dispute


def _prepare(dispute: Dispute, claims: Sequence[NewClaim], on: dt.date) -> tuple[list[Claim], Room]:
    """Store the dispute with its claims, and nothing held yet."""
    _check_claims(claims)
    if len(claims) < 2:
        raise ValidationError(_("A dispute needs at least two claims. Add the other side."))
    sides = [(claim.party.pk, claim.role) for claim in claims]
    _must_be_undisputed(dispute, sides)
    room = room_of(dispute, sides, on=on)
    rows = [_claim_row(dispute, claim) for claim in claims]
    dispute.share = _check_conflict(rows, room)
    _begin(dispute, on)
    dispute.save()
    for row in rows:
        row.dispute = dispute
    Claim.objects.bulk_create(rows)
    return rows, room


def _begin(dispute: Dispute, on: dt.date) -> None:
    """The society's terms of the day: how long evidence can be sent, and what is held."""
    rule = rule_on(on)
    dispute.opened_on, dispute.deadline = on, on + dt.timedelta(days=rule.evidence_days)
    dispute.holds = rule.holds


def _hold(dispute: Dispute, claims: Sequence[Claim], room: Room) -> None:
    division = divide({(claim.party_id, claim.role): claim.share for claim in claims}, room.size)
    dispute.share = division.held
    dispute.save()
    divide_room(room, dispute, shares=division.paid, held=division.held)


def _check_claims(claims: Sequence[NewClaim]) -> None:
    faults = []
    if len({claim.party.pk for claim in claims}) < len(claims):
        faults.append(_("A party has one claim in a dispute. Put its claims together."))
    if any(not 0 < claim.share <= WHOLE for claim in claims):
        faults.append(_("Each claim must be more than 0 % and at most 100 %."))
    if faults:
        raise ValidationError(faults)


def _check_conflict(claims: Sequence[Claim], room: Room) -> int:
    """What would be held; refused where the claims fit beside each other."""
    division = divide({claim.party_id: claim.share for claim in claims}, room.size)
    if not division.held:
        total = sum(claim.share for claim in claims)
        raise ValidationError(
            _("These claims make %(total)s together and fit into the %(room)s they are about: nothing is contested.")
            % {"total": share_text(total), "room": share_text(room.size)}
        )
    return division.held


def _must_be_undisputed(dispute: Dispute, sides: Sequence[tuple[int, str]]) -> None:
    """A side of an open dispute on the same right is heard there, not in a second dispute beside it."""
    place = {
        "dispute__work": dispute.work_id,
        "dispute__right": dispute.right,
        "dispute__state__in": ("filed", *HOLDING),
    }
    known = Claim.objects.filter(**place, dispute__territory=dispute.territory, party__in=[side[0] for side in sides])
    if claim := known.select_related("party", "dispute").first():
        raise ValidationError(
            _("%(name)s is a side of a dispute about this right already. Add the other claims to that dispute.")
            % {"name": claim.party.display_name}
        )


def _must_be_filed(dispute: Dispute) -> None:
    if dispute.state != "filed":
        raise ValidationError(_("This claim has been decided on already."))


def _rows_of_others(rows: Sequence[WorkShare], *parties: Party) -> list[WorkShare]:
    """One row for each other party: a party that holds several roles is a side with the largest of them."""
    own = {party.pk for party in parties}
    largest: dict[int, WorkShare] = {}
    for row in rows:
        if row.party_id is not None and row.party_id not in own:
            kept = largest.get(row.party_id)
            largest[row.party_id] = row if kept is None or row.share > kept.share else kept
    return list(largest.values())


def _of_record(row: WorkShare) -> NewClaim:
    assert row.party is not None
    basis, file_row, stated = claims_on_record(row)
    return NewClaim(
        row.party, row.role, row.share, basis, stated_on=stated, valid_from=row.valid_from, valid_to=row.valid_to,
        transaction=file_row,
    )  # fmt: skip


def _claim_row(dispute: Dispute, claim: NewClaim) -> Claim:
    return Claim(
        dispute=dispute,
        party=claim.party,
        role=claim.role,
        share=claim.share,
        first_share=claim.share,
        territory=dispute.territory,
        valid_from=claim.valid_from,
        valid_to=claim.valid_to,
        basis=claim.basis,
        transaction=claim.transaction,
        reference=claim.reference.strip()[:200],
        stated_on=claim.stated_on,
    )
