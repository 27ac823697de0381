"""Shares that were brought to the whole because their sum missed it within the tolerance of CWR: told one by one, so
that no share changes in silence."""

from collections.abc import Iterator

from cmo_portal.common.money import allocate
from works.formats.cwr.edits import told_edit
from works.formats.cwr.records import CwrFault, CwrRecord, CwrTransaction, Severity
from works.formats.cwr.texts import text_of
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.values import percent
from works.rules.splits import WHOLE, scaled_to_whole

OWNERS = ("SPU", "OPU", "SWR", "OWR")
RULE = "NWR-T-011"  # the sum of all owners
FIELDS = {"PR": "pr_ownership", "MR": "mr_ownership", "SR": "sr_ownership"}
STEPS, TOLERATED = 10_000, 6  # the whole and the tolerance in hundredths of a percent


def fitted_faults(row: CwrTransaction) -> tuple[CwrFault, ...]:
    """One complaint for each share of a transaction that is stored otherwise than it was sent."""
    owners = [(index, record) for index, record in enumerate(row.records) if record.type in OWNERS]
    return tuple(fault for right in FIELDS for fault in _of_right(owners, right, row.version))


def _of_right(owners: list[tuple[int, CwrRecord]], right: str, version: str) -> Iterator[CwrFault]:
    field = FIELDS[right]
    sent = [(index, record.number(field)) for index, record in owners if record.number(field)]
    total = sum(steps for _index, steps in sent)
    if not 0 < abs(total - STEPS) <= TOLERATED:
        return
    stored = scaled_to_whole([(index, steps * STEP) for index, steps in sent])
    better = allocate(STEPS, sent)
    records = dict(owners)
    text = text_of("sum_fitted")
    for index, steps in sent:
        if stored[index] == steps * STEP:
            continue
        facts = {
            "right": right,
            "total": percent(total),
            "stored": _exact_percent(stored[index]),
            "better": percent(better[index]),
        }
        record = records[index]
        yield CwrFault(
            edit=told_edit(RULE, version),
            severity=Severity.FIELD,
            line=record.line,
            record_type=record.type,
            record_sequence=record.sequence or 0,
            index=index,
            field=field,
            value=percent(steps),
            message=text.message,
            remedy=text.remedy,
            facts=facts,
            replacement=f"{better[index]:05d}",  # what an answer shows: hundredths that make the whole
        )


def _exact_percent(share: int) -> str:
    """A stored share with every place it needs, two at least."""
    whole, rest = divmod(share * 100, WHOLE)
    places = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{places}"
