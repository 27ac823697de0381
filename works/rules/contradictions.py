"""Agreements that cannot all be followed: together they give away more of an interest than there is.

The rule of chains holds such a part (works.rules.chains). Here the same is asked of the agreements alone, before one of
them is put into the books: whether there is a country, a day of use and a day of collection on which they all hold.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from cmo_portal.common.money import WHOLE_SHARE

ALWAYS, NEVER_ENDS = dt.date.min, dt.date.max


@dataclass(frozen=True, slots=True)
class Giving:
    """What an agreement gives of the interest of one assignor (1/10,000 of a percent), for use and collection between
    which days; `area` has a bit for each country."""

    agreement_id: int
    part: int
    area: int
    first_use: dt.date
    last_use: dt.date
    start: dt.date
    collected_to: dt.date

    def holds(self, used_on: dt.date, collected_on: dt.date) -> bool:
        """Whether it says something about use and collection on these days."""
        return self.first_use <= used_on <= self.last_use and self.start <= collected_on <= self.collected_to


@dataclass(frozen=True, slots=True)
class Clash:
    """Agreements that give too much together: for instance in the countries of `area`, for use and collection on these
    days; `reach` says how far it goes in all."""

    agreements: frozenset[int]
    area: int
    used_on: dt.date
    collected_on: dt.date
    reach: "Reach"


@dataclass(frozen=True, slots=True)
class Reach:
    """All countries in which agreements give too much, the first and the last day of such use, the last of
    collection."""

    area: int
    first_use: dt.date
    last_use: dt.date
    collected_to: dt.date

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(
            self.area | other.area,
            min(self.first_use, other.first_use),
            max(self.last_use, other.last_use),
            max(self.collected_to, other.collected_to),
        )


def clash(mine: Giving, others: Sequence[Giving], *, today: dt.date, home: int) -> Clash | None:
    """All agreements with which one gives too much from today on, with a place and days where it is so: at home and
    today where that is among them. None where there is always enough."""
    near = [other for other in others if other.area & mine.area]
    found = [one for days in _days(mine, near, today) for one in _on(mine, near, *days)]
    if not found:
        return None
    shown = max(found, key=lambda one: (bool(one.area & home), one.used_on == today, -one.used_on.toordinal()))
    together = frozenset().union(*(one.agreements for one in found))
    return replace(shown, agreements=together, reach=reduce(or_, (one.reach for one in found)))


def _days(mine: Giving, others: Sequence[Giving], today: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The days of use and collection on which an agreement begins to hold, and today."""
    every = [mine, *others]
    for used_on in sorted({today, *(one.first_use for one in every)}):
        earliest = max(used_on, today)
        for collected_on in sorted({earliest, *(max(one.start, earliest) for one in every)}):
            if mine.holds(used_on, collected_on):
                yield used_on, collected_on


def _on(mine: Giving, others: Sequence[Giving], used_on: dt.date, collected_on: dt.date) -> Iterator[Clash]:
    """The areas in which there is too much on two days: the area is cut wherever another agreement ends."""
    holding = [other for other in others if other.holds(used_on, collected_on)]
    if mine.part + sum(other.part for other in holding) <= WHOLE_SHARE:
        return
    cells: dict[int, tuple[Giving, ...]] = {mine.area: (mine,)}
    for other in holding:
        cut: dict[int, tuple[Giving, ...]] = {}
        for area, met in cells.items():
            if inside := area & other.area:
                cut[inside] = (*met, other)
            if outside := area & ~other.area:
                cut[outside] = met
        cells = cut
    for area, met in cells.items():
        if sum(one.part for one in met) > WHOLE_SHARE:
            last_use, collected_to = min(one.last_use for one in met), min(one.collected_to for one in met)
            reach = Reach(area, used_on, last_use, collected_to)
            yield Clash(frozenset(one.agreement_id for one in met), area, used_on, collected_on, reach)
