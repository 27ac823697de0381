"""Ownership shares and agreements as the columns of works.rules.chains, and the answer for single works.

Everything is asked of the tables as they are, or as they were known at a moment (cmo_portal.common.known).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cmo_portal.common.columns import I64, order_by
from cmo_portal.common.copying import copy_out
from cmo_portal.common.known import Books, end_of_day, table_as_known
from cmo_portal.common.money import WHOLE_SHARE
from cmo_portal.common.pgcopy import layout
from cmo_portal.common.texts import Text
from members.models import Party
from members.models.parties import Right
from works.models import Agreement
from works.queries.free_elements import free_elements, free_names
from works.rules.chains import (
    OPEN_END,
    Links,
    Named,
    Owners,
    Question,
    Resolution,
    effective_shares,
)
from works.rules.free_shares import element_of
from works.rules.roles import WRITER_ROLES

STATES = ("active", "disputed", "unclaimed", "unconfirmed")  # of a share; the position is its number in a column
# What has become of a part in the end: the state of its share, where that has no owner because words or music belong
# to nobody, or what is wrong with the agreements. The position is its number in a column.
ENDS = (*STATES, "free", "conflict", "cycle")
ONE_WORK = "SELECT unnest(%(works)s::bigint[]) AS work_id"
ACTIVE = ENDS.index("active")
_OF_RULE = np.array([ACTIVE, ENDS.index("conflict"), ENDS.index("cycle")], dtype=np.int64)  # by HELD, CONFLICT, CYCLE
COVERS = np.ones(1, dtype=np.int64)  # the database has asked already which areas cover the country

OWNERS = layout(
    share_id="int8", work_id="int8", owner_id="int8", units="int4", is_writer="int2", area_no="int2", first_day="int4",
    last_day="int4", state_no="int2", role_no="int4",
)  # fmt: skip
LINKS = layout(
    agreement_id="int8", assignor_id="int8", acquirer_id="int8", part="int4", area_no="int2", start="int4",
    first_use="int4", last_use="int4", collected_to="int4", is_specific="int2", is_original="int2",
    shares_change="int2",
)  # fmt: skip
NAMED = layout(agreement_id="int8", work_id="int8", included="int2")

_COVER = """
    cover AS (
        SELECT area_id, 1 AS area_no FROM members_arealeaf
            WHERE %(areas)s::text[] IS NULL AND leaf = %(territory)s AND %(on)s BETWEEN valid_from AND valid_to
        UNION ALL
        SELECT area_id, area_no FROM unnest(%(areas)s::text[]) WITH ORDINALITY AS listed(area_id, area_no)
    )"""
_DAY = "(coalesce({day}, DATE '{otherwise}') - DATE '0001-01-01') + 1"
_LONG_AGO, _FOR_EVER = "0001-01-01", "9999-12-31"


def _day(column: str, otherwise: str = _FOR_EVER) -> str:
    """The ordinal of a day, or of `otherwise` where there is none."""
    return _DAY.format(day=column, otherwise=otherwise)


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the rows are read: the tables themselves, or what was known of them."""

    share: str = "works_workshare"
    agreement: str = "works_agreement"
    party: str = "works_agreementparty"
    listed: str = "works_agreementwork"


_OF_WANTED = "work_id IN (SELECT work_id FROM wanted)"  # the works that a query asks about; each query names them so
AS_KNOWN = Tables(
    share=table_as_known("works_workshare", ever=_OF_WANTED),
    agreement=table_as_known("works_agreement"),
    party=table_as_known("works_agreementparty"),
    listed=table_as_known("works_agreementwork", ever=_OF_WANTED),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the database holds about a set of works and one right.

    `owners` has party 0 for shares that go no further: disputed, unclaimed, free, not confirmed. `owner_id`, `state_no`
    (of ENDS) and `role_no` (`role_text`) stand beside its rows.
    """

    owners: Owners
    owner_id: I64
    state_no: I64
    role_no: I64
    links: Links
    named: Named


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
    shares = copy_out(_owners_query(tables, works), OWNERS, given)
    _mark_free(shares, on, known_on)
    goes_on = shares["state_no"] == ACTIVE
    owners = Owners(
        shares["share_id"], shares["work_id"], np.where(goes_on, shares["owner_id"], 0), shares["units"],
        shares["is_writer"], shares["area_no"], shares["first_day"], shares["last_day"],
    )  # fmt: skip
    links = copy_out(_links_query(tables, works, right), LINKS, given)
    named = copy_out(_named_query(tables, works), NAMED, given)
    return Loaded(
        owners,
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


def _owners_query(tables: Tables, works: str) -> str:
    columns = {
        "share_id": "s.id",
        "work_id": "s.work_id",
        "owner_id": "coalesce(s.party_id, 0)",
        "units": "s.share",
        "is_writer": "(s.role = ANY (%(writers)s))::int",
        "area_no": "coalesce(cover.area_no, 0)",
        "first_day": _day("s.valid_from", _LONG_AGO),
        "last_day": _day("s.valid_to"),
        "role_no": "ascii(s.role) * 256 + ascii(substr(s.role, 2))",
        "state_no": f"array_position(ARRAY{list(STATES)}, s.state::text) - 1",
    }
    return f"""WITH wanted AS ({works}), {_COVER}
        SELECT {OWNERS.select_list(columns)} FROM wanted JOIN {tables.share} s USING (work_id)
            LEFT JOIN cover ON cover.area_id = s.territory
        WHERE s."right" = %(right)s"""  # noqa: S608 - composed of constants


def _links_query(tables: Tables, works: str, right: str) -> str:
    """Agreements of everybody who can be reached from the owners, and those that name one of the works."""
    part = f"{right.lower()}_share"
    term_end = _day("greatest(a.end_date, a.retention_end)")
    columns = {
        "agreement_id": "a.id",
        "assignor_id": "giver.party_id",
        "acquirer_id": "taker.party_id",
        "part": f"taker.{part}",
        "area_no": "coalesce(cover.area_no, 0)",
        "start": _day("a.start_date"),
        "first_use": f"CASE a.prior_royalties WHEN 'A' THEN 1 WHEN 'D' THEN {_day('a.prior_royalties_from')}"
        f" ELSE {_day('a.start_date')} END",
        "last_use": term_end,
        "collected_to": f"CASE WHEN a.end_date IS NULL OR a.post_term = 'O' THEN {OPEN_END}"
        f" ELSE greatest({term_end}, CASE a.post_term WHEN 'D' THEN {_day('a.post_term_until')} ELSE 0 END) END",
        "is_specific": "(a.agreement_type IN ('OS', 'PS'))::int",
        "is_original": "(a.agreement_type IN ('OG', 'OS'))::int",
        "shares_change": "a.shares_change::int",
    }
    return f"""WITH RECURSIVE wanted AS ({works}), {_COVER},
        agreement AS (SELECT * FROM {tables.agreement} x WHERE x.state = 'active'),
        side AS (SELECT * FROM {tables.party} y),
        listed AS (SELECT * FROM {tables.listed} z),
        holder AS (
            SELECT s.party_id FROM wanted JOIN {tables.share} s USING (work_id)
                WHERE s."right" = %(right)s AND s.party_id IS NOT NULL
            UNION
            SELECT taker.party_id FROM holder JOIN side giver ON giver.party_id = holder.party_id AND giver.role = 'AS'
                JOIN side taker ON taker.agreement_id = giver.agreement_id AND taker.role = 'AC'
        ),
        asked AS (
            SELECT giver.agreement_id FROM holder JOIN side giver USING (party_id) WHERE giver.role = 'AS'
            UNION
            SELECT agreement_id FROM wanted JOIN listed USING (work_id) WHERE listed.included
        )
        SELECT {LINKS.select_list(columns)} FROM asked JOIN agreement a ON a.id = asked.agreement_id
            JOIN side giver ON giver.agreement_id = a.id AND giver.role = 'AS'
            JOIN side taker ON taker.agreement_id = a.id AND taker.role = 'AC'
            LEFT JOIN cover ON cover.area_id = a.territory
        WHERE taker.{part} > 0"""  # noqa: S608 - composed of constants


def _named_query(tables: Tables, works: str) -> str:
    columns = {"agreement_id": "l.agreement_id", "work_id": "l.work_id", "included": "l.included::int"}
    return f"""WITH wanted AS ({works})
        SELECT {NAMED.select_list(columns)} FROM wanted JOIN {tables.listed} l USING (work_id)"""  # noqa: S608


# --- the answer for one work -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One party on the way of a share, and the agreement that brought the share to it (None at the owner)."""

    party: Party
    agreement: Agreement | None


@dataclass(frozen=True, slots=True)
class CollectionShare:
    """A part of a work, in 1/10,000 of a percent, and who may collect it.

    `state` is one of ENDS: active, disputed, unclaimed, unconfirmed, free (words or music of nobody), conflict
    (agreements give away more than there is), cycle (agreements lead back); or undocumented (nobody is known to own
    it). `steps` is the way to the collecting party, the
    owner first; it is empty where no party is known.
    """

    share_id: int
    units: int
    state: str
    steps: tuple[Step, ...]

    @property
    def party(self) -> Party | None:
        """Who holds the part at the end of the way."""
        return self.steps[-1].party if self.steps else None


@dataclass(frozen=True, slots=True)
class Collection:
    """Who may collect one right of one work in a country on a day. The parts make the whole, or more where the shares
    themselves do (`total` above 1,000,000). `gaps` are agreements that name the work although nobody on the way to
    their assignor holds a part."""

    work_id: int
    right: str
    territory: str
    on: dt.date
    known_on: dt.date | None
    parts: tuple[CollectionShare, ...]
    gaps: tuple[Agreement, ...]

    @property
    def name(self) -> Text:
        """The right in words."""
        return Right(self.right).label

    @property
    def total(self) -> int:
        """The sum of all parts that are documented."""
        return sum(part.units for part in self.parts if part.state != "undocumented")


def collection_of(
    *, work_id: int, right: str, territory: str, on: dt.date, known_on: dt.date | None = None
) -> Collection:
    """Who may collect a right of a work in a country on a day, as known now or at the end of `known_on`."""
    [found] = collections_of([resolved([work_id], right=right, territory=territory, on=on, known_on=known_on)])
    return found


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was asked about one right of some works, what the database holds about it, and the answer in columns."""

    works: tuple[int, ...]
    right: str
    territory: str
    on: dt.date
    known_on: dt.date | None
    loaded: Loaded
    found: Resolution

    @property
    def agreements(self) -> set[int]:
        """The agreements that say something about a part of these works, also where they contradict each other."""
        return set(self.found.links.agreement_id[self.found.spoken].tolist())


def resolved(
    works: Sequence[int], *, right: str, territory: str, on: dt.date, known_on: dt.date | None = None
) -> Resolved:
    """One right of some works in a country on a day, resolved as known now or at the end of `known_on`; three
    queries."""
    loaded = load_chains(
        right=right, territory=territory, on=on, works=ONE_WORK, parameters={"works": list(works)}, known_on=known_on
    )
    found = effective_shares(loaded.owners, loaded.links, loaded.named, question(on))
    return Resolved(tuple(works), right, territory, on, known_on, loaded, found)


def collections_of(answers: Sequence[Resolved]) -> list[Collection]:
    """Answers about one work each, asked as known on one day, with the names of parties and agreements as known then;
    two queries."""
    books = Books(answers[0].known_on)
    reached = [set(one.loaded.owner_id.tolist()) | set(one.found.parts.party_id.tolist()) for one in answers]
    parties = books.by_id(Party, set().union(*reached) - {0})
    named = [{*one.loaded.links.agreement_id.tolist(), *one.found.gaps.agreement_id.tolist()} for one in answers]
    agreements = books.by_id(Agreement, set().union(*named))
    return [_Answer(one, parties, agreements).collection() for one in answers]


class _Answer:
    """The rows of an answer with the parties and agreements that they name."""

    def __init__(self, asked: Resolved, parties: dict[int, Party], agreements: dict[int, Agreement]) -> None:
        self.asked, self.parties, self.agreements = asked, parties, agreements
        self.ends = ends_of(asked.loaded, asked.found)

    def collection(self) -> Collection:
        """Who may collect, the larger part first; what is missing to the whole is not documented."""
        asked = self.asked
        shares = [self._share(place) for place in range(self.ends.row.size)]
        shares.sort(key=lambda part: (-part.units, part.share_id, len(part.steps)))
        missing = WHOLE_SHARE - sum(part.units for part in shares)
        if missing > 0:
            shares.append(CollectionShare(0, missing, "undocumented", ()))
        gaps = tuple(self.agreements[pk] for pk in asked.found.gaps.agreement_id.tolist())
        [work_id] = asked.works
        return Collection(work_id, asked.right, asked.territory, asked.on, asked.known_on, tuple(shares), gaps)

    def _share(self, place: int) -> CollectionShare:
        parts, row = self.asked.found.parts, int(self.ends.row[place])
        path = self.asked.found.path(row)
        if path[0][0] == 0:  # it goes no further; its owner, where one is named, stands apart
            owner = int(self.ends.party_id[place])
            path = [(owner, 0)] if owner else []
        steps = tuple(Step(self.parties[party], self.agreements.get(agreement)) for party, agreement in path)
        return CollectionShare(
            int(parts.share_id[row]), int(parts.kept[row]), ENDS[int(self.ends.end_no[place])], steps
        )
