"""Which column of a cue sheet table is what: a value that is guessed once, confirmed by a person and saved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmo_portal.common.tables import Row
from cmo_portal.common.values import DateOrder, DurationUnit, guess_date_order, guess_duration_unit

_WORD = re.compile(r"[\w/#%]+")
_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]\s*")

# The usual headings of cue sheets, in English and Urdu. The first ones are our own, as `export` writes them.
HEADINGS: dict[str, tuple[str, ...]] = {
    "production_title": ("production title", "production", "film title", "series title", "programme title",
                         "program title", "movie", "film", "series", "programme", "program",
                         "پروڈکشن", "فلم", "پروگرام"),
    "production_script": ("production title in its own script", "production title urdu", "urdu production title"),
    "original_title": ("original title", "original production title", "aka", "also known as"),
    "kind": ("kind", "production kind", "production type", "type of production", "programme type", "قسم"),
    "country": ("country", "country of production", "production country", "country of origin", "ملک"),
    "year": ("year", "production year", "year of production", "سال"),
    "isan": ("isan", "v-isan", "visan", "isan number"),
    "eidr": ("eidr", "eidr id"),
    "own_number": ("production number", "production no", "production id", "programme number", "programme id",
                   "broadcaster number", "producer number"),
    "avi_number": ("avi number", "av index number", "avi", "av number"),
    "avi_society": ("avi society", "av index society", "society of the av index number"),
    "episode_number": ("episode number", "episode no", "episode", "ep", "ep no", "قسط نمبر", "قسط"),
    "episode_title": ("episode title", "title of the episode", "episode name", "قسط کا عنوان"),
    "broadcast_on": ("broadcast date", "first broadcast", "air date", "original air date", "date", "release date",
                     "تاریخ"),
    "episode_duration": ("episode duration", "programme duration", "program duration", "production duration",
                         "running time", "total duration", "programme length", "کل دورانیہ"),
    "sequence": ("sequence", "cue number", "cue no", "cue", "seq", "no", "#", "نمبر شمار"),
    "cue_type": ("cue type", "usage", "use", "usage code", "music use", "use type", "type of use", "استعمال"),
    "duration": ("cue duration", "duration", "timing", "time", "length", "cue timing", "music duration", "دورانیہ"),
    "title": ("cue title", "title", "music title", "work title", "composition", "song title", "song", "گانا", "نغمہ",
              "عنوان"),
    "composers": ("composers", "composer", "writers", "writer", "composers and authors", "composer author", "music by",
                  "موسیقار", "شاعر"),
    "performers": ("performers", "performer", "artist", "artists", "singer", "singers", "گلوکار", "فنکار"),
    "work_number": ("work number", "work no", "society work number", "our work number"),
    "iswc": ("iswc", "iswc code"),
    "isrc": ("isrc", "isrc code"),
}  # fmt: skip
FIELDS = tuple(HEADINGS)
SHEET_FIELDS = FIELDS[: FIELDS.index("sequence")]  # what tells of the production and the episode, not of the cue
NEEDED = ("sequence", "cue_type", "duration", "title")
PEOPLE = frozenset({"composers", "performers"})


def fold_heading(heading: str) -> str:
    """A heading for comparing: words in lower case, one blank between, without punctuation."""
    return " ".join(_WORD.findall(heading.casefold().replace("_", " ")))


_FIELD_OF = {fold_heading(heading): name for name, headings in HEADINGS.items() for heading in headings}


@dataclass(frozen=True, slots=True)
class CueColumns:
    """(heading, field) pairs, and how the table writes dates and durations. `kind` holds where no cell gives one."""

    columns: tuple[tuple[str, str], ...]
    date_order: DateOrder = DateOrder.DMY
    duration_unit: DurationUnit = DurationUnit.CLOCK
    kind: str = ""

    @property
    def used(self) -> list[str]:
        """The fields that a column is mapped to."""
        return [name for _heading, name in self.columns]

    def missing_headings(self, headings: Iterable[str]) -> tuple[str, ...]:
        """The mapped headings that a table does not have: with any, the mapping does not fit it."""
        present = set(headings)
        return tuple(heading for heading, _name in self.columns if heading not in present)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return {
            "columns": [list(pair) for pair in self.columns],
            "date_order": str(self.date_order),
            "duration_unit": str(self.duration_unit),
            "kind": self.kind,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CueColumns:
        """The mapping stored by `as_dict`."""
        columns = tuple((str(heading), str(name)) for heading, name in values["columns"])
        order, unit = DateOrder(values["date_order"]), DurationUnit(values["duration_unit"])
        return cls(columns, order, unit, str(values["kind"]))


def known_headings() -> frozenset[str]:
    """All headings known here, folded: they help to find the heading row below a title block."""
    return frozenset(_FIELD_OF)


def headings_key(headings: Iterable[str]) -> str:
    """A digest of the headings in their order: equal for tables that one mapping fits."""
    return hashlib.sha256("\x1f".join(map(fold_heading, headings)).encode()).hexdigest()


def lacking(columns: CueColumns, *, of_one_episode: bool) -> tuple[str, ...]:
    """Fields without which the table cannot be read; a file of one known episode needs no production."""
    needed = NEEDED if of_one_episode else ("production_title", *NEEDED)
    return tuple(name for name in needed if name not in columns.used)


def repeated(columns: CueColumns) -> tuple[str, ...]:
    """Fields that two columns are mapped to though one must be enough; people may stand in several."""
    return tuple(sorted({name for name in columns.used if columns.used.count(name) > 1} - PEOPLE))


def guess_mapping(headings: Sequence[str], rows: Sequence[Row]) -> CueColumns:
    """A proposal from the headings and first rows; never applied unseen."""
    columns: list[tuple[str, str]] = []
    taken: set[str] = set()
    for heading in headings:
        name = _FIELD_OF.get(fold_heading(heading)) or _FIELD_OF.get(fold_heading(_BRACKETS.sub(" ", heading)), "")
        if name and (name not in taken or name in PEOPLE):
            columns.append((heading, name))
            taken.add(name)
    place = {name: headings.index(heading) for heading, name in columns}
    order = guess_date_order(_column(rows, place.get("broadcast_on"))).order
    unit = guess_duration_unit(_column(rows, place.get("duration"))) or DurationUnit.CLOCK
    return CueColumns(tuple(columns), order, unit)


def _column(rows: Sequence[Row], place: int | None) -> list[str]:
    return [] if place is None else [row.cells[place].strip() for row in rows if place < len(row.cells)]
