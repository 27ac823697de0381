"""The one parser for amounts and counts: form, API and file import read a number by the same stated rule.

A text is read by the rule or refused with the reason; nothing is guessed. The rule:

* digits 0-9, ۰-۹ or ٠-٩, one kind in a number; spaces at the edges do not count;
* thousands by commas in Western (1,234,567) or South Asian groups (12,34,567), complete or not at all;
* at most as many decimals as the currency has, with a digit on both sides of the decimal sign;
* `Rs`, `Rs.`, `PKR`, `₨`, `روپے` before or after, `/-` or `/=` after an amount; nothing of the kind on a count;
* a minus or accounting brackets only where a negative is expected; no exponent, percentage, fraction, NaN or infinity;
* at most 2**53 - 1 in the smallest unit, so that a spreadsheet or a browser shows the same figure.

Where a column uses the decimal comma, the caller says so (`decimal_sign=","`); then the dot groups thousands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cmo_portal.common.numerals import bare_number
from cmo_portal.common.tables.errors import ValueRefused, shorten
from cmo_portal.common.texts import Text, _, say

LARGEST_WHOLE = 2**53 - 1

_WESTERN = r"[1-9]\d{0,2}(?:,\d{3})+"
_SOUTH_ASIAN = r"[1-9]\d?(?:,\d{2})+,\d{3}"
_WHOLE = rf"\d+|{_WESTERN}|{_SOUTH_ASIAN}"
_NUMBER = re.compile(rf"(?P<whole>{_WHOLE})(?:\.(?P<part>\d+))?", re.ASCII)
_MARKS = r"rs\.|rs|pkr|₨|روپے|روپیہ"
_AMOUNT = re.compile(
    rf"(?P<outer>[+\-\u2212]?)\s*(?P<before>{_MARKS})?\s*(?P<inner>[+\-\u2212]?)\s*"
    rf"(?P<number>\S.*?)\s*(?P<after>{_MARKS})?\s*(?:/-|/=)?",
    re.IGNORECASE | re.DOTALL,
)
_MINUS = "-\u2212"
_BLANK_MARKS = frozenset({"", "-", "--", "\u2013", "\u2014", "\u2212"})
_SWAP_SIGNS = str.maketrans(".,", ",.")
_EXPONENT = re.compile(r"[\d.]+e[+-]?\d+", re.IGNORECASE)
_NOT_NUMBERS = re.compile(r"[+-]?(nan|inf|infinity|null|none|n\.?/?a\.?|#\S+)", re.IGNORECASE)
_SEPARATED = re.compile(r"[0-9][0-9.,'’\s\u00a0\u202f]*")
_FRACTION = re.compile(r"[\d\s]*(\d\s*/\s*\d|[\u00bc-\u00be\u2150-\u215e]).*")


@dataclass(frozen=True, slots=True)
class AmountRule:
    """How one column or field of amounts is written. `maximum` is in the smallest unit of the currency."""

    decimals: int = 2
    decimal_sign: str = "."
    negative: bool = False
    zero: bool = True
    maximum: int = LARGEST_WHOLE

    def __post_init__(self) -> None:
        if self.decimal_sign not in {".", ","}:
            raise ValueError("decimal_sign is '.' or ','")
        if not 0 <= self.decimals <= 6:
            raise ValueError("decimals lie between 0 and 6")
        if not 0 < self.maximum <= LARGEST_WHOLE:
            raise ValueError("maximum lies between 1 and 2**53 - 1")


PLAIN_AMOUNT = AmountRule()


def parse_amount(text: str, rule: AmountRule = PLAIN_AMOUNT) -> int:
    """The amount in the smallest unit (paisa). Raises ValueRefused with a stable code; see the rule of this module."""
    bare = bare_number(text)
    if bare in _BLANK_MARKS:
        raise _blank()
    bare = _to_point_signs(bare, rule.decimal_sign)
    negative, number = _split(bare)
    value = _minor_units(number, rule)
    if negative and not rule.negative:
        raise ValueRefused(
            "negative",
            _("A negative amount is not allowed here."),
            _("Write the amount without a minus, or enter the correction where corrections are entered."),
        )
    if value == 0 and not rule.zero:
        raise ValueRefused("zero", _("The amount is zero."), _("Write an amount above zero, or leave the row out."))
    return -value if negative else value


def parse_count(text: str, *, maximum: int = LARGEST_WHOLE, blank: int | None = None) -> int:
    """A whole number of plays, seats or listeners. `blank` is the stated default for an empty cell, else it is refused.

    A decimal part of `.0` or `.00` is dropped (tables made by software write 3.0); any other decimal is refused.
    """
    if text.isascii() and text.isdigit() and len(text) < 16:
        value = int(text)
    else:
        bare = bare_number(text)
        if bare in _BLANK_MARKS:
            if blank is None:
                raise _blank()
            return blank
        value = _whole(bare)
    if value > maximum:
        raise _too_large(maximum)
    return value


def _whole(bare: str) -> int:
    if bare[0] in _MINUS or (bare.startswith("(") and bare.endswith(")")):
        raise ValueRefused(
            "negative",
            _("A negative count is not allowed here."),
            _("Write the count without a minus; report a correction as a corrected file."),
        )
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise _unreadable(bare)
    if match["part"] is not None and match["part"] not in {"0", "00"}:
        raise ValueRefused(
            "not-whole", _("A whole number is needed here."), _("Write the count without decimals, for example 1250.")
        )
    return int(match["whole"].replace(",", ""))


def _to_point_signs(bare: str, decimal_sign: str) -> str:
    """The number with '.' as decimal sign and ',' between groups, whichever way the column is written."""
    if decimal_sign == ",":
        # Only between digits: the dot of "Rs." and the ending "/-" are not signs of the number.
        bare = re.sub(r"(?<=\d)[.,](?=\d)", lambda sign: sign[0].translate(_SWAP_SIGNS), bare)
    return bare.replace("\u066b", ".").replace("\u066c", ",")


def _split(bare: str) -> tuple[bool, str]:
    """Whether the amount is negative, and its bare number: at most one sign, one currency mark and one `/-` ending."""
    if bare.startswith("(") and bare.endswith(")"):
        return True, bare[1:-1].strip()
    parts = _AMOUNT.fullmatch(bare)
    if parts is None or (parts["outer"] and parts["inner"]) or (parts["before"] and parts["after"]):
        raise _unreadable(bare)
    return (parts["outer"] or parts["inner"] or "+") in _MINUS, parts["number"]


def _minor_units(bare: str, rule: AmountRule) -> int:
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise _unreadable(bare)
    part = match["part"] or ""
    if len(part) > rule.decimals:
        raise ValueRefused(
            "decimals",
            say(_("There are {count} decimals; at most {limit} are allowed."), count=len(part), limit=rule.decimals),
            _("Round the amount yourself, or check whether the sign is meant to separate thousands."),
        )
    value = int(match["whole"].replace(",", "") + part.ljust(rule.decimals, "0"))
    if value > rule.maximum:
        raise _too_large(rule.maximum)
    return value


def _unreadable(bare: str) -> ValueRefused:
    """The most helpful refusal for a text that is no number by the rule."""
    if _EXPONENT.fullmatch(bare):
        return ValueRefused(
            "exponent",
            _("A number written with an exponent is not accepted."),
            _("Format the column as a plain number and write it in full, for example 1000."),
        )
    if _NOT_NUMBERS.fullmatch(bare):
        return ValueRefused(
            "not-a-number", _("This is not a number."), _("Write the figure, or leave the row out if there is none.")
        )
    if "%" in bare or "\u066a" in bare:
        return ValueRefused("percent", _("A percentage is not accepted here."), _("Write the amount or count itself."))
    if _FRACTION.fullmatch(bare):
        return ValueRefused("fraction", _("A fraction is not accepted."), _("Write the figure with a decimal point."))
    if _SEPARATED.fullmatch(bare):
        return ValueRefused(
            "grouping",
            _("The separators in this number can be read in more than one way."),
            _("Write it like 1234567.50, 1,234,567.50 or 12,34,567.50, or say that the column uses a decimal comma."),
        )
    return ValueRefused(
        "unreadable", _("This cannot be read as a number."), _("Write digits only, for example 1500 or 1,500.50.")
    )


def _blank() -> ValueRefused:
    return ValueRefused("blank", _("The cell is empty."), _("Write the figure; write 0 if it is zero."))


def _too_large(maximum: int) -> ValueRefused:
    return ValueRefused(
        "too-large",
        say(_("The number is larger than the largest allowed ({maximum} in the smallest unit)."), maximum=maximum),
        _("Check for missing decimals or two figures run together."),
    )


def refusal_in_a_field(refused: ValueRefused, value: str) -> str:
    """A refusal as a form says it of one field: what was typed, what is wrong, and what to do here; the remedies of
    the readers speak of columns and rows."""
    remedy = _FIELD_REMEDIES.get(refused.code, refused.remedy)
    return f"“{shorten(value)}”: {refused.message} {remedy}"


_FIELD_REMEDIES: dict[str, Text] = {
    "negative": _("Write it without a minus."),
    "zero": _("Write an amount above zero."),
    "exponent": _("Write it in full, for example 1000."),
    "not-a-number": _("Write the figure, for example 1,500."),
    "grouping": _("Write it like 1234567.50 or 1,234,567.50."),
    "blank": _("Write the figure; write 0 if it is zero."),
    "decimals": _("Round it, or check whether the sign is meant to separate thousands."),
}
