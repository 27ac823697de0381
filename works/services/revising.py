"""What a revision of a known work meets in our books: shares of others that leave no room for those of the file.

The check asks this before anything is written, and the import when the database has refused the shares (M05), so that
both say the same.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from members.rules.territories import ALWAYS, area_written, summed
from works.formats.cwr.edits import remark_of
from works.formats.cwr.records import CwrFault, CwrTransaction
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.values import percent
from works.models import WorkShare
from works.rules.splits import WHOLE

Claimed = dict[tuple[str, str], int]  # (right, written area) → what a file gives there to all parties together


def staying_shares(works: Iterable[int], sender: str) -> dict[int, list[WorkShare]]:
    """The shares of works that a revision by this sender leaves as they are: those of others, and contested ones."""
    found: dict[int, list[WorkShare]] = defaultdict(list)
    rows = WorkShare.objects.filter(work__in=list(works))
    for row in rows.order_by("pk"):
        if row.source != sender or row.state == "disputed":
            found[row.work_id].append(row)
    return found


def excess_faults(row: CwrTransaction, claimed: Claimed, staying: Sequence[WorkShare]) -> tuple[CwrFault, ...]:
    """One complaint for each right of which a file gives more than others leave; none where everything fits."""
    told: dict[str, CwrFault] = {}
    for (right, territory), share in claimed.items():
        held = _most_held([each for each in staying if each.right == right], territory)
        if held and held + share > WHOLE and right not in told:
            facts = {"right": right, "sent": percent(share // STEP), "held": percent(held // STEP)}
            told[right] = remark_of(row, "shares_exceed", facts)
    return tuple(told.values())


def _most_held(rows: Sequence[WorkShare], territory: str) -> int:
    """The most that these shares make together in any country of an area on any day."""
    days = {_days(row)[0] for row in rows}
    return max((_most_on(day, rows, territory) for day in days), default=0)


def _most_on(day: dt.date, rows: Sequence[WorkShare], territory: str) -> int:
    area = area_written(territory, day)
    held = [row for row in rows if _days(row)[0] <= day <= _days(row)[1]]
    parts = summed([(area_written(row.territory, day) & area, (row.share, 0, 0))] for row in held)
    return max((shares[0] for piece, shares in parts if piece), default=0)


def _days(row: WorkShare) -> tuple[dt.date, dt.date]:
    return row.valid_from or ALWAYS[0], row.valid_to or ALWAYS[1]
