"""The room of a dispute: the shares that it is about, and how they are written anew when it opens, grows or ends.

The room is what the sides hold in the roles they claim, what is held already, and, where the dispute takes it, the part
without an owner. Shares of everybody else are never touched. Row history keeps what every share was before.
"""

import copy
import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models.territories import WORLD
from works.models import Dispute, WorkShare
from works.queries.work_pages import in_force
from works.rules.splits import WHOLE
from works.services.registration import SharesAboveWhole, write_shares

SOURCE = "dispute"
_ABOVE = gettext_lazy(
    "In some of the days of these shares more than 100 % would stand. Correct the dates of the shares first."
)
Side = tuple[int, str]  # party id and role


@dataclass(frozen=True, slots=True)
class Room:
    """The rows of a room and its size in 1/10,000 of a percent; `begins` and `ends` bound the days in which all its
    rows hold (None: always)."""

    rows: tuple[WorkShare, ...]
    size: int
    begins: dt.date | None
    ends: dt.date | None


def room_of(dispute: Dispute, sides: Collection[Side], *, on: dt.date) -> Room:
    """The room of a dispute on a day. Before anything is held, it takes in the part without an owner as well."""
    place: dict[str, Any] = {"work": dispute.work_id, "right": dispute.right, "territory": dispute.territory}
    held = list(dispute.held_shares.all()) if dispute.pk else []
    on = _within(on, held)
    standing = WorkShare.objects.filter(in_force(on), **place).order_by("pk")
    wanted = Q(pk__in=[])
    for party_id, role in sides:
        wanted |= Q(state="active", party_id=party_id, role=role)
    missing = 0
    if dispute.takes_open_part and not held:
        wanted |= Q(state="unclaimed", role__in={"", *(role for _party, role in sides)})
        missing = _undocumented(dispute, on)
    rows = (*held, *standing.filter(wanted))
    begun = [row.valid_from for row in rows if row.valid_from]
    ended = [row.valid_to for row in rows if row.valid_to]
    size = missing + sum(row.share for row in rows)
    return Room(rows, size, max(begun, default=None), min(ended, default=None))


def divide_room(room: Room, dispute: Dispute, *, shares: Mapping[Side, int], held: int) -> None:
    """Write the room anew: to each side its share, `held` as the contested part; what remains has no owner then. Raises
    ValidationError where it would not fit beside the other shares of the work."""
    rest = room.size - held - sum(shares.values())
    if rest < 0:
        raise ValidationError(_("The shares of this work have changed meanwhile. Look at them and enter it anew."))
    for row in room.rows:
        _cut(row, room)
    try:
        with transaction.atomic():
            _write(room, dispute, shares, held, rest)
    except (IntegrityError, SharesAboveWhole) as error:
        if isinstance(error, IntegrityError) and "M05" not in str(error):
            raise
        raise ValidationError(_ABOVE) from error


def _write(room: Room, dispute: Dispute, shares: Mapping[Side, int], held: int, rest: int) -> None:
    raised = _lower(room, shares)
    new = [_row(dispute, room, share=part, state="active", side=side) for side, part in raised.items() if part]
    if held:
        new.append(_row(dispute, room, share=held, state="disputed"))
    if rest:
        role = min((role for _party, role in shares), default="")
        new.append(_row(dispute, room, share=rest, state="unclaimed", side=(None, role)))
    write_shares(new)


def _lower(room: Room, shares: Mapping[Side, int]) -> dict[Side, int]:
    """Take away what stands and is not wanted any more. What a side still lacks comes back; a row that stays within its
    share stays itself, so that a share nobody contests keeps its history."""
    lacking = dict(shares)
    for row in room.rows:
        side = (row.party_id or 0, row.role)
        wanted = lacking.get(side, 0) if row.state == "active" else 0
        kept = min(row.share, wanted)
        if kept == 0:
            row.delete()
        elif kept < row.share:
            row.share = kept
            row.save(update_fields=["share"])
        if kept:
            lacking[side] -= kept
    return _raise(room, lacking)


def _raise(room: Room, lacking: Mapping[Side, int]) -> dict[Side, int]:
    """Give a side what it lacks on top of a row of its own; a side without one is left for a new row."""
    left = dict(lacking)
    for row in room.rows:
        side = (row.party_id or 0, row.role)
        if row.pk and row.state == "active" and left.get(side):
            row.share += left.pop(side)
            row.save(update_fields=["share"])
    return left


def _row(
    dispute: Dispute, room: Room, *, share: int, state: str, side: tuple[int | None, str] = (None, "")
) -> WorkShare:
    return WorkShare(
        work_id=dispute.work_id,
        right=dispute.right,
        territory=dispute.territory,
        party_id=side[0],
        role=side[1],
        share=share,
        state=state,
        dispute=dispute if state == "disputed" else None,
        valid_from=room.begins,
        valid_to=room.ends,
        source=SOURCE,
    )


def _cut(row: WorkShare, room: Room) -> None:
    """A share that holds longer than the room lasts goes on unchanged before and after it."""
    pieces = []
    if room.begins and (row.valid_from is None or row.valid_from < room.begins):
        pieces.append(_copy(row, valid_to=room.begins - dt.timedelta(days=1)))
        row.valid_from = room.begins
    if room.ends and (row.valid_to is None or row.valid_to > room.ends):
        pieces.append(_copy(row, valid_from=room.ends + dt.timedelta(days=1)))
        row.valid_to = room.ends
    if pieces:
        row.save(update_fields=["valid_from", "valid_to"])
        write_shares(pieces)


def _copy(row: WorkShare, **changed: dt.date) -> WorkShare:
    piece = copy.copy(row)
    piece.pk, piece.uid, piece._state = None, uuid.uuid4(), copy.copy(row._state)
    piece._state.adding = True
    for name, value in changed.items():
        setattr(piece, name, value)
    return piece


def _within(on: dt.date, held: list[WorkShare]) -> dt.date:
    """The day itself, or the nearest one on which the held part stands."""
    for row in held:
        on = max(on, row.valid_from or on)
        on = min(on, row.valid_to or on)
    return on


def _undocumented(dispute: Dispute, on: dt.date) -> int:
    """What nobody holds of a right on a day."""
    territories = {dispute.territory, WORLD}
    rows = WorkShare.objects.filter(in_force(on), work=dispute.work_id, right=dispute.right, territory__in=territories)
    return max(0, WHOLE - (rows.aggregate(total=Sum("share"))["total"] or 0))
