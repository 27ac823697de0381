"""Which scripts a text is written in, as far as it matters for comparing: letters of different scripts never agree."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_NONE: frozenset[str] = frozenset()
_LATIN: frozenset[str] = frozenset({"LATIN"})


def scripts_of(text: str) -> frozenset[str]:
    """The first words of the Unicode names of its letters: LATIN, ARABIC, DEVANAGARI, CYRILLIC …"""
    if text.isascii():
        return _LATIN if any(map(str.isalpha, text)) else _NONE
    return frozenset(name for letter in set(text) if (name := _script(letter)))


@lru_cache(maxsize=8192)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ", 1)[0] if letter.isalpha() else ""
