"""What a report says about its own size against what was read: differences are told to staff, never judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cmo_portal.common.tables import Notice
from cmo_portal.common.texts import Text, _, say
from royalties.formats.dsr.layouts import Layout
from royalties.formats.dsr.report import DsrReport


def check_foot(layout: Layout, cells: list[str], report: DsrReport, comments: int) -> Iterator[Notice]:
    """The counts of FOOT (or SRFO) against the file. Some services count comment lines, some do not: both are right."""

    def declared(*names: str) -> int | None:
        place = layout.first_of(*names)
        text = cells[place] if place and place < len(cells) else ""
        return int(text) if text.isascii() and text.isdigit() else None

    row = report.rows
    single_file = report.header is not None and report.header.number_of_files == 1
    lines = declared("NumberOfLinesInFile")
    if lines is None and single_file:
        lines = declared("NumberOfLinesInReport")
    if lines is not None and lines not in {row, row - comments}:
        yield _difference("foot-lines", _("Lines: the report says {declared}, the file has {found}."), lines, row, row)
    summaries = declared("NumberOfSummaryRecords")
    if summaries is not None and summaries != len(report.summaries):
        text = _("Summary records: the report says {declared}, the file has {found}.")
        yield _difference("foot-summaries", text, summaries, len(report.summaries), row)
    blocks = declared("NumberOfBlocksInFile")
    if blocks is not None and blocks != report.blocks:
        text = _("Blocks: the report says {declared}, the file has {found}.")
        yield _difference("foot-blocks", text, blocks, report.blocks, row)


def check_summaries(report: DsrReport) -> Iterator[Notice]:
    """The usages that each summary declares against the sum of the lines below it, for a report in one file."""
    if report.header is not None and report.header.number_of_files > 1:
        return
    repeated = {key for key, count in Counter(s.summary_id for s in report.summaries).items() if count > 1}
    if repeated:
        yield Notice(
            "summary-ids",
            say(
                _("Summary ids stand for several records, so their totals cannot be compared: {ids}."),
                ids=", ".join(sorted(repeated)),
            ),
            count=len(repeated),
        )
    for summary in report.summaries:
        if summary.summary_id in repeated or summary.declared is None or summary.declared == summary.counted:
            continue
        text = say(
            _("Summary {id}: {declared} usages are declared, the lines add up to {found}."),
            id=summary.summary_id,
            declared=summary.declared,
            found=summary.counted,
        )
        yield Notice("summary-usages", text, row=summary.row)


def _difference(code: str, template: Text, declared: int, found: int, row: int) -> Notice:
    return Notice(code, say(template, declared=declared, found=found), row=row)
