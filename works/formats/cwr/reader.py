"""The tolerant reader: a stream of bytes as transactions, one at a time, with every complaint located.

It never raises on what a file holds. Only an empty or unreadable file, a missing header or a version it does not know
stop the run; everything else is reported and reading goes on. Memory stays flat: one transaction is held at a time.
"""

import codecs
import dataclasses
from collections.abc import Iterator
from typing import BinaryIO

from works.formats.cwr.assembly import OpenTransaction
from works.formats.cwr.checks import CheckContext, check_transaction
from works.formats.cwr.envelope import (
    FALLBACK_VERSION,
    OpenGroup,
    check_counts,
    check_group_header,
    decide_version,
    read_header,
)
from works.formats.cwr.file_faults import FileFaults
from works.formats.cwr.layouts import is_third, transaction_headers
from works.formats.cwr.lines import RawLine, raw_lines
from works.formats.cwr.parsing import encoding_of, parse_line
from works.formats.cwr.profile import TOLERANT, CheckProfile
from works.formats.cwr.records import CwrFault, CwrGroup, CwrHeader, CwrRecord, CwrTransaction, Severity

# Repeated work numbers are looked for among this many works of a file.
REMEMBERED_WORKS = 200_000
# Groups beyond this number are read but not listed.
LISTED_GROUPS = 1_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\x00\x1a"


def _foreign_writing(start: bytes) -> str:
    """The text that says how a file is written which is neither ASCII nor UTF-8; blank when nothing speaks for it."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or start[:6] in (b"H\0D\0R\0", b"\0H\0D\0R"):
        return "utf_16"
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in start[:512])
    return "binary" if controls > 8 or start.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF")) else ""


class CwrReading:
    """A file being read. Iterate once over its transactions; totals, groups and `faults` are complete after that."""

    def __init__(self, stream: BinaryIO, filename: str, profile: CheckProfile) -> None:
        self.filename = filename
        self.profile = profile
        self.header: CwrHeader | None = None
        self.version = ""
        self.groups: list[CwrGroup] = []
        self.trailer: CwrRecord | None = None
        self.transaction_count = 0
        self.rejected_count = 0
        self.record_count = 0
        self.group_count = 0
        self._faults = FileFaults(FALLBACK_VERSION, profile)
        self._lines = self._solid_lines(raw_lines(stream))
        self._encoding = "ascii"
        self._waiting: RawLine | None = None
        self._open: OpenTransaction | None = None
        self._group: OpenGroup | None = None
        self._last_line = 0
        self._group_types: set[str] = set()
        self._due: int | None = None
        self._works: set[int] = set()
        self._begin()

    @property
    def faults(self) -> tuple[CwrFault, ...]:
        """Complaints about the file and its groups so far; those about transactions stand with them."""
        return self._faults.all()

    @property
    def is_readable(self) -> bool:
        """Whether there is a header and a version; otherwise there are no transactions and `faults` say why."""
        return self.header is not None

    @property
    def is_refused(self) -> bool:
        """Whether a complaint refuses the whole file: it is unreadable, cut short, or against a rule not tolerated."""
        return any(fault.severity is Severity.FILE for fault in self.faults)

    def __iter__(self) -> Iterator[CwrTransaction]:
        if self.header is None:
            return
        for line in self._remaining_lines():
            record = self._record(line)
            if self.trailer is not None:
                self._faults.add("FILE-E-008", record)
                continue
            closed = self._feed(record)
            if closed is not None:
                yield closed
        closed = self._close_transaction()
        if closed is not None:
            yield closed
        self._end()

    # -- lines and records

    def _solid_lines(self, lines: Iterator[RawLine]) -> Iterator[RawLine]:
        """The lines that hold something; blank ones at the end pass without a word, others are remarked on."""
        blanks = 0
        for line in lines:
            if not line.data.strip(_BLANK):
                blanks += 1
                continue
            if blanks:
                self._faults.warn(CwrRecord("", line.number, "", {}), "blank_line")
                blanks = 0
            yield line

    def _remaining_lines(self) -> Iterator[RawLine]:
        if self._waiting is not None:
            yield self._waiting
            self._waiting = None
        yield from self._lines

    def _record(self, line: RawLine) -> CwrRecord:
        """Parse a line, count it, and remark on what had to be done to read it."""
        parsed = parse_line(line, self.version, self._encoding)
        record = parsed.record
        self.record_count += 1
        self._last_line = line.number
        for happened, text, edit in (
            (parsed.was_short, "short", "PREFIX-F-009"),
            (parsed.was_long and not record.surplus, "long", "PREFIX-F-009"),
            (parsed.had_controls, "controls", ""),
            (parsed.had_foreign_letters, "letters", ""),
        ):
            if happened:
                self._faults.habit(record, text, edit)
        if record.surplus:
            self._faults.add("PREFIX-F-009", record, text="surplus", value=record.surplus[:100])
        if line.is_cut:
            self._faults.warn(record, "line_cut")
        return record

    # -- the beginning

    def _begin(self) -> None:
        first = next(self._lines, None)
        if first is None:
            self._faults.refuse(None, "empty")
            return
        if first.data.startswith(_BYTE_ORDER_MARK):
            first = first._replace(data=first.data[len(_BYTE_ORDER_MARK) :])
        draft = parse_line(first, "2.2").record
        if wrong := _foreign_writing(first.data):
            self._faults.refuse(None, wrong)
            return
        if draft.type != "HDR":
            self._faults.refuse(draft, "FILE-E-002", edit="FILE-E-002")
            return
        self._waiting = next(self._lines, None)
        second = parse_line(self._waiting, "2.1").record if self._waiting else None
        group = second if second is not None and second.type == "GRH" else None
        self.version = decide_version(draft, group, self.filename, self._faults)
        if not self.version:
            return
        self._faults.version = self.version
        # Each version has the field of the character set in its own place; CWR 3 means Latin letters by a blank one.
        character_set = parse_line(first, self.version).record["character_set"]
        default = "latin-1" if is_third(self.version) else "ascii"
        self._encoding = (encoding_of(character_set) if character_set else default) or default
        self.header = read_header(self._record(first), self.version, self._faults)
        if group is None:
            self._faults.add("FILE-E-003", second)
        self._context = CheckContext(
            on=self.header.record.date("creation_date"),
            profile=self.profile,
            has_ascii_letters=self._encoding == "ascii",
        )

    # -- the middle

    def _feed(self, record: CwrRecord) -> CwrTransaction | None:
        """Take one record; gives the transaction that it brings to an end, if any."""
        if record.type in ("HDR", "GRH", "GRT", "TRL"):
            closed = self._close_transaction()
            self._take_control(record)
            return closed
        if self._group is not None:
            self._group.records += 1
        if self._open is not None and self._open.takes(record):
            self._open.add(record)
            return None
        if record.type in transaction_headers(self.version) or (not record.values and record.sequence == 0):
            closed = self._close_transaction()
            self._open_transaction(record)
            return closed
        self._faults.warn(record, "without_transaction", type=record.type or "blank")
        return None

    def _take_control(self, record: CwrRecord) -> None:
        if record.type == "HDR":
            self._faults.add("FILE-E-008", record)
        elif record.type == "GRH":
            self._open_group(record)
        elif record.type == "GRT":
            self._close_group(record)
        else:
            if self._group is not None:
                self._faults.add("FILE-E-007", record)
                self._close_group(None)
            self.trailer = record

    def _open_group(self, record: CwrRecord) -> None:
        if self._group is not None:
            self._faults.add("FILE-E-004", record)
            self._close_group(None)
        self.group_count += 1
        check_group_header(record, self.version, self.group_count, self._group_types, self._faults)
        self._group_types.add(record["transaction_type"])
        self._group = OpenGroup(record)
        self._due = None

    def _close_group(self, trailer: CwrRecord | None) -> None:
        if self._group is None:
            if trailer is not None:
                self._faults.warn(trailer, "group_end_without_group")
            return
        closed = self._group.closed(trailer, self._faults)
        if len(self.groups) < LISTED_GROUPS:
            self.groups.append(closed)
        self._group = None

    def _open_transaction(self, record: CwrRecord) -> None:
        self.transaction_count += 1
        group_id, group_type = "", ""
        if self._group is None:
            self._faults.warn(record, "outside_group")
        else:
            self._group.transactions += 1
            group_id, group_type = self._group.id, self._group.transaction_type
        self._open = OpenTransaction(self.version, self.profile, self.transaction_count, group_id, group_type)
        self._open.open(record, self._due)
        printed = self._open.sequence
        self._due = (printed if printed is not None else (self._due or 0)) + 1

    def _close_transaction(self) -> CwrTransaction | None:
        if self._open is None:
            return None
        opened, self._open = self._open, None
        self._check_repeated_number(opened)
        transaction = opened.closed()
        faults = (*transaction.faults, *check_transaction(transaction, self._context))
        transaction = dataclasses.replace(transaction, faults=faults)
        self.rejected_count += transaction.is_rejected
        return transaction

    def _check_repeated_number(self, opened: OpenTransaction) -> None:
        number = opened.records[0]["submitter_work_no"].upper()
        if opened.type not in ("NWR", "REV", "WRK") or not number:
            return
        key = hash((opened.type, number))
        if key in self._works:
            opened.findings.add("NWR-F-003", 0, field="submitter_work_no", value=number)
        elif len(self._works) < REMEMBERED_WORKS:
            self._works.add(key)

    # -- the end

    def _end(self) -> None:
        if self._group is not None:
            self._close_group(None)
        if self.trailer is None:
            self._faults.add("FILE-E-005", CwrRecord("", self._last_line, "", {}))
            return
        counted = {
            "group_count": ("TRL-F-001", self.group_count),
            "transaction_count": ("TRL-F-002", self.transaction_count),
            "record_count": ("TRL-F-003", self.record_count),
        }
        check_counts(self.trailer, counted, self._faults)


def read_cwr(stream: BinaryIO, filename: str, *, profile: CheckProfile = TOLERANT) -> CwrReading:
    """Begin to read a CWR file (2.1, 2.2, 3.0, 3.1); header and version are known at once, transactions by iterating.

    `filename` counts only where the file itself does not say its version. Errors of the stream itself (OSError) pass
    through; nothing that the stream holds raises.
    """
    return CwrReading(stream, filename, profile)
