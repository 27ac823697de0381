"""Shares that are brought to the whole because their sum misses it within the tolerance of CWR, within the ranges of
CWR: told one by one, so that no share changes in silence."""

from collections.abc import Collection, Iterator

from works.formats.cwr.edits import told_edit
from works.formats.cwr.records import CwrFault, CwrRecord, CwrTransaction, Severity
from works.formats.cwr.texts import text_of
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.values import percent
from works.rules.splits import WHOLE, scaled_to_whole

PUBLISHERS, WRITERS = ("SPU", "OPU"), ("SWR", "OWR")
RULE = "NWR-T-011"  # the sum of all owners
FIELDS = {"PR": "pr_ownership", "MR": "mr_ownership", "SR": "sr_ownership"}
STEPS, HALF, TOLERATED = 10_000, 5_000, 6  # the whole, its half and the tolerance in hundredths of a percent


def evened_out(
    sent: list[tuple[int, int]], right: str, *, publishers: Collection[int], unit: int = STEP
) -> dict[int, int]:
    """The shares of a right as they are kept: (position, share) in `unit` to a hundredth of a percent, brought to the
    whole where the sum misses it within the tolerance. Of the performing right publishers then have half at most, as
    CWR asks, unless more was sent for them than the tolerance lets pass."""
    total = sum(share for _position, share in sent)
    if not 0 < abs(total - STEPS * unit) <= TOLERATED * unit:
        return dict(sent)
    published = sum(share for position, share in sent if position in publishers)
    capped = publishers if right == "PR" and published <= (HALF + TOLERATED) * unit else ()
    return scaled_to_whole(sent, whole=STEPS * unit, capped=capped, most=HALF * unit)


def fitted_faults(row: CwrTransaction) -> tuple[CwrFault, ...]:
    """One complaint for each share of a transaction that is stored otherwise than it was sent."""
    owners = [
        (index, record)
        for types in (WRITERS, PUBLISHERS)
        for index, record in enumerate(row.records)
        if record.type in types
    ]
    return tuple(fault for right in FIELDS for fault in _of_right(owners, right, row.version))


def _of_right(owners: list[tuple[int, CwrRecord]], right: str, version: str) -> Iterator[CwrFault]:
    field = FIELDS[right]
    sent = [(place, record.number(field)) for place, (_index, record) in enumerate(owners) if record.number(field)]
    publishers = {place for place, (_index, record) in enumerate(owners) if record.type in PUBLISHERS}
    total = sum(steps for _place, steps in sent)
    stored = evened_out([(place, steps * STEP) for place, steps in sent], right, publishers=publishers)
    better = evened_out(sent, right, publishers=publishers, unit=1)
    text = text_of("sum_fitted")
    for place, steps in sent:
        if stored[place] == steps * STEP:
            continue
        facts = {
            "right": right,
            "total": percent(total),
            "stored": _exact_percent(stored[place]),
            "better": percent(better[place]),
        }
        index, record = owners[place]
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
            replacement=f"{better[place]:05d}",  # what an answer shows: hundredths that make the whole
        )


def _exact_percent(share: int) -> str:
    """A stored share with every place it needs, two at least."""
    whole, rest = divmod(share * 100, WHOLE)
    places = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{places}"
