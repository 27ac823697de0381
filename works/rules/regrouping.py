"""What becomes of the shares of two works that are one: the same, one side's, or what they differ in contested.

Shares are never added up: two registrations of one work describe the same whole (M05 holds for each of them).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from works.rules.conflicts import Division, divide, in_roles
from works.rules.splits import WHOLE

WORK, OTHER, CONTEST = "work", "other", "contest"  # whose shares survive, or both as claims of a dispute
DISPUTED, UNCONFIRMED = "disputed", "unconfirmed"


@dataclass(frozen=True, slots=True)
class SharePart:
    """A share of one right as it stands; `row` is its id in the register, 0 where it is not stored yet.

    `share` in 1/10,000 of a percent; `party` None where the owner is unknown or the part contested.
    """

    row: int
    party: int | None
    role: str
    territory: str
    share: int
    since: dt.date | None = None
    until: dt.date | None = None
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Side:
    """What a party claims by the work that gives it more: a side of the dispute between the two registrations."""

    party: int
    role: str
    share: int


def same_shares(one: Iterable[SharePart], other: Iterable[SharePart]) -> bool:
    """Whether two works say the same about a right: who, in which role, where, when, how much."""
    return _facts(one) == _facts(other)


def hindering(parts: Iterable[SharePart], world: str) -> tuple[SharePart, ...]:
    """The shares that cannot be put into one dispute with others: for a part of the world, for some days only, or
    contested or not agreed yet. One sum of claims would compare what never holds together."""
    return tuple(
        part
        for part in parts
        if part.territory != world or part.since or part.until or part.state in (DISPUTED, UNCONFIRMED)
    )


def sides_of(kept: Sequence[SharePart], other: Sequence[SharePart], world: str) -> tuple[Side, ...]:
    """The sides of the dispute about what two works differ in: who would lose by the one or by the other, with the
    larger of its shares. Empty where that cannot be said: a work has shares that hinder it, or all that is claimed fits
    beside each other."""
    if hindering((*kept, *other), world):
        return ()
    mine, theirs = _sums(kept), _sums(other)
    roles = {part.party: part.role for part in reversed((*kept, *other)) if part.party is not None}
    found = tuple(
        Side(party, roles[party], max(mine.get(party, 0), theirs.get(party, 0)))
        for party in sorted(mine.keys() | theirs.keys())
        if mine.get(party, 0) != theirs.get(party, 0)
    )
    return found if _divided(kept, found).excess > 0 else ()


def merged_shares(
    kept: Sequence[SharePart], other: Sequence[SharePart], choice: str, world: str
) -> tuple[SharePart, ...]:
    """The shares of a right as they will stand after the merge. Raises ValueError where they cannot be contested."""
    if choice == WORK:
        return tuple(kept)
    if choice == OTHER:
        return tuple(other)
    sides = sides_of(kept, other, world)
    if not sides:
        raise ValueError("these shares cannot be contested")
    division = _divided(kept, sides)
    room = {id(part) for part in kept if _in_room(part, sides)}
    held_by_side = [(part.party, part.role, part.share) for part in kept if id(part) in room and part.party is not None]
    wanted = {(side.party, side.role): division.paid[side.party] for side in sides}
    given = in_roles(held_by_side, wanted)
    paid = [SharePart(0, party, role, world, share) for (party, role), share in given.items() if share]
    held = SharePart(0, None, "", world, division.held, state=DISPUTED)
    return (*(part for part in kept if id(part) not in room), *paid, held)


def _divided(kept: Sequence[SharePart], sides: Sequence[Side]) -> Division[int]:
    """What the dispute pays and holds: its room is what the sides have in the work that stays, and what is open."""
    size = sum(part.share for part in kept if _in_room(part, sides))
    return divide({side.party: side.share for side in sides}, size + WHOLE - sum(part.share for part in kept))


def _in_room(part: SharePart, sides: Sequence[Side]) -> bool:
    roles = {"", *(side.role for side in sides)}
    return part.party in {side.party for side in sides} or (part.party is None and part.role in roles)


def _facts(parts: Iterable[SharePart]) -> dict[tuple[object, ...], int]:
    sums: dict[tuple[object, ...], int] = defaultdict(int)
    for part in parts:
        sums[part.party, part.role, part.territory, part.since, part.until, part.state] += part.share
    return dict(sums)


def _sums(parts: Iterable[SharePart]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for part in parts:
        if part.party is not None:
            sums[part.party] += part.share
    return sums
