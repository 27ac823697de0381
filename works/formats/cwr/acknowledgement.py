"""The society's answer to a file of works: an ACK for each transaction, its messages, the work as sent, conflicts.

Messages stand before the record they talk about, which is of the type whose rule they name: what a rule of the work
finds at a party is told at the work, with the party named in the text. The records of one answer count on from its ACK
through messages, work and conflicting works. The work goes back as it came, on full lines and in the answer's
numbering, with its reset fields as reset and with what the society knows better.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from typing import BinaryIO

from works.formats.cwr.characters import transliterated
from works.formats.cwr.codes import AnswerState, answer_state, statuses_written
from works.formats.cwr.edits import edits, family_of, sequence_of
from works.formats.cwr.encoding import CwrWriteError, WriteProblem, problem
from works.formats.cwr.layouts import TRANSACTION_HEADERS, Field, layout_of
from works.formats.cwr.records import CwrFault, CwrHeader, CwrRecord, CwrTransaction, Severity
from works.formats.cwr.structure import PARENTS
from works.formats.cwr.values import is_digits, write_date
from works.formats.cwr.work import WorkTransaction
from works.formats.cwr.work_records import work_drafts
from works.formats.cwr.writer import Draft, FileSender, FileWriter, WrittenTotals

LONGEST_MESSAGE = 150
_NO_TRAILER = "FILE-E-005"

# What a message says was refused, and how its text ends.
_REACH = {
    Severity.FILE: ("E", "FILE REFUSED"),
    Severity.GROUP: ("G", "GROUP REFUSED"),
    Severity.TRANSACTION: ("T", "TRANSACTION REFUSED"),
    Severity.RECORD: ("R", "RECORD LEFT OUT"),
    Severity.FIELD: ("F", "FIELD RESET"),
}
_ACCEPTING = frozenset({AnswerState.PAYABLE, AnswerState.PAYABLE_CHANGED})
_NUMERIC = frozenset({"N", "N%", "D", "T"})
_QUOTES = str.maketrans({"“": "'", "”": "'", "’": "'", "–": "-"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the society says of one transaction.

    `faults` are those of the transaction unless given; `better` replaces fields by record index and field name with
    what the society knows (an ISWC, an IPI name number); `conflicts` are its own works that stand against an answer CO.
    """

    transaction: CwrTransaction
    status: str
    recipient_work_no: str = ""
    faults: tuple[CwrFault, ...] | None = None
    better: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    conflicts: tuple[WorkTransaction, ...] = ()

    @property
    def told_faults(self) -> tuple[CwrFault, ...]:
        """The faults that messages can carry: all but warnings and remarks without a number."""
        faults = self.transaction.faults if self.faults is None else self.faults
        return tuple(fault for fault in faults if fault.severity in _REACH and fault.edit in edits())


def write_acknowledgement(
    out: BinaryIO,
    *,
    original: CwrHeader,
    sender: FileSender,
    created: datetime,
    processed: date,
    answers: Iterable[Answer],
    file_faults: Sequence[CwrFault] = (),
    notices: Iterable[tuple[CwrTransaction, str]] = (),
) -> WrittenTotals:
    """Write the answer to the file that began with `original`, in that file's version: a group of answers, and one of
    notices of ISWCs (`notices` gives a work as sent and its ISWC) where there are any.

    `answers` may be lazy. Faults of the file that refuse it become an answer of their own, about HDR or TRL. A status
    that the version does not have, an acceptance without our work number, or a conflict without a work (or a work
    without a conflict) raises CwrWriteError, and so does nothing to answer.
    """
    writer = FileWriter(out, original.version, sender, created)
    _write_group(writer, "ACK", _transactions(original, processed, answers, file_faults))
    _write_group(writer, "ISW", (_notice(work, iswc, original.version) for work, iswc in notices))
    return writer.finish()


def _write_group(writer: FileWriter, kind: str, transactions: Iterable[list[Draft]]) -> None:
    is_open = False
    for drafts in transactions:
        if not is_open:
            writer.begin_group(kind)
            is_open = True
        writer.transaction(drafts)
    if is_open:
        writer.end_group()


def _notice(transaction: CwrTransaction, iswc: str, version: str) -> list[Draft]:
    """The work as sent, with its ISWC."""
    header, *records = [record for record in transaction.records if record.values]
    return [
        Draft("ISW", _echoed(header, version, {"iswc": iswc}), is_echo=True),
        *(Draft(record.type, _echoed(record, version, {}), is_echo=True) for record in records),
    ]


def _transactions(
    original: CwrHeader, processed: date, answers: Iterable[Answer], file_faults: Sequence[CwrFault]
) -> Iterator[list[Draft]]:
    told = [fault for fault in file_faults if fault.severity in _REACH and fault.edit in edits()]
    for record_type in ("HDR", "TRL"):
        about = [fault for fault in told if _is_about_the_end(fault) == (record_type == "TRL")]
        if about:
            acknowledged = _acknowledged(original, processed, "RJ", {"original_transaction_type": record_type})
            yield [acknowledged, *(_message(fault) for fault in about)]
    for answer in answers:
        yield _answer(original, processed, answer)


def _is_about_the_end(fault: CwrFault) -> bool:
    return fault.edit.startswith("TRL-") or fault.edit == _NO_TRAILER


def _answer(original: CwrHeader, processed: date, answer: Answer) -> list[Draft]:
    transaction, version = answer.transaction, original.version
    problems = _problems(answer, version)
    if problems:
        raise CwrWriteError(tuple(problems))
    header = transaction.header
    fallback = transaction.group_type if transaction.group_type in TRANSACTION_HEADERS else "NWR"
    texts = {
        "original_group_id": transaction.group if is_digits(transaction.group) else "0",
        "original_transaction_seq": str(transaction.sequence or 0),
        "original_transaction_type": transaction.type if transaction.type in TRANSACTION_HEADERS else fallback,
        "creation_title": _fitting(header["title"], 60),
        "submitter_creation_no": _fitting(header["submitter_work_no"] or header["submitter_agreement_no"], 20),
        "recipient_creation_no": answer.recipient_work_no,
    }
    drafts = [_acknowledged(original, processed, answer.status, texts), *_echo(answer, version)]
    for work in answer.conflicts:
        # The existing work may be less complete than the rules ask of a registration.
        drafts += [draft._replace(is_echo=True) for draft in work_drafts(work, version, "EXC")]
    return drafts


def _problems(answer: Answer, version: str) -> list[WriteProblem]:
    state = answer_state(version, answer.status)
    problems = []
    if answer.status not in statuses_written(version):
        problems.append(problem("status_unwritten", "ACK", "transaction_status", answer.status, version=version))
    if state in _ACCEPTING and not answer.recipient_work_no.strip():
        problems.append(problem("number_missing", "ACK", "recipient_creation_no", ""))
    if state is AnswerState.CONFLICT and not answer.conflicts:
        problems.append(problem("conflict_missing", "ACK", "transaction_status", answer.status))
    if state is not AnswerState.CONFLICT and answer.conflicts:
        problems.append(problem("conflict_unasked", "ACK", "transaction_status", answer.status))
    return problems


def _acknowledged(original: CwrHeader, processed: date, status: str, about: Mapping[str, str]) -> Draft:
    texts = {
        "creation_date": original.created if is_digits(original.created) else "",
        "creation_time": original.created_time if is_digits(original.created_time) else "",
        "processing_date": write_date(processed),
        "transaction_status": status,
        **about,
    }
    return Draft("ACK", texts)


def _echo(answer: Answer, version: str) -> Iterator[Draft]:
    """Messages and the work, each message before its record; those about no record, or one not shown, come first."""
    records = answer.transaction.records
    shown = {index for index, record in enumerate(records) if record.values}
    messages: dict[int, list[Draft]] = {}
    reset: dict[int, dict[str, str]] = {}
    for fault in answer.told_faults:
        place = _place_of(fault, records)
        messages.setdefault(place if place in shown else 0, []).append(_message(fault, records, place))
        if fault.severity is Severity.FIELD and fault.field:
            reset.setdefault(fault.index, {})[fault.field] = fault.replacement
    for index, record in enumerate(records):
        yield from messages.get(index, ())
        if index in shown:
            resets = reset.get(index, {})
            yield Draft(record.type, _echoed(record, version, {**resets, **answer.better.get(index, {})}), is_echo=True)


def _place_of(fault: CwrFault, records: Sequence[CwrRecord]) -> int:
    """The place of the record that a message names: the one at fault, or where the rule is that of another type, its
    first line, its party or the header of the transaction."""
    family, index = family_of(_told_as(fault)[0]), max(fault.index, 0)
    lines = takewhile(lambda place: records[place].type in PARENTS, range(index + 1, len(records)))
    above = (place for place in range(index - 1, 0, -1) if records[place].type not in PARENTS)
    party = next(above, 0) if records[index].type in PARENTS else 0
    places = (index, *lines, party, 0)
    return next((place for place in places if family_of(records[place].type) == family), index)


def _told_as(fault: CwrFault) -> tuple[str, str, str]:
    """Record type, level and number of the rule that a message names.

    Rules on the first bytes of a record have no record type to be told under; what they find is told as a transaction
    that holds more than one, or as a file that cannot be read.
    """
    family, level, number = fault.edit.split("-")
    if family == "PREFIX":
        return ("NWR", "T", "001") if fault.index >= 0 else ("HDR", "E", "001")
    if family == "FILE":
        return ("TRL" if fault.edit == _NO_TRAILER else "HDR"), level, number
    return family, level, number


def _message(fault: CwrFault, records: Sequence[CwrRecord] = (), place: int = 0) -> Draft:
    """A message at a place of the transaction; without records it is about the file."""
    reach, ending = _REACH[fault.severity]
    record_type, level, number = _told_as(fault)
    is_elsewhere = records and fault.index not in (place, -1)
    said = f"{fault.record_type} {fault.record_sequence}: {fault.text}" if is_elsewhere else fault.text
    text = _fitting(said.translate(_QUOTES), LONGEST_MESSAGE - len(ending) - 3)
    if records and family_of(records[place].type) == family_of(record_type):
        record_type = records[place].type
    texts = {
        "message_type": reach,
        "original_record_seq": str(sequence_of(records, place)),
        "record_type_in_error": record_type,
        "message_level": level,
        "validation_no": number,
        "text": f"{text} - {ending}",
    }
    return Draft("MSG", texts)


def _fitting(text: str, length: int) -> str:
    """Text of any origin as upper-case ASCII of a limited length; what has no such letter shows as a question mark."""
    shown = transliterated(text)
    return "".join(char if char.isascii() and char.isprintable() else "?" for char in shown)[:length].strip()


def _echoed(record: CwrRecord, version: str, changes: Mapping[str, str]) -> dict[str, str]:
    layout = layout_of(version, record.type)
    fields = layout.data_fields if layout else ()
    return {field.name: _echoed_field(field, changes.get(field.name, record[field.name])) for field in fields}


def _echoed_field(field: Field, text: str) -> str:
    if field.format in _NUMERIC:
        # Letters in a number cannot go back into it; the message about them quotes them.
        return text[: field.length] if is_digits(text) else ""
    if field.name.endswith("society") and is_digits(text):
        text = text.zfill(3)
    return _fitting(text, field.length)
