"""What becomes of each work of a table, by our own books, before anything is written.

RJ something is wrong with it · CO its ISWC belongs to another work · DU our books hold a work of this title with one
of these people · AC accepted, and another work of this title is named, or the link of its recording waits · AS
accepted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.spelling import skeleton, text_key
from members.models import Member, Party, PartyName
from members.models.parties import PartyKind
from members.models.territories import WORLD
from members.queries.territories import read_area
from members.rules.bearers import is_name_of
from members.rules.names import name_key, name_skeleton
from works.formats.bulk import BulkFault, BulkShare, BulkWork, text_of
from works.models import ImportedRecord, ImportedTransaction, RegistrationFile, Work, WorkShare, WorkTitle
from works.queries.repertoire import OUT, TELLING
from works.services.naming import FIRM_ROLES
from works.services.recordings import works_by_isrc

TELLING_NAME = 4  # consonants from which an equal sound of a name is no accident
COMPLAINTS_KEPT = 200


@dataclass(frozen=True, slots=True)
class BulkDecision:
    """A work of the table with its status, everything that is wrong, our work that it hits, and who its people are
    (None where the person is new), and where its shares hold."""

    work: BulkWork
    status: str
    faults: tuple[BulkFault, ...]
    found: Work | None
    parties: tuple[Party | None, ...]
    territory: str = WORLD

    @property
    def is_namesake(self) -> bool:
        """Whether our books hold a work of the same title by other people, or the sender says that hers is another."""
        return self.found is not None


def decide_works(file: RegistrationFile, works: Sequence[BulkWork]) -> list[BulkDecision]:
    """The decisions on a slice of a table, in a fixed number of queries."""
    people = _People(file, works)
    books = _Books(file, works)
    return [_decide(work, people, books, by_member=file.party is not None) for work in works]


def bulk_row_of(file: RegistrationFile, decision: BulkDecision) -> ImportedTransaction:
    """The row that keeps a decision, not saved."""
    return ImportedTransaction(
        file=file,
        number=decision.work.number,
        kind="ROW",
        title=decision.work.title or decision.work.title_original,
        submitter_number=decision.work.reference[:20],
        status=decision.status,
        complaints=bulk_complaints(decision.faults),
        work=decision.found,
    )


def bulk_complaints(faults: Iterable[BulkFault]) -> list[dict[str, Any]]:
    """Complaints as they are kept, their texts in English with the facts apart, like those of other files."""
    return [
        {
            "line": fault.row,
            "record": fault.column,
            "field": fault.column,
            "value": fault.value,
            "message": text_of(fault.code).message,
            "remedy": text_of(fault.code).remedy,
            "facts": fault.facts,
            "edit": "",
            "severity": "",
            "count": 1,
        }
        for fault in list(faults)[:COMPLAINTS_KEPT]
    ]


def _decide(work: BulkWork, people: "_People", books: "_Books", *, by_member: bool) -> BulkDecision:
    parties, wrong = _sides(work, people)
    faults = [fault for fault in work.faults if fault.code != "number_again" or fault.value not in people.by_ipi]
    faults += wrong
    if by_member and people.own not in parties and not any(fault.column == "number" for fault in faults):
        faults.append(BulkFault(work.row, "name", "", "not_named"))
    territory = _territory(work)
    if not territory:
        faults.append(
            BulkFault(work.row, "territory", work.territory[:60], "territory", {"value": work.territory[:60]})
        )
    elif by_member and territory != WORLD:
        faults.append(BulkFault(work.row, "territory", work.territory[:60], "territory_of_desk"))
    if faults:
        return BulkDecision(work, "RJ", tuple(faults), None, tuple(parties))
    if holder := books.by_iswc.get(work.iswc):
        fault = BulkFault(work.row, "iswc", work.iswc, "iswc_taken", {"number": holder.number})
        return BulkDecision(work, "CO", (fault,), holder, tuple(parties))
    waiting: tuple[BulkFault, ...] = ()
    if holder := books.by_isrc.get(work.isrc):
        code = "isrc_taken" if by_member else "isrc_waits"
        waiting = (BulkFault(work.row, "isrc", work.isrc, code, {"number": holder.number}),)
        if by_member:
            return BulkDecision(work, "CO", waiting, holder, tuple(parties))
    alike = books.alike(work)
    known = {party.pk for party in parties if party}
    same = next((each for each in alike if books.people[each.pk] & known), None)
    if same and not work.is_another:
        fault = BulkFault(
            work.row, "title", work.title[:60], "alike", {"number": same.number, "title": same.title[:60]}
        )
        return BulkDecision(work, "DU", (fault,), same, tuple(parties))
    if alike:
        told = same or alike[0]
        code = "namesake" if by_member else "namesake_taken"
        fault = BulkFault(work.row, "title", work.title[:60], code, {"number": told.number})
        return BulkDecision(work, "AC", (*waiting, fault), told, tuple(parties), territory)
    return BulkDecision(work, "AC" if waiting else "AS", waiting, None, tuple(parties), territory)


def _sides(work: BulkWork, people: "_People") -> tuple[list[Party | None], list[BulkFault]]:
    """Who stands in each row, and what is wrong with that: nobody stands twice in a role, by whatever name."""
    parties: list[Party | None] = []
    faults: list[BulkFault] = []
    twice = {fault.row for fault in work.faults if fault.code == "twice"}
    unread = {fault.row for fault in work.faults if fault.code == "number"}  # no number: nobody is looked for by it
    sides: set[tuple[int, str]] = set()
    for share in work.shares:
        party, fault = (None, None) if share.row in unread else people.resolve(share)
        if party and fault is None and (party.pk, share.role) in sides and share.row not in twice:
            fault = BulkFault(share.row, "name", share.name[:60], "one_person", {"name": party.display_name})
        if party:
            sides.add((party.pk, share.role))
        parties.append(party)
        faults += [fault] if fault else []
    return parties, faults


def _territory(work: BulkWork) -> str:
    """The written area of the shares; blank where nobody can say what is meant."""
    try:
        return read_area(digits_to_ascii(work.territory)) if work.territory else WORLD
    except ValueError:
        return ""


class _People:
    """Who the names and numbers of a slice are."""

    def __init__(self, file: RegistrationFile, works: Sequence[BulkWork]) -> None:
        shares = [share for work in works for share in work.shares]
        self.own = file.party
        ipis = {share.number for share in shares if share.is_ipi}
        numbers = {share.number.upper() for share in shares if share.number and not share.is_ipi}
        keys = {name_key(share.name) for share in shares if not share.number} - {""}
        sounds = {name_skeleton(share.name) for share in shares if not share.number}
        sounds = {sound for sound in sounds if len(sound) >= TELLING_NAME}
        self.by_ipi = {
            row.ipi_name_number: row.party
            for row in PartyName.objects.filter(ipi_name_number__in=ipis).select_related("party")
        }
        members = Member.objects.filter(number__in=numbers).select_related("party")
        self.by_number = {member.number.upper(): member.party for member in members}
        self.by_name: dict[str, dict[int, Party]] = defaultdict(dict)
        self.names: dict[int, set[str]] = defaultdict(set)
        numbered = [party.pk for party in (*self.by_ipi.values(), *self.by_number.values())]
        mine = [self.own.pk] if self.own else []
        named = Q(key__in=keys) | Q(skeleton__in=sounds) | Q(party__in=[*numbered, *mine])
        self.forms: dict[int, set[str]] = defaultdict(set)
        for row in PartyName.objects.filter(named).select_related("party"):
            self.forms[row.party_id] |= {str(row), row.original}
            for key in {row.key, f"~{row.skeleton}"}:
                self.by_name[key][row.party_id] = row.party
                self.names[row.party_id].add(key)
        candidates = {pk for parties in self.by_name.values() for pk in parties}
        self.earlier = _named_before(file, candidates)

    def resolve(self, share: BulkShare) -> tuple[Party | None, BulkFault | None]:
        """The party of a row, None for somebody new; and what is wrong, if it cannot be said who is meant."""
        if share.number:
            return self._numbered(share)
        if share.is_new:
            made = self._among(share, self.earlier)
            return made, None
        if self.own and name_key(share.name) in self.names[self.own.pk]:
            return self.own, None  # the sender by her name as it stands; what only sounds so may be somebody else
        if known := self._among(share, self.earlier):
            return known, None
        if any(self.by_name.get(key) for key in _keys(share)):
            return None, BulkFault(share.row, "number", share.name[:60], "ambiguous")
        return None, None

    def _numbered(self, share: BulkShare) -> tuple[Party | None, BulkFault | None]:
        party = self.by_ipi.get(share.number) if share.is_ipi else self.by_number.get(share.number.upper())
        facts = {"value": share.number}
        if party is None and not share.is_ipi:
            return None, BulkFault(share.row, "number", share.number, "unknown_member", facts)
        if party is not None and not self._bears(party, share):
            return None, BulkFault(share.row, "number", share.number, "other_name", facts)
        return party, None

    def _bears(self, party: Party, share: BulkShare) -> bool:
        is_firm = share.role in FIRM_ROLES
        whole = party.kind == (PartyKind.PERSON if is_firm else PartyKind.ORGANISATION)
        return any(is_name_of(share.name, form, whole=whole) for form in self.forms[party.pk])

    def _among(self, share: BulkShare, allowed: set[int]) -> Party | None:
        """The one party of this name among those allowed; None where there is none or more than one."""
        found = {pk: party for key in _keys(share) for pk, party in self.by_name.get(key, {}).items() if pk in allowed}
        return next(iter(found.values())) if len(found) == 1 else None


class _Books:
    """The works of our books that a slice may mean; what this very table brought was compared when it was read."""

    def __init__(self, file: RegistrationFile, works: Sequence[BulkWork]) -> None:
        iswcs = {work.iswc for work in works} - {""}
        self.by_iswc = {work.iswc or "": work for work in Work.objects.filter(iswc__in=iswcs)}
        isrcs = {work.isrc for work in works} - {""}
        self.by_isrc = works_by_isrc(isrcs, besides=file.party)
        keys = {text_key(title)[:400] for work in works for title in work.titles} - {""}
        sounds = {skeleton(title)[:200] for work in works for title in work.titles}
        sounds = {sound for sound in sounds if len(sound) >= TELLING}
        named = WorkTitle.objects.filter(Q(key__in=keys) | Q(skeleton__in=sounds))
        made = ImportedRecord.objects.filter(file=file, act="made", kind="work").values("record_id")
        rows = named.exclude(work__state__in=OUT).exclude(work__in=made)
        self.titled: dict[str, dict[int, Work]] = defaultdict(dict)
        for row in rows.select_related("work").order_by("work_id"):
            for key in (row.key, f"~{row.skeleton}"):
                self.titled[key][row.work_id] = row.work
        found = {pk for works_of_key in self.titled.values() for pk in works_of_key}
        self.people: dict[int, set[int]] = defaultdict(set)
        for work_id, party_id in WorkShare.objects.filter(work__in=found).values_list("work_id", "party_id"):
            self.people[work_id].add(party_id)

    def alike(self, work: BulkWork) -> list[Work]:
        """Works with one of its titles, or one that sounds the same."""
        found: dict[int, Work] = {}
        for title in work.titles:
            found |= self.titled.get(text_key(title)[:400], {})
            sound = skeleton(title)[:200]
            found |= self.titled.get(f"~{sound}", {}) if len(sound) >= TELLING else {}
        return list(found.values())


def _named_before(file: RegistrationFile, candidates: set[int]) -> set[int]:
    """Of the candidates, those that this very file made, and those in works that this member registered before: the
    same name from the same hand is the same party."""
    made = ImportedRecord.objects.filter(file=file, act="made", kind="party", record_id__in=candidates)
    found = set(made.values_list("record_id", flat=True))
    if file.party is not None:
        partners = WorkShare.objects.filter(work__registered_by=file.party, party__in=candidates)
        found |= set(partners.values_list("party_id", flat=True).distinct())
    return found


def _keys(share: BulkShare) -> list[str]:
    sound = name_skeleton(share.name)
    return [name_key(share.name), *([f"~{sound}"] if len(sound) >= TELLING_NAME else [])]
