"""What becomes of the shares of two works that are one: the same, one side's, or what they differ in contested.

Shares are never added up: two registrations of one work describe the same whole (M05 holds for each of them).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

WORK, OTHER, CONTEST = "work", "other", "contest"  # whose shares survive, or both as claims of a dispute
DISPUTED = "disputed"


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
class Contest:
    """A part that one party holds by the one work and others by the other work: what a dispute is opened about.

    `rows` are the shares it is taken from; `against` are (party, role, share) of the other side, none above `share`.
    """

    party: int
    role: str
    share: int
    rows: tuple[int, ...]
    against: tuple[tuple[int, str, int], ...]


def same_shares(one: Iterable[SharePart], other: Iterable[SharePart]) -> bool:
    """Whether two works say the same about a right: who, in which role, where, when, how much."""
    return _facts(one) == _facts(other)


def contests(kept: Sequence[SharePart], other: Sequence[SharePart], world: str) -> list[Contest] | None:
    """The disputes that hold exactly what two works differ in, when the shares `kept` stay.

    Each party that would lose stands with its loss against all that would gain. None where that cannot be said: a side
    has dated, local or contested shares, or there is nobody on one of the two sides.
    """
    if not all(_is_plain(part, world) for part in (*kept, *other)):
        return None
    mine, theirs = _sums(kept), _sums(other)
    roles = {part.party: part.role for part in reversed((*other, *kept))}
    gains = {party: theirs[party] - mine.get(party, 0) for party in theirs if theirs[party] > mine.get(party, 0)}
    losses = {party: mine[party] - theirs.get(party, 0) for party in mine if mine[party] > theirs.get(party, 0)}
    if not gains or not losses:
        return None
    found = []
    for party, loss in sorted(losses.items()):
        rows = tuple(part.row for part in kept if part.party == party)
        against = tuple((gainer, roles[gainer], min(gain, loss)) for gainer, gain in sorted(gains.items()))
        found.append(Contest(party, roles[party], loss, rows, against))
    return found


def merged_shares(
    kept: Sequence[SharePart], other: Sequence[SharePart], choice: str, world: str
) -> tuple[SharePart, ...]:
    """The shares of a right as they will stand after the merge. Raises ValueError where they cannot be contested."""
    if choice == WORK:
        return tuple(kept)
    if choice == OTHER:
        return tuple(other)
    found = contests(kept, other, world)
    if found is None:
        raise ValueError("these shares cannot be contested")
    loss = {contest.party: contest.share for contest in found}
    parts: list[SharePart] = []
    for part in sorted(kept, key=lambda part: (-part.share, part.row)):
        given = min(loss.get(part.party or 0, 0), part.share)
        if given:
            loss[part.party or 0] -= given
        if part.share > given:
            parts.append(replace(part, share=part.share - given))
    held = [SharePart(0, None, "", world, contest.share, state=DISPUTED) for contest in found]
    return (*parts, *held)


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


def _is_plain(part: SharePart, world: str) -> bool:
    return part.territory == world and part.since is None and part.until is None and part.state != DISPUTED
