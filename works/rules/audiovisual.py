"""Numbers that name audiovisual productions (ISAN, V-ISAN, EIDR), and the arithmetic of a cue sheet.

Sources: ISO 15706 (ISAN: root and episode, sixteen hexadecimal digits and a check character; V-ISAN: eight more and a
second check character), the EIDR identifier format (DOI prefix 10.5240, twenty hexadecimal digits, a check character),
ISO 7064 mod 37,36 for the check characters of both.
"""

import re

from works.rules.identifiers import IdentifierProblem, IdentifierReading

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ISAN = re.compile(r"([0-9A-F]{16})([0-9A-Z]?)")
_VERSIONED = re.compile(r"([0-9A-F]{16})([0-9A-Z])([0-9A-F]{8})([0-9A-Z])|([0-9A-F]{24})")
_EIDR = re.compile(r"10\.5240([0-9A-F]{20})([0-9A-Z])")
_SEPARATORS = re.compile(r"[\s\-‐-―:]+")


def check_character(signs: str) -> str:
    """The check character of a text of 0-9 and A-Z by ISO 7064 mod 37,36."""
    product = 36
    for sign in signs:
        total = (product + _SIGNS.index(sign)) % 36 or 36
        product = total * 2 % 37
    return _SIGNS[(37 - product) % 36]


def read_isan(text: str) -> IdentifierReading:
    """Read an ISAN or V-ISAN, check characters given or not; the value is 16 or 24 hexadecimal digits without them."""
    cleaned = _SEPARATORS.sub("", text).upper().removeprefix("ISAN")
    if not cleaned:
        return IdentifierReading("", IdentifierProblem.BLANK)
    if match := _ISAN.fullmatch(cleaned):
        return _checked(match[1], [(match[1], match[2])])
    if match := _VERSIONED.fullmatch(cleaned):
        if match[5]:
            return IdentifierReading(match[5])
        value = match[1] + match[3]
        return _checked(value, [(match[1], match[2]), (value, match[4])])
    return IdentifierReading(cleaned, IdentifierProblem.SHAPE)


def read_eidr(text: str) -> IdentifierReading:
    """Read an EIDR of a title such as 10.5240/7791-8534-2C23-9030-8610-5; the value is in that printed form."""
    cleaned = _SEPARATORS.sub("", text).upper()
    for prefix in ("HTTPS//DOI.ORG/", "DOI", "EIDR"):
        cleaned = cleaned.removeprefix(prefix)
    if not cleaned:
        return IdentifierReading("", IdentifierProblem.BLANK)
    match = _EIDR.fullmatch(cleaned.replace("/", ""))
    if match is None:
        return IdentifierReading(cleaned, IdentifierProblem.SHAPE)
    groups = "-".join(match[1][place : place + 4] for place in range(0, 20, 4))
    return _checked(f"10.5240/{groups}-{match[2]}", [(match[1], match[2])])


def format_isan(value: str) -> str:
    """The printed form of a kept ISAN, with its check characters; anything else comes back unchanged."""
    if len(value) not in (16, 24):
        return value
    root = [value[place : place + 4] for place in range(0, 16, 4)]
    parts = ["ISAN", *root, check_character(value[:16])]
    if len(value) == 24:
        parts += [value[16:20], value[20:24], check_character(value)]
    return f"{parts[0]} {'-'.join(parts[1:])}"


def music_exceeds(durations: list[int], episode: int | None) -> int:
    """By how many seconds the cues of a sheet are longer than their episode; 0 when they fit or it is not known.

    Each cue was rounded to whole seconds by itself, so half a second a cue is no fault.
    """
    if episode is None:
        return 0
    over = sum(durations) - episode
    return over if over * 2 > len(durations) else 0


def _checked(value: str, parts: list[tuple[str, str]]) -> IdentifierReading:
    for signs, given in parts:
        expected = check_character(signs)
        if given and given != expected:
            return IdentifierReading(value, IdentifierProblem.CHECK_DIGIT, expected)
    return IdentifierReading(value)
