"""Ownership shares and agreements as the columns of works.rules.chains, and the answer for single works.

Everything is asked of the tables as they are, or as they were known at a moment (cmo_portal.common.known).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cmo_portal.common.columns import I64, order_by
from cmo_portal.common.copying import copy_out
from cmo_portal.common.known import Books, end_of_day
from cmo_portal.common.money import WHOLE_SHARE
from cmo_portal.common.texts import Text
from members.models import Party
from members.models.parties import Right
from works.models import Agreement
from works.queries.chain_tables import (
    AS_KNOWN,
    LINKS,
    NAMED,
    OWNERS,
    STANDING,
    STATES,
    Tables,
    claimants_query,
    links_query,
    named_query,
    owners_query,
)
from works.queries.free_elements import free_elements, free_names
from works.queries.held_rights import held_whole
from works.rules.chains import (
    Links,
    Named,
    Owners,
    Question,
    Resolution,
    Standing,
    effective_shares,
)
from works.rules.collection_grounds import grounds
from works.rules.free_shares import element_of
from works.rules.roles import WRITER_ROLES

# What has become of a part in the end: the state of its share, where that has no owner because words or music belong
# to nobody, or what is wrong with the agreements. The position is its number in a column.
ENDS = (*STATES, "free", "conflict", "cycle")
ONE_WORK = "SELECT unnest(%(works)s::bigint[]) AS work_id"
ACTIVE = ENDS.index("active")
_OF_RULE = np.array([ACTIVE, ENDS.index("conflict"), ENDS.index("cycle")], dtype=np.int64)  # by HELD, CONFLICT, CYCLE
COVERS = np.ones(1, dtype=np.int64)  # the database has asked already which areas cover the country


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the database holds about a set of works and one right.

    `owners` has party 0 for shares that go no further: disputed, unclaimed, free, not confirmed; `standing` says who is
    on record with them. `owner_id`, `state_no` (of ENDS) and `role_no` (`role_text`) stand beside the rows of `owners`.
    """

    owners: Owners
    standing: Standing
    owner_id: I64
    state_no: I64
    role_no: I64
    links: Links
    named: Named

    def followed(self, question: Question) -> Resolution:
        """Who may collect it, by the rule of chains."""
        return effective_shares(self.owners, self.links, self.named, question, self.standing)


def load_chains(
    *,
    right: str,
    territory: str,
    on: dt.date,
    works: str,
    parameters: Mapping[str, Any],
    known_on: dt.date | None = None,
    areas: Sequence[str] | None = None,
) -> Loaded:
    """The shares and agreements that may matter in a country on a day for the works that the query `works` names.

    With `areas` no country is asked about: `area_no` is then the place of the written area in them, from 1.
    """
    tables = Tables() if known_on is None else AS_KNOWN
    given = {
        **parameters,
        "right": right,
        "territory": territory,
        "areas": None if areas is None else list(areas),
        "on": on,
        "writers": list(WRITER_ROLES),
        "known_at": end_of_day(known_on) if known_on else None,
    }
    shares = copy_out(owners_query(tables, works), OWNERS, given)
    _mark_free(shares, on, known_on)
    goes_on = shares["state_no"] == ACTIVE
    owners = Owners(
        shares["share_id"], shares["work_id"], np.where(goes_on, shares["owner_id"], 0), shares["units"],
        shares["is_writer"], shares["area_no"], shares["first_day"], shares["last_day"],
    )  # fmt: skip
    standing = [_without_a_way(shares)]
    if (shares["state_no"] == STATES.index("disputed")).any():
        claimants = copy_out(claimants_query(tables, works), STANDING, given)
        standing.append(Standing(*(claimants[name] for name in STANDING.names)))
    links = copy_out(links_query(tables, works, right), LINKS, given)
    named = copy_out(named_query(tables, works), NAMED, given)
    return Loaded(
        owners,
        Standing.join(standing),
        shares["owner_id"],
        shares["state_no"],
        shares["role_no"],
        Links(*(links[name] for name in LINKS.names)),
        Named(*(named[name] for name in NAMED.names)),
    )


def question(on: dt.date, collected_on: dt.date | None = None) -> Question:
    """Use on one day, collection on the same or a later one; the areas are those that the query marked."""
    return Question(COVERS, on.toordinal(), (collected_on or on).toordinal())


def role_text(role_no: int) -> str:
    """A role of one or two letters from the number that stands for it in a column."""
    return bytes(role_no.to_bytes(2)).decode().rstrip("\0")


def _without_a_way(shares: Mapping[str, I64]) -> Standing:
    """The owners that are named of shares that go no further."""
    rows = np.flatnonzero((shares["state_no"] != ACTIVE) & (shares["owner_id"] > 0))
    return Standing(
        shares["work_id"][rows], shares["owner_id"][rows], shares["area_no"][rows], shares["first_day"][rows],
        shares["last_day"][rows],
    )  # fmt: skip


def _mark_free(shares: Mapping[str, I64], on: dt.date, known_on: dt.date | None) -> None:
    """Give unclaimed shares that stand for words or music of nobody their own state."""
    unclaimed = np.flatnonzero(shares["state_no"] == STATES.index("unclaimed"))
    if not unclaimed.size:
        return
    recorded = free_elements(np.unique(shares["work_id"][unclaimed]).tolist(), on=on, known_on=known_on)
    free = {work: names for work, elements in recorded.items() if (names := free_names(elements))}
    for row in unclaimed[np.isin(shares["work_id"][unclaimed], list(free))].tolist():
        if element_of(role_text(int(shares["role_no"][row])), free[int(shares["work_id"][row])]):
            shares["state_no"][row] = ENDS.index("free")


@dataclass(frozen=True, slots=True)
class Ends:
    """The parts that somebody keeps, by work, share and step: the row of each in the answer, the row of the share that
    it comes from, what has become of it (`end_no` of ENDS), and who holds it (0: nobody is known)."""

    row: I64
    origin: I64
    end_no: I64
    party_id: I64


def ends_of(loaded: Loaded, found: Resolution) -> Ends:
    """What became of the shares that were loaded, as the rule found it."""
    parts, owners = found.parts, loaded.owners
    row = np.flatnonzero(parts.kept > 0)
    row = row[order_by(parts.work_id[row], parts.share_id[row], row)]
    by_share = np.argsort(owners.share_id, kind="stable")
    origin = by_share[np.searchsorted(owners.share_id[by_share], parts.share_id[row])]
    went_on = loaded.state_no[origin] == ACTIVE
    end_no = np.where(went_on, _OF_RULE[parts.state[row]], loaded.state_no[origin])
    party = np.where(went_on, parts.party_id[row], loaded.owner_id[origin])
    return Ends(row, origin, end_no, party)


# --- the answer for one work -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One party on the way of a share, and the agreement that brought the share to it (None at the owner). `grounds`
    are those of works.rules.collection_grounds on which it collects outside its term."""

    party: Party
    agreement: Agreement | None
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A link that cannot be followed: the agreement, to whom it leads, and the part that it gives (1/10,000 of a %)."""

    agreement: Agreement
    party: Party
    part: int


@dataclass(frozen=True, slots=True)
class CollectionShare:
    """A part of a work, in 1/10,000 of a percent, and who may collect it.

    `state` is one of ENDS: active, disputed, unclaimed, unconfirmed, free (words or music of nobody), conflict
    (agreements give away more than there is), cycle (agreements lead back); or undocumented (nobody is known to own
    it). `steps` is the way to the collecting party, the owner first; it is empty where no party is known. `faults` are
    the links that make a conflict, or that close a cycle.
    """

    share_id: int
    units: int
    state: str
    steps: tuple[Step, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def party(self) -> Party | None:
        """Who holds the part at the end of the way."""
        return self.steps[-1].party if self.steps else None


@dataclass(frozen=True, slots=True)
class Collection:
    """Who may collect, on one day, what one right of one work brings in a country by use on another.

    The parts make the whole, or more where the shares themselves do (`total` above 1,000,000). `gaps` are agreements
    that name the work although nobody on the way to their assignor holds a part. `is_held`: a dispute holds the whole
    right, so that until it is closed nobody is paid for any part.
    """

    work_id: int
    right: str
    territory: str
    on: dt.date
    collected_on: dt.date
    known_on: dt.date | None
    parts: tuple[CollectionShare, ...]
    gaps: tuple[Agreement, ...]
    is_held: bool = False

    @property
    def name(self) -> Text:
        """The right in words."""
        return Right(self.right).label

    @property
    def total(self) -> int:
        """The sum of all parts that are documented."""
        return sum(part.units for part in self.parts if part.state != "undocumented")


def day_of_collection(*, on: dt.date, today: dt.date, known_on: dt.date | None = None) -> dt.date:
    """When a run that begins today, or that began on the day of knowledge, collects for use on `on`."""
    return max(on, known_on or today)


def collection_of(
    *,
    work_id: int,
    right: str,
    territory: str,
    on: dt.date,
    collected_on: dt.date | None = None,
    known_on: dt.date | None = None,
) -> Collection:
    """Who may collect a right of a work in a country, as `resolved` answers it."""
    answer = resolved([work_id], right=right, territory=territory, on=on, collected_on=collected_on, known_on=known_on)
    [found] = collections_of([answer])
    return found


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was asked about one right of some works, what the database holds about it, and the answer in columns."""

    works: tuple[int, ...]
    right: str
    territory: str
    on: dt.date
    collected_on: dt.date
    known_on: dt.date | None
    loaded: Loaded
    found: Resolution

    @property
    def agreements(self) -> set[int]:
        """The agreements that say something about a part of these works, also where they contradict each other."""
        return set(self.found.links.agreement_id[self.found.spoken].tolist())

    @property
    def acquirers_at_fault(self) -> list[int]:
        """To whom the links lead that cannot be followed."""
        acquirers: list[int] = self.found.links.acquirer_id[self.found.faults.link].tolist()
        return acquirers


def resolved(
    works: Sequence[int],
    *,
    right: str,
    territory: str,
    on: dt.date,
    collected_on: dt.date | None = None,
    known_on: dt.date | None = None,
) -> Resolved:
    """One right of some works in a country, used on `on` and collected on `collected_on` (without it on the day of
    use), resolved as known now or at the end of `known_on`; three queries."""
    loaded = load_chains(
        right=right, territory=territory, on=on, works=ONE_WORK, parameters={"works": list(works)}, known_on=known_on
    )
    found = loaded.followed(question(on, collected_on))
    return Resolved(tuple(works), right, territory, on, collected_on or on, known_on, loaded, found)


def collections_of(answers: Sequence[Resolved]) -> list[Collection]:
    """Answers asked as known on one day, work by work, with the names of parties and agreements as known then; two
    queries, and two more for each answer."""
    books = Books(answers[0].known_on)
    reached = [
        {*one.loaded.owner_id.tolist(), *one.found.parts.party_id.tolist(), *one.acquirers_at_fault} for one in answers
    ]
    parties = books.by_id(Party, set().union(*reached) - {0})
    named = [{*one.loaded.links.agreement_id.tolist(), *one.found.gaps.agreement_id.tolist()} for one in answers]
    agreements = books.by_id(Agreement, set().union(*named))
    return [
        replace(found, is_held=found.work_id in held)
        for one, held in ((one, _held(one, books)) for one in answers)
        for found in _Answer(one, parties, agreements).collections()
    ]


def _held(asked: Resolved, books: Books) -> set[int]:
    return held_whole(right=asked.right, territory=asked.territory, on=asked.on, works=asked.works, books=books)


class _Answer:
    """The rows of an answer with the parties and agreements that they name."""

    def __init__(self, asked: Resolved, parties: dict[int, Party], agreements: dict[int, Agreement]) -> None:
        self.asked, self.parties, self.agreements = asked, parties, agreements
        self.ends = ends_of(asked.loaded, asked.found)

    def collections(self) -> Iterator[Collection]:
        """Who may collect each of the works, in the order in which they were asked about."""
        parts, gaps = self.asked.found.parts, self.asked.found.gaps
        places: dict[int, list[int]] = defaultdict(list)
        for place, row in enumerate(self.ends.row.tolist()):
            places[int(parts.work_id[row])].append(place)
        waiting: dict[int, list[Agreement]] = defaultdict(list)
        for work, agreement in zip(gaps.work_id.tolist(), gaps.agreement_id.tolist(), strict=True):
            waiting[work].append(self.agreements[agreement])
        for work in self.asked.works:
            yield self._collection(work, places[work], waiting[work])

    def _collection(self, work: int, places: Sequence[int], gaps: Sequence[Agreement]) -> Collection:
        """The larger part first; what is missing to the whole is not documented."""
        asked = self.asked
        shares = [self._share(place) for place in places]
        shares.sort(key=lambda part: (-part.units, part.share_id, len(part.steps)))
        missing = WHOLE_SHARE - sum(part.units for part in shares)
        if missing > 0:
            shares.append(CollectionShare(0, missing, "undocumented", ()))
        return Collection(
            work, asked.right, asked.territory, asked.on, asked.collected_on, asked.known_on, tuple(shares), tuple(gaps)
        )

    def _share(self, place: int) -> CollectionShare:
        parts, row = self.asked.found.parts, int(self.ends.row[place])
        path = self.asked.found.path(row)
        if path[0][0] == 0:  # it goes no further; its owner, where one is named, stands apart
            owner = int(self.ends.party_id[place])
            path = [(owner, 0)] if owner else []
        return CollectionShare(
            int(parts.share_id[row]),
            int(parts.kept[row]),
            ENDS[int(self.ends.end_no[place])],
            tuple(self._step(party, self.agreements.get(agreement)) for party, agreement in path),
            tuple(self._faults(row)),
        )

    def _step(self, party: int, agreement: Agreement | None) -> Step:
        if agreement is None:
            return Step(self.parties[party], None)
        outside = grounds(
            start=agreement.start_date,
            end=agreement.end_date,
            retention_end=agreement.retention_end,
            used_on=self.asked.on,
            collected_on=self.asked.collected_on,
        )
        return Step(self.parties[party], agreement, outside)

    def _faults(self, row: int) -> Iterator[Fault]:
        """The links at fault for a part, in the order of their agreements."""
        links, faults = self.asked.found.links, self.asked.found.faults
        wrong = faults.link[faults.part == row]
        for link in wrong[order_by(links.agreement_id[wrong], links.acquirer_id[wrong])].tolist():
            agreement, acquirer = int(links.agreement_id[link]), int(links.acquirer_id[link])
            yield Fault(self.agreements[agreement], self.parties[acquirer], int(links.part[link]))
