"""Reads a sales report in one pass: one block in memory, every record checked against its layout, lines out in chunks.

Nothing is guessed. A record of a version that we do not have, or with more filled cells than its version has, puts the
whole file on hold; a record that breaks its layout gives a complaint and its block no lines; a report without its last
record was cut off and is refused. Totals that differ from the lines are told, not judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from cmo_portal.common.tables import DEFAULT_LIMITS, FileRefused, Notice, TableLimits, ValueRefused
from cmo_portal.common.texts import Text, _, say
from royalties.formats.dsr.blocks import (
    Block,
    DsrRules,
    Place,
    Usage,
    full_title,
    lines_of_usage,
    read_resource,
    read_work,
)
from royalties.formats.dsr.cells import decimal, plain, several, whole_count
from royalties.formats.dsr.header import check_name, read_header, read_summary
from royalties.formats.dsr.layouts import ENVELOPE, Layout, layouts
from royalties.formats.dsr.lines import OVERLONG, UNDECODABLE, Lines, open_text
from royalties.formats.dsr.report import DsrReport, DsrSummary
from royalties.formats.dsr.totals import check_foot, check_summaries
from royalties.formats.dsr.troubles import ASK_SENDER, Troubles, no_header
from royalties.formats.usage_line import UsageChunk, UsageLine

MARKS = (OVERLONG, UNDECODABLE)
# Records that are read past: video counts repeat the usages, claims and priorities are no usage.
PASSED = {"RU": "video-counts", "LI": "claims", "ML": "priorities"}
PASSED_TEXTS: dict[str, Text] = {
    "video-counts": _("Records with counts per video, which repeat the usages: {count}."),
    "claims": _("Records with shares and claims of rights controllers, not read as usage: {count}."),
    "priorities": _("Records that rank works for identification, not usage: {count}."),
    "not-royalty-bearing": _("Usages marked as not royalty-bearing, left out: {count}."),
    "other": _("Records of other kinds, read past: {count}."),
}


@contextmanager
def open_dsr(
    path: Path, *, filename: str, limits: TableLimits = DEFAULT_LIMITS, rules: DsrRules | None = None
) -> Iterator[DsrReader]:
    """A reader for the report, plain (.tsv) or packed (.tsv.gz). Raises FileRefused, also while reading."""
    with open_text(path, filename, limits) as text:
        yield DsrReader(text, filename, limits, rules or DsrRules())


class DsrReader:
    """One pass over one file. `report` is complete when `chunks` is exhausted; nothing may be loaded before that."""

    def __init__(self, text: TextIO, filename: str, limits: TableLimits, rules: DsrRules) -> None:
        self.report = DsrReport(filename)
        self._limits = limits
        self._rules = rules
        self._source = Lines(text, limits)
        self._troubles = Troubles(self.report, limits)
        self._block: Block | None = None
        self._resource_id = ""
        self._comments = 0
        self._footed = False
        self._passed: Counter[str] = Counter()
        self._summaries: dict[str, DsrSummary] = {}
        self._places: dict[int, Place] = {}
        self._handlers: dict[str, Callable[[Layout, list[str], str], None]] = {
            "HEAD": self._head,
            "SRHE": self._head,
            "FOOT": self._foot,
            "SRFO": self._foot,
            "SY": self._summary,
            "AS": self._resource,
            "MW": self._work,
            "RE": self._release,
            "CU": self._cue,
            "SU": self._usage,
            "SR": self._single,
        }

    def chunks(self) -> Iterator[UsageChunk]:
        """The usage lines, about `chunk_rows` of the limits at a time."""
        waiting: list[UsageLine] = []
        for block in self._blocks():
            waiting.extend(self._lines_of(block))
            if len(waiting) >= self._limits.chunk_rows:
                yield UsageChunk.from_lines(waiting)
                waiting = []
        if waiting:
            yield UsageChunk.from_lines(waiting)
        self._close()

    def _blocks(self) -> Iterator[Block]:
        """The blocks one after the other; every line of the file passes here."""
        table, report, troubles = layouts(), self.report, self._troubles
        for lines in self._source.blocks():
            for line in lines:
                report.rows += 1
                if line[:1] == "#":
                    self._comments += 1
                    continue
                cells = line.split("\t")
                layout = table.get(cells[0])
                good = layout is not None and layout.pattern.fullmatch(line) is not None
                if layout is not None and (good or troubles.tolerates(cells, layout)):
                    finished = self._take(layout, cells, line)
                else:
                    finished = self._refuse(line, cells, layout)
                if finished is not None:
                    yield finished
            self._check_rows()
        if self._block is not None:
            yield self._block

    def _take(self, layout: Layout, cells: list[str], line: str) -> Block | None:
        """Hand a record to its handler; returns the block that the record has ended, if it did."""
        if len(cells) < layout.size:
            cells.extend([""] * (layout.size - len(cells)))
        if self.report.header is None and layout.record not in ENVELOPE:
            raise no_header(self.report.rows)
        if self._footed:
            self._troubles.complain("after-foot", _("A record stands behind the last one."), value=layout.record)
            return None
        finished = self._change_block(layout, cells)
        handler = self._handlers.get(layout.record) or self._handlers.get(layout.kind)
        if handler is None:
            self._passed[PASSED.get(layout.kind, "other")] += 1
            return finished
        try:
            handler(layout, cells, line)
        except ValueRefused as refusal:
            self._troubles.complain(refusal.code, refusal.message, value=layout.record)
            self._break()
        return finished

    def _refuse(self, line: str, cells: list[str], layout: Layout | None) -> Block | None:
        """A record cannot be used: its block, which may begin with it, gives no lines."""
        if line.startswith(MARKS):
            cells = self._troubles.marked(line).split("\t")
            layout = layouts().get(cells[0])
        elif layout is None and not line.strip():
            self._troubles.complain("empty-line", _("An empty line is not allowed in a sales report."))
            return None
        elif layout is None:
            self._troubles.hold(cells, None)
        finished = self._change_block(layout, cells) if layout is not None and len(cells) > 1 else None
        self._break()
        return finished

    def _change_block(self, layout: Layout, cells: list[str]) -> Block | None:
        """Begin a block where its id changes; returns the one before. A single-record line is a block of its own."""
        block_id = cells[1] if layout.in_block else f"\t{self.report.rows}" if layout.single else ""
        current = self._block
        if current is not None and current.block_id == block_id:
            return None
        self._block = Block(block_id) if block_id else None
        self.report.blocks += bool(block_id)
        return current

    def _break(self) -> None:
        if self._block is not None:
            self._block.broken = True

    def _current(self) -> Block:
        if self._block is None:
            raise ValueRefused("no-block", _("The record has no block id."), ASK_SENDER)
        return self._block

    # --- handlers of single records ---------------------------------------------------------------------------------

    def _head(self, layout: Layout, cells: list[str], _line: str) -> None:
        if self.report.header is not None:
            raise ValueRefused("second-head", _("There is a second HEAD record."), ASK_SENDER)
        self.report.header = read_header(layout, cells, self.report.rows)
        self.report.notices.extend(check_name(self.report.filename, self.report.header))

    def _foot(self, layout: Layout, cells: list[str], _line: str) -> None:
        if self.report.header is None:
            raise no_header(self.report.rows)
        self._footed = True
        self.report.notices.extend(check_foot(layout, cells, self.report, self._comments))

    def _summary(self, layout: Layout, cells: list[str], _line: str) -> None:
        summary = read_summary(layout, cells, self.report.rows)
        self.report.summaries.append(summary)
        self._summaries.setdefault(summary.summary_id, summary)

    def _resource(self, layout: Layout, cells: list[str], line: str) -> None:
        resource = read_resource(layout, cells, line)
        if layout.roles.creators:
            resource.works.append(read_work(layout, cells, resource.title, self._rules.own_namespaces))
        self._current().resources[resource.reference] = resource
        self._resource_id = resource.reference

    def _work(self, layout: Layout, cells: list[str], _line: str) -> None:
        """A work belongs to the recording before it."""
        resource = self._current().resources.get(self._resource_id)
        if resource is None:
            raise ValueRefused("work-alone", _("A work stands before any recording of its block."), ASK_SENDER)
        title = full_title(cells, layout.roles)
        resource.works.append(read_work(layout, cells, title, self._rules.own_namespaces))

    def _release(self, layout: Layout, cells: list[str], _line: str) -> None:
        block = self._current()
        if "UsedResources" in layout.place:
            reference = cells[layout.place["ReleaseReference"]]
            block.sub_releases[reference] = several(cells[layout.place["UsedResources"]])
        elif not block.album:
            block.album = plain(cells[layout.roles.title])

    def _cue(self, layout: Layout, cells: list[str], line: str) -> None:
        cue = read_resource(layout, cells, line)
        cue.works.append(read_work(layout, cells, cue.title, self._rules.own_namespaces))
        self._current().cues.append(cue)

    def _usage(self, layout: Layout, cells: list[str], line: str) -> None:
        self._current().usages.append(self._read_usage(layout, cells, line))

    def _single(self, layout: Layout, cells: list[str], line: str) -> None:
        """A single-record block: recording, work and usage in one line."""
        block, roles = self._current(), layout.roles
        self._resource(layout, cells, line)
        block.album = plain(cells[roles.album]) if roles.album else ""
        if roles.plays:
            block.usages.append(self._read_usage(layout, cells, line))
        else:
            self._passed["priorities"] += 1

    def _read_usage(self, layout: Layout, cells: list[str], line: str) -> Usage:
        roles = layout.roles
        plays = whole_count(cells[roles.plays])
        if roles.returns and cells[roles.returns]:
            plays = max(0, plays - whole_count(cells[roles.returns]))
        return Usage(
            self.report.rows,
            cells[roles.summary],
            plays,
            decimal(cells[roles.amount]) if roles.amount else None,
            not roles.bearing or cells[roles.bearing].lower() != "false",
            line,
            cells[roles.release] if roles.release else "",
            cells[roles.resource] if roles.resource else "",
        )

    # --- blocks to lines ----------------------------------------------------------------------------------------------

    def _lines_of(self, block: Block) -> list[UsageLine]:
        """The lines of a whole block; none when one of its records was refused or the file is on hold."""
        found: list[UsageLine] = []
        if block.broken or self.report.holds:
            return found
        for usage in block.usages:
            summary = self._summary_of(usage)
            if summary is None:
                text = _("The usage names a summary that is not there.")
                self._troubles.complain("no-summary", text, value=usage.summary_id, row=usage.row)
                continue
            summary.counted += usage.plays
            if not usage.royalty_bearing:
                self._passed["not-royalty-bearing"] += 1
                continue
            try:
                found.extend(lines_of_usage(block, usage, self._place_of(summary), self._rules))
            except LookupError as missing:
                text = _("The usage names a recording that its block does not have.")
                self._troubles.complain("no-recording", text, value=str(missing.args[0]), row=usage.row)
        self.report.lines += len(found)
        self.report.plays += sum([line.plays for line in found])
        return found

    def _summary_of(self, usage: Usage) -> DsrSummary | None:
        """The summary that a usage names; in a report with one summary the name may be left out."""
        if not usage.summary_id and len(self.report.summaries) == 1:
            return self.report.summaries[0]
        return self._summaries.get(usage.summary_id)

    def _place_of(self, summary: DsrSummary) -> Place:
        place = self._places.get(summary.row)
        if place is None:
            header = self.report.header
            channel = summary.service or (header.service or header.sender if header else "")
            place = Place(summary.territory, channel, self._rules.use_code(summary.use_type), summary.currency)
            self._places[summary.row] = place
        return place

    # --- the whole file -----------------------------------------------------------------------------------------------

    def _check_rows(self) -> None:
        if self.report.rows > self._limits.rows:
            raise FileRefused(
                "rows",
                say(_("The report has more than {limit} lines."), limit=f"{self._limits.rows:,}"),
                _("Ask the office to raise the limit for this source."),
            )

    def _close(self) -> None:
        report = self.report
        if report.header is None:
            raise no_header(report.rows)
        if not self._footed:
            raise FileRefused(
                "cut",
                _("The report ends without its last record: it was cut off."),
                _("Fetch the whole file again from the sender and upload it."),
                row=report.rows,
            )
        if not report.holds:
            report.notices.extend(check_summaries(report))
        for code, count in self._passed.items():
            report.notices.append(Notice(code, say(PASSED_TEXTS[code], count=count), count=count))
        if stripped := self._source.stripped:
            text = say(_("Invisible control characters and direction marks taken out: {count}."), count=stripped)
            report.notices.append(Notice("stripped", text, count=stripped))
