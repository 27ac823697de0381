"""What the public may know of a work: who holds which share, what is open or contested, and what can be licensed.

Shares are those that hold in the society's own country. A contested part is a figure without names: who claims what is
between the sides.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from cmo_portal.common.texts import Text
from members.models import PartyAffiliation
from members.models.parties import Right
from members.models.territories import own_territory
from members.queries.areas import areas_covering
from members.queries.mandates import covering
from works.models import Work, WorkShare
from works.models.works import WHOLE
from works.queries.work_pages import in_force

PUBLISHING = frozenset({"E", "AM", "SE"})


@dataclass(frozen=True, slots=True)
class PublicOwner:
    """A writer or publisher with a share of a right, in 1/10,000 of a percent."""

    name: str
    name_original: str
    role: str
    share: int


@dataclass(frozen=True, slots=True)
class PublicRight:
    """One right of a work. `licensable` is the part that the society may license; `elsewhere` the part of creators
    whom a sister society represents; `free` the part of words or music that belong to nobody."""

    right: str
    name: Text
    owners: tuple[PublicOwner, ...]
    disputed: int
    unclaimed: int
    licensable: int
    elsewhere: int
    free: int = 0

    @property
    def open(self) -> int:
        """The part that nobody is known to hold."""
        return WHOLE - self.disputed - self.free - sum(owner.share for owner in self.owners)

    @property
    def is_confirmed(self) -> bool:
        """Every part is documented and nobody contests one."""
        return not self.open and not self.disputed

    @property
    def unrepresented(self) -> int:
        """The part whose owners are known and represented by nobody we know of."""
        return sum(owner.share for owner in self.owners) - self.licensable - self.elsewhere


def public_rights(work: Work, *, on: dt.date, free_roles: Collection[str] = ()) -> list[PublicRight]:
    """The rights of a work on a day, performing first; a right nobody documented is left out. Up to 7 queries. A share
    without owner in one of `free_roles` is one of words or music that belong to nobody."""
    rows = list(
        work.shares.filter(in_force(on), territory__in=areas_covering(own_territory(), on))
        .select_related("party")
        .order_by("-share", "pk")
    )
    parties = {row.party_id for row in rows if row.party_id and row.state == "active"}
    return [
        _public_right(right, mine, parties, on, free_roles)
        for right in Right
        if (mine := [row for row in rows if row.right == right.value])
    ]


def _public_right(
    right: Right, rows: Sequence[WorkShare], parties: Collection[int], on: dt.date, free_roles: Collection[str]
) -> PublicRight:
    held = covering(on=on, right=right.value, territory=own_territory()).filter(member__party__in=parties)
    ours = set(held.values_list("member__party_id", flat=True))
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    affiliated = PartyAffiliation.objects.filter(running, party__in=parties, right=right.value)
    abroad = affiliated.exclude(society_code=str(settings.SOCIETY["cisac_code"]).zfill(3))
    theirs = set(abroad.values_list("party_id", flat=True)) - ours
    active = [row for row in rows if row.state == "active"]
    return PublicRight(
        right=right.value,
        name=right.label,
        owners=tuple(_owners(active)),
        disputed=sum(row.share for row in rows if row.state == "disputed"),
        unclaimed=sum(row.share for row in rows if row.state == "unclaimed" and row.role not in free_roles),
        licensable=sum(row.share for row in active if row.party_id in ours),
        elsewhere=sum(row.share for row in active if row.party_id in theirs),
        free=sum(row.share for row in rows if row.state == "unclaimed" and row.role in free_roles),
    )


def _owners(rows: Iterable[WorkShare]) -> Iterable[PublicOwner]:
    """Writers before publishers, the larger share first."""
    for row in sorted(rows, key=lambda row: (row.role in PUBLISHING, -row.share, row.pk)):
        if row.party is not None:
            yield PublicOwner(row.party.display_name, row.party.display_name_original, row.role, row.share)


def is_confirmed(rights: Sequence[PublicRight]) -> bool:
    """All shares of all documented rights are known and agreed."""
    return bool(rights) and all(right.is_confirmed for right in rights)
