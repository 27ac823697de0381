"""The first look at a table file: what it is, how it is written, where its headings stand; shown before it is read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from cmo_portal.common.tables.archive import too_many_columns
from cmo_portal.common.tables.encoding import EncodingGuess, detect_encoding
from cmo_portal.common.tables.errors import FileRefused, Notice, shorten
from cmo_portal.common.tables.kinds import table_kind
from cmo_portal.common.tables.layout import (
    Row,
    TableKind,
    TableLayout,
    guess_delimiter,
    guess_header_row,
    heading_names,
)
from cmo_portal.common.tables.limits import DEFAULT_LIMITS, TableLimits
from cmo_portal.common.tables.reading import LOOK_AHEAD_ROWS, open_text, row_fault, trimmed
from cmo_portal.common.tables.records import LineFeed, read_records, shown
from cmo_portal.common.tables.workbook import workbook_as_text
from cmo_portal.common.texts import _, say

SAMPLE_ROWS = 20
SNIFF_CHARS = 1 << 16
SHOWN_PLACES = 5


@dataclass(frozen=True, slots=True)
class TableGuess:
    """What was found in a file, to be shown and confirmed. `certain` means that nothing had to be assumed."""

    layout: TableLayout
    certain: bool
    headings: tuple[str, ...]
    sample: tuple[Row, ...]
    notices: tuple[Notice, ...]


def inspect_table(
    path: Path,
    *,
    filename: str,
    limits: TableLimits = DEFAULT_LIMITS,
    known_headings: Collection[str] = (),
    sheet: str = "",
) -> TableGuess:
    """The layout guessed from a file, its headings and its first rows. Raises FileRefused.

    `known_headings` (casefolded) are headings that this door expects; they help to find the heading row.
    """
    kind = table_kind(path, filename, limits)
    if kind is TableKind.WORKBOOK:
        with workbook_as_text(path, sheet=sheet, limits=limits) as book:
            layout = TableLayout(TableKind.WORKBOOK, sheet=book.sheet)
            guess = _guess(book.stream, layout, limits, known_headings)
            return replace(guess, certain=guess.certain and len(book.sheets) == 1, notices=book.notices)
    encoding = detect_encoding(path)
    with open_text(path, encoding.name) as text:
        delimiter, quoted = guess_delimiter(text.read(SNIFF_CHARS))
    layout = TableLayout(kind, encoding.name, delimiter, quoted)
    with open_text(path, encoding.name) as text:
        guess = _guess(text, layout, limits, known_headings)
    notices = (_damage_notice(path, layout, guess.headings, encoding, limits),) if encoding.damaged else ()
    return replace(guess, certain=guess.certain and encoding.certain, notices=notices)


def _damage_notice(
    path: Path, layout: TableLayout, headings: tuple[str, ...], encoding: EncodingGuess, limits: TableLimits
) -> Notice:
    """How many bytes cannot be read, and the first rows and columns where they stand."""
    places = _damaged_places(path, layout, headings, limits)
    text = say(
        _("Bytes that are no characters in {encoding}: {count}, first in row {places}."),
        encoding=encoding.name,
        count=encoding.damaged,
        places="; ".join(f"{row} ({column})" if column else str(row) for row, column in places),
    )
    return Notice("damaged", text, row=places[0][0] if places else 0, count=encoding.damaged)


def _damaged_places(
    path: Path, layout: TableLayout, headings: tuple[str, ...], limits: TableLimits
) -> list[tuple[int, str]]:
    """Row and heading of the first damaged lines."""
    found: list[tuple[int, str]] = []

    def complain(code: str, row: int, line: str) -> None:
        if code == "undecodable":
            cells = line.split(layout.delimiter)
            place = next(place for place, cell in enumerate(cells) if shown(cell) != cell)
            found.append((row, headings[place] if place < len(headings) else ""))

    with open_text(path, layout.encoding) as text:
        feed = LineFeed(text, limits)
        records = read_records(feed, delimiter=layout.delimiter, quoted=layout.quoted, limits=limits, complain=complain)
        for _record in records:
            if len(found) >= SHOWN_PLACES:
                break
    return found[:SHOWN_PLACES]


def _nothing_but_faults(code: str, row: int, value: str, limits: TableLimits) -> FileRefused:
    """The refusal of a file of which no row can be read: it says what is wrong with the first."""
    fault, remedy = row_fault(code, limits)
    message = say(
        _("No row of the file can be read. Row {row}, “{value}”: {fault}"),
        row=row,
        value=shorten(shown(value.rstrip("\r\n"))[:60]),
        fault=fault,
    )
    return FileRefused(code, message, remedy, row=row)


def _guess(text: TextIO, layout: TableLayout, limits: TableLimits, known: Collection[str]) -> TableGuess:
    """Find the heading row and the sample in the first rows of a text."""
    faults: list[tuple[str, int, str]] = []
    records = read_records(
        LineFeed(text, limits),
        delimiter=layout.delimiter,
        quoted=layout.quoted,
        limits=limits,
        complain=lambda code, row, value: faults.append((code, row, value)) if not faults else None,
    )
    rows = [Row(number, cells) for number, cells in islice(records, LOOK_AHEAD_ROWS) if any(map(str.strip, cells))]
    if not rows and faults:
        raise _nothing_but_faults(*faults[0], limits)
    if not rows:
        raise FileRefused(
            "no-rows", _("There is no text in the file."), _("Check the export and upload the file again.")
        )
    header_row = guess_header_row(rows, known)
    layout = replace(layout, header_row=header_row)
    head = next((row for row in rows if row.number == header_row), None)
    names = trimmed(head.cells) if head else [""] * max(len(row.cells) for row in rows)
    if len(names) > limits.columns:
        raise too_many_columns(len(names), limits)
    headings = tuple(heading_names(names))
    sample = tuple(row for row in rows if row.number > header_row)[:SAMPLE_ROWS]
    return TableGuess(layout, header_row > 0, headings, sample, ())
