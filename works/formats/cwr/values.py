"""Fields of CWR as values and back: dates, durations, numbers and shares.

Shares stand in the file as five digits with two implied decimals of a percent (05000 = 50.00 %). The project counts
shares in millionths (1,000,000 = 100 %), so one step of the file is one hundred of ours.
"""

import re
from datetime import date

SHARE_UNITS_PER_STEP = 100
_TIME = re.compile(r"(\d{2})([0-5]\d)([0-5]\d)")


def is_digits(text: str) -> bool:
    """Only ASCII digits, at least one. `str.isdigit` alone also takes the digits of other scripts."""
    return text.isascii() and text.isdigit()


def read_number(text: str) -> int | None:
    """A number; blank is zero, as real files leave unused numbers blank; None when it holds anything but digits."""
    if not text:
        return 0
    return int(text) if is_digits(text) else None


def read_date(text: str) -> date | None:
    """A date from YYYYMMDD; None for blank, zeros, or what is no date."""
    if len(text) != 8 or not is_digits(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def is_date_or_none(text: str) -> bool:
    """A date, or the blank or zeros that stand for none."""
    return not text.strip("0") or read_date(text) is not None


def read_duration(text: str) -> int | None:
    """Seconds from HHMMSS; zero for blank or zeros; None when it is no time."""
    if not text.strip("0"):
        return 0
    match = _TIME.fullmatch(text) if text.isascii() else None
    if match is None:
        return None
    hours, minutes, seconds = (int(part) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def write_date(value: date | None) -> str:
    """YYYYMMDD, or eight zeros for none."""
    return "0" * 8 if value is None else f"{value.year:04d}{value.month:02d}{value.day:02d}"


def write_duration(seconds: int) -> str:
    """HHMMSS. ValueError when it is negative or does not fit."""
    if not 0 <= seconds < 360_000:
        raise ValueError(seconds)
    return f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"


def share_from_steps(steps: int) -> int:
    """A share in millionths from hundredths of a percent."""
    return steps * SHARE_UNITS_PER_STEP


def steps_from_share(share: int) -> int:
    """Hundredths of a percent from a share in millionths. ValueError when the share is finer than the file can say."""
    steps, rest = divmod(share, SHARE_UNITS_PER_STEP)
    if rest:
        raise ValueError(share)
    return steps


def percent(steps: int) -> str:
    """Hundredths of a percent as people read them: 5006 → 50.06."""
    sign, size = ("-" if steps < 0 else ""), abs(steps)
    return f"{sign}{size // 100}.{size % 100:02d}"
