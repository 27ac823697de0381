"""A first mapping for an unknown table, from its headings and first rows: a proposal, never applied unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cmo_portal.common.tables import Row
from cmo_portal.common.texts import Text, _
from cmo_portal.common.values import DateOrder, DurationUnit, guess_date_order, guess_duration_unit
from royalties.formats.mapped_csv.mapping import PEOPLE_FIELDS, ColumnMapping, TitleShape, fold_heading

# The usual headings of station logs, set lists and sales tables, in English, Urdu and Roman Urdu.
HEADINGS: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "song", "song title", "song name", "track", "track title", "track name", "name of song", "work title",
        "work", "sound recording title", "recording title", "music title", "item", "gana", "gaana", "naghma", "kalam",
        "گانا", "نغمہ", "عنوان", "گیت", "کلام", "گانے کا نام",
    ),
    "creators": (
        "composer", "composers", "composer author", "composer name", "writer", "writers", "songwriter", "songwriters",
        "author", "authors", "lyricist", "lyricists", "lyrics by", "music by", "music director", "poet", "creator",
        "creators", "credits", "shair", "mosiqar", "شاعر", "موسیقار", "نغمہ نگار", "تخلیق کار", "مصنف",
    ),
    "performers": (
        "artist", "artists", "artist name", "artist s", "performer", "performers", "singer", "singers",
        "featured artist",
        "display artist", "band", "sung by", "vocalist", "gulukar", "fankar", "گلوکار", "فنکار", "گلوکارہ", "آواز",
    ),
    "isrc": ("isrc", "isrc code", "recording code"),
    "iswc": ("iswc", "iswc code", "work code"),
    "own_number": ("work number", "work no", "society work number", "our work number", "cmo work number", "کام نمبر"),
    "source_id": ("resource id", "track id", "song id", "media id", "asset id", "catalogue no", "cart", "cart number"),
    "album": ("album", "album title", "release", "release title", "film", "movie", "film album", "البم", "فلم"),
    "section": ("act", "section", "set", "part", "programme", "program", "show", "programme name", "پروگرام"),
    "plays": (
        "plays", "play count", "number of plays", "no of plays", "play frequency", "times played", "performances",
        "actual total performances", "streams", "number of streams", "downloads", "spins", "count", "qty", "quantity",
        "times", "usages", "تعداد", "بار",
    ),
    "duration": (
        "duration", "length", "play length", "time length", "played duration", "running time", "dur", "seconds", "secs",
        "duration sec", "duration seconds", "duration ms", "played seconds", "دورانیہ", "مدت",
    ),
    "use_code": ("usage", "use", "usage code", "use code", "use type", "usage type", "music use", "category",
                 "استعمال"),
    "daypart": ("daypart", "day part", "time band", "slot", "prime time"),
    "used_on": (
        "date", "play date", "played on", "air date", "aired on", "broadcast date", "event date", "usage date",
        "start date", "transmission date", "date time", "datetime", "timestamp", "played at", "start time and date",
        "تاریخ", "tareekh",
    ),
    "used_at": ("time", "start time", "air time", "time of play", "time on air", "play time", "time start", "وقت"),
    "channel": (
        "channel", "station", "channel name", "station name", "radio", "venue", "outlet", "service", "platform",
        "channel or program name", "name of service", "branch", "چینل", "اسٹیشن", "مقام",
    ),
    "territory": ("territory", "country", "country code", "market", "ملک"),
    "amount": ("amount", "revenue", "royalty", "net revenue", "value", "amount pkr", "amount rs", "رقم"),
}  # fmt: skip
_FIELD_OF = {fold_heading(heading): name for name, headings in HEADINGS.items() for heading in headings}
_QUALIFIER = re.compile(r"\s*[(\[].*?[)\]]\s*")
_DASHED = re.compile(r"\S\s+[-–—]\s+\S")


@dataclass(frozen=True, slots=True)
class MappingGuess:
    """A proposed mapping, the headings it does not read, and what a person has to decide."""

    mapping: ColumnMapping | None
    unread: tuple[str, ...]
    doubts: tuple[Text, ...]


def known_headings() -> frozenset[str]:
    """All headings known here, casefolded: they help to find the heading row below a title block."""
    return frozenset(_FIELD_OF)


def guess_field(heading: str) -> str:
    """The field that a heading names, or ""; words in brackets and a trailing number are passed over."""
    folded = fold_heading(heading)
    if folded in _FIELD_OF:
        return _FIELD_OF[folded]
    return _FIELD_OF.get(fold_heading(_QUALIFIER.sub(" ", heading)), "")


def guess_mapping(headings: Sequence[str], rows: Sequence[Row]) -> MappingGuess:
    """A mapping for a table with these headings; `rows` are its first rows. Without a title or id there is none."""
    columns: list[tuple[str, str]] = []
    taken: set[str] = set()
    for heading in headings:
        name = guess_field(heading)
        if name and (name not in taken or name in PEOPLE_FIELDS):
            columns.append((heading, name))
            taken.add(name)
    unread = tuple(heading for heading in headings if heading not in dict(columns))
    if not taken & {"title", "isrc", "iswc", "own_number"}:
        return MappingGuess(None, tuple(headings), (_("No column looks like a title: choose it by hand."),))
    mapping = ColumnMapping(tuple(columns), one_row_one_play="plays" not in taken)
    doubts: list[Text] = []
    if mapping.one_row_one_play:
        doubts.append(_("No column counts plays: every row is taken as one play."))
    place = {name: headings.index(heading) for heading, name in columns}
    for settle in (_settle_dates, _settle_duration, _settle_title, _settle_decimals):
        mapping, doubt = settle(mapping, place, rows)
        doubts.extend(doubt)
    return MappingGuess(mapping, unread, tuple(doubts))


_Settled = tuple[ColumnMapping, list[Text]]


def _settle_dates(mapping: ColumnMapping, place: dict[str, int], rows: Sequence[Row]) -> _Settled:
    if "used_on" not in place:
        return mapping, []
    values = _column(rows, place["used_on"])
    guess = guess_date_order(values)
    short = any(re.search(r"(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?!\d)", value) for value in values)
    doubts: list[Text] = []
    if not guess.certain:
        doubts.append(_("The dates can be read as day-month or month-day: confirm the order."))
    if short:
        doubts.append(_("The years have two digits: confirm that they mean 20xx."))
    if guess.unread * 2 > len(values):
        doubts.append(_("Most values of the date column are no dates: check the column."))
    return replace(mapping, date_order=DateOrder(guess.order), short_years=short), doubts


def _settle_duration(mapping: ColumnMapping, place: dict[str, int], rows: Sequence[Row]) -> _Settled:
    if "duration" not in place:
        return mapping, []
    heading = fold_heading(mapping.headings_of("duration")[0])
    unit = guess_duration_unit(_column(rows, place["duration"]))
    if unit in {DurationUnit.SECONDS, DurationUnit.MILLISECONDS} and re.search(r"\bms\b|milli", heading):
        unit = DurationUnit.MILLISECONDS
    if unit is None:
        return mapping, [_("The unit of the duration is not clear: choose it.")]
    by_size = unit not in {DurationUnit.CLOCK, DurationUnit.ISO, DurationUnit.SPOKEN} and "sec" not in heading
    doubts: list[Text] = [_("The unit of the duration was taken from its size: confirm it.")] if by_size else []
    return replace(mapping, duration_unit=unit), doubts


def _settle_title(mapping: ColumnMapping, place: dict[str, int], rows: Sequence[Row]) -> _Settled:
    if "title" not in place or "performers" in place:
        return mapping, []
    values = [value for value in _column(rows, place["title"]) if value]
    dashed = sum(bool(_DASHED.search(value)) for value in values)
    if not values or dashed * 10 < len(values) * 8:
        return mapping, []
    doubt = _("The titles look like “performer - title”: confirm the order.")
    return replace(mapping, title_shape=TitleShape.PERFORMER_TITLE), [doubt]


def _settle_decimals(mapping: ColumnMapping, place: dict[str, int], rows: Sequence[Row]) -> _Settled:
    if "amount" not in place:
        return mapping, []
    values = _column(rows, place["amount"])
    commas = sum(bool(re.search(r",\d{1,2}$", value)) for value in values)
    points = sum(bool(re.search(r"\.\d{1,2}$", value)) for value in values)
    if commas > points:
        return replace(mapping, decimal_sign=","), [
            _("The amounts look as if a comma marked the decimals: confirm it.")
        ]
    return mapping, []


def _column(rows: Iterable[Row], index: int) -> list[str]:
    return [row.cells[index].strip() for row in rows if index < len(row.cells)]
