"""How disputes begin: opened by the desk or found in a registration file; and how a further side comes in. What members
file themselves stands in `filing`."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.wording import share_text
from members.models import Party
from members.models.territories import WORLD
from members.queries.reading import name_read
from members.services.areas import write_area
from works.mail import send_dispute_news
from works.models import Agreement, Basis, Claim, Dispute, DisputeKind, ImportedTransaction, Work, WorkShare
from works.models.claims import HOLDING
from works.queries.disputes import claims_on_record, rule_on
from works.queries.rooms import Room, covering, kept_in_roles, room_of, shares_of
from works.rules.areas import meets
from works.rules.conflicts import divide
from works.rules.splits import WHOLE
from works.services.disputes.rooms import divide_room
from works.services.registration import NewShare


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
    agreement: Agreement | None = None


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
    sampled: Work | None = None,
) -> Dispute:
    """Hold what `claims` contest of a right of a work; what each side has undisputed goes on paying, and so does all
    that others hold. `sampled` is the work of which a part is used, in a dispute about a sample. Raises ValidationError
    where the claims fit beside each other: then nothing is contested."""
    require(by, "works.edit_works")
    place = {"right": right, "territory": territory, "takes_open_part": takes_open_part}
    return _open(Dispute(work=work, kind=kind, sampled=sampled, **place), claims, by, on)


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
    joined = claim_row(dispute, claim)
    joined.save()
    claims = list(dispute.claims.order_by("pk"))
    room = room_of(dispute, [(each.party_id, each.role) for each in claims], on=on)
    check_conflict(claims, room)
    dispute.version += 1
    hold(dispute, claims, room)
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
    for right, territory in dict.fromkeys((part.right, part.territory) for part in shares):
        dispute = Dispute(work=work, right=right, territory=territory)
        named = [part for part in shares if part.party and (part.right, part.territory) == (right, territory)]
        try:
            with transaction.atomic():
                found.append(_open(dispute, _claims_of_file(dispute, named, sender, row, on), by, on))
        except ValidationError:
            continue
    return found


def _claims_of_file(
    dispute: Dispute, named: Sequence[NewShare], sender: str, row: ImportedTransaction, on: dt.date
) -> list[NewClaim]:
    """What a file claims of a right, and what others have on record there."""
    parties = {part.party.pk: part.party for part in named if part.party}
    claimed: dict[int, list[NewShare]] = {}
    for part in named:
        if part.party:
            claimed.setdefault(part.party.pk, []).append(part)
    standing = standing_in(dispute, on)
    others = {each.party_id for each in standing if each.source != sender} - set(parties)
    return [
        *(
            NewClaim(
                parties[party], max(parts, key=lambda part: part.share).role, sum(part.share for part in parts),
                Basis.FILE, transaction=row, stated_on=on,
            )
            for party, parts in claimed.items()
        ),
        *claims_of_record(each for each in standing if each.party_id in others),
    ]  # fmt: skip


def locked(dispute: Dispute) -> Dispute:
    """The dispute as it is now, with its work locked to the end of the transaction."""
    Work.objects.select_for_update(no_key=True).get(pk=dispute.work_id)
    return Dispute.objects.select_related("work").get(pk=dispute.pk)


def _open(dispute: Dispute, claims: Sequence[NewClaim], by: User, on: dt.date) -> Dispute:
    Work.objects.select_for_update(no_key=True).get(pk=dispute.work_id)
    rows, room = prepare(dispute, claims, on)
    hold(dispute, rows, room)
    send_dispute_news(dispute, by=by)
    facts = {"right": dispute.right, "kind": dispute.kind, "share": dispute.share, "claims": len(claims)}
    record_act(by=by, verb="open_dispute", on=dispute, facts=facts)
    return dispute


def prepare(dispute: Dispute, claims: Sequence[NewClaim], on: dt.date) -> tuple[list[Claim], Room]:
    """Store the dispute with its claims, and nothing held yet."""
    _check_claims(claims)
    _check_sample(dispute)
    write_area(dispute.territory)
    if len(claims) < 2:
        raise ValidationError(_("A dispute needs at least two claims. Add the other side."))
    if dispute.state != "filed":
        _must_be_undisputed(dispute, claims)
    room = room_of(dispute, [(claim.party.pk, claim.role) for claim in claims], on=on)
    rows = [claim_row(dispute, claim) for claim in claims]
    dispute.share = check_conflict(rows, room)
    begin(dispute, on)
    dispute.save()
    for row in rows:
        row.dispute = dispute
    Claim.objects.bulk_create(rows)
    return rows, room


def begin(dispute: Dispute, on: dt.date) -> None:
    """The society's terms of the day: how long evidence can be sent, and what is held."""
    rule = rule_on(on)
    dispute.opened_on, dispute.deadline = on, on + dt.timedelta(days=rule.evidence_days)
    dispute.holds = rule.holds


def hold(dispute: Dispute, claims: Sequence[Claim], room: Room) -> None:
    division = divide({(claim.party_id, claim.role): claim.share for claim in claims}, room.size)
    dispute.share = division.held
    dispute.save()
    divide_room(room, dispute, shares=kept_in_roles(room, division.paid), held=division.held)


def _check_claims(claims: Sequence[NewClaim]) -> None:
    faults = []
    if len({claim.party.pk for claim in claims}) < len(claims):
        faults.append(_("A party has one claim in a dispute. Put its claims together."))
    if any(not 0 < claim.share <= WHOLE for claim in claims):
        faults.append(_("Each claim must be more than 0 % and at most 100 %."))
    if faults:
        raise ValidationError(faults)


def _check_sample(dispute: Dispute) -> None:
    if (dispute.kind == DisputeKind.SAMPLE) != (dispute.sampled is not None):
        raise ValidationError(_("A dispute about a sample, and no other, names the work of which a part is used."))
    if dispute.sampled is not None and dispute.sampled.pk == dispute.work_id:
        raise ValidationError(_("A work is no sample of itself. Name the other work."))


def check_conflict(claims: Sequence[Claim], room: Room) -> int:
    """What would be held; refused where the claims fit beside each other."""
    division = divide({claim.party_id: claim.share for claim in claims}, room.size)
    if not division.held:
        total = sum(claim.share for claim in claims)
        raise ValidationError(
            _("These claims make %(total)s together and fit into the %(room)s they are about: nothing is contested.")
            % {"total": share_text(total), "room": share_text(room.size)}
        )
    return division.held


def _must_be_undisputed(dispute: Dispute, claims: Sequence[NewClaim]) -> None:
    """A side of an open dispute on the same right is heard there, not in a second dispute beside it. What is filed and
    not accepted stands in nobody's way: it is taken in when the desk accepts it (`taking_in`)."""
    if claim := claim_beside(dispute, [claim.party.pk for claim in claims], HOLDING):
        raise ValidationError(
            _("%(name)s is a side of a dispute about this right already. Add the other claims to that dispute.")
            % {"name": name_read(claim.party)}
        )


def claim_beside(dispute: Dispute, parties: Collection[int], states: Collection[str]) -> Claim | None:
    """A claim of one of the parties in a dispute of such a state about the same right, where that one holds."""
    place = {"dispute__work": dispute.work_id, "dispute__right": dispute.right, "dispute__state__in": states}
    known = Claim.objects.filter(**place, party__in=parties).select_related("party", "dispute").order_by("pk")
    return next((each for each in known if meets(each.dispute.territory, dispute.territory)), None)


def standing_in(dispute: Dispute, on: dt.date) -> list[WorkShare]:
    """What has an owner, on a day, of the right and in the whole territory of a dispute."""
    rows = covering(shares_of(dispute.work_id), dispute.right, dispute.territory, on)
    return [row for row in rows if row.state == "active" and row.party_id is not None]


def claims_of_record(rows: Iterable[WorkShare]) -> list[NewClaim]:
    """One claim for each party, of all that stands on record for it: a party that holds several roles is a side with
    the largest of them."""
    held: dict[int, list[WorkShare]] = {}
    for row in rows:
        if row.party_id is not None:
            held.setdefault(row.party_id, []).append(row)
    return [_of_record(max(own, key=lambda row: row.share), sum(row.share for row in own)) for own in held.values()]


def _of_record(row: WorkShare, share: int) -> NewClaim:
    assert row.party is not None
    basis, file_row, stated = claims_on_record(row)
    return NewClaim(
        row.party, row.role, share, basis, stated_on=stated, valid_from=row.valid_from, valid_to=row.valid_to,
        transaction=file_row,
    )  # fmt: skip


def claim_row(dispute: Dispute, claim: NewClaim) -> Claim:
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
        agreement=claim.agreement,
        reference=claim.reference.strip()[:200],
        stated_on=claim.stated_on,
    )
