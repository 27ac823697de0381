"""What becomes of each transaction of a registration file, by the society's rules, before anything is written.

RJ rejected by an edit, an agreement in which an IPI number stands with the name of somebody else, or not for this
member to say · DU known already from this sender · CO its ISWC belongs to another work, or others hold shares beside
which those of a revision do not fit · AC accepted with changes (a field was reset, a record left out, shares evened
out) · AS accepted as sent · RA received and sound, kept for a person: a revision that takes share from a member or is
older than what stands; an agreement until the works of the file are taken. Answers and notices of others: OK about a
work of ours, noted; UM not ours. The reason of every status but AS and OK stands with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from works.formats.cwr.edits import fault_of, remark_of
from works.formats.cwr.reader import CwrReading
from works.formats.cwr.records import CwrFault, CwrRecord, CwrTransaction, Severity
from works.formats.cwr.work_view import work_of
from works.models import ExportFile, ImportedTransaction, RegistrationFile, Work, WorkIdentifier, WorkShare
from works.queries.exports import our_issuer
from works.queries.regrouping import standing_work
from works.rules.identifiers import read_iswc
from works.services.cwr_bearers import Bearers, bearer_faults
from works.services.cwr_changes import Revised, revised_shares
from works.services.cwr_held_recordings import HeldRecordings
from works.services.cwr_likeness import AlikeWorks
from works.services.cwr_member_files import MemberFile
from works.services.cwr_sums import fitted_faults
from works.services.cwr_works import claimed_in
from works.services.linking import CONFLICT, Notice, notices_of
from works.services.revising import excess_faults, staying_shares

ACCEPTED = ("AS", "AC")
ANSWERED = ("NWR", "REV", "AGR", "WRK")  # by an ACK of ours
TOLD = ("ACK", "ISW")  # what others tell us of works of ours
KEPT = ("AGR", "DRW", "LIC", "ISR", "ISA")  # kept with the file for a person
WORKS = ("NWR", "REV", "WRK")
REVISING = ("REV", "WRK")  # a work of CWR 3 is new or revised, as it happens
KEPT_BACK = "RA"
COMPLAINTS_KEPT = 200
_KNOWN_HERE, _UNKNOWN_HERE = "NWR-T-013", "NWR-T-002"


@dataclass(frozen=True, slots=True)
class Decision:
    """A transaction with its status. `work` is ours that it concerns; `earlier` is the number of the transaction of
    the same file that brings that work; `faults` are those of the file and those that only our books can raise; `iswc`
    is the one that a new work brings. `excess` says why the shares of a revision do not fit beside those of others: the
    outcome is then a conflict, while `status` is what it would be without."""

    transaction: CwrTransaction
    status: str
    work: Work | None = None
    earlier: int | None = None
    faults: tuple[CwrFault, ...] = ()
    iswc: str = ""
    excess: tuple[CwrFault, ...] = ()


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

    def __init__(self, file: RegistrationFile, sender: str, *, is_person: bool = False) -> None:
        """`is_person` says that the desk has decided to take what would wait for it."""
        self.file = file
        self.is_person = is_person
        self.sender = sender
        self._recordings = HeldRecordings(file.party)
        self._member = MemberFile(file.party, sender) if file.party else None
        self._is_ours = sender == our_issuer() and file.party is None
        self._bearers = Bearers(is_ours=sender == our_issuer())
        self._numbers: dict[str, int] = {}
        self._iswcs: dict[str, int] = {}
        self._staying: Mapping[int, Sequence[WorkShare]] = {}
        self._ours: set[int] = set()
        self._alike = AlikeWorks(file)
        self._revised: Mapping[int, Revised] = {}

    def decide(self, transactions: Sequence[CwrTransaction]) -> list[Decision]:
        """The decisions on one slice, in a handful of queries; the rows of the slices before it are written."""
        self._bearers.look_up([row for row in transactions if row.type in ANSWERED])
        transactions = [self._with_bearers(row) for row in transactions]
        numbers = {row.header["submitter_work_no"] for row in transactions} - {""}
        iswcs = {_iswc(row) for row in transactions} - {""}
        self._recall(numbers, iswcs, before=transactions[0].number)
        mine = self._known(numbers)
        found = Work.objects.filter(iswc__in=iswcs).select_related("merged_into")
        others = {work.iswc or "": standing_work(work) for work in found}
        known = {work.pk for work in mine.values()}
        self._staying = staying_shares(known, self.sender)
        self._ours = self._documented_here(known)
        self._revised = revised_shares(self.file, self.sender, self._revisions(transactions, mine))
        self._recordings.look_up(() if self._is_ours else transactions)
        self._alike.look_up(() if self._is_ours else transactions)
        if self._member:
            self._member.look_up(known, on=self.file.created_at.date())
        told = notices_of([row for row in transactions if row.type in TOLD], self.sender)
        return [
            self._refused(row, mine)
            or (
                _told_decision(row, told[row.number])
                if row.type in TOLD
                else self._with_remarks(self._decide(row, mine, others))
            )
            for row in transactions
        ]

    def _refused(self, row: CwrTransaction, mine: Mapping[str, Work]) -> Decision | None:
        """A transaction of a member's file that is not hers to say; None for all others."""
        if self._member is None or row.is_rejected:
            return None
        number = row.header["submitter_work_no"]
        own, fault = mine.get(number), self._member.refusal(row, self.file.sender)
        if fault is None and own is not None and row.type in REVISING:
            fault = self._member.refusal_of_revised(row, own)
        elif fault is None and own is None and row.type in WORKS and number not in self._numbers:
            fault = self._member.refusal_of_new(row)
        return Decision(row, "RJ", own, faults=(*row.faults, fault)) if fault else None

    def _with_bearers(self, row: CwrTransaction) -> CwrTransaction:
        """Of a work without the IPI numbers that stand with the name of somebody else; of an agreement refused then."""
        wrong = () if row.is_rejected or row.type not in ANSWERED else self._bearers.faults(row)
        return replace(row, faults=(*row.faults, *wrong)) if wrong else row

    def _with_remarks(self, decision: Decision) -> Decision:
        """A file of our own says what our desk decided; of all others, what waits for the desk is told, and what a new
        work looks like."""
        if decision.status not in ACCEPTED or self._is_ours:
            return decision
        told = self._recordings.faults(decision.transaction, decision.work)
        if decision.work is None and decision.earlier is None:
            told += self._alike.faults(decision.transaction)
        return replace(decision, faults=(*decision.faults, *told)) if told else decision

    def _recall(self, numbers: set[str], iswcs: set[str], *, before: int) -> None:
        """The first accepted transactions of the file that brought these numbers and ISWCs."""
        rows = ImportedTransaction.objects.filter(file=self.file, number__lt=before, status__in=ACCEPTED)
        rows = rows.order_by("-number")
        by_number = rows.filter(submitter_number__in=numbers, kind__in=WORKS)
        self._numbers = dict(by_number.values_list("submitter_number", "number"))
        self._iswcs = dict(rows.filter(iswc__in=iswcs).values_list("iswc", "number"))

    def _known(self, numbers: set[str]) -> dict[str, Work]:
        """Our works by the sender's numbers; a file of our own carries ours."""
        if self.sender == our_issuer():
            return {work.number: work for work in Work.objects.filter(number__in=numbers)}
        known = WorkIdentifier.objects.filter(
            issuer=self.sender, value__in=numbers, identifier_type="W", validity="valid"
        ).select_related("work")
        return {row.value: row.work for row in known}

    def _documented_here(self, works: set[int]) -> set[int]:
        """Of these works those about which a file of our own tells us nothing: it came from here, or their shares were
        never brought by a file of ours."""
        if self.sender != our_issuer() or not works:
            return set()
        if ExportFile.objects.filter(report__sha256=bytes(self.file.sha256).hex()).exists():
            return works
        brought = WorkShare.objects.filter(work__in=works, source=self.sender).values_list("work_id", flat=True)
        return works - set(brought)

    def _revisions(
        self, transactions: Sequence[CwrTransaction], mine: Mapping[str, Work]
    ) -> dict[int, list[CwrTransaction]]:
        """work → the transactions of a slice that revise it."""
        found: dict[int, list[CwrTransaction]] = defaultdict(list)
        for row in transactions:
            work = mine.get(row.header["submitter_work_no"])
            if row.type in REVISING and not row.is_rejected and work is not None and work.pk not in self._ours:
                found[work.pk].append(row)
        return found

    def _decide(self, row: CwrTransaction, mine: dict[str, Work], others: dict[str, Work]) -> Decision:
        if row.is_rejected:
            return Decision(row, "RJ", faults=row.faults)
        if row.type in KEPT:
            told = () if row.type in ANSWERED else (remark_of(row, "kept_for_person", {"value": row.type}),)
            return Decision(row, "RA", faults=(*row.faults, *told))
        number, iswc = row.header["submitter_work_no"], _iswc(row)
        own, sent_before = mine.get(number), self._numbers.get(number)
        if own or sent_before:
            return self._known_again(row, own, sent_before)
        if iswc in others or iswc in self._iswcs:
            return self._iswc_conflict(row, iswc, others.get(iswc))
        self._numbers[number] = row.number
        if iswc:
            self._iswcs[iswc] = row.number
        faults = (*_with(row, _UNKNOWN_HERE if row.type == "REV" else ""), *fitted_faults(row))
        return Decision(row, _accepted(faults), faults=faults, iswc=iswc)

    def _known_again(self, row: CwrTransaction, own: Work | None, sent_before: int | None) -> Decision:
        """A work that this sender has told of before: a revision is taken, anything else known already."""
        if own is not None and own.pk in self._ours:
            return Decision(row, "DU", own, sent_before, (*row.faults, remark_of(row, "own_work")))
        if row.type not in REVISING:
            return Decision(row, "DU", own, sent_before, _with(row, _KNOWN_HERE))
        staying = self._staying.get(own.pk, ()) if own else ()
        excess = excess_faults(row, claimed_in(work_of(row)), staying) if staying else ()
        faults, revised = (*row.faults, *fitted_faults(row)), self._revised.get(row.number, Revised())
        if revised.doubts and not excess and not self.is_person:
            return Decision(row, KEPT_BACK, own, sent_before, (*row.faults, *revised.changes, *revised.doubts))
        return Decision(row, _accepted(faults), own, sent_before, (*faults, *revised.changes), excess=excess)

    def _iswc_conflict(self, row: CwrTransaction, iswc: str, other: Work | None) -> Decision:
        earlier = self._iswcs.get(iswc)
        if other is not None:
            told = remark_of(row, "iswc_taken", {"value": iswc, "number": other.number, "title": other.title})
        else:
            told = remark_of(row, "iswc_in_file", {"value": iswc, "number": str(earlier)})
        return Decision(row, CONFLICT, other, earlier, (*row.faults, told))


def _told_decision(row: CwrTransaction, notice: Notice) -> Decision:
    if row.is_rejected:
        return Decision(row, "RJ", faults=row.faults)
    return Decision(row, notice.status, notice.work, faults=(*row.faults, *notice.faults))


def _accepted(faults: Iterable[CwrFault]) -> str:
    """Accepted as sent, or with changes."""
    return "AC" if any(fault.severity in (Severity.FIELD, Severity.RECORD) for fault in faults) else "AS"


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
        status=CONFLICT if decision.excess else decision.status,
        complaints=complaints_of((*decision.faults, *decision.excess)),
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
    """The faults of a transaction that was decided before: its own, those our books raised then, names that did not fit
    their numbers, and the shares that were evened out."""
    told = {complaint["edit"] for complaint in kept.complaints}
    raised = next((edit for edit in (_KNOWN_HERE, _UNKNOWN_HERE) if edit in told), "")
    return (*_with(row, raised), *bearer_faults(row, kept), *(fitted_faults(row) if kept.status in ACCEPTED else ()))


def _with(row: CwrTransaction, edit: str) -> tuple[CwrFault, ...]:
    """The transaction's own faults and one that only the receiver's books can raise."""
    fault = fault_of(row, edit) if edit else None
    return (*row.faults, fault) if fault else row.faults


def _iswc(row: CwrTransaction) -> str:
    text = row.header["iswc"]
    return read_iswc(text).value if text else ""
