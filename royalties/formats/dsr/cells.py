"""Values of single cells of a sales report. Money is exact: decimal text becomes Decimal, never a binary fraction."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

from cmo_portal.common.tables import ValueRefused
from cmo_portal.common.texts import _
from cmo_portal.common.values import DurationUnit, parse_duration
from royalties.formats.usage_line import join_names

_UNESCAPED_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_ESCAPED = re.compile(r"\\(.)")


def plain(cell: str) -> str:
    """The text of a cell with its escapes undone: `\\|` is a bar, `\\\\` a backslash."""
    return _ESCAPED.sub(r"\1", cell) if "\\" in cell else cell


def several(cell: str) -> list[str]:
    """The values of a cell, divided by bars that are not escaped; gaps are left out."""
    if "|" not in cell:
        return [plain(cell)] if cell else []
    if "\\" not in cell:
        return [value for value in cell.split("|") if value]
    marked = _UNESCAPED_BAR.sub("\\1\x1f", cell)
    return [plain(value) for value in marked.split("\x1f") if value]


def day(cell: str) -> dt.date:
    """A date written 2026-03-31 or 20260331. Raises ValueRefused."""
    digits = cell.replace("-", "")
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise ValueRefused(
            "no-date", _("There is no such day in the calendar."), _("Ask the sender for a corrected report.")
        ) from None


@lru_cache(maxsize=1 << 14)
def names(cell: str) -> str:
    """The names of a cell joined as the usage line holds them; services repeat the same people all the time."""
    return join_names(several(cell)) if cell else ""


@lru_cache(maxsize=1 << 14)
def seconds(cell: str) -> int:
    """Whole seconds of a duration such as PT3M6S; 0 when empty or PT0S, which services write for "unknown"."""
    return parse_duration(cell, DurationUnit.ISO) if cell else 0


def whole_count(cell: str) -> int:
    """A count of plays: a whole number, also written 12.0. Raises ValueRefused for a fraction or a negative count."""
    if cell.isdigit():
        return int(cell)
    whole, _point, part = cell.partition(".")
    if part.strip("0"):
        raise ValueRefused(
            "fraction", _("A count of usages has a fraction."), _("Ask the sender for a report in whole usages.")
        )
    count = int(whole or 0)
    if count < 0:
        raise ValueRefused(
            "negative",
            _("A count of usages is negative."),
            _("Ask the sender to report corrections as a corrected file."),
        )
    return count


def decimal(cell: str) -> Decimal | None:
    """An exact decimal number, or None for an empty cell."""
    return Decimal(cell) if cell else None
