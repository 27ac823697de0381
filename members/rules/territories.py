"""The tree of TIS territories with its dates, and areas as sets of leaf territories.

A party's area in CWR is a list of includes and excludes over this tree, read in order: "include the world, exclude
Pakistan, include Pakistan with another share" is legal, so sums can only be tested on leaves. An area is an int with
one bit for each country, past and present; unions and intersections of areas are then single operations.

An area is written as its codes in order, joined by + and -: "2136" the world, "2136-0356" the world but India,
"2123+0826" the European Union and the United Kingdom. Source of codes and tree: the CISAC TIS.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

WORLD = "2136"
ALWAYS = (date(1, 1, 1), date(9999, 12, 31))

_FOLDER = Path(__file__).parent / "tables"
_EXPRESSION = re.compile(r"\d{4}(?:[+-]\d{4})*")
_TERM = re.compile(r"([+-]?)(\d{4})")


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
            _day(row["exists_from"]),
            _day(row["exists_until"]),
        )
        for row in _rows("territories")
    }


@cache
def memberships() -> tuple[Membership, ...]:
    """Every edge of the tree."""
    return tuple(
        Membership(
            row["group"],
            row["member"],
            _day(row["belongs_from"]),
            _day(row["belongs_until"]),
        )
        for row in _rows("territory_members")
    )


def terms(expression: str) -> list[tuple[bool, str]]:
    """The (is include, code) terms of a written area, in order. ValueError for another form or an unknown code."""
    if not _EXPRESSION.fullmatch(expression):
        raise ValueError(expression)
    found = [(sign != "-", code) for sign, code in _TERM.findall(expression)]
    unknown = [code for _include, code in found if not is_territory(code)]
    if unknown:
        raise ValueError(unknown[0])
    return found


def written(lines: Iterable[tuple[bool, str]]) -> str:
    """The include and exclude lines of an agreement or a party as a written area. ValueError when nothing is included.

    Excludes before the first include take nothing away and are left out; a repeated line at the end says nothing new.
    """
    kept: list[tuple[bool, str]] = []
    for line in lines:
        if (line[0] or kept) and line not in kept[-1:]:
            kept.append(line)
    if not kept:
        raise ValueError("no territory is included")
    return "".join(("+" if include else "-") + code for include, code in kept)[1:]


@lru_cache(maxsize=4096)
def area_written(expression: str, on: date | None = None) -> int:
    """The leaves of a written area as bits, on a date as `area_of` has it. ValueError as `terms`."""
    area = 0
    for include, code in terms(expression):
        area = area | area_of(code, on) if include else area & ~area_of(code, on)
    return area


def lines_of(area: int, on: date | None = None, *, from_world: bool = True) -> list[tuple[bool, str]]:
    """An area as include and exclude lines, the fewest of two ways: its groups and countries, or the world without the
    others (only with `from_world`). The same area on the same date gives the same lines."""
    plain = [(True, code) for code in _covering(area, on)]
    if not from_world or not area:
        return plain
    others = [(False, code) for code in _covering(area_of(WORLD) & ~area, on)]
    return [(True, WORLD), *others] if len(others) + 1 <= len(plain) else plain


def _covering(area: int, on: date | None) -> list[str]:
    """The groups and countries that make an area, the largest first."""
    codes, rest = [], area
    for leaves, code in _by_size(on):
        if not leaves & ~area and leaves & rest:
            codes.append(code)
            rest &= ~leaves
    return codes


@lru_cache(maxsize=16)
def _by_size(on: date | None) -> tuple[tuple[int, str], ...]:
    sized = ((area_of(code, on), code) for code in territories())
    return tuple(sorted(sized, key=lambda each: (-each[0].bit_count(), each[1])))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A country that belongs to an area between two days, both included."""

    code: str
    belongs_from: date
    belongs_until: date


def leaves_of(expression: str) -> list[Leaf]:
    """Every country of a written area with the days it belongs to it, by code and date. ValueError as `terms`."""
    codes = [code for _include, code in terms(expression)]
    first_days = sorted({ALWAYS[0]} | {day for code in codes for day in _changes(code)})
    last_days = [date.fromordinal(day.toordinal() - 1) for day in first_days[1:]] + [ALWAYS[1]]
    found: dict[str, list[Leaf]] = {}
    for first, last in zip(first_days, last_days, strict=True):
        for code in codes_of(area_written(expression, first), at_most=len(_leaves())):
            known = found.setdefault(code, [])
            if known and known[-1].belongs_until.toordinal() + 1 == first.toordinal():
                known[-1] = Leaf(code, known[-1].belongs_from, last)
            else:
                known.append(Leaf(code, first, last))
    return [leaf for code in sorted(found) for leaf in found[code]]


@cache
def _changes(code: str) -> frozenset[date]:
    """The days on which the countries of a group change."""
    days: set[date] = set()
    if code == WORLD:
        return frozenset()
    for edge in _edges().get(code, ()):
        if edge.belongs_from > ALWAYS[0]:
            days.add(edge.belongs_from)
        if edge.belongs_until < ALWAYS[1]:
            days.add(date.fromordinal(edge.belongs_until.toordinal() + 1))
        days |= _changes(edge.member)
    return frozenset(days)


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


def _day(text: str) -> date:
    """A day of the list, which writes the years 1000 and 3999 for "always"."""
    return {"1000-01-01": ALWAYS[0], "3999-12-31": ALWAYS[1]}.get(text) or date.fromisoformat(text)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
