"""Where agreements cannot all be true: which works to ask about, and what is wrong with those on a page, in words."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.db.models import Max, prefetch_related_objects
from django.utils.translation import gettext as _

from cmo_portal.common.copying import copy_out
from cmo_portal.common.pgcopy import layout
from cmo_portal.common.plans import bulk_plans
from cmo_portal.wording import comma_list, isolated, share_text
from members.models.parties import Right
from members.models.territories import own_territory
from works.models import Agreement, AgreementFault, AgreementParty, AgreementRole, AgreementWork, FaultKind, WorkShare
from works.models.works import WHOLE
from works.queries.chain_words import fault_text, gap_text
from works.queries.chains import Collection, CollectionShare, collections_of, resolved
from works.rules.agreement_faults import WorkFault, circle, faults_by_work

AT_FAULT = (FaultKind.CONFLICT, FaultKind.CYCLE)  # what a part ends as (works.queries.chains.ENDS)
# Works with something to be followed: an owner passes something on, or an agreement names them. All others are sound.
_REACHED_LAYOUT = layout(work_id="int8")
_REACHED = """
    SELECT w.id AS work_id FROM works_work w WHERE w.state IN ('registered', 'submitted') AND (
        w.id IN (SELECT s.work_id FROM works_workshare s
            WHERE s."right" = %(right)s AND s.state = 'active' AND s.party_id IN (
                SELECT giver.party_id FROM works_agreementparty giver
                    JOIN works_agreement a ON a.id = giver.agreement_id AND a.state = 'active'
                    WHERE giver.role = 'AS'))
        OR w.id IN (SELECT l.work_id FROM works_agreementwork l WHERE l.included))
    ORDER BY w.id
"""
_BOOKS = (WorkShare, Agreement, AgreementParty, AgreementWork)
NEAR = 10_000  # entries of a history


@dataclass(frozen=True, slots=True)
class ToldFault:
    """One thing that is wrong: its kind, a sentence that names the way and the agreements, what would cure it, the
    agreements of which one would have to change, and the part that is held (1/10,000 of a percent)."""

    kind: FaultKind
    text: str
    cure: str
    agreements: tuple[Agreement, ...]
    units: int = 0


def reached_works(right: str) -> list[int]:
    """The works, by their ids, of which agreements say something in a right."""
    with transaction.atomic(), bulk_plans():
        works: list[int] = copy_out(_REACHED, _REACHED_LAYOUT, {"right": right})["work_id"].tolist()
    return works


def faults_of(works: Sequence[int], *, right: str, on: dt.date) -> dict[int, WorkFault]:
    """work → what is wrong with a right of it in the society's own country, used and collected on a day."""
    with transaction.atomic(), bulk_plans():
        return faults_by_work(resolved(works, right=right, territory=own_territory(), on=on).found)


def books_mark() -> str:
    """What is another after every change of a share or an agreement: of each of their histories the last entry, and how
    many there are near it, because a change that was begun before the last one may be committed after it."""
    told = []
    for model in _BOOKS:
        events = cast(Any, model).pgh_event_model.objects
        last = events.aggregate(last=Max("pgh_id"))["last"] or 0
        told.append(f"{last}.{events.filter(pgh_id__gt=last - NEAR).count()}")
    return "-".join(told)


def works_at_fault(agreement: Agreement) -> int:
    """For how many works an agreement was among those that cannot all be true when they were last looked through."""
    found = AgreementFault.objects.filter(agreements__contains=[agreement.pk])
    return found.values("work").distinct().count()


def told_faults(asked: Iterable[tuple[int, str]], *, on: dt.date) -> dict[tuple[int, str], list[ToldFault]]:
    """(work, right) → what is wrong there on a day, asked anew of the one rule that pays; an empty list where it has
    been cured. Four queries a right, and four for all."""
    pairs = set(asked)
    answers = [
        resolved(works, right=right, territory=own_territory(), on=on)
        for right in Right.values
        if (works := sorted(work for work, of_right in pairs if of_right == right))
    ]
    found = collections_of(answers) if answers else []
    prefetch_related_objects([agreement for one in found for agreement in one.gaps], "parties__party")
    return {(one.work_id, one.right): _told(one) for one in found}


def _told(found: Collection) -> list[ToldFault]:
    told = [_told_part(part) for part in found.parts if part.state in AT_FAULT]
    told += [
        ToldFault(FaultKind.GAP, gap_text(agreement), _gap_cure(agreement), (agreement,)) for agreement in found.gaps
    ]
    return told


def _told_part(part: CollectionShare) -> ToldFault:
    agreements = {fault.agreement.pk: fault.agreement for fault in part.faults}
    if part.state == FaultKind.CYCLE:
        way = [(step.party.pk, step.agreement) for step in part.steps]
        for fault in part.faults:
            agreements |= {one.pk: one for one in circle(way, fault.party.pk) if one}
    named = tuple(sorted(agreements.values(), key=lambda one: one.number))
    return ToldFault(FaultKind(part.state), fault_text(part), _part_cure(part), named, part.units)


def _part_cure(part: CollectionShare) -> str:
    if part.state == FaultKind.CYCLE:
        return _("Correct or withdraw one of these agreements: then the way has an end.")
    total = sum(fault.part for fault in part.faults)
    facts = {"total": isolated(share_text(total)), "excess": isolated(share_text(total - WHOLE))}
    return _("These agreements give %(total)s together: end or withdraw one, or lower them by %(excess)s.") % facts


def _gap_cure(agreement: Agreement) -> str:
    givers = [side.party for side in agreement.parties.all() if side.role == AgreementRole.ASSIGNOR]
    said = _(
        "Enter the share or the agreement by which %(assignors)s gets a part, or take the work off this agreement."
    )
    return said % {"assignors": comma_list(isolated(str(party)) for party in givers)}
