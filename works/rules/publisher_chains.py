"""A publisher chain as a registration file writes it: the original publisher, its administrators, and each
sub-publisher with its own administrators.

An administrator (AM) stands between the original publisher and the whole world for a right; who has less is a
sub-publisher (SE), and whoever follows one is its administrator. Read the other way round (`parent_places`), the same
order says who got the share from whom.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmo_portal.common.money import allocate
from members.rules.territories import Segment
from works.rules.splits import WHOLE

RightShares = tuple[int, int, int]
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tail:
    """Who collects a right of the head's part in an area: the way from the head, which comes first."""

    right: int
    area: int
    path: Path


@dataclass(slots=True)
class Member:
    """A place in a chain: the party, its type and where it collects, by right."""

    party: int
    kind: str
    areas: list[int] = field(default_factory=lambda: [0, 0, 0])


def ordered_chain(
    head: int, head_kind: str, tails: Iterable[Tail], *, world: int, order: Callable[[int], Any]
) -> list[Member]:
    """The members of the chain of one head, in the order of a file. `order` ranks those that stand side by side."""
    listed = sorted(tails, key=lambda tail: [order(party) for party in tail.path])
    spine = _spine(listed, world)
    first = Member(head, head_kind)
    members: dict[tuple[int, int], Member] = {(0, head): first}
    for party in spine:
        members.setdefault((0, party), Member(party, "AM"))
    for tail in listed:
        group, member = 0, first
        for party in tail.path[1:]:
            if not group and party not in spine:
                group = party
            kind = "SE" if party == group else "AM"
            member = members.setdefault((group, party), Member(party, kind))
        member.areas[tail.right] |= tail.area
    groups = sorted({group for group, _party in members if group}, key=order)
    return [members[key] for group in (0, *groups) for key in members if key[0] == group]


def _spine(tails: Sequence[Tail], world: int) -> list[int]:
    """The administrators behind the head, in order: each reached everywhere for one right, and through such ones."""
    reach: dict[tuple[Path, int], int] = defaultdict(int)
    for tail in tails:
        for length in range(2, len(tail.path) + 1):
            reach[tail.path[:length], tail.right] |= tail.area
    everywhere = {path for (path, _right), area in reach.items() if area == world}
    found: dict[int, None] = {}
    for tail in tails:
        for length in range(2, len(tail.path) + 1):
            if tail.path[:length] not in everywhere:
                break
            found.setdefault(tail.path[length - 1])
    return list(found)


def parent_places(kinds: Sequence[str]) -> list[int]:
    """For each place of a chain the place its share comes from; -1 for the head.

    An administrator follows whoever stands before it, a sub-publisher the last administrator of the head or the head.
    """
    places: list[int] = []
    trunk = 0
    for place, kind in enumerate(kinds):
        if place == 0:
            places.append(-1)
        elif kind == "SE":
            places.append(trunk)
        else:
            places.append(place - 1)
            if "SE" not in kinds[:place]:
                trunk = place
    return places


@dataclass(frozen=True, slots=True)
class Stated:
    """A publisher as a file states it: type, ownership by right, and what it collects by area (areas apart)."""

    party: int
    kind: str
    ownership: RightShares
    collects: tuple[Segment, ...] = ()


def passed_on(chains: Iterable[Sequence[Stated]], *, world: int) -> dict[tuple[int, int], dict[RightShares, int]]:
    """What the chains of a work pass on: (giver, taker) → parts of the giver's interest by right → where.

    Parts are 1/10,000 of a percent and follow from what is collected, so that whoever stands in several chains gives
    each its due. A chain that states more for others than its owners own passes nothing on there.
    """
    listed = [list(chain) for chain in chains]
    found: dict[tuple[int, int], dict[RightShares, int]] = defaultdict(lambda: defaultdict(int))
    for area in _pieces(listed, world):
        by_pair: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        for right in range(3):
            for pair, part in _parts_at(listed, right, area).items():
                by_pair[pair][right] = part
        for pair, (pr, mr, sr) in by_pair.items():
            if pr or mr or sr:
                found[pair][pr, mr, sr] |= area
    return {pair: dict(found[pair]) for pair in sorted(found)}


def _pieces(chains: Iterable[Iterable[Stated]], world: int) -> list[int]:
    """The world cut wherever what somebody collects changes."""
    pieces = [world]
    for area in {area for chain in chains for one in chain for area, _shares in one.collects}:
        pieces = [each for piece in pieces for each in (piece & area, piece & ~area) if each]
    return pieces


def _parts_at(chains: Iterable[Sequence[Stated]], right: int, area: int) -> dict[tuple[int, int], int]:
    """The parts of one right in one piece of the world."""
    held: dict[int, int] = defaultdict(int)
    flows: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for chain in chains:
        for one in chain:
            held[one.party] += one.ownership[right]
        for giver, taker, units in _flows(chain, right, area):
            if giver != taker:
                flows[giver][taker] += units
                held[taker] += units
    parts: dict[tuple[int, int], int] = {}
    for giver, takers in flows.items():
        stays = max(0, held[giver] - sum(takers.values()))
        shared = allocate(WHOLE, [*sorted(takers.items()), (-1, stays)])
        parts.update({(giver, taker): part for taker, part in shared.items() if taker != -1})
    return parts


def _flows(chain: Sequence[Stated], right: int, area: int) -> list[tuple[int, int, int]]:
    """(giver, taker, share) along one chain: what a publisher hands on is what all behind it collect."""
    owners = [place for place, one in enumerate(chain) if any(one.ownership)]
    if not owners:
        return []
    members = [chain[owners[0]], *(one for one in chain[owners[0] + 1 :] if not any(one.ownership))]
    below = [next((shares[right] for where, shares in one.collects if where & area), 0) for one in members]
    below[0] = 0
    if not 0 < sum(below) <= sum(chain[place].ownership[right] for place in owners):
        return []
    places = parent_places([one.kind for one in members])
    for place in range(len(members) - 1, 0, -1):
        below[places[place]] += below[place]
    return [
        (members[places[place]].party, members[place].party, below[place])
        for place in range(1, len(members))
        if below[place]
    ]
