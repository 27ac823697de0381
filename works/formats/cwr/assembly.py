"""One transaction in the making: its records as they come, and the numbers they should carry."""

from works.formats.cwr.edits import Findings
from works.formats.cwr.layouts import WORK_HEADERS, transaction_headers
from works.formats.cwr.profile import CheckProfile
from works.formats.cwr.records import CwrRecord, CwrTransaction

# A transaction of a real file has some hundreds of records; beyond this bound the rest is counted, not kept.
MOST_RECORDS = 20_000

_BODIES = frozenset({"NWR", "REV", "AGR", "WRK", "EXC"})


class OpenTransaction:
    """Takes the records of one transaction and complains of their numbering."""

    def __init__(self, version: str, profile: CheckProfile, number: int, group: str, group_type: str) -> None:
        self.version = version
        self.number = number
        self.group = group
        self.group_type = group_type
        self.records: list[CwrRecord] = []
        self.findings = Findings(version, profile, self.records)
        self._headers = transaction_headers(version)
        self._bodies: set[str] = set()
        self._due = 1
        self._due_transaction: int | None = None

    @property
    def type(self) -> str:
        """The type of the record that opened it."""
        return self.records[0].type

    @property
    def sequence(self) -> int | None:
        """The transaction number as printed on the header."""
        return self.records[0].transaction_sequence

    def open(self, record: CwrRecord, due: int | None) -> None:
        """Take the header; `due` is its number by the count of the group, None for the first of a group."""
        self.records.append(record)
        self._due_transaction = due
        printed = record.raw[3:11]
        if record.type not in self._headers:
            # Whatever a profile tolerates: what cannot be read cannot be accepted.
            self.findings.refuse("PREFIX-F-001", 0, value=record.type)
        if due is None and self.sequence != 0:
            self.findings.add("PREFIX-F-002", 0, value=printed)
        elif due is not None and self.sequence != due:
            self.findings.add("PREFIX-F-003", 0, value=printed, due=f"{due:08d}")
        if record.sequence != 0:
            self.findings.add("PREFIX-F-005", 0, value=record.raw[11:19])
        self._check_group_type(record)

    def _check_group_type(self, record: CwrRecord) -> None:
        if not self.group_type or record.type == self.group_type or record.type not in self._headers:
            return
        facts = {"type": record.type, "value": self.group_type, "text": "NWR-T-022"}
        if record.type in WORK_HEADERS:
            self.findings.add("NWR-T-022", 0, **facts)
        elif record.type == "ACK":
            self.findings.add("ACK-T-004", 0, **facts)
        else:
            self.findings.warn("NWR-T-022", 0, type=record.type, value=self.group_type)

    def takes(self, record: CwrRecord) -> bool:
        """Whether the record belongs here rather than opening a transaction of its own."""
        if record.type not in self._headers:
            opens = not record.values and record.sequence == 0 and record.transaction_sequence != self.sequence
            return not opens
        if self.type != "ACK" or record.type not in _BODIES:
            return False
        if record.type == "EXC":
            return True
        if self._bodies - {"EXC"}:
            return False
        # Outside a group of answers, a work directly behind one belongs to it only when its numbers say so.
        continues = record.transaction_sequence == self.sequence and record.sequence != 0
        return self.group_type == "ACK" or continues

    def add(self, record: CwrRecord) -> None:
        """Take a record that belongs here."""
        index = len(self.records)
        if index >= MOST_RECORDS:
            if index == MOST_RECORDS:
                self.findings.add("NWR-T-008", 0, text="too_many_records", limit=str(MOST_RECORDS))
            return
        self.records.append(record)
        if record.type in _BODIES:
            self._bodies.add(record.type)
        self._check_transaction_number(index, record)
        if record.sequence != self._due:
            self.findings.add("PREFIX-F-006", index, value=record.raw[11:19], due=f"{self._due:08d}")
        self._due = (self._due if record.sequence is None else record.sequence) + 1

    def _check_transaction_number(self, index: int, record: CwrRecord) -> None:
        number, due = record.transaction_sequence, self.sequence
        # Where the header's own number jumps, its details may still carry the one that was due.
        if number is not None and number in (due, self._due_transaction):
            return
        facts = {"value": record.raw[3:11], "due": self.records[0].raw[3:11]}
        if self.type == "ACK" or number is None or due is None:
            # Blank and garbled numbers harm nothing; in an answer the documents allow other numbers.
            self.findings.warn("PREFIX-F-004", index, edit="PREFIX-F-004", **facts)
        else:
            self.findings.add("PREFIX-F-004", index, **facts)

    def closed(self) -> CwrTransaction:
        """The transaction as received, with the complaints about its numbering."""
        return CwrTransaction(
            self.type,
            self.version,
            self.number,
            self.sequence,
            self.group,
            self.group_type,
            self.records[0].line,
            tuple(self.records),
            tuple(self.findings.faults),
        )
