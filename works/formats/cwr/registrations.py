"""Registrations to send: NWR and REV files from works, strict, and the check of a work before it is sent."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import BinaryIO

from works.formats.cwr.checks import CheckContext, check_transaction
from works.formats.cwr.encoding import CwrWriteError, encoded
from works.formats.cwr.lines import RawLine
from works.formats.cwr.parsing import parse_line
from works.formats.cwr.profile import STRICT
from works.formats.cwr.records import CwrFault, CwrTransaction
from works.formats.cwr.work import WorkTransaction
from works.formats.cwr.work_records import work_drafts
from works.formats.cwr.writer import FileSender, FileWriter, WrittenTotals


def write_registrations(
    out: BinaryIO,
    *,
    version: str,
    sender: FileSender,
    created: datetime,
    groups: Iterable[tuple[str, Iterable[WorkTransaction]]],
) -> WrittenTotals:
    """Write a file of works. `groups` gives each transaction type (NWR, REV) once, with its works; both may be lazy.

    A group without works is left out. CwrWriteError for a work that cannot be written, when what stood before it is in
    `out` already, so write to a place that can be thrown away; and when there is no work at all.
    """
    writer = FileWriter(out, version, sender, created)
    for transaction_type, works in groups:
        is_open = False
        for work in works:
            if not is_open:
                writer.begin_group(transaction_type)
                is_open = True
            writer.transaction(work_drafts(work, version, transaction_type))
        if is_open:
            writer.end_group()
    return writer.finish()


def faults_before_sending(work: WorkTransaction, *, version: str, on: date) -> tuple[CwrFault, ...]:
    """Every fault that a strict receiver would find in the work as this version would carry it.

    CwrWriteError when it cannot be written at all.
    """
    records, problems = [], []
    for place, draft in enumerate(work_drafts(work, version)):
        numbers = {"transaction_seq": "0", "record_seq": str(place)}
        line, wrong = encoded(version, draft.record_type, {**draft.texts, **numbers})
        problems += wrong
        records.append(parse_line(RawLine(place + 1, line.encode("ascii", "replace"), b"", False), version).record)
    if problems:
        raise CwrWriteError(tuple(problems))
    transaction = CwrTransaction(work.transaction_type, version, 1, 0, "", "", 1, tuple(records))
    return check_transaction(transaction, CheckContext(on=on, profile=STRICT))
