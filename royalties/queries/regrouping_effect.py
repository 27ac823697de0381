"""What a merge or split would have changed in the last distributions: the same kernel, the same pools, nothing posted.

For each of the last posted runs in which the works earned: what every payee would have got with the works as they
stand now, and if they had been one (or two). The units of the pool's other works stand; those of these works are shared
out anew by the shares of today and by those that will stand, on the day and territory of the run; then the pool is
rounded to payees as a run does it. What else has changed since the run is in both, so that the difference is the merge
or split alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.columns import I64
from cmo_portal.common.copying import copy_out
from cmo_portal.common.pgcopy import layout
from members.models import Party
from royalties.models import Run, RunPool
from royalties.models.statements import BUCKETS, HELD_REASONS
from royalties.queries.frozen import RIGHTS
from royalties.queries.frozen_shares import frozen_rows
from royalties.queries.regrouped_chains import NEW_WORK, regrouped_chains
from royalties.rules import kernel
from royalties.rules.kernel_tables import PayeeUnits, Pools, Shares, Texts, TextUnits
from works.models import Regrouping
from works.queries.chains import ONE_WORK, load_chains
from works.queries.regrouping import merged_ids, merged_parts, split_parts
from works.rules.regrouping import SharePart

LAST_RUNS = 4
POSTED = ["finalised", "published"]
TEXT = layout(pool_no="int4", text_key="int8", work_id="int8", units="int8")
UNITS = layout(pool_no="int4", payee_id="int8", units="int8")
TOTAL = layout(pool_no="int4", payee_id="int8", units="int8", amount="int8")
EARNED = "FROM royalties_textresult WHERE run_id = %(run)s AND work_id = ANY (%(works)s)"
LINES = """FROM royalties_allocationline WHERE run_id = %(run)s AND pool_no = ANY (%(pools)s)
    AND work_id = ANY (%(works)s) GROUP BY pool_no, payee_id"""
TOTALS = "FROM royalties_payeetotal WHERE run_id = %(run)s AND pool_no = ANY (%(pools)s)"
# The texts of a run that say the same as those that go to another work.
MEANT = """
    SELECT DISTINCT r.text_key FROM royalties_runtext r
        JOIN royalties_usagetext t ON t.file_id = r.file_id AND t.text_no = r.text_no
    WHERE r.run_id = %(run)s AND r.work_id = ANY (%(works)s) AND t.memory_key = ANY (%(keys)s)
"""
RUNS_OF = """
    SELECT r.id FROM royalties_run r WHERE r.state = ANY (%(states)s) AND EXISTS (
        SELECT 1 FROM royalties_runshare s WHERE s.run_id = r.id AND s."right" = ANY (%(rights)s)
            AND s.work_id = ANY (%(works)s))
    ORDER BY r.period_end DESC, r.id DESC LIMIT %(limit)s
"""
Parts = Mapping[str, tuple[SharePart, ...]]  # right → shares


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be. `now` leads each work concerned to the one that stands for it today, `to_be` to the one that will;
    `parts` are the shares of each work to be (NEW_WORK for one that is split off), `keys` the texts that mean it."""

    now: dict[int, int]
    to_be: dict[int, int]
    parts: dict[int, Parts]
    keys: list[bytes]

    @property
    def works(self) -> list[int]:
        """The works concerned, those merged into them among them."""
        return list(self.now)


@dataclass(frozen=True, slots=True)
class PayeeEffect:
    """A payee, or a reason for which money is held: what it would have got in a run with the works as they stand, and
    with the merge or split (minor units)."""

    payee_id: int
    name: Any
    name_original: str
    without: int
    would: int

    @property
    def difference(self) -> int:
        """More (positive) or less."""
        return self.would - self.without


@dataclass(frozen=True, slots=True)
class RunEffect:
    """One run: every payee whose amount would be another, the largest difference first."""

    run: Run
    rows: tuple[PayeeEffect, ...]

    @property
    def moved(self) -> int:
        """What would have gone to somebody else."""
        return sum(row.difference for row in self.rows if row.difference > 0)

    @property
    def freed(self) -> int:
        """Held money that would have been paid (negative: more would have been held)."""
        return -sum(row.difference for row in self.rows if row.payee_id < 0)


@dataclass(frozen=True, slots=True)
class Effect:
    """The last runs, the newest first. `runs` is empty where the works have earned nothing yet."""

    runs: tuple[RunEffect, ...]

    @property
    def moved(self) -> int:
        """What would have gone to somebody else, over all of these runs."""
        return sum(run.moved for run in self.runs)

    @property
    def freed(self) -> int:
        """Held money that would have been paid, over all of these runs."""
        return sum(run.freed for run in self.runs)

    @property
    def held(self) -> int:
        """Paid money that would have been held instead, over all of these runs."""
        return -self.freed


def effect_of(regrouping: Regrouping) -> Effect:
    """The effect of a proposed merge or split, worked out from the runs as they were posted."""
    plan = _plan(regrouping)
    return Effect(tuple(_effect_in(run, plan) for run in _runs_of(plan.works)))


def _plan(regrouping: Regrouping) -> Plan:
    work, other = regrouping.work, regrouping.other
    now = dict.fromkeys(merged_ids(work), work.pk)
    if other is not None:
        now |= dict.fromkeys(merged_ids(other), other.pk)
        parts: dict[int, Parts] = {work.pk: merged_parts(work, other, regrouping.choices)}
        return Plan(now, dict.fromkeys(now, work.pk), parts, [])
    stays, goes = split_parts(work, regrouping.choices)
    keys = [bytes.fromhex(key) for key in regrouping.choices.get("texts", ())]
    return Plan(now, now, {work.pk: stays, NEW_WORK: goes}, keys)


def _runs_of(works: list[int]) -> list[Run]:
    where: dict[str, Any] = {"states": POSTED, "rights": list(RIGHTS), "works": works, "limit": LAST_RUNS}
    with connection.cursor() as cursor:
        cursor.execute(RUNS_OF, where)
        ids = [pk for (pk,) in cursor.fetchall()]
    runs = Run.objects.in_bulk(ids)
    return [runs[pk] for pk in ids]


def _effect_in(run: Run, plan: Plan) -> RunEffect:
    where: dict[str, Any] = {"run": run.pk, "works": plan.works}
    texts = copy_out(f"SELECT {TEXT.select_list()} {EARNED}", TEXT, where)
    leaves = list(RunPool.objects.filter(run=run, pool_no__in=np.unique(texts["pool_no"]).tolist()).order_by("pool_no"))
    if not leaves:
        return RunEffect(run, ())
    where["pools"] = [leaf.pool_no for leaf in leaves]
    pools = Pools(
        *(
            np.array(column, dtype=np.int64)
            for column in zip(*((leaf.pool_no, leaf.amount, RIGHTS.index(leaf.right)) for leaf in leaves), strict=True)
        )
    )
    old = copy_out(f"SELECT {TOTAL.select_list()} {TOTALS}", TOTAL, where)
    own = copy_out(f"SELECT {UNITS.select_list({'units': 'sum(units)'})} {LINES}", UNITS, where)
    rest = PayeeUnits(old["pool_no"], old["payee_id"], old["units"])
    less = PayeeUnits(own["pool_no"], own["payee_id"], -own["units"])

    def would(works: dict[int, int], goes: set[int], shares: Shares) -> dict[int, int]:
        anew = kernel.split_shares(pools, *_units(texts, works, goes), shares)
        units = kernel.join_payee_units([rest, less, kernel.payee_units(anew)])
        paid = kernel.payees(pools, units.take(units.units != 0))
        return _sums(paid.payee, paid.amount)

    without = would(plan.now, set(), _shares(run, leaves, plan, to_be=False))
    return RunEffect(run, _rows(without, would(plan.to_be, _meant(run, plan), _shares(run, leaves, plan, to_be=True))))


def _meant(run: Run, plan: Plan) -> set[int]:
    if not plan.keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(MEANT, {"run": run.pk, "works": plan.works, "keys": plan.keys})
        return {key for (key,) in cursor.fetchall()}


def _units(texts: dict[str, I64], works: Mapping[int, int], goes: set[int]) -> tuple[TextUnits, Texts]:
    """What the texts earned, and the work that each of them is: by the work it was in the run, or the new one."""
    keys, places = np.unique(texts["text_key"], return_index=True)
    number = np.array([works[work] for work in texts["work_id"][places].tolist()], dtype=np.int64)
    number[np.isin(keys, np.array(sorted(goes), dtype=np.int64))] = NEW_WORK
    return TextUnits(texts["pool_no"], texts["text_key"], texts["units"]), Texts(keys, keys, number)


def _shares(run: Run, leaves: Iterable[RunPool], plan: Plan, *, to_be: bool) -> Shares:
    """The shares of the works as they stand, or as they will, as a freeze would copy them now: through agreements to
    who is paid, or why it is held; the rest to the whole as undocumented."""
    rows: list[tuple[int, int, int, int, int, int]] = []
    for right, territory in sorted({(leaf.right, leaf.territory) for leaf in leaves}):
        numbers = list(plan.parts) if to_be else sorted({*plan.now.values()})
        parameters = {"works": plan.works if to_be else numbers}
        loaded = load_chains(right=right, territory=territory, on=run.period_end, works=ONE_WORK, parameters=parameters)
        if to_be:
            loaded = regrouped_chains(loaded, {number: parts.get(right, ()) for number, parts in plan.parts.items()})
        frozen = frozen_rows(run=run, right=right, territory=territory, works=numbers, loaded=loaded)
        rows += [(RIGHTS.index(right), row[0], row[1], row[3], row[2], row[5]) for row in frozen]
    return Shares(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))


def _sums(payees: I64, amounts: I64) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for payee, amount in zip(payees.tolist(), amounts.tolist(), strict=True):
        sums[payee] += amount
    return sums


def _rows(without: dict[int, int], would: dict[int, int]) -> tuple[PayeeEffect, ...]:
    changed = [payee for payee in {*without, *would} if without.get(payee, 0) != would.get(payee, 0)]
    names = Party.objects.in_bulk([payee for payee in changed if payee > 0])
    reasons = {BUCKETS[code]: label for code, label in HELD_REASONS}
    # A run does not tell an owner whom nobody knows from one who is no member.
    reasons[kernel.UNCLAIMED] = _("Held: owner not known, or not a member yet")
    rows = [
        PayeeEffect(
            payee,
            names[payee].display_name if payee > 0 else reasons[payee],
            names[payee].display_name_original if payee > 0 else "",
            without.get(payee, 0),
            would.get(payee, 0),
        )
        for payee in changed
    ]
    return tuple(sorted(rows, key=lambda row: (-abs(row.difference), row.payee_id)))
