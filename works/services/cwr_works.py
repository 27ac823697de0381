"""From a CWR transaction to a work of ours: titles, parties, shares, recordings, the sender's number and
its description.

Parties are known by their IPI name numbers; without one, the same name from the same sender is the same party. Shares
are the ownership shares; sums that miss the whole by the tolerance CWR allows (0.06 %) are brought to it by largest
remainder, so that nothing is lost in a rounding. A right whose shares are all zero is not documented.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from cmo_portal.accounts.models import User
from members.models import Party
from members.models.parties import PartyKind
from members.models.territories import WORLD, own_territory
from members.services.parties import PartyFacts, register_parties
from works.formats.cwr.agreement import AgreementSide
from works.formats.cwr.collection import collecting, is_worldwide
from works.formats.cwr.layouts import is_third
from works.formats.cwr.work import WorkPublisher, WorkTransaction, WorkWriter
from works.models import AgreementParty, RegistrationFile, WorkShare
from works.models.agreements import ORIGINAL
from works.queries.export_chains import RIGHTS
from works.queries.exports import our_issuer
from works.rules.identifiers import read_ipi_base, read_ipi_name
from works.rules.roles import PUBLISHER_ROLES
from works.services.cwr_descriptions import description_of
from works.services.cwr_societies import names_society, take_societies
from works.services.cwr_sums import evened_out
from works.services.party_numbers import keep_numbers, parties_by_number
from works.services.recordings import NewPerformer, NewRecording
from works.services.registration import NewShare, NewTitle, NewWork

TOLERANCE = 600  # 0.06 % in 1/10,000 of a percent (CWR 2.x, sums of shares)


@dataclass(frozen=True, slots=True)
class Interest:
    """One party of a transaction as sent; `facts` is None when the sender says it is unknown. `number` is ours for it
    in a file of our own, blank in those of others, who do not always keep to theirs."""

    facts: PartyFacts | None
    role: str
    ownership: tuple[int, int, int]
    societies: tuple[str, str, str]
    number: str = ""

    @property
    def key(self) -> "PartyKey":
        """What makes it one party with another: our number, else all its facts."""
        return self.number or self.facts


PartyKey = str | PartyFacts | None


def interests_of(work: WorkTransaction, *, is_own: bool = False) -> list[Interest]:
    """Every writer and publisher of a transaction, writers first; with our numbers of them in a file of our own."""
    found = [(_writer(writer), writer.ip_no) for writer in work.writers]
    found += [(_publisher(publisher), publisher.ip_no) for publisher in work.publishers]
    return [replace(item, number=number) if is_own and item.facts else item for item, number in found]


@dataclass(frozen=True, slots=True)
class ToldWork:
    """A work as it will be stored, and the party behind each of its writers and publishers (None when unknown)."""

    new: NewWork
    writers: tuple[Party | None, ...]
    publishers: tuple[Party | None, ...]


def told_works(
    *, works: Sequence[WorkTransaction], sender: str, by: User | None, file: RegistrationFile
) -> list[ToldWork]:
    """The works of many transactions, with their parties registered in bulk."""
    is_own = sender == our_issuer()
    worldwide = [not is_third(work.version) or is_worldwide(work) for work in works]
    works = [_owned(work) for work in works]
    interests = [interests_of(work, is_own=is_own) for work in works]
    parties = parties_of([item for items in interests for item in items if item.facts], sender, by, file)
    territories = [WORLD if everywhere else own_territory() for everywhere in worldwide]
    told = zip(works, interests, territories, strict=True)
    found = []
    for work, items, territory in told:
        named = tuple(parties[item.key] if item.facts else None for item in items)
        new = _new_work(work, items, parties, sender, territory)
        found.append(ToldWork(new, named[: len(work.writers)], named[len(work.writers) :]))
    return found


def claimed_in(work: WorkTransaction) -> dict[tuple[str, str], int]:
    """What a transaction gives to all its parties together, by right and area: as `told_works` would store it, without
    anything being registered."""
    territory = WORLD if not is_third(work.version) or is_worldwide(work) else own_territory()
    shares = _fitted(interests_of(_owned(work)))
    claimed = {(right, territory): sum(fitted.values()) for right, fitted in shares.items()}
    return {place: total for place, total in claimed.items() if total}


def _owned(work: WorkTransaction) -> WorkTransaction:
    """CWR 3 tells no ownership: what its parties collect in our territory stands for it."""
    if not is_third(work.version):
        return work
    return collecting(work, tis=own_territory(), recipient=settings.SOCIETY["cisac_code"])


def _new_work(
    work: WorkTransaction, items: list[Interest], parties: dict[PartyKey, Party], sender: str, territory: str
) -> NewWork:
    is_own = sender == our_issuer()
    others = [NewTitle(title.title, title.title_type, title.language) for title in work.titles]
    others += [NewTitle(title.title, title.title_type or "OL", title.language) for title in work.national_titles]
    return NewWork(
        title=NewTitle(work.title, "OT", work.language),
        other_titles=tuple(others),
        iswc=work.iswc,
        category=work.distribution_category or "UNC",
        version_type=work.version_type or "ORI",
        duration=work.duration or None,
        shares=tuple(_shares(items, parties, territory)),
        recordings=tuple(_recordings(work, is_own=is_own)),
        identifiers=() if is_own else ((sender, work.submitter_work_no),),
        number=work.submitter_work_no if is_own else "",
        description=description_of(work),
    )


def _shares(items: list[Interest], parties: dict[PartyKey, Party], territory: str) -> Iterable[NewShare]:
    for right, fitted in _fitted(items).items():
        for position, share in fitted.items():
            item = items[position]
            yield NewShare(parties[item.key] if item.facts else None, item.role, right, share, territory)


def _fitted(items: Sequence[Interest]) -> dict[str, dict[int, int]]:
    """By right and place of the party, its share, brought to the whole where the sum misses it within the tolerance."""
    publishers = {position for position, item in enumerate(items) if item.role in PUBLISHER_ROLES}
    found = {}
    for place, right in enumerate(RIGHTS):
        sent = [(position, item.ownership[place]) for position, item in enumerate(items) if item.ownership[place]]
        found[right] = evened_out(sent, right, publishers=publishers)
    return found


def _recordings(work: WorkTransaction, *, is_own: bool) -> Iterable[NewRecording]:
    """The recordings with an ISRC. CWR names performers by work: a recording without its own artist gets them, but not
    in a file of our own, which says all that we know."""
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
                recording.release_duration or None,
                version_title=recording.version_title,
                label=recording.record_label or recording.album_label,
                released_on=recording.release_date,
                performers=() if recording.display_artist or is_own else performers,
            )


def parties_of(
    items: Sequence[Interest], sender: str, by: User | None, file: RegistrationFile
) -> dict[PartyKey, Party]:
    """One party for equal keys; a nameless number is matched with what this sender's earlier files brought."""
    facts: dict[PartyKey, PartyFacts] = {}
    for item in sorted(items, key=lambda one: one.facts is not None and one.facts.kind != PartyKind.PERSON):
        if item.facts:
            facts.setdefault(item.key, item.facts)
    found = _known(facts, sender)
    wanted = {key: fact for key, fact in facts.items() if key not in found}
    if wanted:
        made = dict(zip(wanted, register_parties(parties=list(wanted.values()), by=by, source=sender), strict=True))
        found.update(made)
        keep_numbers({key: party for key, party in made.items() if isinstance(key, str)})
    _affiliate(items, found, file)
    return found


def _known(facts: Mapping[PartyKey, PartyFacts], sender: str) -> dict[PartyKey, Party]:
    """The parties known already: by our numbers, and by name those without a number that this sender has brought."""
    by_number = parties_by_number(key for key in facts if isinstance(key, str))
    nameless = {key: fact for key, fact in facts.items() if isinstance(key, PartyFacts) and not fact.ipi_name_number}
    by_name = _known_by_name(sender, {fact.roman for fact in nameless.values()})
    found: dict[PartyKey, Party] = {key: by_name[fact.roman] for key, fact in nameless.items() if fact.roman in by_name}
    found.update(by_number)
    return found


def _known_by_name(sender: str, names: set[str]) -> dict[str, Party]:
    rows = WorkShare.objects.filter(source=sender, party__display_name__in=names).select_related("party")
    rows = rows.order_by("party_id")
    sides = AgreementParty.objects.filter(agreement__source=sender, party__display_name__in=names)
    sides = sides.select_related("party").order_by("-party_id")
    found = {side.party.display_name: side.party for side in sides}
    return found | {row.party.display_name: row.party for row in rows.distinct("party_id") if row.party}


def _affiliate(items: Sequence[Interest], parties: dict[PartyKey, Party], file: RegistrationFile) -> None:
    """Note the society that collects for a party, as far as it is not known already."""
    take_societies(
        {
            (parties[item.key].pk, right): code.zfill(3)
            for item in items
            if item.facts
            for right, code in zip(RIGHTS, item.societies, strict=True)
            if names_society(code)
        },
        file,
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


def interest_of_side(side: AgreementSide, agreement_type: str) -> Interest:
    """A side of an agreement as a party: the assignor of an original agreement is a writer, all others are firms."""
    is_writer = agreement_type in ORIGINAL and side.agreement_role == "AS"
    kind = PartyKind.PERSON if is_writer or side.writer_first_name else PartyKind.ORGANISATION
    facts = _facts(side.last_name, side.writer_first_name, kind, side.ipi_name_no, side.ipi_base_no)
    return Interest(facts, side.agreement_role, side.shares, (side.pr_society, side.mr_society, side.sr_society))


def _facts(last: str, first: str, kind: str, ipi_name: str, ipi_base: str) -> PartyFacts:
    name, base = read_ipi_name(ipi_name), read_ipi_base(ipi_base)
    return PartyFacts(
        last_name=last,
        first_name=first,
        kind=kind,
        ipi_name_number=name.value if name.is_valid else None,
        ipi_base_number=base.value if base.is_valid else None,
    )
