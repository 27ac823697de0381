"""The digits people type: 0-9, ۰-۹ (Urdu, Persian) and ٠-٩ (Arabic) mean the same, but one number uses one kind."""

from __future__ import annotations

from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.common.texts import _, say

ASCII_DIGITS = "0123456789"
URDU_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
DIGITS_TO_ASCII = str.maketrans(URDU_DIGITS + ARABIC_DIGITS, ASCII_DIGITS * 2)
# Spaces and direction marks that word processors put round numbers; they carry no value.
EDGE_MARKS = " \t\r\n\u00a0\u2007\u2009\u202f\u200b\u200c\u200d\u200e\u200f\u061c\ufeff"
LONGEST_NUMBER_CHARS = 60

_KINDS = (frozenset(ASCII_DIGITS), frozenset(URDU_DIGITS), frozenset(ARABIC_DIGITS))


def digits_to_ascii(text: str) -> str:
    """The text with Urdu and Arabic digits written 0-9; everything else as it was."""
    return text if text.isascii() else text.translate(DIGITS_TO_ASCII)


def bare_number(text: str) -> str:
    """The text of one number: edges cleaned, digits 0-9. Refuses two kinds of digits in one number and endless text."""
    bare = text.strip(EDGE_MARKS)
    if len(bare) > LONGEST_NUMBER_CHARS:
        raise ValueRefused(
            "number-too-long",
            say(_("This is longer than {limit} characters, so it is not a number."), limit=LONGEST_NUMBER_CHARS),
            _("Write the number alone in this cell."),
        )
    if bare.isascii():
        return bare
    letters = set(bare)
    if sum(not kind.isdisjoint(letters) for kind in _KINDS) > 1:
        raise ValueRefused(
            "mixed-digits",
            _("This number mixes two kinds of digits."),
            _("Write the whole number with one kind of digits, for example 123 or ۱۲۳."),
        )
    return bare.translate(DIGITS_TO_ASCII)
