"""Turns one sheet of a workbook into CSV inside a process that can hurt nobody.

This file is run by its path and imports nothing of the portal. Before it looks at the workbook it limits its own
memory, processor time, output and open files; afterwards it can open neither a file nor a network connection, because
no free descriptor is left. Standard input is the workbook, standard output the CSV, standard error one line of JSON.
"""

import csv
import datetime as dt
import io
import json
import resource
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

LONG_NUMBER = 10**11


def limit_process(limits: dict[str, int]) -> None:
    """Lower every limit of this process for good (soft and hard)."""
    for kind, name in (
        (resource.RLIMIT_AS, "memory"),
        (resource.RLIMIT_CPU, "cpu"),
        (resource.RLIMIT_FSIZE, "output"),
        (resource.RLIMIT_CORE, "core"),
    ):
        resource.setrlimit(kind, (limits[name], limits[name]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def number_text(value: float) -> str:
    """A number as a spreadsheet shows it in full: 15 digits, no exponent."""
    return format(Decimal(format(value, ".15g")), "f")


def duration_text(value: dt.timedelta) -> str:
    """Hours may pass 24, as in the spreadsheet's [h]:mm:ss."""
    seconds = value.days * 86400 + value.seconds
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


WRITERS: dict[type, Callable[[Any], str]] = {
    str: lambda value: value,
    int: str,
    float: number_text,
    bool: lambda value: "TRUE" if value else "FALSE",
    dt.datetime: lambda value: value.isoformat(" ", "seconds"),
    dt.date: lambda value: value.isoformat(),
    dt.time: lambda value: value.isoformat("seconds"),
    dt.timedelta: duration_text,
}


def choose_sheet(book: CalamineWorkbook, wanted: str) -> tuple[str, list[str], list[str]]:
    """The sheet to read, all visible ones and the hidden ones. The first visible sheet is the default."""
    sheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    visible = [meta.name for meta in sheets if meta.visible == SheetVisibleEnum.Visible]
    hidden = [meta.name for meta in sheets if meta.visible != SheetVisibleEnum.Visible]
    chosen = wanted if wanted in visible else (visible[0] if visible and not wanted else "")
    return chosen, visible, hidden


def text_rows(rows: Iterator[list[Any]], padding: int, facts: dict[str, Any]) -> Iterator[list[str]]:
    """Rows of texts. Empty rows are passed on only when a filled one follows: a million of them cost nothing."""
    waiting = 0
    lead = [""] * padding
    for row in rows:
        if not any(cell != "" for cell in row):
            waiting += 1
            continue
        for _ in range(waiting):
            yield []
        waiting = 0
        cells = [WRITERS[type(cell)](cell) for cell in row]
        facts["long_numbers"] += sum(type(cell) is float and abs(cell) >= LONG_NUMBER for cell in row)
        yield lead + cells


def convert(wanted: str) -> dict[str, Any]:
    """Read standard input, write the chosen sheet to standard output, answer with what should be told."""
    with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
        chosen, visible, hidden = choose_sheet(book, wanted)
        facts: dict[str, Any] = {"sheet": chosen, "visible": visible, "hidden": hidden, "long_numbers": 0, "merged": 0}
        if not chosen:
            return {**facts, "error": "no-sheet"}
        sheet = book.get_sheet_by_name(chosen)
        facts["merged"] = len(sheet.merged_cell_ranges or [])
        output = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", newline="")
        writer = csv.writer(output)
        if sheet.start is not None:
            writer.writerows(text_rows(sheet.iter_rows(), sheet.start[1], facts))
        output.flush()
    return facts


def main() -> int:
    """Convert within the limits given as the first argument (JSON) the sheet named by the second (or the first one)."""
    limit_process(json.loads(sys.argv[1]))
    try:
        answer = convert(sys.argv[2])
    except (CalamineError, MemoryError, OSError, ValueError, OverflowError) as error:
        answer = {"error": type(error).__name__}
    sys.stderr.write(json.dumps(answer))
    return 1 if "error" in answer else 0


if __name__ == "__main__":
    sys.exit(main())
