"""How the shares of a room (works.queries.rooms) are written anew when a dispute opens, grows or ends.

Shares of everybody else are never touched. Row history keeps what every share was before.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models.territories import territory_text
from members.services.areas import write_area
from works.models import Dispute, WorkShare
from works.queries.rooms import Room, Side, places_apart
from works.rules.extents import Extent
from works.services.cutting import left_of, place
from works.services.registration import SharesAboveWhole, write_shares

SOURCE = "dispute"
_ABOVE = gettext_lazy(
    "In some of the days or countries of these shares more than 100 % would stand. Correct the days and territories of"
    " the shares first."
)


def divide_room(room: Room, dispute: Dispute, *, shares: Mapping[Side, int], held: int) -> None:
    """Write the room anew: to each side its share, `held` as the contested part; what remains has no owner then. Raises
    ValidationError where it would not fit beside the other shares of the work."""
    rest = room.size - held - sum(shares.values())
    if rest < 0:
        raise ValidationError(_("The shares of this work have changed meanwhile. Look at them and enter it anew."))
    extent = Extent(write_area(dispute.territory), room.begins, room.ends)
    for row in room.rows:
        _cut(row, extent)
    try:
        with transaction.atomic():
            _write(room, dispute, shares, held, rest)
    except (IntegrityError, SharesAboveWhole) as error:
        if isinstance(error, IntegrityError) and "M05" not in str(error):
            raise
        raise ValidationError(_above(room, dispute)) from error


def _above(room: Room, dispute: Dispute) -> str:
    """Why the shares do not fit, and what helps: before anything is held, another place for the dispute may do."""
    begun = any(row.dispute_id == dispute.pk for row in room.rows)
    places = [] if begun else places_apart(dispute, on=dispute.opened_on)
    if not places:
        return str(_ABOVE)
    return _("The shares of this right differ from place to place. Open the dispute for one of these: %(places)s.") % {
        "places": "; ".join(territory_text(place) for place in places)
    }


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


def _cut(row: WorkShare, extent: Extent) -> None:
    """Let a share of the room be about its days and countries alone; what else there is of it goes on."""
    if pieces := left_of(row, extent):
        place(row, extent).save(update_fields=["territory", "valid_from", "valid_to"])
        write_shares(pieces)
