"""How one cell becomes one fact of a cue sheet: each reader takes the stripped text, and answers or refuses it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.tables import ValueRefused
from cmo_portal.common.texts import Text, _, say
from cmo_portal.common.values import parse_date, parse_duration
from members.rules.territories import territories
from works.formats.cue_tables.columns import CueColumns, fold_heading
from works.rules import audiovisual, identifiers

CellReader = Callable[[str], Any]
NO_TEXT = frozenset({"", "-", "–", "--"})  # a film may well be called “None”
NO_PERSON = NO_TEXT | {"n/a", "unknown", "tbc", "tba"}
NO_VALUE = frozenset({"", "-", "–", "--", "n/a", "na", "nil", "none", "unknown", "tbc", "tba"})
FIRST_YEAR, LAST_YEAR = 1880, 2200
MOST_CUES = 100_000  # the highest number that a cue may have
KINDS = {
    "film": ("film", "movie", "feature film", "feature", "telefilm", "فلم"),
    "series": ("series", "serial", "drama", "drama serial", "tv series", "web series", "سیریز", "ڈرامہ"),
    "programme": ("programme", "program", "show", "tv programme", "documentary", "tv show", "پروگرام"),
    "advertisement": ("advertisement", "advert", "ad", "commercial", "tvc", "jingle", "promo", "اشتہار"),
}
_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}
_WHOLE = re.compile(r"\d{1,6}(?:\.0+)?", re.ASCII)


def cell_readers(columns: CueColumns, codes: Mapping[str, str]) -> dict[str, CellReader]:
    """The reader of every field. `codes`: each way to write a cue type, folded → its code."""

    def duration(text: str) -> int:
        seconds = parse_duration(text, columns.duration_unit)
        if seconds <= 0:
            raise ValueRefused(
                "zero", _("The duration is zero."), _("Write how long the music is heard, for example 1:25.")
            )
        return seconds

    def cue_type(text: str) -> str:
        code = codes.get(fold_heading(text))
        if code is None:
            raise ValueRefused(
                "cue-type",
                _("This kind of use is not known."),
                _("Write a code of the list of cue types, for example BI, BV, VI, VV, MT or ET."),
            )
        return code

    readers: dict[str, CellReader] = {
        "kind": _kind,
        "country": _country,
        "year": lambda text: _number(text, FIRST_YEAR, LAST_YEAR) if _given(text) else None,
        "isan": _numbered(audiovisual.read_isan, _("This is not a correct ISAN.")),
        "eidr": _numbered(audiovisual.read_eidr, _("This is not a correct EIDR.")),
        "avi_society": _society,
        "broadcast_on": lambda text: _day(text, columns) if _given(text) else None,
        "episode_duration": lambda text: duration(text) if _given(text) else None,
        "sequence": lambda text: _number(text, 1, MOST_CUES),
        "cue_type": cue_type,
        "duration": duration,
        "title": _title,
        "iswc": _numbered(_iswc, _("This is not a correct ISWC.")),
        "isrc": _numbered(identifiers.read_isrc, _("This is not an ISRC.")),
    }
    for name, most in _TEXTS.items():
        readers[name] = _text(most, NO_PERSON if name in ("composers", "performers") else NO_TEXT)
    for name in _NUMBERS:
        readers[name] = _in_figures(_TEXTS[name], NO_VALUE if name == "work_number" else NO_TEXT)
    return readers


_TEXTS = {
    "production_title": 400,
    "production_script": 400,
    "original_title": 400,
    "own_number": 40,
    "avi_number": 20,
    "episode_number": 20,
    "episode_title": 400,
    "composers": 400,
    "performers": 400,
    "work_number": 40,
}
_NUMBERS = ("own_number", "avi_number", "episode_number", "work_number")


def _given(text: str) -> bool:
    return text.casefold() not in NO_VALUE


def _text(most: int, nothing: frozenset[str]) -> CellReader:
    def read(text: str) -> str:
        if text.casefold() in nothing:
            return ""
        folded = " ".join(text.split())
        if len(folded) > most:
            raise ValueRefused(
                "too-long",
                say(_("This is longer than {most} characters."), most=most),
                _("Shorten it, or look for a cell that slipped into another column."),
            )
        return folded

    return read


def _in_figures(most: int, nothing: frozenset[str]) -> CellReader:
    """A number as printed, its figures as ours are written: episode ۱۴ is episode 14."""
    read = _text(most, nothing)
    return lambda text: read(digits_to_ascii(text))


def _title(text: str) -> str:
    folded = " ".join(text.split())
    if not folded:
        raise ValueRefused("blank", _("The cue has no title."), _("Write the title of the music as it is known."))
    return str(_text(400, frozenset())(folded))


def _kind(text: str) -> str:
    if not _given(text):
        return ""
    kind = _KIND_OF.get(fold_heading(text))
    if kind is None:
        raise ValueRefused(
            "kind",
            _("This kind of production is not known."),
            _("Write film, series, programme or advertisement."),
        )
    return kind


def _country(text: str) -> str:
    if not _given(text):
        return ""
    wanted = text.strip().upper()
    for territory in territories().values():
        if territory.is_group:
            continue
        if wanted in (territory.tis, territory.name, territory.iso2, territory.iso3, territory.tis.lstrip("0")):
            return territory.tis
    raise ValueRefused("country", _("This country is not known."), _("Write two letters (PK) or its name in English."))


def _society(text: str) -> str:
    if not _given(text):
        return ""
    bare = digits_to_ascii(text).strip()
    if not bare.isascii() or not bare.isdigit() or len(bare) > 3:
        raise ValueRefused(
            "society", _("This is not the number of a society."), _("Write its three digits at CISAC, for example 362.")
        )
    return bare.zfill(3)


def _number(text: str, least: int, most: int) -> int:
    bare = digits_to_ascii(text).strip()
    value = int(float(bare)) if _WHOLE.fullmatch(bare) else -1
    if not least <= value <= most:
        raise ValueRefused(
            "number",
            say(_("This is not a whole number from {least} to {most}."), least=least, most=most),
            _("Write the number in figures."),
        )
    return value


def _day(text: str, columns: CueColumns) -> dt.date:
    return parse_date(text, columns.date_order)


def _iswc(text: str) -> identifiers.IdentifierReading:
    bare = text.upper().removeprefix("ISWC").strip(" :")
    return identifiers.read_iswc(bare if bare.startswith("T") else f"T{bare}")


def _numbered(reader: Callable[[str], identifiers.IdentifierReading], complaint: Text) -> CellReader:
    """An identifier that is right to its check digit: a misprint would link the cue to a stranger's work."""

    def read(text: str) -> str:
        if not _given(text):
            return ""
        reading = reader(digits_to_ascii(text))
        if not reading.is_valid:
            raise ValueRefused("identifier", complaint, _("Check each digit, or leave the cell empty."))
        return reading.value

    return read
