"""Applies a mapping to the rows of a table of cues: values out, every complaint with its row and column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.spelling import text_key
from cmo_portal.common.tables import FileRefused, Row, RowError, ValueRefused
from cmo_portal.common.texts import _, say
from works.formats.cue_tables.cells import cell_readers
from works.formats.cue_tables.columns import PEOPLE, CueColumns

Complain = Callable[[RowError, Row | None], None]


@dataclass(frozen=True, slots=True)
class ProductionFacts:
    """What a row says about its production; `country` is a TIS code, identifiers are in their kept forms."""

    title: str = ""
    title_script: str = ""
    original_title: str = ""
    kind: str = ""
    country: str = ""
    year: int | None = None
    isan: str = ""
    eidr: str = ""
    own_number: str = ""
    avi_number: str = ""
    avi_society: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """What a row says about its episode; `duration` in seconds."""

    number: str = ""
    title: str = ""
    broadcast_on: dt.date | None = None
    duration: int | None = None


# The column that gives each fact.
PRODUCTION_COLUMNS = {"title": "production_title", "title_script": "production_script"} | {
    name: name
    for name in ("original_title", "kind", "country", "year", "isan", "eidr", "own_number", "avi_number", "avi_society")
}
EPISODE_COLUMNS = {
    "number": "episode_number",
    "title": "episode_title",
    "broadcast_on": "broadcast_on",
    "duration": "episode_duration",
}


@dataclass(frozen=True, slots=True)
class CueLine:
    """One cue as read from one row."""

    row: Row
    production: ProductionFacts
    episode: EpisodeFacts
    sequence: int
    cue_type: str
    duration: int
    title: str
    composers: str = ""
    performers: str = ""
    work_number: str = ""
    iswc: str = ""
    isrc: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that could not be read, with the sheet it belongs to as far as it says so."""

    row: int
    production: str
    episode: str | None


class CueReader:
    """Reads chunk after chunk of one table under one mapping. `codes`: each way to write a cue type → its code."""

    def __init__(
        self, columns: CueColumns, headings: Sequence[str], *, filename: str, codes: Mapping[str, str]
    ) -> None:
        """Raises FileRefused when a mapped heading is missing."""
        if missing := columns.missing_headings(headings):
            raise FileRefused(
                "columns-missing",
                say(_("These columns are missing: {names}."), names=", ".join(missing)),
                _("Upload the table with its usual headings, or make a new mapping for this one."),
            )
        self.filename = filename
        self._places = [(headings.index(heading), heading, name) for heading, name in columns.columns]
        self._readers = cell_readers(columns, codes)
        self._needs_production = "production_title" in columns.used
        self.refused: list[RefusedRow] = []

    def read(self, rows: Sequence[Row], complain: Complain) -> list[CueLine]:
        """The cues of the rows. A refused row is told to `complain(error, row)`: all its faults, the row once."""
        lines = []
        for row in rows:
            values, errors = self._values(row)
            errors += self._faults_between(row, values)
            if errors:
                for place, error in enumerate(errors):
                    complain(error, None if place else row)
                title, number = values.get("production_title", ""), values.get("episode_number")
                self.refused.append(RefusedRow(row.number, title_key(title), self._episode_of(number)))
            else:
                lines.append(_line(row, values))
        return lines

    def cell(self, row: Row, column: str) -> tuple[str, str]:
        """The heading of a field's column and what the row says there, as it is written."""
        for place, heading, name in self._places:
            if name == column:
                return heading, clean_text(row.cells[place])
        return "", ""

    def _episode_of(self, number: str | None) -> str | None:
        """The episode of a refused row, folded; None when its own cell could not be read."""
        has_column = any(name == "episode_number" for _place, _heading, name in self._places)
        return (number or "").casefold() if number is not None or not has_column else None

    def _values(self, row: Row) -> tuple[dict[str, Any], list[RowError]]:
        values: dict[str, Any] = {}
        errors: list[RowError] = []
        for place, heading, name in self._places:
            text = clean_text(row.cells[place])
            try:
                value = self._readers[name](text)
            except ValueRefused as refusal:
                errors.append(refusal.at(file=self.filename, row=row.number, column=heading, value=text))
                continue
            if name in PEOPLE and values.get(name):
                value = "; ".join(filter(None, (values[name], value)))[:400]
            values[name] = value
        return values, errors

    def _faults_between(self, row: Row, values: Mapping[str, Any]) -> list[RowError]:
        """What is wrong between the cells of a row."""
        found = []
        if self._needs_production and values.get("production_title") == "":
            found.append(
                self._fault(
                    row,
                    "production_title",
                    "production",
                    _("The row does not say which production it belongs to."),
                    _("Write the title of the production in every row."),
                )
            )
        if bool(values.get("avi_number")) != bool(values.get("avi_society")):
            found.append(
                self._fault(
                    row,
                    "avi_number",
                    "avi",
                    _("An AV index number and its society belong together; one of them is missing."),
                    _("Write both, or leave both empty."),
                )
            )
        return found

    def _fault(self, row: Row, field: str, code: str, message: Any, remedy: Any) -> RowError:
        heading = next((heading for _place, heading, name in self._places if name == field), "")
        return RowError(self.filename, row.number, heading, "", message, remedy, code)


def title_key(title: str) -> str:
    """By what titles of productions are compared; a title of signs alone is itself."""
    return text_key(title) or title


def _facts(columns: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {fact: values[column] for fact, column in columns.items() if column in values}


def _line(row: Row, values: Mapping[str, Any]) -> CueLine:
    return CueLine(
        row=row,
        production=ProductionFacts(**_facts(PRODUCTION_COLUMNS, values)),
        episode=EpisodeFacts(**_facts(EPISODE_COLUMNS, values)),
        sequence=values["sequence"],
        cue_type=values["cue_type"],
        duration=values["duration"],
        title=values["title"],
        **{name: values.get(name, "") for name in ("composers", "performers", "work_number", "iswc", "isrc")},
    )
