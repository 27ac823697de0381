"""What of works can be distributed, right by right: asked of the same function as a run asks (works.rules.chains)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cmo_portal.common.known import Books
from cmo_portal.common.money import WHOLE_SHARE
from cmo_portal.common.texts import Text
from members.models.parties import Right
from members.models.territories import own_territory
from members.queries.collectors import collectors_of
from works.models import SplitProposal, Work
from works.queries.chains import ACTIVE, ENDS, Resolved, ends_of, resolved
from works.queries.held_rights import held_whole
from works.queries.repertoire import OUT
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
    """The rights of one work on a day, in the society's own country, as `told_statuses` tells them."""
    return told_statuses([resolved([work.pk], right=right, territory=own_territory(), on=on) for right in Right.values])


def told_statuses(answers: Sequence[Resolved]) -> list[RightStatus]:
    """From the answers about all rights of one work: the rights of which something is documented; all where nothing
    is."""
    waiting = _waiting(answers[0])  # the same for every right
    found = [
        RightStatus(one.right, Right(one.right).label, status)
        for one in answers
        for status in _status_of_answer(one, waiting).values()
    ]
    return [right for right in found if right.status.is_documented] or found


def statuses(
    work_ids: Sequence[int], *, right: str, on: dt.date, collected_on: dt.date | None = None
) -> dict[int, Distributable]:
    """work id → status of one right in the society's own country for use on a day (and collection on the same), for a
    page of works; a fixed number of queries."""
    answer = resolved(work_ids, right=right, territory=own_territory(), on=on, collected_on=collected_on)
    return _status_of_answer(answer, _waiting(answer))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What holds works in all their rights: those with a split that somebody refused, and the states of those that are
    not registered."""

    refused: frozenset[int]
    unregistered: Mapping[int, str]


def _waiting(answer: Resolved) -> _Waiting:
    """Two queries."""
    books, works = Books(answer.known_on), list(answer.works)
    rounds = books.table(SplitProposal, work_id__in=works).filter(state="refused")
    states = books.table(Work, id__in=works).exclude(state__in=["registered", "merged"])
    return _Waiting(frozenset(rounds.values_list("work_id", flat=True)), dict(states.values_list("id", "state")))


def _status_of_answer(answer: Resolved, waiting: _Waiting) -> dict[int, Distributable]:
    """work id → what pays and what is held of a right that was asked about; four queries. Of a work that is not
    registered (yet) nothing pays."""
    parts: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for part in settled_parts(answer):
        asked_anew = part.reason == "unconfirmed" and part.work_id in waiting.refused
        parts[part.work_id].append((part.units, "refused_split" if asked_anew else part.reason))
    books = Books(answer.known_on)
    disputed = held_whole(right=answer.right, territory=answer.territory, on=answer.on, works=answer.works, books=books)
    whole = dict.fromkeys(disputed, "disputed_whole") | dict.fromkeys(waiting.unregistered, "not_registered")
    closed = [(WHOLE_SHARE, "not_registered")]  # of what is refused or withdrawn nobody documents the rest
    told = {work: closed if waiting.unregistered.get(work) in OUT else parts.get(work, ()) for work in answer.works}
    return {work: distributable(told[work], held_whole=whole.get(work, "")) for work in answer.works}


def settled_parts(answer: Resolved) -> list[SettledPart]:
    """Every documented part of the works that were asked about, with who is paid for it, or why nobody is."""
    ends = ends_of(answer.loaded, answer.found)
    holders = np.unique(ends.party_id[ends.end_no == ACTIVE]).tolist()
    books = Books(answer.known_on)
    paid = collectors_of(holders, on=answer.on, right=answer.right, territory=answer.territory, books=books)
    kept = answer.found.parts
    parts = []
    for row, end, party in zip(ends.row.tolist(), ends.end_no.tolist(), ends.party_id.tolist(), strict=True):
        who: int | str = paid[party] if end == ACTIVE else ENDS[end]
        reason, payee = (who, 0) if isinstance(who, str) else ("", who)
        parts.append(SettledPart(int(kept.work_id[row]), party, int(kept.kept[row]), payee, reason))
    return parts
