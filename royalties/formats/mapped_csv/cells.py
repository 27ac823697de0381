"""How one cell becomes one fact of a usage line: each reader takes the stripped text, and answers or refuses it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cmo_portal.common.amounts import AmountRule, parse_amount, parse_count
from cmo_portal.common.tables import ValueRefused
from cmo_portal.common.texts import _, say
from cmo_portal.common.values import parse_date, parse_duration, parse_time
from royalties.formats.mapped_csv.mapping import ColumnMapping
from royalties.formats.usage_line import (
    CHANNEL_CHARS,
    CODE_CHARS,
    NUMBER_CHARS,
    SECTION_CHARS,
    clock_text,
    join_names,
)
from works.rules import identifiers

CellReader = Callable[[str], Any]
Period = tuple[dt.date, dt.date]

NO_VALUE = frozenset({"", "-", "--", "n/a", "na", "n.a.", "nil", "null", "none", "unknown", "unk", "unk.", "0", "nan"})
WORLD = "2136"
_TERRITORY = re.compile(r"[A-Z]{2}|[0-9]{2,4}")
_WORLDWIDE = frozenset({"WORLDWIDE", "WORLD", "WW"})
_CLOCK_AT_END = re.compile(
    r"[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?(\s*[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?$", re.ASCII
)


class DoubtfulCode(str):
    """An empty identifier that stands for one which was sent but has not its shape: told, not refused."""

    __slots__ = ()


_DOUBTFUL = DoubtfulCode()


def read_title(text: str) -> str:
    """The title as it was sent, blanks and line breaks folded."""
    return " ".join(text.split())


def read_isrc(text: str) -> str:
    """Twelve characters without hyphens; a value of another shape is left empty and marked as doubtful."""
    if text.lower() in NO_VALUE:
        return ""
    reading = identifiers.read_isrc(text.upper().removeprefix("ISRC"))
    return reading.value if reading.is_valid else _DOUBTFUL


def read_iswc(text: str) -> str:
    """T and ten digits; the T may be missing. The check digit is left to the match, which compares titles as well."""
    if text.lower() in NO_VALUE:
        return ""
    bare = text.upper().removeprefix("ISWC").strip(" :")
    reading = identifiers.read_iswc(bare if bare.startswith("T") else f"T{bare}")
    return reading.value if reading.has_shape else _DOUBTFUL


def read_number(text: str) -> str:
    """The society's own work number as text: zeros in front stay."""
    return _within("" if text.lower() in NO_VALUE - {"0"} else text, NUMBER_CHARS)


def read_territory(text: str) -> str:
    """Two letters (ISO) or a numeric TIS code; the whole world is 2136."""
    bare = text.strip().upper()
    if not bare or _TERRITORY.fullmatch(bare):
        return bare
    if bare in _WORLDWIDE:
        return WORLD
    raise ValueRefused(
        "territory",
        _("This is not a territory code."),
        _("Write two letters (PK) or the numeric TIS code, or map the territory as a constant."),
    )


def read_clock_of_moment(text: str) -> str:
    """The time of day at the end of a date cell as HH:MM:SS, or "" when there is none that can be read."""
    match = _CLOCK_AT_END.search(text)
    if match is None:
        return ""
    try:
        return clock_text(parse_time(match[1] + (match[2] or "")))
    except ValueRefused:
        return ""


def cell_readers(mapping: ColumnMapping, period: Period | None) -> dict[str, CellReader]:
    """The reader of every field under a mapping; dates outside `period` (first and last day) are refused."""
    amounts = AmountRule(decimal_sign=mapping.decimal_sign)
    first, last = period or (dt.date.min, dt.date.max)
    codes = {source.casefold(): own for source, own in mapping.use_codes}

    def names(text: str) -> str:
        parts = [text]
        for separator in mapping.name_separators:
            parts = [piece for part in parts for piece in part.split(separator)]
        return join_names(part for part in parts if part.strip().lower() not in NO_VALUE)

    def date(text: str) -> dt.date | None:
        day = parse_date(text, mapping.date_order, short_years=mapping.short_years)
        if not first <= day <= last:
            raise ValueRefused(
                "outside-period",
                say(_("The date lies outside the period of this file ({start} to {end})."), start=first, end=last),
                _("Correct the date, or report this row in the file of its own period."),
            )
        return day

    def use(text: str) -> str:
        if codes and text.casefold() not in codes:
            raise ValueRefused(
                "use-code",
                _("The kind of use is not known."),
                _("Write an agreed code, or add this one to the mapping."),
            )
        return _within(codes.get(text.casefold(), text), CODE_CHARS)

    return {
        "title": read_title,
        "creators": names,
        "performers": names,
        "isrc": read_isrc,
        "iswc": read_iswc,
        "own_number": read_number,
        "source_id": lambda text: text,
        "album": read_title,
        "section": lambda text: _within(text, SECTION_CHARS),
        "plays": lambda text: parse_count(text, blank=mapping.blank_plays),
        "duration": lambda text: parse_duration(text, mapping.duration_unit) if text.lower() not in NO_VALUE else 0,
        "use_code": use,
        "daypart": lambda text: _within(text, CODE_CHARS),
        "used_on": date,
        "used_at": lambda text: clock_text(parse_time(text)) if text else "",
        "channel": lambda text: _within(text, CHANNEL_CHARS),
        "territory": read_territory,
        "amount": lambda text: Decimal(parse_amount(text, amounts)).scaleb(-2) if text else None,
    }


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise ValueRefused(
            "too-long-text",
            say(_("This is longer than {limit} characters."), limit=limit),
            _("Shorten it, or check whether the right column is mapped."),
        )
    return text
