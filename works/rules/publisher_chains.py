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
