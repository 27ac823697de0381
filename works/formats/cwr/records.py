"""What the reader hands out: records, transactions, groups, and complaints that say where, what and how to cure it."""

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from works.formats.cwr.layouts import WORK_HEADERS
from works.formats.cwr.values import read_date, read_number


class Severity(StrEnum):
    """How far a fault reaches. All but WARNING are the letters of the CWR documents."""

    FILE = "ER"
    GROUP = "GR"
    TRANSACTION = "TR"
    RECORD = "RR"
    FIELD = "FR"
    WARNING = "W"


REJECTING = frozenset({Severity.FILE, Severity.GROUP, Severity.TRANSACTION})


@dataclass(frozen=True, slots=True)
class CwrFault:
    """One complaint.

    `edit` is the numbered rule, such as NWR-T-004; blank for a remark that no rule covers. `line` counts from 1 and is
    0 when the whole file is meant. `index` is the place in the transaction's records, -1 when no single record is
    meant. `message` and `remedy` are English texts with %(name)s places, filled from `facts`, so that a page can
    translate them before it fills them. `replacement` is what a field is reset to when the severity is FIELD. `count`
    above 1 stands for as many alike complaints, of which the first is given.
    """

    edit: str
    severity: Severity
    line: int
    record_type: str
    record_sequence: int
    index: int
    field: str
    value: str
    message: str
    remedy: str
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    replacement: str = ""
    count: int = 1

    @property
    def text(self) -> str:
        """The message in English, filled in."""
        return self.message % self.facts

    @property
    def remedy_text(self) -> str:
        """The remedy in English, filled in."""
        return self.remedy % self.facts


@dataclass(frozen=True, slots=True)
class CwrRecord:
    """One line of a file: the line as received and the text of its fields, blanks around them removed.

    `values` has one entry for each field of the layout, codes and flags upper-cased, all else as sent; it is empty for
    a record type that the version does not know. `sequence` and `transaction_sequence` are the printed numbers, None
    when they are no numbers. `surplus` is text beyond the end of the layout.
    """

    type: str
    line: int
    raw: str
    values: Mapping[str, str]
    transaction_sequence: int | None = None
    sequence: int | None = None
    surplus: str = ""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def number(self, name: str) -> int:
        """A numeric field; zero when it is blank or no number."""
        return read_number(self.values.get(name, "")) or 0

    def date(self, name: str) -> date | None:
        """A date field; None when it is blank, zero or no date."""
        return read_date(self.values.get(name, ""))


@dataclass(frozen=True, slots=True)
class CwrHeader:
    """The sender's own words about the file (HDR).

    `sender_number` joins type and id where the sender's IPI name number needs ten or eleven digits; otherwise it is the
    sender id. `created` and `created_time` are the digits as sent: an acknowledgement repeats them.
    """

    record: CwrRecord
    version: str
    sender_type: str
    sender_number: str
    sender_name: str
    created: str
    created_time: str
    transmitted: str
    character_set: str


@dataclass(frozen=True, slots=True)
class CwrGroup:
    """One group as its header and trailer describe it and as it was counted. `trailer` is None when it is missing."""

    id: str
    transaction_type: str
    header: CwrRecord
    trailer: CwrRecord | None
    transactions: int
    records: int


@dataclass(frozen=True, slots=True)
class CwrTransaction:
    """A transaction with its records in file order and everything that is wrong with it.

    `type` is that of its first record. In an acknowledgement (ACK) the records of the works behind it follow the ACK
    record and its messages. `sequence` is the printed transaction number, `number` counts from 1 through the file,
    `group` is the group id as printed and `group_type` what the group header announces.
    """

    type: str
    version: str
    number: int
    sequence: int | None
    group: str
    group_type: str
    line: int
    records: tuple[CwrRecord, ...]
    faults: tuple[CwrFault, ...] = ()

    @property
    def header(self) -> CwrRecord:
        """The record that opened the transaction."""
        return self.records[0]

    @property
    def is_work(self) -> bool:
        """Whether it registers or reports a work (NWR, REV, ISW, EXC)."""
        return self.type in WORK_HEADERS

    @property
    def is_rejected(self) -> bool:
        """Whether a fault refuses the transaction as a whole."""
        return any(fault.severity in REJECTING for fault in self.faults)

    def works(self) -> "tuple[CwrTransaction, ...]":
        """The works behind an acknowledgement, each as a transaction of its own; the transaction itself for a work."""
        if self.is_work:
            return (self,)
        starts = [index for index, record in enumerate(self.records) if record.type in WORK_HEADERS]
        return tuple(self._part(start, end) for start, end in itertools.pairwise([*starts, len(self.records)]))

    def _part(self, start: int, end: int) -> "CwrTransaction":
        records = tuple(record for record in self.records[start:end] if record.type != "MSG")
        first = self.records[start]
        return dataclasses.replace(self, type=first.type, line=first.line, records=records, faults=())
