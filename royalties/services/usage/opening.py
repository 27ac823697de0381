"""One way to read a usage file of any format: chunks of usage lines, then what was refused and what is doubtful."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import compress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from django.conf import settings
from django.core.exceptions import ValidationError

from cmo_portal.common.periods import Period
from cmo_portal.common.tables import (
    DEFAULT_LIMITS,
    FileRefused,
    Notice,
    Row,
    RowError,
    TableLayout,
    TableLimits,
    open_table,
)
from cmo_portal.common.texts import _, say
from royalties.formats.dsr import DSR_READER_VERSION, DsrHeader, DsrReader, DsrRules, ReleaseRule, open_dsr
from royalties.formats.mapped_csv import ColumnMapping, MappedReader
from royalties.formats.usage_line import READER_VERSION, UsageChunk
from royalties.models import UsageFile
from royalties.rules.usage_texts import LARGEST_PRODUCT


def limits() -> TableLimits:
    """The limits of this door: the size of a file is a setting."""
    return replace(DEFAULT_LIMITS, file_bytes=settings.UPLOAD_LIMIT)


@dataclass(slots=True)
class Findings:
    """What a reading told, complete after the last chunk. `rows_seen` grows on the way, for the progress bar."""

    headings: Sequence[str] = ()
    errors: list[RowError] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    holds: list[Notice] = field(default_factory=list)
    refused_count: int = 0
    rows_seen: int = 0
    sender: str = ""  # as the report itself names it


class UsageReading(Protocol):
    """A usage file that is open for one pass."""

    version: str
    findings: Findings
    counted: bool

    def chunks(self) -> Iterator[UsageChunk]:
        """The usage lines in the order of the file. Raises FileRefused when the file as a whole cannot be taken."""


class TableReading:
    """A table of a licensee under a confirmed mapping."""

    version = f"table-{READER_VERSION}"
    counted = False

    def __init__(self, path: Path, file: UsageFile) -> None:
        self.findings = Findings()
        self._path = path
        self._file = file
        self._layout = TableLayout.from_dict(file.report["layout"])
        self._mapping = ColumnMapping.from_dict(file.mapping)

    def chunks(self) -> Iterator[UsageChunk]:
        """See UsageReading."""
        file = self._file
        found = self.findings
        with open_table(self._path, filename=file.filename, layout=self._layout, limits=limits()) as table:
            found.headings = table.headings
            period = (file.period_start, file.period_end)
            reader = MappedReader(self._mapping, table.headings, filename=file.filename, period=period)
            for rows in table:
                chunk = reader.read(rows, table.complain)
                yield _within_bounds(chunk, file.filename, table.complain)
                found.rows_seen = table.rows
            found.errors, found.refused, found.refused_count = table.errors, table.refused, len(table.refused)
            found.notices = [*table.notices, *reader.notices()]
            if table.complaints > len(table.errors):  # more than are kept: what was neither read nor a total
                totals = sum(notice.count for notice in reader.notices() if notice.code == "totals")
                found.refused_count = max(found.refused_count, table.rows - reader.lines - totals)


class SalesReportReading:
    """A DDEX sales report. Reasons to wait (records of a version that nobody has described) are `holds`."""

    version = DSR_READER_VERSION
    counted = True

    def __init__(self, path: Path, file: UsageFile) -> None:
        self.findings = Findings()
        self._path = path
        self._file = file

    def chunks(self) -> Iterator[UsageChunk]:
        """See UsageReading."""
        file, found = self._file, self.findings
        rules = DsrRules(releases=ReleaseRule(file.mapping.get("releases", ReleaseRule.EACH_TRACK)))
        with open_dsr(self._path, filename=file.filename, limits=limits(), rules=rules) as reader:
            for chunk in reader.chunks():
                _refuse_other_days(file, reader.report.header)
                yield _within_bounds(chunk, file.filename, self._complain)
                found.rows_seen = reader.report.rows
            _refuse_other_days(file, reader.report.header)
            self._take_over(reader)

    def _complain(self, error: RowError, _row: Row | None) -> None:
        self.findings.errors.append(error)
        self.findings.refused_count += 1

    def _take_over(self, reader: DsrReader) -> None:
        report, found = reader.report, self.findings
        found.errors = [*report.errors, *found.errors]
        found.refused_count += report.complaints
        found.notices, found.holds = list(report.notices), list(report.holds)
        if report.header is not None:
            found.notices += _other_period(self._file, report.header.period_start, report.header.period_end)
            found.notices += _other_sender(self._file, report.header)
            found.sender = sender_of(report.header)


@contextmanager
def open_usage(file: UsageFile) -> Iterator[UsageReading]:
    """The file, open for reading by its format."""
    path = Path(file.file.path)
    yield SalesReportReading(path, file) if file.source.format == "dsr" else TableReading(path, file)


def period_of_report(path: Path) -> Period:
    """The period that a sales report states. Raises ValidationError when it is none."""
    try:
        with open_dsr(path, filename=path.name, limits=limits()) as reader:
            next(reader.chunks(), None)
    except FileRefused as refusal:
        raise ValidationError(str(refusal)) from refusal
    header = reader.report.header
    if header is None:
        raise ValidationError(_("This is not a sales report: it has no header."))
    return Period(header.period_start, header.period_end)


def _other_period(file: UsageFile, first: dt.date, last: dt.date) -> list[Notice]:
    if (first, last) == (file.period_start, file.period_end):
        return []
    text = say(_("The report covers {first} to {last}, which is not the period you chose."), first=first, last=last)
    return [Notice("period", text)]


def _refuse_other_days(file: UsageFile, header: DsrHeader | None) -> None:
    """A report that has no day of the chosen period belongs to another one. Raises FileRefused."""
    if header is None or (header.period_start <= file.period_end and file.period_start <= header.period_end):
        return
    raise FileRefused(
        "other-period",
        say(
            _("The report covers {first} to {last}; the period you chose has none of these days."),
            first=header.period_start,
            last=header.period_end,
        ),
        _("Upload the report again under its own period, or ask its sender for the right one."),
        row=1,
    )


def sender_of(header: DsrHeader) -> str:
    """Who sends a report: the party identifier, or the name where there is none."""
    return header.sender_id or header.sender


def _other_sender(file: UsageFile, header: DsrHeader) -> list[Notice]:
    """A remark when the earlier reports of the source came from somebody else."""
    earlier = UsageFile.objects.filter(source=file.source, report__has_key="sender").exclude(pk=file.pk)
    before = earlier.exclude(report__sender="").exclude(state="refused").order_by("-pk").first()
    if before is None or before.report["sender"] == sender_of(header):
        return []
    text = say(
        _(
            "The sender is {name} ({sender}); the last report of this source, {file}, came from {earlier}."
            " Take it only if the source is right."
        ),
        name=header.sender,
        sender=sender_of(header),
        file=before.filename,
        earlier=before.report["sender"],
    )
    return [Notice("other-sender", text, row=1)]


def _within_bounds(chunk: UsageChunk, filename: str, complain: Any) -> UsageChunk:
    """The chunk without lines whose plays × seconds no count can hold; each is complained about."""
    plays, seconds = chunk.columns["plays"], chunk.columns["seconds"]
    if not plays or max(plays) * max(max(seconds), 1) <= LARGEST_PRODUCT:
        return chunk
    keep = np.ones(len(chunk), dtype=bool)
    for index, (count, length) in enumerate(zip(plays, seconds, strict=True)):
        if count * max(length, 1) > LARGEST_PRODUCT:
            keep[index] = False
            row, raw = chunk.columns["row_no"][index], chunk.columns["raw"][index]
            complain(_too_much(filename, row, str(count)), Row(row, raw.split("\t")))
    return UsageChunk({name: list(compress(values, keep)) for name, values in chunk.columns.items()})


def _too_much(filename: str, row: int, plays: str) -> RowError:
    return RowError(
        filename,
        row,
        "",
        plays,
        _("Plays and duration together are larger than any station could broadcast."),
        _("Check the count of plays and the unit of the duration."),
        "too-much",
    )


def refuse_sums() -> FileRefused:
    """The refusal of a file whose totals no column can hold."""
    return FileRefused(
        "totals",
        _("The plays and seconds of this file add up to more than can be right."),
        _("Check the columns that were taken for plays and duration."),
    )
