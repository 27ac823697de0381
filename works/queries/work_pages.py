"""What the pages of a work show."""

from collections.abc import Iterable
from dataclasses import dataclass

from cmo_portal.common.texts import Text
from members.models import Party
from members.models.parties import Right
from works.models import Work, WorkShare
from works.models.works import WHOLE


@dataclass(frozen=True, slots=True)
class RightTable:
    """The shares of one right category, their sum, and what nobody holds (1/10,000 of a percent)."""

    right: str
    name: Text
    rows: tuple[WorkShare, ...]
    total: int

    @property
    def missing(self) -> int:
        """What is not documented."""
        return WHOLE - self.total


def share_table(work: Work) -> list[RightTable]:
    """Shares by right, larger first; a right nobody documented is left out."""
    rows = list(work.shares.select_related("party", "dispute").order_by("right", "-share", "pk"))
    tables = []
    for right in Right:
        mine = tuple(row for row in rows if row.right == right)
        if mine:
            tables.append(RightTable(right.value, right.label, mine, sum(row.share for row in mine)))
    return tables


def own_shares(works: Iterable[Work], party: Party) -> dict[int, dict[str, int]]:
    """work id → right → the party's share, for a page of works."""
    found: dict[int, dict[str, int]] = {}
    rows = WorkShare.objects.filter(work__in=list(works), party=party, state="active")
    for work_id, right, share in rows.values_list("work_id", "right", "share"):
        shares = found.setdefault(work_id, {})
        shares[right] = shares.get(right, 0) + share
    return found
