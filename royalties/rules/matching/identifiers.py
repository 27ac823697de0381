"""Identifiers on both sides of a match: brought to one form, or empty when they have not the shape of one.

Check digits are not asked for here: registries and services misprint them, and a link by identifier also needs a title
that agrees.
"""

from works.rules.identifiers import read_isrc, read_iswc


def isrc_of(text: str) -> str:
    """Twelve characters without hyphens, or ""."""
    reading = read_isrc(text)
    return reading.value if reading.is_valid else ""


def iswc_of(text: str) -> str:
    """T and ten digits, or ""; the T may be missing."""
    reading = read_iswc(text)
    if not reading.has_shape and reading.value.isascii() and reading.value.isdigit():
        reading = read_iswc(f"T{reading.value}")
    return reading.value if reading.has_shape else ""


def number_of(text: str) -> str:
    """The society's own work number as it is compared: without blanks, in capitals."""
    return "".join(text.split()).upper()
