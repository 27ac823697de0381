"""What a run has frozen, as the tables of the kernel."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cmo_portal.common.columns import NONE, order_by, starts_of
from cmo_portal.common.copying import copy_out
from cmo_portal.common.pgcopy import I64, layout
from cmo_portal.common.plans import bulk_plans
from cmo_portal.common.ruledata import RuleDataError
from royalties.models import Run, RunPool, UsageClaim
from royalties.rules.kernel_tables import Pools, Shares, Texts
from royalties.rules.points import LineRule, read_line_rule

RIGHTS = ("PR", "MR", "SR")  # the position is the number of a right in the kernel
POSITION_BITS = 32  # a text or line key is the position of its file, then the number within the file
TEXT_LAYOUT = layout(pool_no="int4", text_key="int8", work_id="int8")
SHARE_LAYOUT = layout(right_no="int2", work_id="int8", share_id="int8", party_id="int8", payee_id="int8", units="int4")
TEXTS = "FROM royalties_runtext WHERE run_id = %(run)s"
SHARES = "FROM royalties_runshare WHERE run_id = %(run)s"
RIGHT_NO = """CASE "right" WHEN 'PR' THEN 0 WHEN 'MR' THEN 1 ELSE 2 END"""


@dataclass(frozen=True, slots=True)
class Feed:
    """A usage file that feeds a pool: the numbers of the pool's leaves, where the file stands in the run's order of
    files, and how its lines are weighed."""

    pool_id: int
    pool_numbers: tuple[int, ...]
    file_id: int
    position: int
    line_count: int
    rule: LineRule
    parts_scale: int


def feeds_of(run: Run) -> list[Feed]:
    """The files of a run with the pools that they feed, in a fixed order."""
    claims = {(c.file_id, c.right): c for c in UsageClaim.objects.filter(run=run).select_related("file")}
    leaves = list(RunPool.objects.filter(run=run).select_related("rule_version", "pool").order_by("pool_no"))
    numbers: dict[int, tuple[int, ...]] = {}
    for leaf in leaves:
        numbers[leaf.pool_id] = (*numbers.get(leaf.pool_id, ()), leaf.pool_no)
    found = []
    for pool_id, leaf in sorted({leaf.pool_id: leaf for leaf in leaves}.items()):
        rule = line_rule(leaf.rule_version.parameters)
        for usage in leaf.pool.usage.all():
            claim = claims[usage.file_id, leaf.right]
            scale = leaf.weight_scale // rule.scale
            where = (pool_id, numbers[pool_id], usage.file_id, claim.position)
            found.append(Feed(*where, claim.file.line_count, rule, scale))
    return sorted(found, key=lambda feed: (feed.position, feed.pool_id))


def line_rule(parameters: dict[str, Any]) -> LineRule:
    """The weighing rule of a distribution rule version. Raises RuleDataError with every fault."""
    rule, complaints = read_line_rule(parameters)
    if complaints:
        raise RuleDataError(complaints)
    return rule


def pools_of(run: Run) -> Pools:
    """The leaf pools, amounts in minor units."""
    rows = RunPool.objects.filter(run=run).order_by("pool_no").values_list("pool_no", "amount", "right")
    numbers = [(number, amount, RIGHTS.index(right)) for number, amount, right in rows]
    return Pools(*(np.array(column, dtype=np.int64) for column in zip(*numbers, strict=True)))


def texts_of(run: Run) -> dict[str, I64]:
    """pool_no, text_key and work_id (0 where unidentified) of every text of every leaf pool, by pool and key."""
    with bulk_plans():
        rows = copy_out(f"SELECT {TEXT_LAYOUT.select_list()} {TEXTS}", TEXT_LAYOUT, {"run": run.pk})
    order = order_by(rows["pool_no"], rows["text_key"])
    return {name: column[order] for name, column in rows.items()}


def texts_for_kernel(rows: dict[str, I64]) -> Texts:
    """The distinct texts; a text that stands in pools of several rights is one text. `text_id` is its `text_key`."""
    order = order_by(rows["text_key"])
    first = order[starts_of(rows["text_key"][order])]
    keys, work = rows["text_key"][first], rows["work_id"][first]
    return Texts(keys, keys, np.where(work > 0, work, NONE))


def shares_of(run: Run) -> Shares:
    """The frozen shares; a share without an owner has party 0."""
    select = SHARE_LAYOUT.select_list({"right_no": RIGHT_NO, "party_id": "coalesce(party_id, 0)"})
    with bulk_plans():
        rows = copy_out(f"SELECT {select} {SHARES}", SHARE_LAYOUT, {"run": run.pk})
    return Shares(*(rows[name] for name in SHARE_LAYOUT.names))


def rights_of(run: Run) -> list[tuple[str, str]]:
    """The (right, territory) pairs of a run's pools; a right has one territory in a run."""
    return sorted(RunPool.objects.filter(run=run).values_list("right", "territory").distinct())
