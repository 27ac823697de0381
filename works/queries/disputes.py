"""What is asked about disputes: the terms of a day, what a claim rests on, the sentence, what the evidence decides."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects

from cmo_portal.audit.models import Act
from cmo_portal.common.known import NOW, Books
from cmo_portal.common.words import Words
from members.models import Party
from members.queries.reading import name_read
from works.models import (
    Basis,
    Claim,
    Dispute,
    DisputeEvidence,
    DisputeExtension,
    DisputeMessage,
    DisputeRule,
    ImportedTransaction,
    Work,
    WorkShare,
)
from works.models.claims import ENDED, HOLDING
from works.models.works import WHOLE
from works.queries.rooms import room_of
from works.rules.conflict_words import SpokenClaim, explain
from works.rules.conflicts import decided_by_evidence
from works.rules.contact_data import holds_contact_data

CLAIM_FACTS = ("party", "transaction__file", "agreement")


@dataclass(frozen=True, slots=True)
class DefaultTerms:
    """What holds while the society has no rule in force: the days of the setting, the contested part, people decide."""

    evidence_days: int
    extension_days: int
    holds: str = "part"
    at_deadline: str = "prepare"


def rule_on(on: dt.date) -> DisputeRule | DefaultTerms:
    """The terms for disputes that are opened on a day."""
    found = DisputeRule.objects.filter(state="approved", valid_from__lte=on).order_by("-valid_from").first()
    return found or DefaultTerms(settings.DISPUTE_DAYS, settings.DISPUTE_EXTENSION_DAYS)


def latest_deadline(dispute: Dispute) -> dt.date:
    """The last day to which the days for evidence can be extended, by the terms of the day it was opened."""
    given = dispute.extensions.filter(state="given").order_by("pk").first()
    first = given.was if given else dispute.deadline
    return first + dt.timedelta(days=rule_on(dispute.opened_on).extension_days)


def asked_extension(dispute: Dispute) -> DisputeExtension | None:
    """The request for more days that waits for the other sides."""
    return dispute.extensions.filter(state="asked").select_related("asked_by").first()


def days_are_running(dispute: Dispute, *, on: dt.date) -> bool:
    """Whether days for evidence can still be added."""
    return dispute.state == "open" and dispute.deadline >= on


def extensions_of(dispute: Dispute) -> QuerySet[DisputeExtension]:
    """What was asked for and given beside the first days for evidence, the oldest first."""
    rows = dispute.extensions.select_related("asked_by", "given_by").prefetch_related("consents__party")
    return rows.order_by("pk")


def claims_of(dispute: Dispute) -> list[Claim]:
    """The claims of a dispute with what each rests on, in the order in which they came."""
    return list(dispute.claims.select_related(*CLAIM_FACTS).order_by("pk"))


def claims_on_record(row: WorkShare) -> tuple[str, ImportedTransaction | None, dt.date | None]:
    """What a share on record rests on: the file that brought it, where one did, and since when it is known."""
    if WorkShare.objects.filter(work=row.work_id, source=row.source, work__identifiers__issuer=row.source).exists():
        here = Q(work=row.work_id) | Q(work__merged_into=row.work_id)
        brought = ImportedTransaction.objects.filter(here, taken=True, status__in=("AS", "AC"))
        if found := brought.order_by("-pk").first():
            return Basis.FILE, found, found.created_at.date()
    return Basis.RECORD, None, row.created_at.date()


def open_disputes(party: Party) -> QuerySet[Claim]:
    """The claims of a party in disputes that have not ended, the nearest deadline first."""
    claims = Claim.objects.filter(party=party, dispute__state__in=("filed", *HOLDING))
    return claims.select_related("dispute__work").order_by("dispute__deadline", "pk")


def visible_evidence(dispute: Dispute, party: Party | None = None) -> QuerySet[DisputeEvidence]:
    """The documents of a dispute: all of them for staff, for a side its own and those that others chose to show."""
    rows = dispute.evidence.select_related("claim__party").order_by("pk")
    return rows if party is None else rows.filter(Q(claim__party=party) | Q(shown=True), quarantined=False)


def visible_messages(dispute: Dispute, party: Party | None = None) -> QuerySet[DisputeMessage]:
    """The messages of a dispute: all of them for staff, for a side its own and those to all."""
    rows = dispute.messages.select_related("party").order_by("at", "pk")
    return rows if party is None else rows.filter(Q(party=party) | Q(to_all=True))


def evidence_name(evidence: DisputeEvidence, party: Party) -> str:
    """The file name of a document as a side reads it: one that carries an address or a number of people is told to its
    own side only."""
    if evidence.claim.party_id == party.pk or not holds_contact_data(evidence.original_name):
        return evidence.original_name
    return f"{evidence.get_kind_display()}{PurePath(evidence.original_name).suffix}"


def evidence_of(party: Party | None) -> QuerySet[DisputeEvidence]:
    """The documents that may be opened: by a side as above; without a party, by staff, all that are harmless."""
    rows = DisputeEvidence.objects.filter(quarantined=False)
    if party is None:
        return rows
    mine = Claim.objects.filter(dispute=OuterRef("dispute"), party=party)
    return rows.filter(Exists(mine)).filter(Q(claim__party=party) | Q(shown=True))


def room_size(
    dispute: Dispute, claims: Sequence[Claim], *, on: dt.date, shares: Sequence[WorkShare] | None = None
) -> int:
    """How much of the right the claims are about: what is held, and what the sides have beside it. Of a claim that is
    not accepted, what the other sides hold. `shares` are those of the work, where they have been read."""
    sides = [(claim.party_id, claim.role) for claim in claims]
    return room_of(dispute, sides, on=on, shares=shares).size


def sentence_of(
    dispute: Dispute,
    claims: Sequence[Claim],
    *,
    on: dt.date,
    with_files: bool,
    shares: Sequence[WorkShare] | None = None,
) -> list[Words]:
    """The conflict in words. `with_files` names the files, letters and agreements of all sides: for staff."""
    if dispute.state in ENDED:
        return []
    spoken = [_spoken(claim, with_files, on) for claim in claims]
    sampled = dispute.sampled.title if dispute.sampled else ""
    room = room_size(dispute, claims, on=on, shares=shares)
    return explain(spoken, room=room, whole=WHOLE, kind=dispute.kind, sampled=sampled)


def what_evidence_decides(dispute: Dispute, room: int) -> dict[int, int] | None:
    """Claim → share when the side that alone gave evidence stands; None where evidence decides nothing."""
    claims = {claim.pk: claim.share for claim in dispute.claims.filter(share__gt=0).order_by("pk")}
    proven = frozenset(dispute.evidence.filter(quarantined=False).values_list("claim_id", flat=True)) & set(claims)
    return decided_by_evidence(claims, proven, room)


def _spoken(claim: Claim, with_files: bool, on: dt.date) -> SpokenClaim:
    basis, reference, number, ended = claim.basis, claim.reference if with_files else "", 0, None
    if claim.agreement:
        reference = claim.agreement.number if with_files else ""
        last = claim.agreement.retention_end or claim.agreement.end_date
        ended = last if last and last < on else None
    if claim.basis == Basis.FILE and claim.transaction:
        basis = "file" if with_files else "registration"
        reference, number = claim.transaction.file.filename, claim.transaction.number
    return SpokenClaim(
        name=name_read(claim.party),
        share=claim.share,
        first=claim.first_share,
        basis=basis,
        reference=reference,
        number=number,
        stated=claim.stated_on,
        begins=claim.valid_from or claim.stated_on,
        ended=ended,
    )


def told_disputes(
    work: Work, *, on: dt.date, with_files: bool, books: Books = NOW
) -> list[tuple[Dispute, list[Words]]]:
    """The disputes of a work, the newest first, each with its sentence; one that was filed and not accepted is between
    the society and who filed it. Seven queries at most, as known before one more."""
    hidden = () if with_files else ("filed", "refused", "joined")
    found = [row for row in books.rows(Dispute, work_id=work.pk) if row.state not in hidden]
    books.attach(found, "claims", "party")
    claims = [claim for dispute in found for claim in dispute.claims.all()]
    prefetch_related_objects(claims, "transaction__file", "agreement")
    prefetch_related_objects(found, "sampled")
    shares = books.rows(WorkShare, work_id=work.pk) if found else []
    newest_first = sorted(found, key=lambda dispute: (dispute.opened_on, dispute.pk), reverse=True)
    return [
        (dispute, sentence_of(dispute, list(dispute.claims.all()), on=on, with_files=with_files, shares=shares))
        for dispute in newest_first
    ]


def heard_in(dispute: Dispute) -> Dispute | None:
    """The dispute in which a claim that was filed is heard, as the act that accepted it says; None where it stands for
    itself."""
    if dispute.state != "joined":
        return None
    acts = Act.objects.filter(object_type=Dispute._meta.label_lower, object_id=str(dispute.uid), verb="accept_claim")
    named = acts.order_by("-number").values_list("facts__dispute", flat=True).first()
    return Dispute.objects.filter(uid=named).first() if named else None
