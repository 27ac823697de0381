"""From a CWR transaction to a work of ours: titles, parties, shares, recordings, the sender's number and
its description.

Parties are known by their IPI name numbers; without one, the same name from the same sender is the same party. Shares
are the ownership shares; sums that miss the whole by the tolerance CWR allows (0.06 %) are brought to it by largest
remainder, so that nothing is lost in a rounding. A right whose shares are all zero is not documented.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmo_portal.accounts.models import User
from members.models import Party, PartyAffiliation
from members.models.parties import PartyKind
from members.services.parties import PartyFacts, register_parties
from works.formats.cwr.work import WorkPublisher, WorkTransaction, WorkWriter
from works.models import WorkShare
from works.rules.identifiers import read_ipi_base, read_ipi_name
from works.rules.splits import WHOLE, scaled_to_whole
from works.services.cwr_descriptions import description_of
from works.services.recordings import NewPerformer, NewRecording
from works.services.registration import NewShare, NewTitle, NewWork

TOLERANCE = 600  # 0.06 % in 1/10,000 of a percent (CWR 2.x, sums of shares)
RIGHTS = ("PR", "MR", "SR")


@dataclass(frozen=True, slots=True)
class Interest:
    """One party of a transaction as sent; `number` is None when the sender says it is unknown."""

    facts: PartyFacts | None
    role: str
    ownership: tuple[int, int, int]
    societies: tuple[str, str, str]


def interests_of(work: WorkTransaction) -> list[Interest]:
    """Every writer and publisher of a transaction, writers first."""
    return [_writer(writer) for writer in work.writers] + [_publisher(publisher) for publisher in work.publishers]


def new_works(*, works: Sequence[WorkTransaction], sender: str, by: User) -> list[NewWork]:
    """The works of many transactions, with their parties registered in bulk."""
    interests = [interests_of(work) for work in works]
    parties = _parties([item for items in interests for item in items if item.facts], sender, by)
    return [_new_work(work, items, parties, sender) for work, items in zip(works, interests, strict=True)]


def _new_work(work: WorkTransaction, items: list[Interest], parties: dict[PartyFacts, Party], sender: str) -> NewWork:
    others = [NewTitle(title.title, title.title_type, title.language) for title in work.titles]
    others += [NewTitle(title.title, title.title_type or "OL", title.language) for title in work.national_titles]
    return NewWork(
        title=NewTitle(work.title, "OT", work.language),
        other_titles=tuple(others),
        iswc=work.iswc,
        category=work.distribution_category or "UNC",
        version_type=work.version_type or "ORI",
        duration=work.duration or None,
        shares=tuple(_shares(items, parties)),
        recordings=tuple(_recordings(work)),
        identifiers=((sender, work.submitter_work_no),),
        description=description_of(work),
    )


def _shares(items: list[Interest], parties: dict[PartyFacts, Party]) -> Iterable[NewShare]:
    for place, right in enumerate(RIGHTS):
        sent = [(position, item.ownership[place]) for position, item in enumerate(items) if item.ownership[place]]
        total = sum(share for _position, share in sent)
        near = 0 < abs(total - WHOLE) <= TOLERANCE
        fitted = scaled_to_whole(sent) if near else dict(sent)
        for position, share in fitted.items():
            item = items[position]
            yield NewShare(parties[item.facts] if item.facts else None, item.role, right, share)


def _recordings(work: WorkTransaction) -> Iterable[NewRecording]:
    """The recordings with an ISRC. CWR names performers by work: a recording without its own artist gets them."""
    performers = tuple(
        NewPerformer(
            f"{person.first_name} {person.last_name}".strip(), ipi_name_number=read_ipi_name(person.ipi_name_no).value
        )
        for person in work.performers
    )
    for recording in work.recordings:
        if recording.isrc:
            yield NewRecording(
                recording.isrc,
                recording.recording_title or work.title,
                recording.display_artist,
                recording.release_duration or work.duration or None,
                version_title=recording.version_title,
                label=recording.record_label or recording.album_label,
                released_on=recording.release_date,
                performers=() if recording.display_artist else performers,
            )


def _parties(items: list[Interest], sender: str, by: User) -> dict[PartyFacts, Party]:
    """One party for equal facts; a nameless number is matched with what this sender's earlier files brought."""
    facts = list(dict.fromkeys(item.facts for item in items if item.facts))
    known = _known_by_name(sender, {fact.roman for fact in facts if not fact.ipi_name_number})
    found = {fact: known[fact.roman] for fact in facts if not fact.ipi_name_number and fact.roman in known}
    wanted = [fact for fact in facts if fact not in found]
    if wanted:
        found.update(zip(wanted, register_parties(parties=wanted, by=by, source=sender), strict=True))
    _affiliate(items, found)
    return found


def _known_by_name(sender: str, names: set[str]) -> dict[str, Party]:
    rows = WorkShare.objects.filter(source=sender, party__display_name__in=names).select_related("party")
    rows = rows.order_by("party_id")
    return {row.party.display_name: row.party for row in rows.distinct("party_id") if row.party}


def _affiliate(items: list[Interest], parties: dict[PartyFacts, Party]) -> None:
    """Note the society that collects for a party, as far as it is not known already."""
    wanted = {
        (parties[item.facts].pk, right): code
        for item in items
        if item.facts
        for right, code in zip(RIGHTS, item.societies, strict=True)
        if code.strip("0")
    }
    known = set(
        PartyAffiliation.objects.filter(party_id__in={party for party, _right in wanted}).values_list(
            "party_id", "right"
        )
    )
    PartyAffiliation.objects.bulk_create(
        PartyAffiliation(party_id=party, right=right, society_code=code.zfill(3))
        for (party, right), code in wanted.items()
        if (party, right) not in known
    )


def _writer(writer: WorkWriter) -> Interest:
    facts = None
    if not writer.writer_unknown and writer.last_name:
        facts = _facts(writer.last_name, writer.first_name, PartyKind.PERSON, writer.ipi_name_no, writer.ipi_base_no)
    societies = (writer.pr_society, writer.mr_society, writer.sr_society)
    return Interest(facts, writer.writer_designation or "CA", writer.ownership, societies)


def _publisher(publisher: WorkPublisher) -> Interest:
    facts = None
    if not publisher.publisher_unknown and publisher.publisher_name:
        facts = _facts(
            publisher.publisher_name, "", PartyKind.ORGANISATION, publisher.ipi_name_no, publisher.ipi_base_no
        )
    societies = (publisher.pr_society, publisher.mr_society, publisher.sr_society)
    return Interest(facts, publisher.publisher_type or "E", publisher.ownership, societies)


def _facts(last: str, first: str, kind: str, ipi_name: str, ipi_base: str) -> PartyFacts:
    name, base = read_ipi_name(ipi_name), read_ipi_base(ipi_base)
    return PartyFacts(
        last_name=last,
        first_name=first,
        kind=kind,
        ipi_name_number=name.value if name.is_valid else None,
        ipi_base_number=base.value if base.is_valid else None,
    )
