"""The ISNI: the public identity of a person or a body, across all its names.

Source: ISO 27729; the check character is that of ISO 7064 mod 11-2.
"""

import re

from cmo_portal.common.identifiers import IdentifierReading, read_identifier

_ISNI = re.compile(r"\d{15}[\dX]")


def isni_check_character(digits: str) -> str:
    """The check character of an ISNI from its first fifteen digits (ISO 7064 mod 11-2, ten written X)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2 % 11
    check = (12 - total) % 11
    return "X" if check == 10 else str(check)


def read_isni(text: str) -> IdentifierReading:
    """Read an ISNI; the value has sixteen characters, the last a digit or X."""
    return read_identifier(text, _ISNI, 0, 15, isni_check_character)


def format_isni(value: str) -> str:
    """The printed form 0000 0001 2146 438X of an ISNI in its kept form."""
    return " ".join(value[place : place + 4] for place in range(0, len(value), 4))
