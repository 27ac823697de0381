"""A transaction after its edits: faulty fields reset, refused records left out with what hangs on them."""

import dataclasses
from collections.abc import Iterator

from works.formats.cwr.records import CwrRecord, CwrTransaction, Severity
from works.formats.cwr.structure import PARENTS


def corrected(transaction: CwrTransaction) -> CwrTransaction:
    """Apply the faults that refuse a field or a record; those that refuse the transaction change nothing."""
    records = tuple(record for _index, record in kept_records(transaction))
    return transaction if records == transaction.records else dataclasses.replace(transaction, records=records)


def kept_records(transaction: CwrTransaction) -> Iterator[tuple[int, CwrRecord]]:
    """The records that count, with their reset fields as reset, each with its place among all."""
    refused = {fault.index for fault in transaction.faults if fault.severity is Severity.RECORD and fault.index > 0}
    resets: dict[int, dict[str, str]] = {}
    for fault in transaction.faults:
        if fault.severity is Severity.FIELD and fault.index >= 0 and fault.field:
            resets.setdefault(fault.index, {})[fault.field] = fault.replacement
    parent_is_refused = False
    for index, record in enumerate(transaction.records):
        is_dependent = record.type in PARENTS
        if not is_dependent:
            parent_is_refused = index in refused
        if index in refused or (is_dependent and parent_is_refused):
            continue
        if index in resets:
            record = dataclasses.replace(record, values={**record.values, **resets[index]})
        yield index, record
