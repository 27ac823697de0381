"""The room of a dispute: the shares that it is about, as they stand on a day.

The room is what the sides hold in the roles they claim, what is held already, and, where the dispute takes it, the part
without an owner. A share for a larger area than the dispute's belongs to the room with the part of it that the dispute
is about (works.services.disputes.rooms cuts it); one for a smaller area does not.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from members.models import Party
from members.models.territories import WORLD
from works.models import Dispute, Work, WorkShare
from works.queries.work_pages import holds_on
from works.rules.areas import covers, meets
from works.rules.conflicts import in_roles
from works.rules.splits import WHOLE

Side = tuple[int, str]  # party id and role


@dataclass(frozen=True, slots=True)
class Room:
    """The rows of a room and its size in 1/10,000 of a percent; `begins` and `ends` bound the days in which all its
    rows hold (None: always)."""

    rows: tuple[WorkShare, ...]
    size: int
    begins: dt.date | None
    ends: dt.date | None


def room_of(
    dispute: Dispute, sides: Collection[Side], *, on: dt.date, shares: Sequence[WorkShare] | None = None
) -> Room:
    """The room of a dispute on a day. Before anything is held, it takes in the part without an owner as well. `shares`
    are those of the work, where they have been read."""
    known = shares_of(dispute.work_id) if shares is None else shares
    held = [row for row in known if dispute.pk and row.dispute_id == dispute.pk]
    on = _within(on, held)
    standing = covering(known, dispute.right, dispute.territory, on)
    parties = {party for party, _role in sides}
    taken = [row for row in standing if row.state == "active" and row.party_id in parties]
    missing = 0
    if dispute.takes_open_part and not held:
        roles = {"", *(role for _party, role in sides)}
        taken += [row for row in standing if row.state == "unclaimed" and row.role in roles]
        missing = max(0, WHOLE - sum(row.share for row in standing))
    rows = (*held, *taken)
    begun = [row.valid_from for row in rows if row.valid_from]
    ended = [row.valid_to for row in rows if row.valid_to]
    size = missing + sum(row.share for row in rows)
    return Room(rows, size, max(begun, default=None), min(ended, default=None))


def kept_in_roles(room: Room, wanted: Mapping[Side, int]) -> dict[Side, int]:
    """What each side gets, role by role: it keeps what it has in the roles in which it has it."""
    held = [(row.party_id, row.role, row.share) for row in room.rows if row.state == "active" and row.party_id]
    return in_roles(held, wanted)


def shares_of(work_id: int) -> list[WorkShare]:
    """Every share of a work, whenever and wherever it holds."""
    return list(WorkShare.objects.filter(work=work_id).select_related("party").order_by("pk"))


def covering(shares: Iterable[WorkShare], right: str, area: str, on: dt.date) -> list[WorkShare]:
    """Those of the shares of a right that hold on a day in the whole of an area."""
    return [row for row in shares if row.right == right and holds_on(row, on) and covers(row.territory, area, on)]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who holds a right somewhere: each party once, with all it holds there in the role in which it holds most, the
    larger first. `elsewhere` are the other areas in which shares of the right hold."""

    area: str
    sides: tuple[tuple[Party, str, int], ...]
    elsewhere: tuple[str, ...]


def standing_in_one_place(work: Work, right: str, *, on: dt.date, wanted: str = "") -> Standing:
    """Who holds a right on a day in one area: the wanted one, else the world, else the one with the largest share."""
    rows = [row for row in shares_of(work.pk) if row.right == right and holds_on(row, on)]
    held = [row for row in rows if row.state == "active" and row.party is not None]
    held.sort(key=lambda row: (-row.share, row.pk))
    areas = list(dict.fromkeys(row.territory for row in held))
    area = next((one for one in (wanted, WORLD, *areas) if one in areas), WORLD)
    sides: dict[int, tuple[Party, str, int]] = {}
    for row in held:
        if row.territory == area and row.party is not None:
            known = sides.get(row.party.pk, (row.party, row.role, 0))
            sides[row.party.pk] = (*known[:2], known[2] + row.share)
    return Standing(area, tuple(sides.values()), tuple(one for one in areas if one != area))


def places_apart(dispute: Dispute, *, on: dt.date) -> list[str]:
    """The areas in which shares of the right hold that are not about the whole of a dispute's area, and meet it: there
    the dispute would have to be opened apart."""
    rows = [row for row in shares_of(dispute.work_id) if row.right == dispute.right and holds_on(row, on)]
    apart = [row for row in rows if not covers(row.territory, dispute.territory, on)]
    return list(dict.fromkeys(row.territory for row in apart if meets(row.territory, dispute.territory)))


def _within(on: dt.date, held: list[WorkShare]) -> dt.date:
    """The day itself, or the nearest one on which the held part stands."""
    for row in held:
        on = max(on, row.valid_from or on)
        on = min(on, row.valid_to or on)
    return on
