"""What of works can be distributed, right by right: asked of the same function as a run asks (works.rules.chains)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from cmo_portal.common.known import NOW, Books
from cmo_portal.common.texts import Text
from members.models.parties import Right
from members.models.territories import own_territory
from members.queries.areas import areas_covering
from members.queries.collectors import collectors_of
from works.models import Dispute, Work
from works.models.claims import HOLDING
from works.queries.chains import STATES, Resolved, resolved
from works.rules.chains import CONFLICT, CYCLE
from works.rules.distributable import Distributable, distributable

WRONG = {CONFLICT: "conflict", CYCLE: "cycle"}


@dataclass(frozen=True, slots=True)
class RightStatus:
    """One right of a work: what pays and what is held."""

    right: str
    name: Text
    status: Distributable


def status_of_work(work: Work, *, on: dt.date) -> list[RightStatus]:
    """The rights of one work on a day, in the society's own country, as `told_statuses` tells them."""
    return told_statuses([resolved([work.pk], right=right, territory=own_territory(), on=on) for right in Right.values])


def told_statuses(answers: Sequence[Resolved]) -> list[RightStatus]:
    """From the answers about all rights of one work: the rights of which something is documented; all where nothing
    is."""
    found = [
        RightStatus(one.right, Right(one.right).label, status)
        for one in answers
        for status in status_of_answer(one).values()
    ]
    return [right for right in found if right.status.is_documented] or found


def statuses(work_ids: Sequence[int], *, on: dt.date) -> dict[int, dict[str, Distributable]]:
    """work id → right → status, for a page of works; a fixed number of queries for each right."""
    found: dict[int, dict[str, Distributable]] = {work: {} for work in work_ids}
    for right in Right.values:
        answer = resolved(work_ids, right=right, territory=own_territory(), on=on)
        for work, status in status_of_answer(answer).items():
            found[work][right] = status
    return found


def status_of_answer(answer: Resolved) -> dict[int, Distributable]:
    """work id → what pays and what is held of a right that was asked about; four queries."""
    books = Books(answer.known_on)
    parts = _parts(answer, books)
    whole = held_whole(right=answer.right, territory=answer.territory, on=answer.on, works=answer.works, books=books)
    return {work: distributable(parts.get(work, ()), held_whole=work in whole) for work in answer.works}


def _parts(answer: Resolved, books: Books) -> dict[int, list[tuple[int, str]]]:
    loaded, parts = answer.loaded, answer.found.parts
    at = np.flatnonzero(parts.kept > 0)
    state_of = dict(zip(loaded.owners.share_id.tolist(), loaded.state_no.tolist(), strict=True))
    holders = [party for party in np.unique(parts.party_id[at]).tolist() if party]
    paid = collectors_of(holders, on=answer.on, right=answer.right, territory=answer.territory, books=books)
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in at.tolist():
        reason = STATES[state_of[int(parts.share_id[row])]]
        if reason == "active":
            who = paid[int(parts.party_id[row])]
            reason = WRONG.get(int(parts.state[row])) or (who if isinstance(who, str) else "")
        found[int(parts.work_id[row])].append((int(parts.kept[row]), reason))
    return found


def held_whole(
    *, right: str, territory: str, on: dt.date, works: Collection[int] | None = None, books: Books = NOW
) -> set[int]:
    """The works of which a dispute holds the whole right in a country; of these works, or of all."""
    here = areas_covering(territory, on)
    disputes = books.table(Dispute, right=right).filter(holds="whole", state__in=HOLDING, territory__in=here)
    if works is not None:
        disputes = disputes.filter(work__in=list(works))
    return set(disputes.values_list("work_id", flat=True))
