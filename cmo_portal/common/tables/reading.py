"""Opens a table file: guess its layout, show it, and read it in chunks of rows with every complaint collected.

`inspect_table` looks and guesses; a person confirms the layout; `open_table` reads by the confirmed layout. Both raise
FileRefused when the file as a whole cannot be taken. Rows are texts as the file has them: nothing is turned into a
number or a date here, so that titles such as 007, 1E5 or None stay what they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from cmo_portal.common.tables.archive import too_many_columns
from cmo_portal.common.tables.encoding import ENCODINGS, MARK_UNDECODABLE
from cmo_portal.common.tables.errors import FileRefused, Notice, RowError, shorten
from cmo_portal.common.tables.kinds import table_kind
from cmo_portal.common.tables.layout import (
    DELIMITERS,
    Row,
    TableKind,
    TableLayout,
    heading_names,
)
from cmo_portal.common.tables.limits import DEFAULT_LIMITS, TableLimits
from cmo_portal.common.tables.records import LineFeed, read_records, shown
from cmo_portal.common.tables.workbook import workbook_as_text
from cmo_portal.common.texts import Text, _, say

SAMPLE_ROWS = 20
SNIFF_CHARS = 1 << 16
LOOK_AHEAD_ROWS = 200

_ROW_FAULTS: dict[str, tuple[Text, Text]] = {
    "line-too-long": (
        _("This line is longer than {line_chars} characters."),
        _("Look for a missing line break or a quotation mark that was never closed."),
    ),
    "cell-too-long": (
        _("A cell holds more than {cell_chars} characters."),
        _("Shorten the cell, or look for a quotation mark that was never closed."),
    ),
    "quotes": (
        _("A quotation mark in this row is not closed, or stands in the middle of a cell."),
        _("Double the marks inside a quoted cell (“” for “), or take them out."),
    ),
    "undecodable": (
        _("The row holds bytes that are no characters in the encoding of this file."),
        _("Type the damaged characters again, or choose another encoding for the whole file."),
    ),
    "columns": (
        _("The row has more than {columns} columns."),
        _("Delete the columns that are not needed."),
    ),
    "extra-cells": (
        _("The row has more cells than there are headings."),
        _("Put text that contains the delimiter into quotation marks, or add the missing heading."),
    ),
}


def row_fault(code: str, limits: TableLimits) -> tuple[Text, Text]:
    """What is wrong with a row that cannot be read, and the remedy."""
    message, remedy = _ROW_FAULTS[code]
    text = say(
        message,
        line_chars=f"{limits.line_chars:,}",
        cell_chars=f"{limits.cell_chars:,}",
        columns=limits.columns,
    )
    return text, remedy


class TableReader:
    """One pass over the rows below the headings. `errors` and `notices` are complete when the last chunk was taken."""

    def __init__(self, stream: TextIO, filename: str, layout: TableLayout, limits: TableLimits) -> None:
        self.filename = filename
        self.layout = layout
        self.headings: tuple[str, ...] = ()
        self.errors: list[RowError] = []
        self.refused: list[Row] = []
        self.notices: list[Notice] = []
        self.rows = 0
        self.complaints = 0
        self._limits = limits
        self._feed = LineFeed(stream, limits)
        self._records = read_records(
            self._feed, delimiter=layout.delimiter, quoted=layout.quoted, limits=limits, complain=self._complain
        )
        self._repeats: Counter[str] = Counter()
        self._read_headings()

    def __iter__(self) -> Iterator[list[Row]]:
        """Chunks of rows, each row as wide as the headings; blank rows and repeated headings are left out."""
        chunk: list[Row] = []
        width, first, size = len(self.headings), self._first_heading, self._limits.chunk_rows
        for number, cells in self._records:
            if not cells or (not cells[0].strip() and not "".join(cells).strip()):
                continue
            self.rows += 1
            if len(cells) == width and cells[0] != first:
                chunk.append(Row(number, cells))
            else:
                fitted = self._fitted(number, cells)
                if fitted is None:
                    continue
                chunk.append(Row(number, fitted))
            if self.rows > self._limits.rows:
                raise self._too_many_rows()
            if len(chunk) >= size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk
        self._close()

    def complain(self, error: RowError, row: Row | None = None) -> None:
        """Add a complaint of a later stage, with the row if it is refused. Above the limit only the number grows."""
        self.complaints += 1
        if len(self.errors) < self._limits.errors:
            self.errors.append(error)
            if row is not None:
                self.refused.append(row)

    def _fitted(self, number: int, cells: list[str]) -> list[str] | None:
        """The cells as wide as the headings, or None when the row is refused or repeats the headings."""
        width = len(self.headings)
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        elif len(cells) > width:
            code = "columns" if len(cells) > self._limits.columns else "extra-cells"
            if code == "columns" or any(cell.strip() for cell in cells[width:]):
                self._complain(code, number, self.layout.delimiter.join(cells), cells)
                return None
            cells = cells[:width]
        if cells[0] == self._first_heading and cells == self._heading_cells:
            self._repeats["repeated-headings"] += 1
            self.rows -= 1
            return None
        return cells

    def _too_many_rows(self) -> FileRefused:
        return FileRefused(
            "rows",
            say(_("The table has more than {limit} rows."), limit=f"{self._limits.rows:,}"),
            _("Split the file, for example by month, and upload the parts."),
        )

    def _read_headings(self) -> None:
        """Take the heading row; the rows above it (a title block) are passed over."""
        self._heading_cells: list[str] = []
        self._first_heading: str | None = None
        wanted = self.layout.header_row
        if wanted == 0:
            self._peek_width()
            return
        for number, cells in self._records:
            if number == wanted:
                cells = trimmed(cells)
                if len(cells) > self._limits.columns:
                    raise too_many_columns(len(cells), self._limits)
                self.headings = tuple(heading_names(cells))
                self._heading_cells = cells
                self._first_heading = cells[0] if cells else None
                break
            if number > wanted:
                break
        if not self.headings:
            raise FileRefused(
                "no-headings",
                say(_("There are no headings in row {row}."), row=wanted),
                _("Choose the row that holds the headings, or say that there are none."),
            )

    def _peek_width(self) -> None:
        """Without headings the widest of the first rows gives the columns their letters."""
        first = list(islice(self._records, LOOK_AHEAD_ROWS))
        width = max((len(cells) for _number, cells in first), default=0)
        if width > self._limits.columns:
            raise too_many_columns(width, self._limits)
        self.headings = tuple(heading_names([""] * width))
        self._records = chain(first, self._records)

    def _complain(self, code: str, number: int, value: str, cells: list[str] | None = None) -> None:
        text, remedy = row_fault(code, self._limits)
        value = shown(value.rstrip("\r\n"))
        column = self.headings[0] if len(self.headings) == 1 else ""
        error = RowError(self.filename, number, column, shorten(value), text, remedy, code)
        if cells is None:
            # The row cannot be parsed: it goes back as it stands, cut at the delimiters, an endless one cut short.
            cells = value.split(self.layout.delimiter) if code in {"quotes", "undecodable"} else [shorten(value)]
        self.complain(error, Row(number, [shown(cell) for cell in cells]))

    def _close(self) -> None:
        for code, count in self._repeats.items():
            self.notices.append(
                Notice(code, say(_("Repeated heading rows left out: {count}."), count=count), count=count)
            )
        if self._feed.stripped:
            self.notices.append(
                Notice(
                    "stripped",
                    say(
                        _("Invisible control characters and direction marks taken out: {count}."),
                        count=self._feed.stripped,
                    ),
                    count=self._feed.stripped,
                )
            )
        if self.complaints > len(self.errors):
            self.notices.append(
                Notice(
                    "more-errors",
                    say(
                        _("Only the first {shown} of {count} complaints are listed."),
                        shown=len(self.errors),
                        count=self.complaints,
                    ),
                    count=self.complaints,
                )
            )
        if self.rows == 0 and not self.errors:
            raise FileRefused(
                "no-rows", _("There are no rows below the headings."), _("Check the export and upload the file again.")
            )


@contextmanager
def open_table(
    path: Path, *, filename: str, layout: TableLayout, limits: TableLimits = DEFAULT_LIMITS
) -> Iterator[TableReader]:
    """The rows of a file by its confirmed layout, as a TableReader. Raises FileRefused, also while reading."""
    kind = table_kind(path, filename, limits)
    if kind is not layout.kind or layout.encoding not in ENCODINGS or layout.delimiter not in DELIMITERS:
        raise FileRefused(
            "layout", _("The layout does not fit this file."), _("Upload the file again and confirm its layout.")
        )
    if kind is TableKind.WORKBOOK:
        with workbook_as_text(path, sheet=layout.sheet, limits=limits) as book:
            reader = TableReader(book.stream, filename, layout, limits)
            reader.notices.extend(book.notices)
            yield reader
        return
    with open_text(path, layout.encoding) as text:
        yield TableReader(text, filename, layout, limits)


def open_text(path: Path, encoding: str) -> TextIO:
    # newline="" keeps line ends inside quoted cells and splits at \n, \r and \r\n alone, never at exotic separators.
    return path.open(encoding=encoding, errors=MARK_UNDECODABLE, newline="")


def trimmed(cells: list[str]) -> list[str]:
    """The heading cells without the empty ones at the end, which spreadsheets like to add."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
