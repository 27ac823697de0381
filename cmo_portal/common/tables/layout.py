"""How a table file is laid out: what is guessed once, shown to a person, confirmed and stored with the upload."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

HEADING_SEARCH_ROWS = 30
LONGEST_HEADING_CHARS = 80
DELIMITERS = (",", ";", "\t", "|")

_EXCEL_HINT = re.compile(r"\ufeff?\"?sep=(.)\"?\s*", re.IGNORECASE)
_VALUE_LIKE = re.compile(r"[\s+\-−(]*[\d۰-۹٠-٩][\d۰-۹٠-٩\s.,:/%)\-]*")


class TableKind(StrEnum):
    """What a file is by its bytes."""

    TEXT = "text"
    WORKBOOK = "workbook"


class Row(NamedTuple):
    """One row with the number a spreadsheet shows for it."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class TableLayout:
    """The confirmed layout. `header_row` 0 means that the file has no headings; `sheet` is empty for text files."""

    kind: TableKind
    encoding: str = "utf-8"
    delimiter: str = ","
    quoted: bool = True
    header_row: int = 1
    sheet: str = ""

    def as_dict(self) -> dict[str, str | int | bool]:
        """The layout as plain values, for a JSON column."""
        return {
            "kind": str(self.kind),
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "quoted": self.quoted,
            "header_row": self.header_row,
            "sheet": self.sheet,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> TableLayout:
        """The layout stored by `as_dict`. Raises ValueError when a value is missing or of another type."""
        try:
            return cls(
                kind=TableKind(str(values["kind"])),
                encoding=str(values["encoding"]),
                delimiter=str(values["delimiter"]),
                quoted=bool(values["quoted"]),
                header_row=int(str(values["header_row"])),
                sheet=str(values["sheet"]),
            )
        except KeyError as missing:
            raise ValueError(f"the stored layout has no {missing}") from None


def guess_delimiter(text: str) -> tuple[str, bool]:
    """The delimiter under which most rows have the same number of columns, and whether cells are quoted.

    `text` is the beginning of the file. A first line `sep=;`, which spreadsheets write and obey, decides at once.
    """
    hint = _EXCEL_HINT.match(text)
    if hint is not None:
        return hint[1], True
    lines = list(islice(io.StringIO(text, newline=""), 200))
    if len(lines) > 1 and not lines[-1].endswith(("\n", "\r")):
        del lines[-1]  # cut off in the middle, it would look ragged
    fits = {(mark, quoted): _fit(lines, mark, quoted=quoted) for mark in DELIMITERS for quoted in (True, False)}
    best = max(DELIMITERS, key=lambda mark: max(fits[mark, True], fits[mark, False]))
    # Only tab and bar files come without quoting as a rule; with commas an odd mark is one damaged row.
    return best, best in {",", ";"} or fits[best, True] >= fits[best, False]


def _fit(lines: list[str], delimiter: str, *, quoted: bool) -> int:
    """How well the delimiter fits: rows of the usual width, squared, times the width (at most 8)."""
    widths: Counter[int] = Counter()
    reader = csv.reader(
        lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE, strict=True
    )
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            continue
        widths[len(cells) if any(cells) else 0] += 1
    candidates = [(rows * rows * min(width, 8), width) for width, rows in widths.items() if width > 1]
    return max(candidates)[0] if candidates else 0


def guess_header_row(rows: Sequence[Row], known: Collection[str] = ()) -> int:
    """The row number of the headings among the first rows, or 0 when none looks like headings.

    A row qualifies when its cells are texts, all different, and about as many as the table is wide. `known` headings
    (casefolded) win over the shape: the row that holds most of them, at least two, is taken.
    """
    early = [row for row in rows if any(cell.strip() for cell in row.cells)][:HEADING_SEARCH_ROWS]
    if not early:
        return 0
    hits = {row.number: sum(cell.strip().casefold() in known for cell in row.cells) for row in early}
    best = max(early, key=lambda row: (hits[row.number], -row.number))
    if hits[best.number] >= 2:
        return best.number
    widths = Counter(_filled(row) for row in early)
    usual = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    for row in early:
        if _filled(row) * 10 >= usual * 6 and _looks_like_headings(row.cells):
            return row.number
    return 0


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row.cells)


def _looks_like_headings(cells: Sequence[str]) -> bool:
    names = [cell.strip().casefold() for cell in cells if cell.strip()]
    return (
        bool(names)
        and len(set(names)) >= len(names) - 1 - len(names) // 5
        and not any(len(name) > LONGEST_HEADING_CHARS or _VALUE_LIKE.fullmatch(name) for name in names)
    )


def column_letters(index: int) -> str:
    """The letters a spreadsheet shows for a column: 0 = A, 25 = Z, 26 = AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def heading_names(cells: Sequence[str]) -> list[str]:
    """Names for the columns: spaces folded; an empty one is called by its letters, a repeated one gets a number."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for index, cell in enumerate(cells):
        name = " ".join(cell.split())[:LONGEST_HEADING_CHARS] or f"[{column_letters(index)}]"
        seen[name.casefold()] += 1
        names.append(name if seen[name.casefold()] == 1 else f"{name} ({seen[name.casefold()]})")
    return names
