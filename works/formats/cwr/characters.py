"""The characters that CWR allows in titles, names and national titles, and the way into them from other letters."""

import unicodedata
from functools import cache

from works.formats.cwr import tables

TITLES = "titles"
NAMES = "names"
NATIONAL = "national"


def forbidden_characters(text: str, kind: str) -> str:
    """The characters of `text`, upper-cased, that the set `kind` (TITLES, NAMES or NATIONAL) does not hold."""
    allowed = _allowed(kind)
    upper = text.upper()
    if allowed.issuperset(upper):
        return ""
    return "".join(dict.fromkeys(character for character in upper if character not in allowed))


def transliterated(text: str) -> str:
    """`text` in upper-case ASCII: letters of the CIS table by its spelling (Ä → AE), others by dropping their accents.

    What has no such form stays as it is; the caller must refuse it, because a character is never dropped silently.
    """
    upper = text.upper()
    if upper.isascii():
        return upper
    return "".join(_ascii_form(character) for character in unicodedata.normalize("NFC", upper))


def _ascii_form(character: str) -> str:
    if character.isascii():
        return character
    known = _transliterations().get(character)
    if known:
        return known
    parts = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in parts if not unicodedata.combining(part)).upper()
    return bare if bare and bare.isascii() and bare.isprintable() else character


@cache
def _allowed(kind: str) -> frozenset[str]:
    return frozenset(row["character"] for row in tables.rows("characters") if row[kind] == "Y")


@cache
def _transliterations() -> dict[str, str]:
    return {row["character"]: row["transliteration"] for row in tables.rows("characters") if row["transliteration"]}
