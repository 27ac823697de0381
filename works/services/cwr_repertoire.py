"""A work of ours as a CWR transaction: the one place that decides what a registration of ours says.

Ownership is what the shares of the world say, after the writers' agreements with publishers; publishers stand in chains
with those who collect for them by agreements in force (cwr_collection). A writer of ours is told as controlled where
the work has no publisher, where an agreement links him to one, or where there is one publisher of ours alone; otherwise
the link is not known, and he is told without one. Everything stands in an order that the file itself shows, so that a
register made from the file writes the same file again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from django.conf import settings

from cmo_portal.common.money import allocate
from members.models.territories import WORLD
from works.formats.cwr.characters import TITLES, forbidden_characters, transliterated
from works.formats.cwr.codes import code_names
from works.formats.cwr.encoding import WriteProblem, problem
from works.formats.cwr.values import percent
from works.formats.cwr.work import (
    CollectionLine,
    PublisherLink,
    RightShares,
    WorkPublisher,
    WorkRecording,
    WorkTitle,
    WorkTransaction,
    WorkWriter,
)
from works.queries.exports import RIGHTS, OwnParty, OwnRecording, OwnShare, OwnWork
from works.rules.credits import credited_names
from works.rules.languages import cwr_language
from works.rules.publisher_chains import Member
from works.rules.splits import WHOLE
from works.services.cwr_collection import Collected, Strip, collected, collection_lines
from works.services.cwr_details import Written, with_details

STEPS, STEP = 10_000, 100  # the whole in hundredths of a percent; one of them in our units
WRITER_ROLES = ("CA", "C", "A", "AR", "AD", "TR", "SA", "SR")
PUBLISHER_ROLES = ("E", "AQ", "AM", "SE", "ES", "PA")
LONGEST_TITLE = 60
_NEEDS_LANGUAGE = ("OL", "AL")


@dataclass(slots=True)
class ToSend:
    """A work on its way into a file: its transaction, why it cannot go (`refusals`), what it leaves out (`notes`)."""

    work: WorkTransaction | None = None
    refusals: list[WriteProblem] = field(default_factory=list)
    notes: list[WriteProblem] = field(default_factory=list)

    def refuse(self, key: str, record: str, name: str, value: str, **facts: str) -> None:
        """Say why the work cannot be written."""
        self.refusals.append(problem(key, record, name, value, **facts))

    def note(self, key: str, record: str, name: str, value: str, **facts: str) -> None:
        """Say what the file does not carry."""
        self.notes.append(problem(key, record, name, value, **facts))


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner as the file shows it; `party` is None for an unknown one."""

    party: OwnParty | None
    role: str
    ownership: RightShares

    @property
    def is_publisher(self) -> bool:
        """Whether it stands among the publishers."""
        return self.role in PUBLISHER_ROLES

    @property
    def is_ours(self) -> bool:
        """Whether we collect any right for it."""
        return self.party is not None and _is_ours(self.party)


def _is_ours(party: OwnParty) -> bool:
    return settings.SOCIETY["cisac_code"] in filter(None, party.societies)


def to_send(work: OwnWork, *, version: str, kind: str, on: date) -> ToSend:
    """The transaction of a work with the agreements in force on a day, or why there is none."""
    sending = ToSend()
    title = _main_title(work, sending)
    goes = collected(work, sending.refuse)
    owners = _owners(work, goes.shares, sending)
    if sending.refusals:
        return sending
    chains = _chains(work, [owner for owner in owners if owner.is_publisher], goes, on, sending)
    publishers = tuple(publisher for chain in chains for publisher in chain)
    transaction = WorkTransaction(
        transaction_type=kind,
        version=version,
        title=title,
        submitter_work_no=work.number,
        language=_language(work.language, sending),
        iswc=work.iswc,
        distribution_category=work.category or "UNC",
        duration=work.duration,
        recorded="Y" if any(recording.isrc for recording in work.recordings) else "U",
        version_type=work.version_type or "ORI",
        publishers=publishers,
        writers=_writers(work, [owner for owner in owners if not owner.is_publisher], chains, version),
        titles=_other_titles(work, title, sending),
        **{name: value for name, value in work.facts.items() if value and name != "grand_rights"},
    )
    if transaction.version_type == "MOD":
        transaction = replace(
            transaction,
            music_arrangement=transaction.music_arrangement or "UNS",
            lyric_adaptation=transaction.lyric_adaptation or "UNS",
        )
    sending.work = _described(transaction, work, sending)
    return sending


# -- titles


def _roman(text: str) -> str:
    """The text in the letters of CWR; blank when it has letters that cannot be written."""
    written = " ".join(transliterated(text).split())
    return written if written.isascii() and not forbidden_characters(written, TITLES) else ""


def _main_title(work: OwnWork, sending: ToSend) -> str:
    found = next(filter(None, (_roman(text) for text in (work.title, *(title.text for title in work.titles)))), "")
    if not found:
        sending.refuse("no_roman_title", "NWR", "title", work.title)
    return found


def _other_titles(work: OwnWork, main: str, sending: ToSend) -> tuple[WorkTitle, ...]:
    told: dict[WorkTitle, None] = {}
    for title in work.titles:
        text, language = _roman(title.text), _language(title.language, sending)
        kind = _title_type(title.title_type, language)
        if text == main and kind == "AT":
            continue
        if not text or len(text) > LONGEST_TITLE:
            sending.note("title_left_out", "ALT", "title", title.text)
            continue
        told[WorkTitle(title=text, title_type=kind, language=language)] = None
    return tuple(told)


def _title_type(kind: str, language: str) -> str:
    """The type of a title beside the main one; titles in national letters need a language."""
    known = kind in code_names("title_type") and kind != "OT"
    return kind if known and (language or kind not in _NEEDS_LANGUAGE) else "AT"


def _language(code: str, sending: ToSend) -> str:
    written = cwr_language(code.lower()) if code else ""
    if code and written not in code_names("language"):
        sending.note("language_left_out", "NWR", "language", code)
        return ""
    return written


# -- owners


def _owners(work: OwnWork, shares: tuple[OwnShare, ...], sending: ToSend) -> list[Owner]:
    """Every owner with its ownership by right in whole steps of CWR, in an order that the file shows."""
    if any(share.state == "disputed" for share in shares):
        sending.refuse("share_disputed", "NWR", "submitter_work_no", work.number)
    if any(share.territory != WORLD for share in shares):
        sending.refuse("share_by_territory", "SPU", "pr_ownership", work.number)
    if sending.refusals:
        return []
    held = _held(shares, sending)
    keys = sorted({key for by_right in held.values() for key in by_right}, key=lambda key: _order(work, key))
    owned = {right: _in_steps(right, by_right, keys, work, sending) for right, by_right in held.items()}
    owners = []
    for place, (party, role) in enumerate(keys):
        pr, mr, sr = (owned[right].get(place, 0) * STEP for right in RIGHTS)
        owners.append(Owner(work.parties[party] if party else None, role, (pr, mr, sr)))
        if party and not work.parties[party].last_name:
            sending.refuse("owner_without_name", "SWR", "last_name", str(party))
    return owners


Key = tuple[int | None, str]  # party (None when unknown) and role


def _held(shares: Iterable[OwnShare], sending: ToSend) -> dict[str, dict[Key, int]]:
    """What each party holds of each right; what is missing of a documented right belongs to an unknown writer."""
    held: dict[str, dict[Key, int]] = {right: {} for right in RIGHTS}
    for share in shares:
        key = (share.party, share.role)
        held[share.right][key] = held[share.right].get(key, 0) + share.share
    for right, by_right in held.items():
        missing = WHOLE - sum(by_right.values())
        if by_right and missing > 0:
            by_right[None, "CA"] = by_right.get((None, "CA"), 0) + missing
            sending.note("part_unknown", "OWR", f"{right.lower()}_ownership", percent(missing // STEP), right=right)
    return held


def _order(work: OwnWork, key: Key) -> tuple[int, str, str, str, str]:
    party, role = key
    roles = (*WRITER_ROLES, *PUBLISHER_ROLES)
    place = roles.index(role) if role in roles else len(roles)
    if party is None:
        return place + len(roles) + 1, role, "", "", ""
    facts = work.parties[party]
    if role in PUBLISHER_ROLES:  # the file has their name as one text
        return place, *_rank(facts)[:1], "", *_rank(facts)[1:]
    return place, facts.last_name.upper(), facts.first_name.upper(), facts.ipi_name_number, facts.number


def _in_steps(right: str, held: dict[Key, int], keys: list[Key], work: OwnWork, sending: ToSend) -> dict[int, int]:
    """The shares of a right in hundredths of a percent, the whole kept; refuses what rounds to nothing."""
    if not held:
        return {}
    places = {place: held[key] for place, key in enumerate(keys) if key in held}
    if any(share % STEP for share in places.values()):
        sending.note("share_rounded", "SWR", f"{right.lower()}_ownership", "", right=right)
    steps = allocate(STEPS, [(place, Fraction(share)) for place, share in places.items()])
    for place, count in steps.items():
        if not count:
            party, role = keys[place]
            name = work.parties[party].last_name if party else role
            sending.refuse("share_too_small", "SWR", f"{right.lower()}_ownership", name, right=right)
    return steps


def _chains(
    work: OwnWork, owners: list[Owner], goes: Collected, on: date, sending: ToSend
) -> list[tuple[WorkPublisher, ...]]:
    """Each publisher that owns at the head of a chain, with those who collect for it behind it."""

    def rank(party: int) -> tuple[str, str, str]:
        return _rank(work.parties[party])

    chains: list[tuple[WorkPublisher, ...]] = []
    for owner in owners:
        if owner.party is None:
            chains.append((_publisher(owner, len(chains) + 1, is_controlled=False),))
            continue
        strips = goes.strips(owner.party.pk, owner.role, owner.ownership, rank)
        told = [strip.members(owner.party.pk, owner.role, rank) for strip in strips]
        parties = {member.party for members in told for member in members}
        if not any(_is_ours(work.parties[party]) for party in parties):
            if len(parties) > 1:
                sending.note("chain_left_out", "OPU", "publisher_name", owner.party.last_name)
            chains.append((_publisher(owner, len(chains) + 1, is_controlled=False),))
            continue
        for strip, members in zip(strips, told, strict=True):
            chains.append(_chain(work, strip, members, len(chains) + 1, on))
    return chains


def _chain(work: OwnWork, strip: Strip, members: list[Member], place: int, on: date) -> tuple[WorkPublisher, ...]:
    return tuple(
        _publisher(
            Owner(work.parties[member.party], member.kind, (0, 0, 0) if behind else strip.ownership),
            place,
            is_controlled=True,
            lines=collection_lines(member.areas, strip.ownership, on),
        )
        for behind, member in enumerate(members)
    )


def _rank(party: OwnParty) -> tuple[str, str, str]:
    return _firm(party).upper(), party.ipi_name_number, party.number


def _firm(party: OwnParty) -> str:
    return transliterated(f"{party.first_name} {party.last_name}".strip())


def _publisher(
    owner: Owner, place: int, *, is_controlled: bool, lines: tuple[CollectionLine, ...] = ()
) -> WorkPublisher:
    party = owner.party
    pr_society, mr_society, sr_society = party.societies if party else ("", "", "")
    return WorkPublisher(
        is_controlled=is_controlled,
        publisher_seq=place,
        ip_no=party.number if party else "",
        publisher_name=_firm(party) if party else "",
        publisher_unknown=party is None,
        publisher_type=owner.role,
        ipi_name_no=party.ipi_name_number if party else "",
        ipi_base_no=party.ipi_base_number if party else "",
        pr_society=pr_society,
        pr_ownership=owner.ownership[0],
        mr_society=mr_society,
        mr_ownership=owner.ownership[1],
        sr_society=sr_society,
        sr_ownership=owner.ownership[2],
        territories=lines,
    )


def _writers(
    work: OwnWork, owners: list[Owner], chains: list[tuple[WorkPublisher, ...]], version: str
) -> tuple[WorkWriter, ...]:
    """Controlled writers first, as the order of records asks."""
    writers = [_writer(owner, _links(work, owner, chains, version), not chains) for owner in owners]
    return tuple(sorted(writers, key=lambda writer: not writer.is_controlled))


def _links(
    work: OwnWork, owner: Owner, chains: list[tuple[WorkPublisher, ...]], version: str
) -> tuple[PublisherLink, ...]:
    """The publishers of a writer: those of his agreements, with their numbers, else the only one there is."""
    if owner.party is None:
        return ()
    heads = list({chain[0].ip_no: chain[0] for chain in reversed(chains) if chain[0].is_controlled}.values())[::-1]
    by_number = {party.number: pk for pk, party in work.parties.items()}
    agreed = {head.ip_no: work.collection.links.get((owner.party.pk, by_number.get(head.ip_no, 0))) for head in heads}
    linked = [head for head in heads if agreed[head.ip_no]] or (
        heads if len({chain[0].ip_no for chain in chains}) == 1 else []
    )
    return tuple(
        PublisherLink(
            publisher_ip_no=head.ip_no,
            publisher_name=head.publisher_name,
            submitter_agreement_no=agreed[head.ip_no] or "",
            writer_ip_no=owner.party.number,
            publisher_seq=head.publisher_seq if version == "2.2" else 0,
        )
        for head in linked
    )


def _writer(owner: Owner, links: tuple[PublisherLink, ...], is_unpublished: bool) -> WorkWriter:
    party = owner.party
    is_controlled = owner.is_ours and (is_unpublished or bool(links))
    pr_society, mr_society, sr_society = party.societies if party else ("", "", "")
    return WorkWriter(
        is_controlled=is_controlled,
        ip_no=party.number if party else "",
        last_name=transliterated(party.last_name) if party else "",
        first_name=transliterated(party.first_name) if party else "",
        writer_unknown=party is None,
        writer_designation=owner.role,
        ipi_name_no=party.ipi_name_number if party else "",
        ipi_base_no=party.ipi_base_number if party else "",
        pr_society=pr_society,
        pr_ownership=owner.ownership[0],
        mr_society=mr_society,
        mr_ownership=owner.ownership[1],
        sr_society=sr_society,
        sr_ownership=owner.ownership[2],
        territories=_worldwide(owner) if is_controlled else (),
        links=links if is_controlled else (),
    )


def _worldwide(owner: Owner) -> tuple[CollectionLine, ...]:
    """What a writer of ours collects: his ownership, in the whole world."""
    pr, mr, sr = owner.ownership
    return (CollectionLine(is_include=True, tis_code=WORLD, pr_collection=pr, mr_collection=mr, sr_collection=sr),)


# -- recordings and description


def _described(transaction: WorkTransaction, work: OwnWork, sending: ToSend) -> WorkTransaction:
    def written(record: str, name: str, text: str, longest: int) -> str:
        return _detail(record, name, text, longest, sending)

    recordings = []
    for recording in work.recordings:
        if recording.isrc:
            recordings.append(_recording(recording, transaction, written))
        else:
            sending.note("recording_left_out", "REC", "isrc", recording.title)
    credited = [name for each in work.recordings if each.isrc for name in credited_names(each.performer)]
    described = with_details(transaction, work.details, credited, written)
    if work.facts.get("grand_rights") is not None:
        described = replace(described, grand_rights="Y" if work.facts["grand_rights"] else "N")
    sources = [each and replace(each, language=_language(each.language, sending))
               for each in (described.excerpt_source, described.version_source)]  # fmt: skip
    return replace(described, recordings=tuple(recordings), excerpt_source=sources[0], version_source=sources[1])


def _recording(recording: OwnRecording, transaction: WorkTransaction, written: Written) -> WorkRecording:
    """2.1 has no place for what a recording is called and who performs on it."""
    label = written("REC", "record_label", recording.label, LONGEST_TITLE)
    plain = WorkRecording(release_date=recording.released_on, release_duration=recording.duration, isrc=recording.isrc)
    if transaction.version == "2.1":
        return replace(plain, album_label=label)
    title = written("REC", "recording_title", recording.title, LONGEST_TITLE)
    names = ", ".join(credited_names(_roman(recording.performer) or recording.performer))
    return replace(
        plain,
        recording_title="" if title == transaction.title else title,
        version_title=written("REC", "version_title", recording.version_title, LONGEST_TITLE),
        display_artist=written("REC", "display_artist", names, LONGEST_TITLE),
        record_label=label,
        isrc_validity="Y",
    )


def _detail(record: str, name: str, text: str, longest: int, sending: ToSend) -> str:
    """The text in the letters of CWR; blank, and told, when it cannot be written. A leading NUL says that it may not
    stand there whatever its letters."""
    written = _roman(text)
    if text.strip() and (not written or len(written) > longest):
        sending.note("detail_left_out", record, name, text.lstrip("\0"))
        return ""
    return written
