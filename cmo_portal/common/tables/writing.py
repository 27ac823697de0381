"""Refused rows go back to their sender as a file of the same kind, with what is wrong and what to do beside each row.

Every cell that leaves for a spreadsheet passes `inert`, so that nothing a stranger typed is run as a formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import IO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from cmo_portal.common.tables.errors import RowError
from cmo_portal.common.tables.layout import Row, TableKind, TableLayout
from cmo_portal.common.texts import _

# What a spreadsheet takes for the start of a formula, also after blanks and in the wide forms of East Asian keyboards.
_FORMULA = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n]")
_PLAIN_NUMBER = re.compile(r"[+\-]?\d[\d.,]*", re.ASCII)


def inert(text: str) -> str:
    """The text made harmless for a spreadsheet: a leading apostrophe before what would be run as a formula.

    A plain number with its sign (-5, +92) stays a number.
    """
    if _FORMULA.match(text) is None or _PLAIN_NUMBER.fullmatch(text):
        return text
    return "'" + text


def bare(text: str) -> str:
    """What `inert` made harmless, as it was before: what came back to its sender may be handed in again."""
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text


def write_refused(
    target: IO[bytes],
    *,
    layout: TableLayout,
    headings: Sequence[str],
    rows: Iterable[Row],
    errors: Iterable[RowError],
) -> None:
    """Write the refused rows below their headings, in the input's format, encoding and delimiter.

    Three columns are added: the row in the sender's file, what is wrong, what to do. A text that the encoding cannot
    hold makes the file UTF-8.
    """
    reasons: dict[int, list[RowError]] = defaultdict(list)
    for error in errors:
        reasons[error.row].append(error)
    head = [*headings, str(_("Row in your file")), str(_("What is wrong")), str(_("What to do"))]
    table = [[inert(cell) for cell in head]]
    for row in rows:
        cells = _as_wide_as(headings, row.cells, layout.delimiter)
        table.append([inert(cell) for cell in [*cells, str(row.number), *_explained(reasons[row.number])]])
    if layout.kind is TableKind.WORKBOOK:
        _write_workbook(target, table)
    else:
        _write_text(target, table, layout)


def _as_wide_as(headings: Sequence[str], cells: Sequence[str], delimiter: str) -> list[str]:
    """One cell for each heading; cells beyond the last heading stand in its cell, as they would without the marks."""
    width = len(headings)
    if len(cells) <= width or not width:
        return [*cells, *[""] * (width - len(cells))]
    return [*cells[: width - 1], delimiter.join(cells[width - 1 :])]


def _explained(errors: Sequence[RowError]) -> tuple[str, str]:
    wrong = " / ".join(f"{error.column}: {error.message}" if error.column else str(error.message) for error in errors)
    return wrong, " / ".join(dict.fromkeys(str(error.remedy) for error in errors))


def _write_text(target: IO[bytes], table: list[list[str]], layout: TableLayout) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=layout.delimiter, lineterminator="\r\n").writerows(table)
    try:
        target.write(text.getvalue().encode(layout.encoding))
    except UnicodeEncodeError:
        target.write(text.getvalue().encode("utf-8-sig"))


def _write_workbook(target: IO[bytes], table: list[list[str]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for cells in table:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in cells])
    book.save(target)
