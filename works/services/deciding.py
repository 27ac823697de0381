"""What becomes of each transaction of a registration file, by the society's rules, before anything is written.

RJ rejected by an edit · DU known already from this sender · CO its ISWC belongs to another work · AC accepted with
changes (a field was reset, a record left out, or a known work is revised) · AS accepted as sent · RA an agreement:
received and sound, kept with the file. Answers and notices of others: OK about a work of ours, noted; UM not ours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from works.formats.cwr.edits import fault_of
from works.formats.cwr.reader import CwrReading
from works.formats.cwr.records import CwrFault, CwrRecord, CwrTransaction, Severity
from works.models import ImportedTransaction, RegistrationFile, Work, WorkIdentifier
from works.queries.exports import our_issuer
from works.queries.regrouping import standing_work
from works.rules.identifiers import read_iswc
from works.services.cwr_held_recordings import HeldRecordings
from works.services.cwr_sums import fitted_faults
from works.services.noting import NOTED, UNMATCHED, exported_works, notices_of_iswc

ACCEPTED = ("AS", "AC")
ANSWERED = ("NWR", "REV", "AGR", "WRK")  # by an ACK of ours
TOLD = ("ACK", "ISW")  # what others tell us of works of ours
KEPT = ("AGR", "DRW", "LIC", "ISR", "ISA")  # kept with the file for a person
WORKS = ("NWR", "REV", "WRK")
REVISING = ("REV", "WRK")  # a work of CWR 3 is new or revised, as it happens
COMPLAINTS_KEPT = 200
_KNOWN_HERE, _UNKNOWN_HERE = "NWR-T-013", "NWR-T-002"


@dataclass(frozen=True, slots=True)
class Decision:
    """A transaction with its status. `work` is ours that it concerns; `earlier` is the number of the transaction of
    the same file that brings that work; `faults` are those of the file and those that only our books can raise; `iswc`
    is the one that a new work brings."""

    transaction: CwrTransaction
    status: str
    work: Work | None = None
    earlier: int | None = None
    faults: tuple[CwrFault, ...] = ()
    iswc: str = ""


def slices_of(
    reading: CwrReading, size: int, types: Sequence[str] = (*ANSWERED, *TOLD, *KEPT)
) -> Iterator[list[CwrTransaction]]:
    """The transactions of these types, so many at a time: memory does not grow with the file."""
    part: list[CwrTransaction] = []
    for row in reading:
        if row.type in types:
            part.append(row)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def sender_key(reading: CwrReading) -> str:
    """How we call the sender's numbers: type and number of the file's header."""
    header = reading.header
    return f"{header.sender_type}{header.sender_number.lstrip('0')}"[:20] if header else ""


class Decider:
    """Decides slice after slice of one file, in its order. What earlier slices have brought stands in the rows of the
    file; only the slice itself is remembered."""

    def __init__(self, file: RegistrationFile, sender: str) -> None:
        self.file = file
        self.sender = sender
        self._recordings = HeldRecordings(file.party)
        self._is_ours = sender == our_issuer() and file.party is None
        self._numbers: dict[str, int] = {}
        self._iswcs: dict[str, int] = {}

    def decide(self, transactions: Sequence[CwrTransaction]) -> list[Decision]:
        """The decisions on one slice, in a handful of queries; the rows of the slices before it are written."""
        numbers = {row.header["submitter_work_no"] for row in transactions} - {""}
        iswcs = {_iswc(row) for row in transactions} - {""}
        self._recall(numbers, iswcs, before=transactions[0].number)
        mine = self._known(numbers)
        found = Work.objects.filter(iswc__in=iswcs).select_related("merged_into")
        others = {work.iswc or "": standing_work(work) for work in found}
        told = self._told(transactions)
        self._recordings.look_up(() if self._is_ours else transactions)
        return [
            self._told_decision(row, told)
            if row.type in TOLD
            else self._with_recordings(self._decide(row, mine, others))
            for row in transactions
        ]

    def _with_recordings(self, decision: Decision) -> Decision:
        """A file of our own says what our desk decided; of all others, what waits for the desk is told."""
        if decision.status not in ACCEPTED or self._is_ours:
            return decision
        waiting = self._recordings.faults(decision.transaction, decision.work)
        return replace(decision, faults=(*decision.faults, *waiting)) if waiting else decision

    def _recall(self, numbers: set[str], iswcs: set[str], *, before: int) -> None:
        """The first accepted transactions of the file that brought these numbers and ISWCs."""
        rows = ImportedTransaction.objects.filter(file=self.file, number__lt=before, status__in=ACCEPTED)
        rows = rows.order_by("-number")
        by_number = rows.filter(submitter_number__in=numbers, kind__in=WORKS)
        self._numbers = dict(by_number.values_list("submitter_number", "number"))
        self._iswcs = dict(rows.filter(iswc__in=iswcs).values_list("iswc", "number"))

    def _told(self, transactions: Sequence[CwrTransaction]) -> dict[int, tuple[str, Work]]:
        rows = [row for row in transactions if row.type in TOLD]
        if not rows:
            return {}
        return notices_of_iswc(rows) | {number: (NOTED, sent.work) for number, sent in exported_works(rows).items()}

    def _told_decision(self, row: CwrTransaction, told: dict[int, tuple[str, Work]]) -> Decision:
        if row.is_rejected:
            return Decision(row, "RJ", faults=row.faults)
        status, work = told.get(row.number, (UNMATCHED, None))
        return Decision(row, status, work, faults=row.faults)

    def _known(self, numbers: set[str]) -> dict[str, Work]:
        """Our works by the sender's numbers; a file of our own carries ours."""
        if self.sender == our_issuer():
            return {work.number: work for work in Work.objects.filter(number__in=numbers)}
        known = WorkIdentifier.objects.filter(
            issuer=self.sender, value__in=numbers, identifier_type="W", validity="valid"
        ).select_related("work")
        return {row.value: row.work for row in known}

    def _decide(self, row: CwrTransaction, mine: dict[str, Work], others: dict[str, Work]) -> Decision:
        if row.is_rejected:
            return Decision(row, "RJ", faults=row.faults)
        if row.type in KEPT:
            return Decision(row, "RA", faults=row.faults)
        number, iswc = row.header["submitter_work_no"], _iswc(row)
        own, sent_before = mine.get(number), self._numbers.get(number)
        if own or sent_before:
            status = "AC" if row.type in REVISING else "DU"
            faults = _with(row, _KNOWN_HERE) if status == "DU" else (*row.faults, *fitted_faults(row))
            return Decision(row, status, own, sent_before, faults)
        if iswc in others or iswc in self._iswcs:
            return Decision(row, "CO", others.get(iswc), self._iswcs.get(iswc), row.faults)
        self._numbers[number] = row.number
        if iswc:
            self._iswcs[iswc] = row.number
        faults = (*_with(row, _UNKNOWN_HERE if row.type == "REV" else ""), *fitted_faults(row))
        changed = any(fault.severity in (Severity.FIELD, Severity.RECORD) for fault in faults)
        return Decision(row, "AC" if changed else "AS", faults=faults, iswc=iswc)


def row_of(file: RegistrationFile, decision: Decision) -> ImportedTransaction:
    """The row that keeps a decision, not saved."""
    header = decision.transaction.header
    return ImportedTransaction(
        file=file,
        number=decision.transaction.number,
        kind=decision.transaction.type,
        title=header["title"] or header["creation_title"],
        submitter_number=_sender_number(header),
        iswc=decision.iswc,
        agreements=_agreements_named(decision.transaction),
        status=decision.status,
        complaints=complaints_of(decision.faults),
        work=decision.work,
    )


def _sender_number(header: CwrRecord) -> str:
    """What the sender calls it: the number of a work, an agreement, or, in an answer, of ours."""
    names = ("submitter_work_no", "submitter_agreement_no", "submitter_creation_no")
    return next((header[name] for name in names if header[name]), "")


def _agreements_named(row: CwrTransaction) -> list[str]:
    """The sender's numbers of the agreements that a work stands under."""
    if row.type not in ("NWR", "REV"):
        return []
    return sorted({record["submitter_agreement_no"] for record in row.records} - {""})


def complaints_of(faults: Iterable[CwrFault]) -> list[dict[str, Any]]:
    """Complaints as they are kept: English texts with their places apart, so that each reader gets her language."""
    return [
        {
            "line": fault.line,
            "record": fault.record_type,
            "field": fault.field,
            "value": fault.value[:100],
            "message": fault.message,
            "remedy": fault.remedy,
            "facts": {name: text[:100] for name, text in fault.facts.items()},
            "edit": fault.edit,
            "severity": fault.severity.value,
            "count": fault.count,
        }
        for fault in list(faults)[:COMPLAINTS_KEPT]
    ]


def faults_of(row: CwrTransaction, kept: ImportedTransaction) -> tuple[CwrFault, ...]:
    """The faults of a transaction that was decided before: its own and those our books raised then."""
    told = {complaint["edit"] for complaint in kept.complaints}
    raised = next((edit for edit in (_KNOWN_HERE, _UNKNOWN_HERE) if edit in told), "")
    return _with(row, raised)


def _with(row: CwrTransaction, edit: str) -> tuple[CwrFault, ...]:
    """The transaction's own faults and one that only the receiver's books can raise."""
    fault = fault_of(row, edit) if edit else None
    return (*row.faults, fault) if fault else row.faults


def _iswc(row: CwrTransaction) -> str:
    text = row.header["iswc"]
    return read_iswc(text).value if text else ""
