"""What all parts of the demo share: the dice, the keys of acts, the days of its story, and the people who act."""

import datetime as dt
import random
import uuid
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings

from cmo_portal.accounts.models import User
from cmo_portal.common.clock import business_date
from cmo_portal.common.periods import Period, add_months, fiscal_year, quarter_of

SEED = 586  # TIS number of Pakistan
DOMAIN = "demo.example"
NOTE = "Sample for demonstration; to be decided by the society"
_KEYS = uuid.UUID("5866f3d2-0000-4000-8000-000000000586")


def dice(part: str) -> random.Random:
    """The dice of one part of the demo: the same throws each time, whatever the other parts threw."""
    return random.Random(f"{SEED}:{part}")  # noqa: S311 - sample data, no secret


def form_key(*parts: object) -> uuid.UUID:
    """The form key of one act, so that the same act again changes nothing."""
    return uuid.uuid5(_KEYS, ":".join(map(str, parts)))


def staff(role: str) -> User:
    """The member of staff who holds a role."""
    return User.objects.get(email=f"{role}@{DOMAIN}")


@dataclass(frozen=True)
class Story:
    """The days of the story, counted back from the moment at which it is told."""

    now: dt.datetime

    @cached_property
    def today(self) -> dt.date:
        """The business date of the telling."""
        return business_date(self.now)

    @cached_property
    def beginning(self) -> dt.date:
        """The first day of the society: the fiscal year three years back."""
        first = fiscal_year(self.today, settings.FISCAL_YEAR_START_MONTH).start
        return add_months(first, -36)

    @cached_property
    def last_quarter(self) -> Period:
        """The last complete quarter, whose distribution waits for approval."""
        return self._quarter_before(quarter_of(self.today, settings.FISCAL_YEAR_START_MONTH))

    @cached_property
    def paid_quarter(self) -> Period:
        """The quarter before it, whose distribution is published and paid."""
        return self._quarter_before(self.last_quarter)

    def ago(self, days: int) -> dt.date:
        """The day so many days before today."""
        return self.today - dt.timedelta(days=days)

    def at(self, day: dt.date, hour: int = 11) -> dt.datetime:
        """An hour of a day at the society's place, never later than the telling."""
        moment = dt.datetime.combine(day, dt.time(hour), tzinfo=ZoneInfo(settings.TIME_ZONE))
        return min(moment, self.now)

    def _quarter_before(self, quarter: Period) -> Period:
        return quarter_of(quarter.start - dt.timedelta(days=1), settings.FISCAL_YEAR_START_MONTH)
