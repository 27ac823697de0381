"""Works whose agreements cannot all be true, by the money that hangs on them: the list as it was last found, and what
is true of its rows now."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, QuerySet

from members.models.parties import Right
from royalties.models import AgreementFaultStake
from royalties.queries.stakes import Stake, expected_money
from works.models import Agreement, AgreementFault, Work
from works.models.works import WHOLE
from works.queries.agreement_faults import ToldFault, told_faults
from works.queries.regrouping import LIVE
from works.queries.repertoire import meant_by

FIND = "royalties.find_agreement_faults"
ORDERS = {"": ("-at_stake", "pk"), "newest": ("-found_at", "pk"), "number": ("number", "pk")}
# What a run holds because agreements cannot all be true is held as contested, but no dispute has been opened about it.
HELD = """
    SELECT s.work_id, sum(s.amount)::bigint FROM royalties_suspenseline s
        JOIN royalties_run r ON r.id = s.run_id AND r.state IN ('finalised', 'published')
        JOIN royalties_pool p ON p.id = s.pool_id AND p."right" = %(right)s
    WHERE s.work_id = ANY (%(works)s) AND s.state = 'open' AND s.reason = 'dispute' AND NOT EXISTS (
        SELECT 1 FROM royalties_heldclaim c WHERE c.line_id = s.id AND c.dispute_id IS NOT NULL)
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class ListedFault:
    """A right of a work as it is now: what is wrong with it, and the money that hangs on it."""

    fault: AgreementFault
    told: tuple[ToldFault, ...]
    stake: Stake

    @property
    def work(self) -> Work:
        """The work."""
        return self.fault.work

    @property
    def cures(self) -> list[tuple[str, tuple[Agreement, ...]]]:
        """What would cure it, each once, with the agreements that it is about."""
        return list(dict.fromkeys((told.cure, told.agreements) for told in self.told))

    @property
    def agreements(self) -> list[Agreement]:
        """The agreements that would have to change, each once."""
        return list({one.pk: one for told in self.told for one in told.agreements}.values())


def listed_faults(
    *, right: str = "", kind: str = "", text: str = "", agreement: str = ""
) -> QuerySet[AgreementFaultStake]:
    """The works and rights as they were last found, with the money counted then; `text` means a work, `agreement` is
    the number of one at fault."""
    rows = AgreementFaultStake.objects.select_related("fault__work").filter(fault__work__state__in=LIVE)
    rows = rows.filter(fault__right=right) if right else rows
    rows = rows.filter(fault__kinds__contains=[kind]) if kind else rows
    if wanted := text.strip():
        rows = rows.filter(fault__work__in=Work.objects.filter(meant_by(wanted)).values("pk"))
    if number := agreement.strip():
        found = list(Agreement.objects.filter(number__iexact=number).values_list("pk", flat=True))
        rows = rows.filter(fault__agreements__overlap=found)
    return rows.annotate(found_at=F("fault__found_at"), number=F("fault__work__number"))


def waiting_faults() -> int:
    """How many works and rights wait for the desk, as they were last found."""
    return listed_faults().count()


def standing_faults(rows: Sequence[AgreementFaultStake], *, on: dt.date, kind: str = "") -> list[ListedFault]:
    """What is wrong with these rows now, in their order; what has been cured since they were found is left out, and
    what is of another kind than asked about."""
    faults = [row.fault for row in rows]
    told = told_faults([(fault.work_id, fault.right) for fault in faults], on=on)
    money = fault_stakes({key: sum(one.units for one in of_key) for key, of_key in told.items()})
    found = []
    for fault in faults:
        key = fault.work_id, fault.right
        if told[key] and (not kind or any(one.kind == kind for one in told[key])):
            found.append(ListedFault(fault, tuple(told[key]), money[key]))
    return found


def fault_stakes(units: dict[tuple[int, str], int]) -> dict[tuple[int, str], Stake]:
    """(work, right) → the money that hangs on the part at fault, given in 1/10,000 of a percent: what is held for it,
    and its part of what the right is expected to bring. Two queries a right."""
    found = {}
    for right in Right.values:
        works = [work for work, of_right in units if of_right == right]
        held, expected = _held(works, right), expected_money(works, right=right)
        for work in works:
            usage = expected.get(work, 0) * units[work, right] // WHOLE
            found[work, right] = Stake(held.get(work, 0), usage)
    return found


def _held(works: Collection[int], right: str) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"works": list(works), "right": right})
        return dict(cursor.fetchall())
