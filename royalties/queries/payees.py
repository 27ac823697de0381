"""Who is paid for a party's share of one right, as the kernel counts: a party, or the negative reason of holding."""

import datetime as dt
from collections.abc import Collection

from members.queries import collectors
from royalties.rules.kernel import NO_MANDATE, UNCLAIMED

HELD = {collectors.NO_MANDATE: NO_MANDATE, collectors.UNREPRESENTED: UNCLAIMED}


def payees_of(party_ids: Collection[int], *, on: dt.date, right: str, territory: str) -> dict[int, int]:
    """For each party the party to be paid on the day, or the negative reason why its share is held."""
    found = collectors.collectors_of(party_ids, on=on, right=right, territory=territory)
    return {party: HELD[who] if isinstance(who, str) else who for party, who in found.items()}
