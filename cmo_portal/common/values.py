"""Dates, times of day and durations as files write them: read by the stated rule of the column, or refused.

The order of day and month and the unit of a duration belong to the column, never to the line: they are guessed once,
from many values, shown to a person, and then applied to every line (`guess_date_order`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from cmo_portal.common.numerals import bare_number
from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.common.texts import Text, _, say

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
LONGEST_SECONDS = 7 * 24 * 3600
LATEST_BROADCAST_HOUR = 36

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_PARTED = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]+([a-z]{3,9})\.?,?[-/. ]+(\d{4})", re.ASCII | re.IGNORECASE)
_NAMED_FIRST = re.compile(r"([a-z]{3,9})\.?[-/. ]+(\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(\d{4})", re.ASCII | re.IGNORECASE)
_TIME_TAIL = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s*[AaPp][Mm]|Z|[+-]\d{2}:?\d{2})?$", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,6}))?", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,12})(?:\.(\d{1,18}))?", re.ASCII)
_ISO = re.compile(
    r"P(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,7})(?:[.,](\d{1,9}))?S)?)?", re.ASCII
)
_SPOKEN = re.compile(
    r"(?:(\d{1,3})\s*h(?:rs?|ours?)?)?\s*(?:(\d{1,4})\s*m(?:ins?|inutes?)?)?\s*(?:(\d{1,6})\s*s(?:ecs?|econds?)?)?",
    re.ASCII | re.IGNORECASE,
)


class DateOrder(StrEnum):
    """How a column writes its dates. A four-digit year in front is always read as year, month, day."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


class DurationUnit(StrEnum):
    """How a column writes its durations."""

    CLOCK = "clock"  # mm:ss or hh:mm:ss
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    MINUTES = "minutes"  # decimal minutes, 3.5 = 3 min 30 s
    DAYS = "days"  # the day fraction of a spreadsheet
    ISO = "iso"  # PT3M30S
    SPOKEN = "spoken"  # 3m 30s, 6 min 7 sec


@dataclass(frozen=True, slots=True)
class DateGuess:
    """The order that fits a column; `certain` only when no other order fits as well."""

    order: DateOrder
    certain: bool
    unread: int


def parse_date(text: str, order: DateOrder, *, short_years: bool = False) -> dt.date:
    """The date of a cell; a time of day behind it is ignored.

    `short_years=True` reads 26 as 2026; without it a two-digit year is refused. Raises ValueRefused.
    """
    bare = _TIME_TAIL.sub("", bare_number(text))
    if not bare:
        raise _blank_date()
    year, month, day = _date_parts(bare, order, short_years)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise _no_date(say(_("The year {year} cannot be right."), year=year))
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise _no_date(_("There is no such day in the calendar.")) from None


def _date_parts(bare: str, order: DateOrder, short_years: bool) -> tuple[int, int, int]:
    """Year, month, day as numbers, not yet checked against the calendar."""
    if match := _COMPACT.fullmatch(bare):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NAMED.fullmatch(bare):
        return int(match[3]), _month(match[2]), int(match[1])
    if match := _NAMED_FIRST.fullmatch(bare):
        return int(match[3]), _month(match[1]), int(match[2])
    match = _PARTED.fullmatch(bare)
    if match is None:
        raise _no_date(_("This cannot be read as a date."))
    first, second, third = match.groups()
    if len(first) == 4:
        return int(first), int(second), int(third)
    if order is DateOrder.YMD:
        return _year(first, short_years), int(second), int(third)
    day, month = (first, second) if order is DateOrder.DMY else (second, first)
    return _year(third, short_years), int(month), int(day)


def _year(text: str, short_years: bool) -> int:
    if len(text) == 4:
        return int(text)
    if len(text) == 2 and short_years:
        return 2000 + int(text)
    raise ValueRefused(
        "short-year",
        _("The year has not four digits."),
        _("Write the year in full, for example 2026, or say that this column uses short years."),
    )


def _month(name: str) -> int:
    number = _MONTHS.get(name.lower())
    if number is None:
        raise _no_date(_("The name of the month is not known."))
    return number


def guess_date_order(values: Iterable[str]) -> DateGuess:
    """The order that reads the most values; a day above 12 anywhere settles it. Looks at the first 5,000 at most."""
    sample = list(islice((v for v in values if v.strip()), 5000))
    misses = {order: sum(not _reads(value, order) for value in sample) for order in DateOrder}
    best = min((DateOrder.DMY, DateOrder.MDY, DateOrder.YMD), key=lambda order: misses[order])
    rivals = [order for order in DateOrder if misses[order] == misses[best] and order is not best]
    undecided = [order for order in rivals if _differ(sample, best, order)]
    return DateGuess(best, bool(sample) and not undecided, misses[best])


def _reads(value: str, order: DateOrder) -> bool:
    try:
        parse_date(value, order, short_years=True)
    except ValueRefused:
        return False
    return True


def _differ(sample: list[str], one: DateOrder, other: DateOrder) -> bool:
    """Whether the two orders read any value differently: if not, the choice does not matter."""
    readable = [value for value in sample if _reads(value, one) and _reads(value, other)]
    return any(parse_date(v, one, short_years=True) != parse_date(v, other, short_years=True) for v in readable)


def parse_time(text: str) -> int:
    """Seconds since the start of the broadcast day: 25:30 is half past one in the night that follows.

    Raises ValueRefused for anything else than a time between 0:00 and 35:59:59.
    """
    bare = bare_number(text)
    if not bare:
        raise ValueRefused("blank", _("The cell is empty."), _("Write the time, for example 18:05."))
    match = _TIME.fullmatch(bare)
    if match is None:
        raise _no_time()
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        if not 1 <= hours <= 12:
            raise _no_time()
        hours = hours % 12 + (12 if match[4].lower() == "pm" else 0)
    if hours >= LATEST_BROADCAST_HOUR or minutes > 59 or seconds > 59:
        raise _no_time()
    return hours * 3600 + minutes * 60 + seconds


def parse_duration(text: str, unit: DurationUnit) -> int:
    """Whole seconds, half a second rounded up; 0 where the file says zero (many sources mean "unknown" by it).

    Raises ValueRefused for an empty cell, another notation than the column's, or more than seven days.
    """
    bare = bare_number(text)
    if not bare:
        raise ValueRefused("blank", _("The cell is empty."), _("Write the duration, for example 3:45."))
    milliseconds = _DURATION_READERS[unit](bare)
    if milliseconds is None:
        raise ValueRefused(
            "no-duration",
            _("This cannot be read as a duration in the unit of this column."),
            _("Correct the cell, or choose another unit for the whole column."),
        )
    if milliseconds > LONGEST_SECONDS * 1000:
        raise ValueRefused(
            "too-long",
            _("The duration is longer than seven days."),
            _("Check the unit of this column: seconds and milliseconds are easily mistaken."),
        )
    return (milliseconds + 500) // 1000


def _clock(bare: str) -> int | None:
    match = _CLOCK.fullmatch(bare)
    if match is None or int(match[3]) > 59 or (match[1] and int(match[2]) > 59):
        return None
    seconds = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    return seconds * 1000 + _thousandths(match[4])


def _scaled(bare: str, milliseconds_each: int) -> int | None:
    """A decimal number times its unit, exactly: no binary fraction comes near the seconds."""
    match = _DECIMAL.fullmatch(bare)
    if match is None:
        return None
    part = match[2] or ""
    scale: int = 10 ** len(part)
    return (int(match[1] + part) * milliseconds_each * 2 + scale) // (2 * scale)


def _iso(bare: str) -> int | None:
    match = _ISO.fullmatch(bare)
    if match is None or len(bare) < 3:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
    return (days * 86400 + hours * 3600 + minutes * 60 + seconds) * 1000 + _thousandths(match[5])


def _spoken(bare: str) -> int | None:
    match = _SPOKEN.fullmatch(bare)
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (hours * 3600 + minutes * 60 + seconds) * 1000


def _thousandths(part: str | None) -> int:
    return int((part or "0").ljust(3, "0")[:3])


_DURATION_READERS = {
    DurationUnit.CLOCK: _clock,
    DurationUnit.SECONDS: lambda bare: _scaled(bare, 1000),
    DurationUnit.MILLISECONDS: lambda bare: _scaled(bare, 1),
    DurationUnit.MINUTES: lambda bare: _scaled(bare, 60_000),
    DurationUnit.DAYS: lambda bare: _scaled(bare, 86_400_000),
    DurationUnit.ISO: _iso,
    DurationUnit.SPOKEN: _spoken,
}


def guess_duration_unit(values: Iterable[str]) -> DurationUnit | None:
    """The unit whose reading fits nearly all values and gives the lengths of music (median 20 seconds to an hour).

    None when no unit does; at most the first 2,000 values are looked at.
    """
    sample = list(islice((v for v in values if v.strip()), 2000))
    for unit in (*_BY_NOTATION, *_BY_SIZE):
        lengths = sorted(seconds for value in sample if (seconds := _seconds_or_none(value, unit)) is not None)
        if not lengths or len(lengths) * 10 < len(sample) * 9:
            continue
        if unit in _BY_NOTATION or 20 <= lengths[len(lengths) // 2] <= 3600:
            return unit
    return None


_BY_NOTATION = (DurationUnit.CLOCK, DurationUnit.ISO, DurationUnit.SPOKEN)
_BY_SIZE = (DurationUnit.SECONDS, DurationUnit.MILLISECONDS, DurationUnit.MINUTES, DurationUnit.DAYS)


def _seconds_or_none(value: str, unit: DurationUnit) -> int | None:
    try:
        return parse_duration(value, unit)
    except ValueRefused:
        return None


def _blank_date() -> ValueRefused:
    return ValueRefused("blank", _("The cell is empty."), _("Write the date, for example 2026-03-31."))


def _no_date(message: Text) -> ValueRefused:
    return ValueRefused("no-date", message, _("Write the date like the others in this column, for example 2026-03-31."))


def _no_time() -> ValueRefused:
    return ValueRefused("no-time", _("This is not a time of day."), _("Write it like 18:05 or 18:05:30."))
