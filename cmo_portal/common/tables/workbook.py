"""XLSX files: checked as an archive, then one sheet is read by a limited sub-process (`workbook_worker.py`)."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, TextIO

from cmo_portal.common.tables.archive import ArchiveScan, broken_archive, check_workbook
from cmo_portal.common.tables.errors import FileRefused, Notice
from cmo_portal.common.tables.limits import TableLimits
from cmo_portal.common.texts import Text, _, say

WORKER = Path(__file__).with_name("workbook_worker.py")


@dataclass(frozen=True, slots=True)
class WorkbookText:
    """One sheet as CSV (UTF-8, comma, quoted) in a temporary file, with what the reader should be told."""

    stream: TextIO
    sheet: str
    sheets: tuple[str, ...]
    notices: tuple[Notice, ...] = field(default=())


@contextmanager
def workbook_as_text(path: Path, *, sheet: str, limits: TableLimits) -> Iterator[WorkbookText]:
    """The named sheet (or, for "", the first visible one) as text in a temporary file. Raises FileRefused."""
    scan = check_workbook(path, limits)
    with TemporaryFile() as output:
        facts = _run_worker(path, sheet, limits, output)
        output.seek(0)
        text = io.TextIOWrapper(output, encoding="utf-8", newline="")
        yield WorkbookText(text, str(facts["sheet"]), tuple(facts["visible"]), tuple(_notices(facts, scan)))


def _run_worker(path: Path, sheet: str, limits: TableLimits, output: IO[bytes]) -> dict[str, Any]:
    bounds = {
        "memory": limits.worker_memory_bytes,
        "cpu": limits.worker_cpu_seconds,
        "output": limits.unpacked_bytes,
        "core": 0,
    }
    with path.open("rb") as source:
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and our own file; the names are data, not shell
                [sys.executable, "-I", str(WORKER), json.dumps(bounds), sheet],
                stdin=source,
                stdout=output,
                stderr=subprocess.PIPE,
                timeout=limits.worker_seconds,
                env={},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _worker_gave_up() from None
    if done.returncode < 0:
        raise _worker_gave_up()
    try:
        facts: dict[str, Any] = json.loads(done.stderr)
    except ValueError:
        raise _worker_gave_up() from None
    if done.returncode:
        raise _worker_refusal(str(facts.get("error", "")))
    return facts


def _worker_refusal(error: str) -> FileRefused:
    if error == "no-sheet":
        return FileRefused(
            "no-sheet",
            _("The sheet is not there or is hidden."),
            _("Make the sheet with the table visible, or choose another sheet."),
        )
    if error == "PasswordError":
        return FileRefused(
            "password",
            _("The workbook is protected by a password."),
            _("Remove the password and upload it again."),
        )
    if error in {"MemoryError", "OSError"}:
        return _worker_gave_up()
    return broken_archive()


def _notices(facts: dict[str, Any], scan: ArchiveScan) -> Iterator[Notice]:
    """What a person should know about the sheet that was read, each with its stated rule."""
    others = [name for name in facts["visible"] if name != facts["sheet"]]
    hidden = facts["hidden"]
    if others:
        text = say(
            _("Only the sheet “{sheet}” is read; others: {others}."), sheet=facts["sheet"], others=", ".join(others)
        )
        yield Notice("other-sheets", text, count=len(others))
    if hidden:
        text = say(_("Hidden sheets are not read: {names}."), names=", ".join(hidden))
        yield Notice("hidden-sheets", text, count=len(hidden))
    for code, count, template in _counted(facts, scan):
        if count:
            yield Notice(code, say(template, count=count), count=count)


def _counted(facts: dict[str, Any], scan: ArchiveScan) -> tuple[tuple[str, int, Text], ...]:
    return (
        ("merged-cells", int(facts["merged"]), _("Merged cells: {count}. The value counts for the first cell alone.")),
        (
            "long-numbers",
            int(facts["long_numbers"]),
            _("Numbers of twelve digits or more: {count}. If they are codes, they may have lost zeros or digits."),
        ),
        (
            "error-cells",
            scan.error_cells,
            _("Cells that show an error such as #REF!: {count}. They count as empty."),
        ),
        ("formulas", scan.formulas, _("Cells with a formula: {count}. Their last saved value is read.")),
    )


def _worker_gave_up() -> FileRefused:
    return FileRefused(
        "workbook-too-heavy",
        _("The workbook needs more time or memory than is allowed."),
        _("Delete empty rows and columns round the table, or save it as CSV, and upload that file."),
    )
