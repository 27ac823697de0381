"""Extents: some days in some countries in which shares hold; what is left of one, and where several meet."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from members.rules.territories import WORLD, area_written, lines_of, written
from works.rules.areas import left_in_time, meets

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Extent:
    """From a first to a last day, both included (None: without a bound), in a written area."""

    territory: str = WORLD
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def _begins(self) -> dt.date:
        return self.first or dt.date.min

    @property
    def _ends(self) -> dt.date:
        return self.last or dt.date.max

    def meets(self, other: "Extent") -> bool:
        """Whether the two have a day and a country in common."""
        in_time = self._begins <= other._ends and other._begins <= self._ends
        return in_time and meets(self.territory, other.territory)

    def is_same(self, other: "Extent") -> bool:
        """Whether the two are the same days in the same countries, however the area is written."""
        in_time = (self._begins, self._ends) == (other._begins, other._ends)
        return in_time and area_written(self.territory) == area_written(other.territory)

    def without(self, taken: "Extent") -> list["Extent"]:
        """What is left: the days before, the days after, and, in the days of both, the other countries."""
        if not self.meets(taken):
            return [self]
        left = []
        if taken.first and self._begins < taken.first:
            left.append(Extent(self.territory, self.first, taken.first - _ONE_DAY))
        if taken.last and self._ends > taken.last:
            left.append(Extent(self.territory, taken.last + _ONE_DAY, self.last))
        begins, ends = max(self._begins, taken._begins), min(self._ends, taken._ends)
        for first, last, elsewhere in left_in_time(self.territory, taken.territory):
            if first <= ends and begins <= last:
                left.append(_extent(elsewhere, max(first, begins), min(last, ends)))
        return left


def parted(extents: Sequence[Extent]) -> list[tuple[Extent, tuple[int, ...]]]:
    """The extents cut where they overlap: each piece with the places of those that hold throughout it. Pieces that
    follow each other in time with the same holders are one."""
    pieces: list[tuple[Extent, tuple[int, ...]]] = []
    for first, last in _stretches(extents):
        for territory, holders in _areas(extents, first, last):
            before = next((piece for piece in pieces if _goes_on(piece, territory, holders, first)), None)
            if before is not None:
                pieces.remove(before)
            begins = before[0]._begins if before else first
            pieces.append((_extent(territory, begins, last), holders))
    return sorted(pieces, key=_order)


def _stretches(extents: Sequence[Extent]) -> Iterator[tuple[dt.date, dt.date]]:
    """The days cut wherever an extent begins or has ended."""
    firsts = {dt.date.min} | {extent._begins for extent in extents}
    firsts |= {extent.last + _ONE_DAY for extent in extents if extent.last and extent.last < dt.date.max}
    days = sorted(firsts)
    yield from zip(days, [*(day - _ONE_DAY for day in days[1:]), dt.date.max], strict=True)


def _areas(extents: Sequence[Extent], first: dt.date, last: dt.date) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The areas of a stretch, each with the places of the extents that hold in all of it."""
    standing = {place: each for place, each in enumerate(extents) if each._begins <= first and each._ends >= last}
    leaves = {
        place: area_written(each.territory, last) or area_written(each.territory) for place, each in standing.items()
    }
    parts: list[tuple[int, tuple[int, ...]]] = []
    for place, area in leaves.items():
        rest, cut = area, []
        for held, holders in parts:
            cut += [(held & area, (*holders, place)), (held & ~area, holders)]
            rest &= ~held
        parts = [part for part in (*cut, (rest, (place,))) if part[0]]
    for area, holders in parts:
        names = [standing[place].territory for place in holders if leaves[place] == area]
        yield min(names, key=len) if names else written(lines_of(area, last)), holders


def _goes_on(piece: tuple[Extent, tuple[int, ...]], territory: str, holders: tuple[int, ...], first: dt.date) -> bool:
    extent, held = piece
    follows = extent.last is not None and extent.last + _ONE_DAY == first
    return follows and (extent.territory, held) == (territory, holders)


def _order(piece: tuple[Extent, tuple[int, ...]]) -> tuple[int, str, dt.date]:
    """The larger area first, the earlier days first."""
    extent = piece[0]
    return -area_written(extent.territory).bit_count(), extent.territory, extent._begins


def _extent(territory: str, first: dt.date, last: dt.date) -> Extent:
    return Extent(territory, first if first > dt.date.min else None, last if last < dt.date.max else None)
