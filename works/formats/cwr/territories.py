"""The tree of TIS territories with its dates, and areas as sets of leaf territories.

A party's area in CWR is a list of includes and excludes over this tree, read in order: "include the world, exclude
Pakistan, include Pakistan with another share" is legal, so sums can only be tested on leaves. An area is an int with
one bit for each country, past and present; unions and intersections of areas are then single operations.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from works.formats.cwr import tables

WORLD = "2136"


@dataclass(frozen=True, slots=True)
class Territory:
    """A TIS territory: four-digit code, English name, whether it groups others, ISO codes, dates of existence."""

    tis: str
    name: str
    is_group: bool
    iso2: str
    iso3: str
    exists_from: date
    exists_until: date


@dataclass(frozen=True, slots=True)
class Membership:
    """`member` stands directly below `group` in the tree between two dates, both included."""

    group: str
    member: str
    belongs_from: date
    belongs_until: date


@cache
def territories() -> dict[str, Territory]:
    """Every territory by its code."""
    return {
        row["tis"]: Territory(
            row["tis"],
            row["name"],
            row["kind"] == "group",
            row["iso2"],
            row["iso3"],
            date.fromisoformat(row["exists_from"]),
            date.fromisoformat(row["exists_until"]),
        )
        for row in tables.rows("territories")
    }


@cache
def memberships() -> tuple[Membership, ...]:
    """Every edge of the tree."""
    return tuple(
        Membership(
            row["group"],
            row["member"],
            date.fromisoformat(row["belongs_from"]),
            date.fromisoformat(row["belongs_until"]),
        )
        for row in tables.rows("territory_members")
    )


def is_territory(code: str) -> bool:
    """Whether the four-digit code is in the list."""
    return code in territories()


@lru_cache(maxsize=4096)
def area_of(code: str, on: date | None = None) -> int:
    """The leaves of a territory as bits; 0 for an unknown code.

    `on` picks the members of a group on that date (the European Union has lost and gained some). The world keeps its
    past countries on every date: a share for all of it is a share for them too.
    """
    known = territories().get(code)
    if known is None:
        return 0
    if not known.is_group:
        return _bits()[code]
    area = 0
    for edge in _edges().get(code, ()):
        if code == WORLD or on is None or edge.belongs_from <= on <= edge.belongs_until:
            area |= area_of(edge.member, None if code == WORLD else on)
    return area


def codes_of(area: int, at_most: int = 3) -> list[str]:
    """The codes of the first leaves of an area, at most so many."""
    leaves = _leaves()
    codes: list[str] = []
    while area and len(codes) < at_most:
        lowest = area & -area
        codes.append(leaves[lowest.bit_length() - 1])
        area ^= lowest
    return codes


Segment = tuple[int, tuple[int, int, int]]


def in_order(lines: Iterable[tuple[bool, int, tuple[int, int, int]]]) -> list[Segment]:
    """One party's shares by area, from its include and exclude lines (is include, area, shares) read in order.

    A later line replaces an earlier one where they overlap. The areas of the answer do not overlap.
    """
    segments: list[Segment] = []
    for is_include, area, shares in lines:
        segments = [(left & ~area, held) for left, held in segments if left & ~area]
        if is_include and area:
            segments.append((area, shares))
    return segments


def summed(parties: Iterable[list[Segment]]) -> list[Segment]:
    """The shares of several parties added up per area. The areas of the answer do not overlap."""
    total: list[Segment] = []
    for segments in parties:
        for area, shares in segments:
            total = _added(total, area, shares)
    return total


def _added(total: list[Segment], area: int, shares: tuple[int, int, int]) -> list[Segment]:
    result: list[Segment] = []
    rest = area
    for held_area, held in total:
        both = held_area & area
        if both:
            result.append((both, (held[0] + shares[0], held[1] + shares[1], held[2] + shares[2])))
            rest &= ~both
        if held_area & ~area:
            result.append((held_area & ~area, held))
    if rest:
        result.append((rest, shares))
    return result


@cache
def _leaves() -> tuple[str, ...]:
    return tuple(sorted(code for code, territory in territories().items() if not territory.is_group))


@cache
def _bits() -> dict[str, int]:
    return {code: 1 << place for place, code in enumerate(_leaves())}


@cache
def _edges() -> dict[str, tuple[Membership, ...]]:
    edges: dict[str, list[Membership]] = {}
    for edge in memberships():
        edges.setdefault(edge.group, []).append(edge)
    return {group: tuple(members) for group, members in edges.items()}
