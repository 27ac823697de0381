"""A transaction after its edits: faulty fields reset, refused records left out with what hangs on them."""

import dataclasses

from works.formats.cwr.records import CwrTransaction, Severity
from works.formats.cwr.structure import PARENTS


def corrected(transaction: CwrTransaction) -> CwrTransaction:
    """Apply the faults that refuse a field or a record; those that refuse the transaction change nothing."""
    refused = {fault.index for fault in transaction.faults if fault.severity is Severity.RECORD and fault.index > 0}
    resets: dict[int, dict[str, str]] = {}
    for fault in transaction.faults:
        if fault.severity is Severity.FIELD and fault.index >= 0 and fault.field:
            resets.setdefault(fault.index, {})[fault.field] = fault.replacement
    if not refused and not resets:
        return transaction
    records = []
    parent_is_refused = False
    for index, record in enumerate(transaction.records):
        is_dependent = record.type in PARENTS
        if not is_dependent:
            parent_is_refused = index in refused
        if index in refused or (is_dependent and parent_is_refused):
            continue
        if index in resets:
            record = dataclasses.replace(record, values={**record.values, **resets[index]})
        records.append(record)
    return dataclasses.replace(transaction, records=tuple(records))
