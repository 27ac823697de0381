"""The society's own bank files: bulk payments out, the bank's answers back. UTF-8 CSV, one kind of record a line.

Out: `H,batch,date,currency,count,total` · `D,line,iban,beneficiary,amount,reference` · `T,count,total`. The same batch
gives the same bytes. Back: `batch,line,status,reference,reason` with status PAID or REJECTED.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cmo_portal.common.tables.errors import RowError
from cmo_portal.common.tables.writing import inert
from cmo_portal.common.texts import Text, _, say

STATUSES = ("PAID", "REJECTED")
HEADING = ["batch", "line", "status", "reference", "reason"]
LONGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment for the bank; `amount` in whole minor units."""

    line_no: int
    iban: str
    beneficiary: str
    amount: int


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """What the bank says of one payment."""

    line_no: int
    is_paid: bool
    reference: str
    reason: str


def write_bank_file(*, batch: str, pay_on: dt.date, currency: str, decimals: int, lines: Sequence[BankLine]) -> bytes:
    """The file for the bank, lines in order, with count and control total at both ends."""
    ordered = sorted(lines, key=lambda line: line.line_no)
    total = _decimal(sum(line.amount for line in ordered), decimals)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["H", batch, pay_on.isoformat(), currency, len(ordered), total])
    for line in ordered:
        reference = f"{batch}-{line.line_no:05d}"
        amount = _decimal(line.amount, decimals)
        writer.writerow(["D", line.line_no, line.iban, inert(line.beneficiary), amount, reference])
    writer.writerow(["T", len(ordered), total])
    return out.getvalue().encode()


def read_bank_answers(
    data: bytes, *, filename: str, batch: str, lines: Iterable[int], taken: Mapping[int, BankAnswer] | None = None
) -> tuple[list[BankAnswer], list[RowError]]:
    """Every new answer and every complaint: unknown or repeated line, another batch, unknown status, missing reason,
    and an answer other than the one in `taken`, the answers of earlier files. What these said already is passed over.
    """
    errors: list[RowError] = []
    answers: dict[int, BankAnswer] = {}
    known, earlier = set(lines), taken or {}

    def complain(row: int, column: str, value: str, message: Text, remedy: Text) -> None:
        errors.append(RowError(file=filename, row=row, column=column, value=value[:80], message=message, remedy=remedy))

    rows, damage = _rows(data)
    if damage:
        complain(1, *damage)
        return [], errors
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = [cell.strip() for cell in row] + [""] * (5 - len(row))
        fault = _fault(cells, batch, known, answers)
        if fault:
            complain(number, *fault)
            continue
        answer = BankAnswer(int(cells[1]), cells[2].upper() == "PAID", cells[3][:60], cells[4][:200])
        answers[answer.line_no] = answer
        if (before := earlier.get(answer.line_no)) and (other := _difference(cells, before, answer)):
            complain(number, *other)
    if not answers and not errors:
        complain(2, "", "", _("This file answers no line."), _("Ask the bank for its answer."))
    return [answer for answer in answers.values() if answer.line_no not in earlier], errors


def _rows(data: bytes) -> tuple[list[list[str]], tuple[str, str, Text, Text] | None]:
    """The rows with their headings, or the one thing that keeps the whole file from being read."""
    if len(data) > LONGEST:
        return [], ("", "", _("This file is too large for a bank's answer."), _("Split it; each part answers lines."))
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    except csv.Error as error:
        cure = _("A cell is too long or a quotation mark is not closed. Ask the bank for its file again.")
        return [], ("", str(error), _("This file cannot be read as CSV."), cure)
    except UnicodeDecodeError:
        return [], ("", "", _("This file is not UTF-8 text."), _("Save the bank's answer as CSV in UTF-8."))
    if not rows or [cell.strip().lower() for cell in rows[0]] != HEADING:
        remedy = say(_("The first row reads: {heading}."), heading=",".join(HEADING))
        first = ",".join(rows[0]) if rows else ""
        return [], ("", first, _("The headings of this file are not those of a bank's answer."), remedy)
    return rows, None


def _difference(cells: list[str], before: BankAnswer, now: BankAnswer) -> tuple[str, str, Text, Text] | None:
    """The first column in which a line is answered otherwise than in an earlier file."""
    names = {"is_paid": 2, "reference": 3, "reason": 4}
    place = next((place for name, place in names.items() if getattr(before, name) != getattr(now, name)), None)
    if place is None:
        return None
    said = (STATUSES[0] if before.is_paid else STATUSES[1], before.reference, before.reason)[place - 2]
    message = _("An earlier file answered this line otherwise.")
    return HEADING[place], cells[place], message, say(_("It said: {said}. Ask the bank which is right."), said=said)


def _fault(
    cells: list[str], batch: str, known: set[int], answers: dict[int, BankAnswer]
) -> tuple[str, str, Text, Text] | None:
    of_batch, line, status, _reference, reason = cells[:5]
    if of_batch != batch:
        return "batch", of_batch, _("This answer is for another batch."), say(_("This batch is {batch}."), batch=batch)
    if not line.isascii() or not line.isdigit() or int(line) not in known:
        return "line", line, _("This batch has no such line."), _("Compare the line numbers with the bank file.")
    if int(line) in answers:
        return "line", line, _("This line is answered twice."), _("Keep one answer for each line.")
    if status.upper() not in STATUSES:
        return "status", status, _("This status is not known."), _("Write PAID or REJECTED.")
    if status.upper() == "REJECTED" and not reason:
        return "reason", "", _("A rejected payment needs the bank's reason."), _("Fill in why it was rejected.")
    return None


def _decimal(amount: int, decimals: int) -> str:
    whole, rest = divmod(amount, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)
