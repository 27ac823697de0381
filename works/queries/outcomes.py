"""What an outcome makes of the shares of a dispute: what each side has now and then, and what has no owner then."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from members.models import Party
from works.models import Dispute, DisputeOutcome
from works.queries.rooms import Room, Side, kept_in_roles, room_of


@dataclass(frozen=True, slots=True)
class SideAfter:
    """What a party has of the right of a dispute now and after its outcome, in 1/10,000 of a percent."""

    party: Party
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What an outcome does: for each party, and the part that has no owner then."""

    sides: tuple[SideAfter, ...]
    ownerless: int


def room_at_end(dispute: Dispute, given: Mapping[Side, int], *, on: dt.date) -> Room:
    """The room of a dispute with what those hold beside it to whom its outcome gives a share."""
    return room_of(dispute, {*given, *dispute.claims.values_list("party_id", "role")}, on=on)


def shares_after(dispute: Dispute, given: Mapping[Side, int], room: Room) -> dict[Side, int]:
    """The room divided as an outcome says. What a side is given is all that it has of the right; what somebody else is
    given comes to what she holds beside the dispute."""
    sides = set(dispute.claims.values_list("party_id", flat=True))
    found = kept_in_roles(room, {side: share for side, share in given.items() if side[0] in sides})
    beside = [(side, share) for side, share in given.items() if side[0] not in sides]
    beside += [
        ((row.party_id, row.role), row.share)
        for row in room.rows
        if row.state == "active" and row.party_id is not None and row.party_id not in sides
    ]
    for side, share in beside:
        found[side] = found.get(side, 0) + share
    return found


def settled_shares(dispute: Dispute) -> list[tuple[Party, int]]:
    """What each side, and who else was given a share, has since a dispute was settled; empty where its outcome gives no
    shares, because the works it was about are two again."""
    outcome = dispute.outcomes.filter(state="confirmed").first()
    given = list(outcome.shares.select_related("party").order_by("pk")) if outcome else []
    if not given:
        return []
    found = {claim.party: 0 for claim in dispute.claims.select_related("party").order_by("pk")}
    for row in given:
        found[row.party] = found.get(row.party, 0) + row.share
    return list(found.items())


def ending_of(outcome: DisputeOutcome, *, on: dt.date) -> Ending:
    """What a proposed outcome does when it is confirmed on a day."""
    dispute = outcome.dispute
    given = {(row.party_id, row.role): row.share for row in outcome.shares.order_by("pk")}
    room = room_at_end(dispute, given, on=on)
    then: dict[int, int] = {}
    for (party, _role), share in shares_after(dispute, given, room).items():
        then[party] = then.get(party, 0) + share
    now: dict[int, int] = {}
    for row in room.rows:
        if row.state == "active" and row.party_id is not None:
            now[row.party_id] = now.get(row.party_id, 0) + row.share
    parties = Party.objects.in_bulk({*now, *then, *dispute.claims.values_list("party_id", flat=True)})
    sides = [SideAfter(party, now.get(pk, 0), then.get(pk, 0)) for pk, party in sorted(parties.items())]
    return Ending(tuple(sides), room.size - sum(then.values()))
