"""What is wrong with a sales report: complaints about single records, and reasons to put the file on hold."""

from __future__ import annotations

from collections import Counter

from cmo_portal.common.tables import FileRefused, Notice, RowError, TableLimits, shorten
from cmo_portal.common.texts import Text, _, say
from royalties.formats.dsr.layouts import ENVELOPE, Layout, known_bases
from royalties.formats.dsr.lines import OVERLONG, UNDECODABLE, shown
from royalties.formats.dsr.report import DsrReport

ASK_SENDER = _("Ask the sender for a corrected report.")
_FAULTS = {
    "missing": _("A mandatory cell is empty."),
    "type": _("The value has not the form of its cell."),
}


class Troubles:
    """Collects what goes wrong into the report of one reading."""

    def __init__(self, report: DsrReport, limits: TableLimits) -> None:
        self.report = report
        self.limits = limits
        self._unknown: Counter[str] = Counter()

    def complain(self, code: str, message: Text, *, value: str = "", column: str = "", row: int = 0) -> None:
        """A complaint about a record: the current one, or that of `row`."""
        row = row or self.report.rows
        error = RowError(self.report.filename, row, column, shorten(shown(value)), message, ASK_SENDER, code)
        self.report.complain(error, self.limits)

    def tolerates(self, cells: list[str], layout: Layout) -> bool:
        """Look closely at a record that does not fit: False when it was refused or put the file on hold.

        Empty cells behind the last one say nothing and are cut off; an odd envelope is left to its own reader, which
        has the better message.
        """
        if any(cells[layout.size :]):
            self.hold(cells, layout)
            return False
        del cells[layout.size :]
        return layout.record in ENVELOPE or not self._faults(layout, cells)

    def marked(self, line: str) -> str:
        """Complain about a line that could not be read as a whole; returns what was kept of its beginning."""
        kept = line.removeprefix(OVERLONG).removeprefix(UNDECODABLE)
        if line.startswith(OVERLONG):
            text = say(_("This line is longer than {limit} characters."), limit=f"{self.limits.line_chars:,}")
            self.complain("line-too-long", text, value=kept)
        else:
            self.complain("undecodable", _("The line holds bytes that are no UTF-8."), value=kept)
        return kept

    def _faults(self, layout: Layout, cells: list[str]) -> int:
        """Complain about every cell that breaks the layout; returns their number."""
        found = list(layout.faults(cells))
        for name, value, code in found:
            self.complain(code, _FAULTS[code], value=value, column=name)
        return len(found)

    def hold(self, cells: list[str], layout: Layout | None) -> None:
        """A record whose layout we do not have: the file waits for it, nothing is guessed."""
        record = shorten(shown(cells[0]))
        if layout is not None:
            text = say(
                _("Record {record} has {found} cells; the version that we have has {known}."),
                record=record,
                found=len(cells),
                known=layout.size,
            )
        elif cells[0].partition(".")[0] in known_bases():
            text = say(_("Record {record} is of a version that we do not have."), record=record)
        else:
            text = say(_("Record {record} is of a kind that we do not have."), record=record)
        if self.report.header is None:
            raise no_header(self.report.rows)
        if not self._unknown[record]:
            self.report.holds.append(Notice("layout", text, row=self.report.rows))
        self._unknown[record] += 1


def no_header(row: int) -> FileRefused:
    """The refusal of a file that does not begin as a sales report."""
    return FileRefused(
        "dsr-no-head",
        _("The file does not begin with the HEAD record of a sales report."),
        _("Check that this is a DDEX sales report (flat file), and upload the whole file."),
        row=row,
    )
