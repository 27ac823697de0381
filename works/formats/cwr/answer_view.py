"""An acknowledgement received from a society as values: what it answers, what it says, which works stand behind it."""

from dataclasses import dataclass
from datetime import date

from works.formats.cwr.codes import AnswerState, answer_state
from works.formats.cwr.edits import edit_told
from works.formats.cwr.records import CwrRecord, CwrTransaction
from works.formats.cwr.work import WorkTransaction
from works.formats.cwr.work_view import work_of


@dataclass(frozen=True, slots=True)
class AnswerMessage:
    """A message: what was refused (F R T G E), the record and rule it is about, its text, our words for the rule."""

    message_type: str
    original_record_seq: int
    record_type: str
    level: str
    validation_no: str
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """An ACK: `created`, `created_time`, group and sequence lead to the transaction it answers.

    `state` is what the status means in the version of the file, None for letters that no version knows.
    """

    created: date | None
    created_time: str
    original_group: int
    original_sequence: int
    original_type: str
    title: str
    submitter_work_no: str
    recipient_work_no: str
    processed: date | None
    status: str
    state: AnswerState | None
    messages: tuple[AnswerMessage, ...]
    works: tuple[WorkTransaction, ...]
    conflicts: tuple[WorkTransaction, ...]


def answer_of(transaction: CwrTransaction) -> ReceivedAnswer:
    """The answer of an ACK transaction. ValueError for any other."""
    if transaction.type != "ACK":
        raise ValueError(transaction.type)
    record = transaction.header
    works = [work_of(work) for work in transaction.works()]
    return ReceivedAnswer(
        record.date("creation_date"),
        record["creation_time"],
        record.number("original_group_id"),
        record.number("original_transaction_seq"),
        record["original_transaction_type"],
        record["creation_title"],
        record["submitter_creation_no"],
        record["recipient_creation_no"],
        record.date("processing_date"),
        record["transaction_status"],
        answer_state(transaction.version, record["transaction_status"]),
        tuple(_message(record) for record in transaction.records if record.type == "MSG"),
        tuple(work for work in works if work.transaction_type != "EXC"),
        tuple(work for work in works if work.transaction_type == "EXC"),
    )


def _message(record: CwrRecord) -> AnswerMessage:
    record_type, level, number = (
        record["record_type_in_error"].upper(),
        record["message_level"],
        record["validation_no"],
    )
    edit = edit_told(record_type, level, number)
    rule = edit.rule if edit else ""
    return AnswerMessage(
        record["message_type"], record.number("original_record_seq"), record_type, level, number, record["text"], rule
    )
