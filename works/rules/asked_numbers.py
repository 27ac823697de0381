"""Numbers as people type them into a search box: after a word, in Urdu digits, with or without dashes or T."""

import re
from dataclasses import dataclass

from cmo_portal.common.numerals import EDGE_MARKS, digits_to_ascii
from works.rules.identifiers import format_iswc, iswc_check_digit, read_iswc

_LABEL = re.compile(r"^(iswc|isrc)\s*(?:no\.?|number|code)?\s*[:#=]?\s*", re.IGNORECASE)
_BETWEEN = re.compile(rf"[\s.\-‐‑‒–—−/:{re.escape(EDGE_MARKS)}]+")
_SHAPES = {
    "number": re.compile(r"W?(\d{7})"),
    "iswc": re.compile(r"T?(\d{10})"),
    "isrc": re.compile(r"([A-Z]{2}[A-Z0-9]{3}\d{7})"),
}
_WRITTEN = {"number": "W", "iswc": "T", "isrc": ""}


@dataclass(frozen=True, slots=True)
class AskedNumber:
    """A text that has the shape of a number. `kind`: number (of a work of ours), iswc or isrc; `value` in its kept
    form; `is_told`: nothing else can be meant, for it says so itself or has the letter of its kind."""

    kind: str
    value: str
    is_told: bool

    @property
    def corrected(self) -> str:
        """An ISWC whose last digit does not fit, printed with the one that does; blank for all others."""
        if self.kind != "iswc" or read_iswc(self.value).is_valid:
            return ""
        nine = self.value[1:10]
        return format_iswc(f"T{nine}{iswc_check_digit(nine)}")


def asked_number(text: str) -> AskedNumber | None:
    """The number that a text may be; None where it is words."""
    text = digits_to_ascii(text).strip(EDGE_MARKS)
    label = _LABEL.match(text)
    bare = _BETWEEN.sub("", text[label.end() :] if label else text).upper()
    for kind, shape in _SHAPES.items():
        if (label is None or label[1].lower() == kind) and (found := shape.fullmatch(bare)):
            return AskedNumber(kind, _WRITTEN[kind] + found[1], label is not None or not bare.isdigit())
    return None
