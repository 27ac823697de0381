"""The society's own bank files: bulk payments out, the bank's answers back. UTF-8 CSV, one kind of record a line.

Out: `H,batch,date,currency,count,total` · `D,line,iban,beneficiary,amount,reference` · `T,count,total`. The same batch
gives the same bytes. Back: `batch,line,status,reference,reason` with status PAID or REJECTED.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
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
    data: bytes, *, filename: str, batch: str, lines: Iterable[int]
) -> tuple[list[BankAnswer], list[RowError]]:
    """Every answer and every complaint: unknown or repeated line, another batch, unknown status, missing reason."""
    errors: list[RowError] = []
    answers: dict[int, BankAnswer] = {}
    known = set(lines)

    def complain(row: int, column: str, value: str, message: Text, remedy: Text) -> None:
        errors.append(RowError(file=filename, row=row, column=column, value=value[:80], message=message, remedy=remedy))

    try:
        text = data[:LONGEST].decode("utf-8-sig")
    except UnicodeDecodeError:
        complain(1, "", "", _("This file is not UTF-8 text."), _("Save the bank's answer as CSV in UTF-8."))
        return [], errors
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or [cell.strip().lower() for cell in rows[0]] != HEADING:
        complain(
            1, "", ",".join(rows[0]) if rows else "", _("The headings of this file are not those of a bank's answer."),
            say(_("The first row reads: {heading}."), heading=",".join(HEADING)),
        )  # fmt: skip
        return [], errors
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = [cell.strip() for cell in row] + [""] * (5 - len(row))
        fault = _fault(cells, batch, known, answers)
        if fault:
            complain(number, *fault)
            continue
        line_no = int(cells[1])
        answers[line_no] = BankAnswer(line_no, cells[2].upper() == "PAID", cells[3][:60], cells[4][:200])
    return list(answers.values()), errors


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
