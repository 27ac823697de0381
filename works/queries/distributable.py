"""What of works can be distributed, right by right: asked of the same function as a run asks (works.rules.chains)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from cmo_portal.common.texts import Text
from members.models.parties import Right
from members.models.territories import own_territory
from members.queries.areas import areas_covering
from members.queries.collectors import collectors_of
from works.models import Dispute, Work
from works.models.claims import HOLDING
from works.queries.chains import ONE_WORK, STATES, load_chains, question
from works.rules.chains import CONFLICT, CYCLE, effective_shares
from works.rules.distributable import Distributable, distributable

WRONG = {CONFLICT: "conflict", CYCLE: "cycle"}


@dataclass(frozen=True, slots=True)
class RightStatus:
    """One right of a work: what pays and what is held."""

    right: str
    name: Text
    status: Distributable


def status_of_work(work: Work, *, on: dt.date) -> list[RightStatus]:
    """The rights of one work of which something is documented, on a day, in the society's own country; all of them
    where nothing is."""
    found = statuses([work.pk], on=on)[work.pk]
    told = [right for right in Right if found[right.value].is_documented] or list(Right)
    return [RightStatus(right.value, right.label, found[right.value]) for right in told]


def statuses(work_ids: Sequence[int], *, on: dt.date) -> dict[int, dict[str, Distributable]]:
    """work id → right → status, for a page of works; a fixed number of queries for each right."""
    found: dict[int, dict[str, Distributable]] = {work: {} for work in work_ids}
    for right in Right.values:
        parts = _parts(work_ids, right, on)
        whole = held_whole(right=right, territory=own_territory(), on=on, works=work_ids)
        for work in work_ids:
            found[work][right] = distributable(parts.get(work, ()), held_whole=work in whole)
    return found


def _parts(work_ids: Sequence[int], right: str, on: dt.date) -> dict[int, list[tuple[int, str]]]:
    country = own_territory()
    given = {"works": list(work_ids)}
    loaded = load_chains(right=right, territory=country, on=on, works=ONE_WORK, parameters=given)
    parts = effective_shares(loaded.owners, loaded.links, loaded.named, question(on)).parts
    at = np.flatnonzero(parts.kept > 0)
    state_of = dict(zip(loaded.owners.share_id.tolist(), loaded.state_no.tolist(), strict=True))
    holders = [party for party in np.unique(parts.party_id[at]).tolist() if party]
    paid = collectors_of(holders, on=on, right=right, territory=country)
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in at.tolist():
        reason = STATES[state_of[int(parts.share_id[row])]]
        if reason == "active":
            who = paid[int(parts.party_id[row])]
            reason = WRONG.get(int(parts.state[row])) or (who if isinstance(who, str) else "")
        found[int(parts.work_id[row])].append((int(parts.kept[row]), reason))
    return found


def held_whole(*, right: str, territory: str, on: dt.date, works: Collection[int] | None = None) -> set[int]:
    """The works of which a dispute holds the whole right in a country; of these works, or of all."""
    disputes = Dispute.objects.filter(
        right=right, holds="whole", state__in=HOLDING, territory__in=areas_covering(territory, on)
    )
    if works is not None:
        disputes = disputes.filter(work__in=list(works))
    return set(disputes.values_list("work_id", flat=True))
