"""Numbers that name works, recordings and products: their shape, their check digits, their printed form; with those of
people (members.rules.ipi, members.rules.isni), so that whoever reads a file finds all of them here.

Sources: CISAC's rules for the ISWC, ISO 3901 (ISRC: no check digit), GS1 (EAN-13).
"""

import re

from cmo_portal.common.identifiers import IdentifierProblem, IdentifierReading, read_identifier, weighted_check
from members.rules.ipi import ipi_base_check_digit, ipi_name_check_digits, read_ipi_base, read_ipi_name
from members.rules.isni import isni_check_character, read_isni

__all__ = [
    "IdentifierProblem",
    "IdentifierReading",
    "ean_check_digit",
    "format_isrc",
    "format_iswc",
    "ipi_base_check_digit",
    "ipi_name_check_digits",
    "isni_check_character",
    "iswc_check_digit",
    "read_ean",
    "read_ipi_base",
    "read_ipi_name",
    "read_isni",
    "read_isrc",
    "read_iswc",
]

_ISWC = re.compile(r"T\d{10}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_EAN = re.compile(r"\d{13}")


def iswc_check_digit(digits: str) -> str:
    """The check digit of an ISWC from its nine digits: s = 1 + Σ i·dᵢ, then (10 − s mod 10) mod 10."""
    return weighted_check(1, digits)


def ean_check_digit(digits: str) -> str:
    """The check digit of an EAN-13 from its first twelve digits: weights 1 and 3 in turn from the left."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def read_iswc(text: str) -> IdentifierReading:
    """Read an ISWC such as T-034.524.680-1; the value is T and ten digits."""
    return read_identifier(text, _ISWC, 1, 10, iswc_check_digit)


def read_isrc(text: str) -> IdentifierReading:
    """Read an ISRC; the value has twelve characters without hyphens. An ISRC has no check digit."""
    return read_identifier(text, _ISRC, 0, 12, None)


def read_ean(text: str) -> IdentifierReading:
    """Read an EAN-13, the number under a bar code."""
    return read_identifier(text, _EAN, 0, 12, ean_check_digit)


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
