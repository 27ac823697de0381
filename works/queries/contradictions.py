"""The agreements that one agreement contradicts, and how many works are held because of it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np

from members.models import Party
from members.models.parties import Right
from members.models.territories import own_territory
from members.rules.territories import area_of, area_written, codes_of
from works.models import Agreement, AgreementParty, AgreementRole, AgreementWork
from works.models.agreements import GENERAL, ORIGINAL
from works.queries.chains import load_chains, question
from works.rules.chains import CONFLICT
from works.rules.contradictions import ALWAYS, NEVER_ENDS, Clash, Giving, Reach, clash

# The works of which a part can come to the assignor: its own, and those of whoever passes on to it.
_REPERTOIRE = """
    SELECT DISTINCT s.work_id FROM works_workshare s WHERE s."right" = %(right)s AND s.state = 'active'
        AND s.party_id IN (
            WITH RECURSIVE holder AS (
                SELECT %(assignor)s::bigint AS party_id
                UNION
                SELECT giver.party_id FROM holder
                    JOIN works_agreementparty taker ON taker.party_id = holder.party_id AND taker.role = 'AC'
                    JOIN works_agreementparty giver ON giver.agreement_id = taker.agreement_id AND giver.role = 'AS'
            )
            SELECT party_id FROM holder
        )
"""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Agreements that give away too much of what a party holds of a right, without the one that was asked about, and
    how many works are held with it; `reach` is where and when it is so."""

    right: str
    assignor: Party
    others: tuple[Agreement, ...]
    works: int
    reach: Reach

    @property
    def mark(self) -> tuple[str, int, tuple[str, ...], int, Reach]:
        """What is the same while nothing has changed."""
        return self.right, self.assignor.pk, tuple(other.number for other in self.others), self.works, self.reach


def contradictions_of(agreement: Agreement, *, today: dt.date) -> list[Contradiction]:
    """With whom an agreement in the books cannot be true from today on, by right and assignor."""
    if agreement.state != "active":
        return []
    assignors = [side.party for side in agreement.parties.filter(role=AgreementRole.ASSIGNOR).select_related("party")]
    found = []
    for assignor in sorted(assignors, key=lambda party: party.pk):
        groups = _rivals(agreement, assignor)
        rivals = {rival.pk: rival for group in groups for rival in group}
        given = _given([agreement.pk, *rivals])
        for right in Right.values:
            met = [one for group in groups if (one := _met(agreement, group, given[right], today))]
            if not met:
                continue
            numbers = frozenset().union(*(one.agreements for one in met)) - {agreement.pk}
            others = tuple(sorted((rivals[pk] for pk in numbers), key=lambda one: one.number))
            works = len(set().union(*(_held(agreement, assignor, right, one) for one in met)))
            if works or any(_is_alike(agreement, other) for other in others):
                reach = reduce(or_, (one.reach for one in met))
                found.append(Contradiction(right, assignor, others, works, reach))
    return found


def _is_alike(agreement: Agreement, other: Agreement) -> bool:
    """Whether both are with writers or both between publishers: others seldom speak of the same part."""
    return (agreement.agreement_type in ORIGINAL) == (other.agreement_type in ORIGINAL)


def _rivals(agreement: Agreement, assignor: Party) -> list[list[Agreement]]:
    """The agreements that stand beside one: all general ones of the assignor, or for each work those that name it."""
    others = Agreement.objects.filter(
        state="active", parties__party=assignor, parties__role=AgreementRole.ASSIGNOR
    ).exclude(pk=agreement.pk)
    if agreement.is_general:
        return [list(others.filter(agreement_type__in=GENERAL))]
    specific = {other.pk: other for other in others.exclude(agreement_type__in=GENERAL)}
    mine = agreement.listed.filter(included=True).values("work")
    shared = AgreementWork.objects.filter(agreement__in=specific, work__in=mine, included=True)
    by_work: dict[int, set[int]] = defaultdict(set)
    for work_id, pk in shared.values_list("work", "agreement"):
        by_work[work_id].add(pk)
    return [[specific[pk] for pk in sorted(group)] for group in {frozenset(each) for each in by_work.values()}]


def _given(agreements: Iterable[int]) -> dict[str, dict[int, int]]:
    """right → agreement → what its acquirers get of an assignor's interest."""
    given: dict[str, dict[int, int]] = {right: defaultdict(int) for right in Right.values}
    for side in AgreementParty.objects.filter(agreement__in=list(agreements), role=AgreementRole.ACQUIRER):
        for right in Right.values:
            given[right][side.agreement_id] += getattr(side, f"{right.lower()}_share")
    return given


def _met(agreement: Agreement, group: Iterable[Agreement], given: dict[int, int], today: dt.date) -> Clash | None:
    mine = _giving(agreement, given[agreement.pk])
    others = [_giving(other, given[other.pk]) for other in group if given[other.pk]]
    return clash(mine, others, today=today, home=area_of(own_territory())) if mine.part else None


def _giving(agreement: Agreement, part: int) -> Giving:
    """The days of an agreement as the rule of chains has them (works.queries.chain_tables)."""
    earlier = {"A": ALWAYS, "D": agreement.prior_royalties_from}
    term_end = max(agreement.end_date, agreement.retention_end or ALWAYS) if agreement.end_date else NEVER_ENDS
    open_ended = agreement.post_term == "O"
    return Giving(
        agreement_id=agreement.pk,
        part=part,
        area=area_written(agreement.territory),
        first_use=earlier.get(agreement.prior_royalties) or agreement.start_date,
        last_use=term_end,
        start=agreement.start_date,
        collected_to=NEVER_ENDS if open_ended else max(term_end, agreement.post_term_until or ALWAYS),
    )


def _held(agreement: Agreement, assignor: Party, right: str, found: Clash) -> set[int]:
    """The works of which a part is held where agreements clash: asked of the rule that a run asks."""
    country = own_territory() if found.area & area_of(own_territory()) else codes_of(found.area, at_most=1)[0]
    loaded = load_chains(
        right=right, territory=country, on=found.used_on, works=_REPERTOIRE, parameters={"assignor": assignor.pk}
    )
    asked = question(found.used_on, found.collected_on)
    answer = loaded.followed(asked)
    part, link = answer.faults
    held = (answer.links.agreement_id[link] == agreement.pk) & (answer.parts.state[part] == CONFLICT)
    held &= answer.parts.party_id[part] == assignor.pk
    return set(np.unique(answer.parts.work_id[part[held]]).tolist())
