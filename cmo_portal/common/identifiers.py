"""Numbers that name things, as read: normalised, and what is wrong with them told apart.

Each reader takes what a person or a file gives (hyphens, dots, blanks, lower case) and answers with an
`IdentifierReading`. It never raises. A failed check digit is an error in our own data and a warning in other people's,
because registries hold misprints; the caller decides, so SHAPE and CHECK_DIGIT are told apart. The readers themselves
stand with what they name: IPI numbers in members.rules.ipi, works and recordings in works.rules.identifiers.
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


def weighted_check(start: int, digits: str) -> str:
    """The check digit that ISWC and IPI base numbers share: s = start + Σ i·dᵢ, then (10 − s mod 10) mod 10."""
    return str(-sum((place * int(digit) for place, digit in enumerate(digits, 1)), start) % 10)


def cleaned_identifier(text: str) -> str:
    """Upper case, without the signs that only part the digits."""
    return _PUNCTUATION.sub("", text).upper()


def read_identifier(
    text: str, shape: re.Pattern[str], first: int, until: int, check: Callable[[str], str] | None
) -> IdentifierReading:
    """Clean `text`, hold it against `shape` and compute the check over its characters `first` to `until`."""
    cleaned = cleaned_identifier(text)
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
