"""IPI numbers: the name number names one name of a party, the base number the party.

Source: CISAC's rules for the IPI name and base numbers.
"""

import re

from cmo_portal.common.identifiers import (
    IdentifierProblem,
    IdentifierReading,
    cleaned_identifier,
    read_identifier,
    weighted_check,
)

_IPI_NAME = re.compile(r"\d{1,11}")
_IPI_BASE = re.compile(r"I\d{10}")


def ipi_base_check_digit(digits: str) -> str:
    """The check digit of an IPI base number from its nine digits: as the ISWC, but the sum starts at 2."""
    return weighted_check(2, digits)


def ipi_name_check_digits(digits: str) -> str:
    """The two check digits of an IPI name number from its first nine digits.

    s = Σ dᵢ·(10 … 2), r = s mod 101; 00 when r is 0, else 101 − r. For r = 1 that is 100, which is written
    00 too, because there are two digits only.
    """
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 101
    return f"{(101 - remainder) % 101 % 100:02d}"


def read_ipi_name(text: str) -> IdentifierReading:
    """Read an IPI name number; leading zeros may be missing, the value has eleven digits. Zeros alone are blank."""
    cleaned = cleaned_identifier(text)
    if cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= 11:
        cleaned = cleaned.zfill(11)
    if cleaned == "0" * 11:
        return IdentifierReading("", IdentifierProblem.BLANK)
    return read_identifier(cleaned, _IPI_NAME, 0, 9, ipi_name_check_digits)


def read_ipi_base(text: str) -> IdentifierReading:
    """Read an IPI base number; the value is in its printed form I-NNNNNNNNN-C, which is also how CWR carries it."""
    reading = read_identifier(text, _IPI_BASE, 1, 10, ipi_base_check_digit)
    if not reading.has_shape:
        return reading
    value = f"I-{reading.value[1:10]}-{reading.value[10]}"
    return IdentifierReading(value, reading.problem, reading.expected)
