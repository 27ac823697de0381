"""Who may collect which part of a work: ownership shares followed through agreements, in columns.

This is the one definition of effective collection shares; a single work is a table of a few rows. What goes in are the
ownership shares of one right, the agreements of the same right as links from an assignor to an acquirer, and the works
that agreements name. Area and day are decided here as well (`Question`), so that a page, a command and a run get the
same answer from the same records.

The rules, in the order in which they apply to a part of a work that a party holds:

1. A link carries the part on when its agreement holds on the day of use, its collection has not ended, its area covers
   the country, and it covers the work: a specific agreement the works it lists, a general one all but those it leaves
   out.
2. An original agreement (writer to publisher) says nothing where the acquirer owns a part of the work already: the
   ownership shares were registered after it. That holds as well for a part that goes no further, because it waits to be
   confirmed or is in dispute: what nobody contests goes the way it went before.
3. A sub-publishing agreement moves a writer's own part only when it says that writers' shares change.
4. Specific agreements of a party about a work go before its general ones. Nothing else ranks them: neither the day of
   signing nor the order in which they came.
5. What the links give away is split with what stays by largest remainder, in whole shares of 1/10,000 of a percent.
   Links that together give more than the whole cannot all be true: the part stays where it is and is a conflict.
6. A link back to somebody on the path is a cycle: the part stays where it is.

Nothing is lost: the parts that come out make exactly the parts that went in.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cmo_portal.common.columns import I64, NONE, Columns, counts_of, find_rows, group_sums, order_by, starts_of
from cmo_portal.common.exact import allocate_sorted
from cmo_portal.common.money import WHOLE_SHARE

Mask = npt.NDArray[np.bool_]

# What has become of a part.
HELD = 0  # by whom it is collected
CONFLICT = 1  # agreements give away more than there is
CYCLE = 2  # agreements lead back to somebody on the path

OPEN_END = 9_999_999  # a day number beyond every day


@dataclass(frozen=True, slots=True)
class Owners(Columns):
    """Ownership shares of one right: `area_no` stands for the written area, days are ordinals, both included.

    `is_writer` is 1 for the role of a writer. `units` are 1/10,000 of a percent.
    """

    share_id: I64
    work_id: I64
    party_id: I64
    units: I64
    is_writer: I64
    area_no: I64
    first_day: I64
    last_day: I64


@dataclass(frozen=True, slots=True)
class Standing(Columns):
    """Who stands on record with a part that goes no further: whose share waits to be confirmed, and each side that
    claims a part in dispute. The columns are those of `Owners`."""

    work_id: I64
    party_id: I64
    area_no: I64
    first_day: I64
    last_day: I64


@dataclass(frozen=True, slots=True)
class Links(Columns):
    """What agreements pass on, a row for each assignor and acquirer: `part` of the assignor's interest in units.

    Days are ordinals: use from `first_use` (before `start` where royalties from before are included) to `last_use` (the
    end, or the end of retention); collected until `collected_to`. Flags are 0 or 1.
    """

    agreement_id: I64
    assignor_id: I64
    acquirer_id: I64
    part: I64
    area_no: I64
    start: I64
    first_use: I64
    last_use: I64
    collected_to: I64
    is_specific: I64
    is_original: I64
    shares_change: I64


@dataclass(frozen=True, slots=True)
class Named(Columns):
    """The works that agreements name: `included` 1 covers the work, 0 leaves it out."""

    agreement_id: I64
    work_id: I64
    included: I64


@dataclass(frozen=True, slots=True)
class Question:
    """Where and when: the numbers of the areas that cover the country, the day of use and the day of collection."""

    areas: I64
    used_on: int
    collected_on: int


@dataclass(frozen=True, slots=True)
class Parts(Columns):
    """Steps of the way. `before` is the row of the step before (−1 at the owner) and `link` the row of the link taken.

    `kept` is what stays with the party at this step, in units: the answer is the rows that keep something. `state` says
    why a part goes no further.
    """

    share_id: I64
    work_id: I64
    party_id: I64
    units: I64
    before: I64
    link: I64
    depth: I64
    kept: I64
    state: I64


class Faults(NamedTuple):
    """The links at fault, by the row of the part that they hold (a conflict: all that give of it; a cycle: those that
    lead back) and their row of the links."""

    part: I64
    link: I64


class Resolution(NamedTuple):
    """All steps, the owners first; the links as they were asked about, for the paths; the links that a named work
    waits for in vain (a gap: nobody gave their assignor a part); the rows of the links that say something about a part,
    also where they cannot all be true or lead back; the links that cannot."""

    parts: Parts
    links: Links
    gaps: Named
    spoken: I64
    faults: Faults

    def answer(self) -> Parts:
        """The parts that are kept, by work, share and party."""
        kept = self.parts.take(np.flatnonzero(self.parts.kept > 0))
        return kept.take(order_by(kept.work_id, kept.share_id, kept.depth, kept.party_id))

    def path(self, row: int) -> list[tuple[int, int]]:
        """The way to a row of `parts`: (party, agreement that brought it there), the owner first with agreement 0."""
        steps: list[tuple[int, int]] = []
        while row != NONE:
            link = int(self.parts.link[row])
            agreement = int(self.links.agreement_id[link]) if link != NONE else 0
            steps.append((int(self.parts.party_id[row]), agreement))
            row = int(self.parts.before[row])
        return steps[::-1]


def effective_shares(
    owners: Owners, links: Links, named: Named, question: Question, standing: Standing | None = None
) -> Resolution:
    """Follow every ownership share that counts in the country on the day to those who may collect it. `standing` are
    the owners whose shares are in `owners` without a party.

    The order of the rows of any table changes nothing. Raises ValueError for a part outside 0 to the whole.
    """
    if len(links) and not bool(((links.part >= 0) & (links.part <= WHOLE_SHARE)).all()):
        raise ValueError("a link passes on less than nothing or more than the whole")
    owners = owners.take(_in_force(owners, question))
    owners = owners.take(order_by(owners.work_id, owners.share_id))
    standing = standing or Standing.empty()
    standing = standing.take(_in_force(standing, question))
    links = _applicable(links, question)
    named = named.take(order_by(named.agreement_id, named.work_id))
    roads = _Roads(owners, standing, links, named)
    steps = [_first_steps(owners)]
    base = 0
    frontier = steps[0]
    trail = frontier.party_id[:, None]
    faults: list[Faults] = []
    while len(frontier):
        settled, onward, onward_trail, wrong = _one_step(frontier, trail, base, roads)
        steps[-1] = settled
        faults.append(wrong)
        base += len(frontier)
        frontier, trail = onward, onward_trail
        steps.append(frontier)
    parts = Parts.join(steps)
    return Resolution(parts, links, _gaps(parts, links, named), np.flatnonzero(roads.spoken), _together(faults))


def _together(faults: list[Faults]) -> Faults:
    """The faults of all steps, by part and link."""
    if not faults:
        return Faults(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    part, link = (np.concatenate(column) for column in zip(*faults, strict=True))
    order = order_by(part, link)
    return Faults(part[order], link[order])


def _in_force(rows: Owners | Standing, question: Question) -> I64:
    """The rows that count in the country on the day."""
    counts = np.isin(rows.area_no, question.areas)
    counts &= (rows.first_day <= question.used_on) & (rows.last_day >= question.used_on)
    return np.flatnonzero(counts)


def _applicable(links: Links, question: Question) -> Links:
    """The links that hold on the day, by assignor, acquirer and agreement."""
    holds = np.isin(links.area_no, question.areas) & (links.part > 0)
    holds &= (links.first_use <= question.used_on) & (links.last_use >= question.used_on)
    holds &= (links.start <= question.collected_on) & (links.collected_to >= question.collected_on)
    chosen = links.take(np.flatnonzero(holds))
    return chosen.take(order_by(chosen.assignor_id, chosen.acquirer_id, chosen.agreement_id))


def _first_steps(owners: Owners) -> Parts:
    nowhere = np.full(len(owners), NONE, dtype=np.int64)
    zeros = np.zeros(len(owners), dtype=np.int64)
    return Parts(
        owners.share_id, owners.work_id, owners.party_id, owners.units, nowhere, nowhere, zeros, owners.units, zeros
    )


class _Roads:
    """The links as the steps look them up."""

    def __init__(self, owners: Owners, standing: Standing, links: Links, named: Named) -> None:
        self.links = links
        self.spoken = np.zeros(len(links), dtype=bool)  # whether a link was ever taken into account
        self.named = (named.agreement_id, named.work_id)
        self.included = named.included
        work_id = np.concatenate([owners.work_id, standing.work_id])
        party_id = np.concatenate([owners.party_id, standing.party_id])
        by_party = order_by(work_id, party_id)
        first = starts_of(work_id[by_party], party_id[by_party])
        self.owned = (work_id[by_party][first], party_id[by_party][first])
        self.writers = np.sort(owners.share_id[owners.is_writer == 1])

    def from_here(self, frontier: Parts) -> tuple[I64, I64]:
        """Pairs (row of the frontier, row of the links) that may carry a part on, by both."""
        low = np.searchsorted(self.links.assignor_id, frontier.party_id, side="left")
        count = np.searchsorted(self.links.assignor_id, frontier.party_id, side="right") - low
        row = np.repeat(np.arange(len(frontier), dtype=np.int64), count)
        begins = np.cumsum(count) - count
        link = np.repeat(low, count) + np.arange(row.size, dtype=np.int64) - np.repeat(begins, count)
        fits = self._covers(frontier.work_id[row], link) & self._speaks(frontier, row, link)
        row, link = row[fits], link[fits]
        specific = self.links.is_specific[link]
        has_specific = np.zeros(len(frontier), dtype=bool)
        has_specific[row[specific == 1]] = True
        first = (specific == 1) | ~has_specific[row]
        self.spoken[link[first]] = True
        return row[first], link[first]

    def _covers(self, work: I64, link: I64) -> Mask:
        """Whether the agreement of each link covers the work."""
        place = find_rows(self.named, (self.links.agreement_id[link], work))
        said = np.where(place == NONE, NONE, self.included[np.maximum(place, 0)] if self.included.size else NONE)
        covers: Mask = np.where(self.links.is_specific[link] == 1, said == 1, said != 0)
        return covers

    def _speaks(self, frontier: Parts, row: I64, link: I64) -> Mask:
        """Whether the kind of the agreement says something about this part (rules 2 and 3)."""
        original = self.links.is_original[link] == 1
        owns = find_rows(self.owned, (frontier.work_id[row], self.links.acquirer_id[link])) != NONE
        of_writer = (frontier.depth[row] == 0) & np.isin(frontier.share_id[row], self.writers)
        speaks: Mask = np.where(original, ~owns, ~of_writer | (self.links.shares_change[link] == 1))
        return speaks


def _one_step(frontier: Parts, trail: I64, base: int, roads: _Roads) -> tuple[Parts, Parts, I64, Faults]:
    """The rows of the frontier with what they keep, the rows that follow, the parties on the way to those, and the
    links that cannot be followed."""
    row, link = roads.from_here(frontier)
    acquirer = roads.links.acquirer_id[link]
    state = np.zeros(len(frontier), dtype=np.int64)
    leads_back = (trail[row] == acquirer[:, None]).any(axis=1)
    state[row[leads_back]] = CYCLE
    part = roads.links.part[link]
    starts = starts_of(row)
    given = np.zeros(len(frontier), dtype=np.int64)
    given[row[starts]] = group_sums(part, starts)
    state[given > WHOLE_SHARE] = CONFLICT
    wrong = (state[row] == CONFLICT) | leads_back
    faults = Faults(row[wrong] + base, link[wrong])
    goes = state[row] == HELD
    row, link, part = row[goes], link[goes], part[goes]
    units, kept = _split(frontier.units, row, part)
    settled = replace(frontier, kept=kept, state=state)
    some = units > 0
    row, link, units = row[some], link[some], units[some]
    onward = Parts(
        frontier.share_id[row],
        frontier.work_id[row],
        roads.links.acquirer_id[link],
        units,
        row + base,
        link,
        frontier.depth[row] + 1,
        units,
        np.zeros(row.size, dtype=np.int64),
    )
    return settled, onward, np.concatenate([trail[row], onward.party_id[:, None]], axis=1), faults


def _split(units: I64, row: I64, part: I64) -> tuple[I64, I64]:
    """The units of each link, and what each row keeps: by largest remainder, in a tie the links before what stays."""
    kept = units.copy()
    if row.size == 0:
        return np.zeros(0, dtype=np.int64), kept
    starts = starts_of(row)
    counts = counts_of(starts, row.size)
    rest: I64 = WHOLE_SHARE - group_sums(part, starts)
    # One row more in each group, for what stays, behind its links.
    place = np.arange(row.size, dtype=np.int64) + np.repeat(np.arange(starts.size, dtype=np.int64), counts)
    weights = np.empty(row.size + starts.size, dtype=np.int64)
    stays = starts + counts + np.arange(starts.size, dtype=np.int64)
    weights[place], weights[stays] = part, rest
    divided = allocate_sorted(units[row[starts]], starts + np.arange(starts.size, dtype=np.int64), weights)
    kept[row[starts]] = divided[stays]
    return divided[place], kept


def _gaps(parts: Parts, links: Links, named: Named) -> Named:
    """The (agreement, work) pairs that name a work in whose chain their assignor holds nothing."""
    wanted = named.take(np.flatnonzero(named.included == 1))
    present = order_by(parts.work_id, parts.party_id)
    holders = (parts.work_id[present], parts.party_id[present])
    first = starts_of(*holders)
    holders = (holders[0][first], holders[1][first])
    by_agreement = np.argsort(links.agreement_id, kind="stable")
    ordered = links.agreement_id[by_agreement]
    low = np.searchsorted(ordered, wanted.agreement_id, side="left")
    count = np.searchsorted(ordered, wanted.agreement_id, side="right") - low
    pair = np.repeat(np.arange(len(wanted), dtype=np.int64), count)
    begins = np.cumsum(count) - count
    link = by_agreement[np.repeat(low, count) + np.arange(pair.size, dtype=np.int64) - np.repeat(begins, count)]
    met = find_rows(holders, (wanted.work_id[pair], links.assignor_id[link])) != NONE
    reached = np.zeros(len(wanted), dtype=bool)
    reached[pair[met]] = True
    has_link = np.zeros(len(wanted), dtype=bool)
    has_link[pair] = True
    known_work = np.isin(wanted.work_id, parts.work_id)
    return wanted.take(np.flatnonzero(has_link & ~reached & known_work))
