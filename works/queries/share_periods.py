"""The shares of a right by period and area: who holds what in which days and countries, whatever rows say it."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from members.models.territories import own_territory
from works.models import Work, WorkShare
from works.rules.extents import Extent, parted


@dataclass(frozen=True, slots=True)
class SharePeriod:
    """The rows that hold together in the same days and countries, the larger first."""

    extent: Extent
    rows: tuple[WorkShare, ...]

    @property
    def total(self) -> int:
        """The sum of the shares, in 1/10,000 of a percent."""
        return sum(row.share for row in self.rows)

    @property
    def query(self) -> str:
        """The period and area as an address names them."""
        days = {"from": self.extent.first, "until": self.extent.last}
        return urlencode({"territory": self.extent.territory} | {name: day for name, day in days.items() if day})


@dataclass(frozen=True, slots=True)
class Touched:
    """A period that a correction would replace, and what would be left of it."""

    period: SharePeriod
    left: tuple[Extent, ...]


def extent_of(row: WorkShare) -> Extent:
    """The days and countries in which a share holds."""
    return Extent(row.territory, row.valid_from, row.valid_to)


def shares_of_right(work: Work, right: str) -> list[WorkShare]:
    """Every share of a right, whenever and wherever it holds."""
    return list(work.shares.filter(right=right).select_related("party").order_by("-share", "pk"))


def share_periods(rows: Sequence[WorkShare]) -> list[SharePeriod]:
    """The periods and areas of the shares of a right; the larger area first, the earlier days first."""
    found = parted([extent_of(row) for row in rows])
    return [SharePeriod(extent, tuple(rows[place] for place in sorted(places))) for extent, places in found]


def period_here(periods: Iterable[SharePeriod], *, on: dt.date) -> Extent:
    """What a correction is about before anybody says otherwise: what holds today in our country, else anything."""
    extents = [period.extent for period in periods]
    here = Extent(own_territory(), on, on)
    return next((extent for extent in extents if extent.meets(here)), extents[0] if extents else Extent())


def touched(periods: Iterable[SharePeriod], extent: Extent) -> list[Touched]:
    """The periods, besides the one that a correction is of, of which it would take something away."""
    return [
        Touched(period, tuple(period.extent.without(extent)))
        for period in periods
        if any(row.state != "disputed" for row in period.rows)
        and period.extent.meets(extent)
        and not period.extent.is_same(extent)
    ]


def mark_of(found: Sequence[Touched]) -> str:
    """The same for the same loss: what somebody who agrees to it has seen."""
    facts = [
        [str(each.period.extent), [str(extent) for extent in each.left], [row.pk for row in each.period.rows]]
        for each in found
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32] if found else ""
