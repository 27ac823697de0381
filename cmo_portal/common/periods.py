"""Days, months, quarters and fiscal years as closed periods, duties counted to a month's end, and dated validity.

A period includes both its first and its last day. Nothing here reads the clock: the day in question is passed in.
"""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar

FIRST_DAY, LAST_DAY = date(1000, 1, 1), date(3999, 12, 31)  # of what is typed: each has a day before and after it
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FIRST_FISCAL_MONTH = 7  # July; a society with another fiscal year passes its own


class PeriodError(ValueError):
    """A period that ends before it begins."""


class NotValid(LookupError):
    """No row is valid on the day asked for."""


class AmbiguouslyValid(LookupError):
    """More than one row is valid on the day asked for."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A run of days, the first and the last included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PeriodError(f"the period ends on {self.end}, before it begins on {self.start}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        """How many days the period has, both ends counted."""
        return (self.end - self.start).days + 1

    def overlaps(self, other: "Period") -> bool:
        """Whether the two periods share a day."""
        return self.start <= other.end and other.start <= self.end

    def common(self, other: "Period") -> "Period | None":
        """The days that both periods share, or None."""
        if not self.overlaps(other):
            return None
        return Period(max(self.start, other.start), min(self.end, other.end))

    def months(self) -> Iterator["Period"]:
        """The calendar months that the period touches, whole."""
        day = self.start
        while day <= self.end:
            month = month_of(day)
            yield month
            day = month.end + timedelta(days=1)

    def months_begun(self) -> int:
        """Months counted from the first day, a begun month as a whole one: 15 January to 14 March is two."""
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        return months + (1 if add_months(self.start, months) <= self.end else 0)

    def is_whole_months(self) -> bool:
        """Whether the period begins on a first and ends on the last of a month."""
        return self.start.day == 1 and self.end == end_of_month(self.end)

    def label(self, months: Sequence[str] = ENGLISH_MONTHS) -> str:
        """A short name: "Jul 2026", "Jul–Sep 2026", "Jul 2026–Jun 2027", else with days. Month names may be given."""
        first, last = months[self.start.month - 1], months[self.end.month - 1]
        if not self.is_whole_months():
            return self._label_with_days(first, last)
        if self.start.year != self.end.year:
            return f"{first} {self.start.year}–{last} {self.end.year}"
        return f"{first} {self.end.year}" if first == last else f"{first}–{last} {self.end.year}"

    def _label_with_days(self, first: str, last: str) -> str:
        if self.days == 1:
            return f"{self.start.day} {first} {self.start.year}"
        year = f" {self.start.year}" if self.start.year != self.end.year else ""
        return f"{self.start.day} {first}{year} – {self.end.day} {last} {self.end.year}"


# --- months, quarters, fiscal years ----------------------------------------------------------------------------------


def end_of_month(day: date) -> date:
    """The last day of the month in which the day lies."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day some months later (or earlier), or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_of(day: date) -> Period:
    """The calendar month of a day."""
    return Period(day.replace(day=1), end_of_month(day))


def fiscal_year(day: date, first_month: int = FIRST_FISCAL_MONTH) -> Period:
    """The fiscal year of a day: 1 July to 30 June unless another first month is given."""
    start = date(day.year if day.month >= first_month else day.year - 1, first_month, 1)
    return Period(start, add_months(start, 12) - timedelta(days=1))


def fiscal_year_ending(year: int, first_month: int = FIRST_FISCAL_MONTH) -> Period:
    """The fiscal year whose last day lies in the calendar year given."""
    start = date(year if first_month == 1 else year - 1, first_month, 1)
    return fiscal_year(start, first_month)


def fiscal_year_name(year: Period) -> str:
    """A fiscal year as people write it: "2026–27", or "2026" where it is the calendar year."""
    if year.start.year == year.end.year:
        return str(year.start.year)
    return f"{year.start.year}–{year.end.year % 100:02d}"


def quarter_of(day: date, first_month: int = FIRST_FISCAL_MONTH) -> Period:
    """The quarter of the fiscal year in which the day lies."""
    return quarters(fiscal_year(day, first_month))[_months_into(day, first_month) // 3]


def quarter_number(day: date, first_month: int = FIRST_FISCAL_MONTH) -> int:
    """1 to 4: which quarter of its fiscal year the day lies in."""
    return _months_into(day, first_month) // 3 + 1


def quarters(year: Period) -> tuple[Period, Period, Period, Period]:
    """The four quarters of a year that begins on the first of a month."""
    starts = [add_months(year.start, months) for months in (0, 3, 6, 9, 12)]
    one, two, three, four = (Period(start, after - timedelta(days=1)) for start, after in pairwise(starts))
    return one, two, three, four


def _months_into(day: date, first_month: int) -> int:
    return (day.month - first_month) % 12


# --- duties ----------------------------------------------------------------------------------------------------------


def due_after_days(period_end: date, days: int) -> date:
    """A duty of "within so many days" of a period's end, in calendar days."""
    return period_end + timedelta(days=days)


def due_after_months(period_end: date, months: int) -> date:
    """A duty of "within so many months": it counts to the end of that month."""
    return end_of_month(add_months(period_end.replace(day=1), months))


def non_distributable_after(day_of_collection: date, years: int, first_month: int = FIRST_FISCAL_MONTH) -> date:
    """The last day on which money may still be claimed: so many years after the fiscal year of its collection."""
    return due_after_months(fiscal_year(day_of_collection, first_month).end, 12 * years)


# --- validity on a day -----------------------------------------------------------------------------------------------


class Dated(Protocol):
    """A row with validity: the first day, and the last day or None while it is open. Both days are included."""

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_to(self) -> date | None: ...


Row = TypeVar("Row", bound=Dated)


def is_valid_on(row: Dated, day: date) -> bool:
    """Whether the row is valid on the day."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def valid_rows(rows: Iterable[Row], day: date) -> list[Row]:
    """All rows that are valid on the day, the oldest first."""
    return sorted((row for row in rows if is_valid_on(row, day)), key=lambda row: row.valid_from)


def valid_row(rows: Iterable[Row], day: date) -> Row:
    """The one row that is valid on the day. Raises NotValid or AmbiguouslyValid."""
    found = valid_rows(rows, day)
    if not found:
        raise NotValid(f"nothing is valid on {day}")
    if len(found) > 1:
        raise AmbiguouslyValid(f"{len(found)} rows are valid on {day}")
    return found[0]


def overlapping(rows: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Neighbours in time whose validity overlaps; an empty list is what a register of versions should give."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    clashes: list[tuple[Row, Row]] = []
    widest: Row | None = None
    for row in ordered:
        if widest is not None and (widest.valid_to is None or row.valid_from <= widest.valid_to):
            clashes.append((widest, row))
        if widest is None or _ends_later(row, widest):
            widest = row
    return clashes


def _ends_later(row: Dated, other: Dated) -> bool:
    if other.valid_to is None:
        return False
    return row.valid_to is None or row.valid_to > other.valid_to
