"""What the public may know of a work: who holds which share, what is open or contested, and what can be licensed.

Shares are those that hold in the society's own country. A contested part is a figure without names: who claims what is
between the sides.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmo_portal.common.texts import Text
from members.models import Party
from members.models.parties import PartyKind, Right
from members.models.territories import own_territory
from members.queries.areas import areas_covering
from members.queries.collectors import NO_MANDATE, UNREPRESENTED, affiliated_elsewhere
from works.models import Work, WorkShare
from works.models.works import WHOLE
from works.queries.agreement_faults import AT_FAULT
from works.queries.chains import resolved
from works.queries.distributable import SettledPart, settled_parts
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
    whom a sister society represents; `unrepresented` the part of known owners whom nobody we know of represents;
    `contradicted` the part about which agreements cannot all be true, so that nobody may license it; `free` the part of
    words or music that belong to nobody; `unconfirmed` the part on which not all sides of the split have agreed yet:
    without names, as nobody has confirmed them."""

    right: str
    name: Text
    owners: tuple[PublicOwner, ...]
    disputed: int
    unclaimed: int
    licensable: int
    elsewhere: int
    unrepresented: int = 0
    contradicted: int = 0
    free: int = 0
    unconfirmed: int = 0

    @property
    def open(self) -> int:
        """The part that nobody is known to hold."""
        return WHOLE - self.disputed - self.free - self.unconfirmed - sum(owner.share for owner in self.owners)

    @property
    def is_confirmed(self) -> bool:
        """Every part is documented, agreed by all sides, nobody contests one, and the agreements can all be true."""
        return not (self.open or self.disputed or self.unconfirmed or self.contradicted)


def public_rights(work: Work, *, on: dt.date) -> list[PublicRight]:
    """The rights of a work on a day, performing first; a right nobody documented is left out. What can be licensed is
    what a run would pay, through the same agreements. A fixed number of queries for each right."""
    here = areas_covering(own_territory(), on)
    rows = work.shares.filter(in_force(on), territory__in=here).select_related("party").order_by("-share", "pk")
    by_right: dict[str, list[WorkShare]] = {}
    for row in rows:
        by_right.setdefault(row.right, []).append(row)
    return [_public_right(right, work, by_right[right.value], on) for right in Right if right.value in by_right]


def _public_right(right: Right, work: Work, rows: Sequence[WorkShare], on: dt.date) -> PublicRight:
    parts = settled_parts(resolved([work.pk], right=right.value, territory=own_territory(), on=on))
    societies = set(
        Party.objects.filter(kind=PartyKind.SOCIETY, pk__in=[part.payee_id for part in parts]).values_list(
            "pk", flat=True
        )
    )
    unpaid = [part for part in parts if part.reason in (UNREPRESENTED, NO_MANDATE)]
    holders = [part.holder_id for part in unpaid]
    abroad = affiliated_elsewhere(holders, on=on, right=right.value, territory=own_territory()) if holders else set()
    through = [part for part in parts if part.payee_id in societies]
    return PublicRight(
        right=right.value,
        name=right.label,
        owners=tuple(_owners(row for row in rows if row.state == "active")),
        disputed=sum(row.share for row in rows if row.state == "disputed"),
        unclaimed=_units(part for part in parts if part.reason == "unclaimed"),
        licensable=_units(part for part in parts if part.payee_id and part.payee_id not in societies),
        elsewhere=_units((*through, *(part for part in unpaid if part.holder_id in abroad))),
        unrepresented=_units(part for part in unpaid if part.holder_id not in abroad),
        contradicted=_units(part for part in parts if part.reason in AT_FAULT),
        free=_units(part for part in parts if part.reason == "free"),
        unconfirmed=sum(row.share for row in rows if row.state == "unconfirmed"),
    )


def _units(parts: Iterable[SettledPart]) -> int:
    return sum(part.units for part in parts)


def _owners(rows: Iterable[WorkShare]) -> Iterable[PublicOwner]:
    """Writers before publishers, the larger share first."""
    for row in sorted(rows, key=lambda row: (row.role in PUBLISHING, -row.share, row.pk)):
        if row.party is not None:
            yield PublicOwner(row.party.display_name, row.party.display_name_original, row.role, row.share)


def is_confirmed(rights: Sequence[PublicRight]) -> bool:
    """All shares of all documented rights are known and agreed."""
    return bool(rights) and all(right.is_confirmed for right in rights)


def waits_for_cowriters(rights: Sequence[PublicRight]) -> bool:
    """Whether nothing is missing but the word of co-writers."""
    waits = any(right.unconfirmed for right in rights)
    return waits and not any(right.open or right.disputed or right.contradicted for right in rights)
