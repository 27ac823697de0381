"""Numbers that name works, recordings and people: their shape, their check digits, their printed form.

Each reader takes what a person or a file gives (hyphens, dots, blanks, lower case) and answers with an
`IdentifierReading`: the normalised value and, when something is wrong, what is wrong. It never raises. A failed check
digit is an error in our own data and a warning in other people's, because registries hold misprints; the caller
decides, so SHAPE and CHECK_DIGIT are told apart.

Sources: CISAC's rules for the IPI name and base numbers and the ISWC, ISO 3901 (ISRC: no check digit), GS1 (EAN-13),
ISO 7064 mod 11-2 (ISNI).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class IdentifierProblem(StrEnum):
    """What is wrong with an identifier."""

    BLANK = "blank"
    SHAPE = "shape"
    CHECK_DIGIT = "check digit"


@dataclass(frozen=True, slots=True)
class IdentifierReading:
    """An identifier as read: `value` is normalised, or the cleaned input when its shape is wrong.

    `expected` is the check digit (or digits) that the other digits ask for; blank when there is none to compute.
    """

    value: str
    problem: IdentifierProblem | None = None
    expected: str = ""

    @property
    def is_valid(self) -> bool:
        """Shape and check digit are right."""
        return self.problem is None

    @property
    def has_shape(self) -> bool:
        """The shape is right, whatever the check digit says."""
        return self.problem in (None, IdentifierProblem.CHECK_DIGIT)


_PUNCTUATION = re.compile(r"[\s.\-‐-―_/]+")
_ISWC = re.compile(r"T\d{10}")
_IPI_NAME = re.compile(r"\d{1,11}")
_IPI_BASE = re.compile(r"I\d{10}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_EAN = re.compile(r"\d{13}")
_ISNI = re.compile(r"\d{15}[\dX]")


def iswc_check_digit(digits: str) -> str:
    """The check digit of an ISWC from its nine digits: s = 1 + Σ i·dᵢ, then (10 − s mod 10) mod 10."""
    return _weighted_check(1, digits)


def ipi_base_check_digit(digits: str) -> str:
    """The check digit of an IPI base number from its nine digits: as the ISWC, but the sum starts at 2."""
    return _weighted_check(2, digits)


def ipi_name_check_digits(digits: str) -> str:
    """The two check digits of an IPI name number from its first nine digits.

    s = Σ dᵢ·(10 … 2), r = s mod 101; 00 when r is 0, else 101 − r. For r = 1 that is 100, which is written
    00 too, because there are two digits only.
    """
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 101
    return f"{(101 - remainder) % 101 % 100:02d}"


def ean_check_digit(digits: str) -> str:
    """The check digit of an EAN-13 from its first twelve digits: weights 1 and 3 in turn from the left."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def isni_check_character(digits: str) -> str:
    """The check character of an ISNI from its first fifteen digits (ISO 7064 mod 11-2, ten written X)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2 % 11
    check = (12 - total) % 11
    return "X" if check == 10 else str(check)


def read_iswc(text: str) -> IdentifierReading:
    """Read an ISWC such as T-034.524.680-1; the value is T and ten digits."""
    return _read(text, _ISWC, 1, 10, iswc_check_digit)


def read_ipi_name(text: str) -> IdentifierReading:
    """Read an IPI name number; leading zeros may be missing, the value has eleven digits. Zeros alone are blank."""
    cleaned = _cleaned(text)
    if cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= 11:
        cleaned = cleaned.zfill(11)
    if cleaned == "0" * 11:
        return IdentifierReading("", IdentifierProblem.BLANK)
    return _read(cleaned, _IPI_NAME, 0, 9, ipi_name_check_digits)


def read_ipi_base(text: str) -> IdentifierReading:
    """Read an IPI base number; the value is in its printed form I-NNNNNNNNN-C, which is also how CWR carries it."""
    reading = _read(text, _IPI_BASE, 1, 10, ipi_base_check_digit)
    if not reading.has_shape:
        return reading
    value = f"I-{reading.value[1:10]}-{reading.value[10]}"
    return IdentifierReading(value, reading.problem, reading.expected)


def read_isrc(text: str) -> IdentifierReading:
    """Read an ISRC; the value has twelve characters without hyphens. An ISRC has no check digit."""
    return _read(text, _ISRC, 0, 12, None)


def read_ean(text: str) -> IdentifierReading:
    """Read an EAN-13, the number under a bar code."""
    return _read(text, _EAN, 0, 12, ean_check_digit)


def read_isni(text: str) -> IdentifierReading:
    """Read an ISNI; the value has sixteen characters, the last a digit or X."""
    return _read(text, _ISNI, 0, 15, isni_check_character)


def format_iswc(value: str) -> str:
    """The printed form T-034.524.680-1 of a normalised ISWC; anything else comes back unchanged."""
    if not _ISWC.fullmatch(value):
        return value
    return f"T-{value[1:4]}.{value[4:7]}.{value[7:10]}-{value[10]}"


def format_isrc(value: str) -> str:
    """The printed form GB-ABC-20-00001 of a normalised ISRC; anything else comes back unchanged."""
    if not _ISRC.fullmatch(value):
        return value
    return f"{value[:2]}-{value[2:5]}-{value[5:7]}-{value[7:]}"


def _weighted_check(start: int, digits: str) -> str:
    return str(-sum((place * int(digit) for place, digit in enumerate(digits, 1)), start) % 10)


def _cleaned(text: str) -> str:
    return _PUNCTUATION.sub("", text).upper()


def _read(
    text: str, shape: re.Pattern[str], first: int, until: int, check: Callable[[str], str] | None
) -> IdentifierReading:
    """Clean `text`, hold it against `shape` and compute the check over its characters `first` to `until`."""
    cleaned = _cleaned(text)
    if not cleaned:
        return IdentifierReading("", IdentifierProblem.BLANK)
    # \d also knows the digits of other scripts, which int() would read and a file would not.
    if not cleaned.isascii() or not shape.fullmatch(cleaned):
        return IdentifierReading(cleaned, IdentifierProblem.SHAPE)
    if check is None:
        return IdentifierReading(cleaned)
    expected = check(cleaned[first:until])
    problem = None if cleaned[until:] == expected else IdentifierProblem.CHECK_DIGIT
    return IdentifierReading(cleaned, problem, expected)
