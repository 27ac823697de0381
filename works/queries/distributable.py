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
from works.queries.chains import ACTIVE, ENDS, ONE_WORK, ends_of, load_chains, question
from works.rules.chains import effective_shares
from works.rules.distributable import Distributable, distributable


@dataclass(frozen=True, slots=True)
class SettledPart:
    """A part of a work, in 1/10,000 of a percent: its holder and who is paid for it (parties; 0: nobody), and why not
    where nobody is (a key of works.queries.status_words)."""

    work_id: int
    holder_id: int
    units: int
    payee_id: int
    reason: str


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
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for part in settled_parts(work_ids, right=right, on=on):
        found[part.work_id].append((part.units, part.reason))
    return found


def settled_parts(work_ids: Sequence[int], *, right: str, on: dt.date) -> list[SettledPart]:
    """Every documented part of works in the society's own country with who is paid for it, or why nobody is."""
    country = own_territory()
    given = {"works": list(work_ids)}
    loaded = load_chains(right=right, territory=country, on=on, works=ONE_WORK, parameters=given)
    answer = effective_shares(loaded.owners, loaded.links, loaded.named, question(on))
    ends = ends_of(loaded, answer)
    holders = np.unique(ends.party_id[ends.end_no == ACTIVE]).tolist()
    paid = collectors_of(holders, on=on, right=right, territory=country)
    parts = []
    for row, end, party in zip(ends.row.tolist(), ends.end_no.tolist(), ends.party_id.tolist(), strict=True):
        who: int | str = paid[party] if end == ACTIVE else ENDS[end]
        reason, payee = (who, 0) if isinstance(who, str) else ("", who)
        units = int(answer.parts.kept[row])
        parts.append(SettledPart(int(answer.parts.work_id[row]), party, units, payee, reason))
    return parts


def held_whole(*, right: str, territory: str, on: dt.date, works: Collection[int] | None = None) -> set[int]:
    """The works of which a dispute holds the whole right in a country; of these works, or of all."""
    disputes = Dispute.objects.filter(
        right=right, holds="whole", state__in=HOLDING, territory__in=areas_covering(territory, on)
    )
    if works is not None:
        disputes = disputes.filter(work__in=list(works))
    return set(disputes.values_list("work_id", flat=True))
