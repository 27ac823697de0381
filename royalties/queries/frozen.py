"""What a run has frozen, as the tables of the kernel; and what its shares would be if it were frozen now."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction

from cmo_portal.common.columns import NONE, order_by, starts_of
from cmo_portal.common.copying import copy_out
from cmo_portal.common.pgcopy import I64, layout
from cmo_portal.common.plans import bulk_plans
from cmo_portal.common.ruledata import RuleDataError
from royalties.models import Run, RunPool, UsageClaim
from royalties.queries.payees import payees_of
from royalties.rules.kernel_tables import Pools, Shares, Texts
from royalties.rules.points import LineRule, read_line_rule

RIGHTS = ("PR", "MR", "SR")  # the position is the number of a right in the kernel
POSITION_BITS = 32  # a text or line key is the position of its file, then the number within the file
TEXT_LAYOUT = layout(pool_no="int4", text_key="int8", work_id="int8")
SHARE_LAYOUT = layout(right_no="int2", work_id="int8", share_id="int8", party_id="int8", payee_id="int8", units="int4")
TEXTS = "FROM royalties_runtext WHERE run_id = %(run)s"
SHARES = "FROM royalties_runshare WHERE run_id = %(run)s"
RIGHT_NO = """CASE "right" WHEN 'PR' THEN 0 WHEN 'MR' THEN 1 ELSE 2 END"""

# The shares of every work of a run for one right as they are now: each with its payee or the reason why it is held, the
# rest to 100 % as undocumented. A work claimed above 100 % is held whole. Parties and payees come as two arrays.
SHARES_NOW = """
    WITH work AS (
        SELECT DISTINCT t.work_id FROM royalties_runtext t
            JOIN royalties_runpool p ON p.run_id = t.run_id AND p.pool_no = t.pool_no
            WHERE t.run_id = %(run)s AND p."right" = %(right)s AND t.work_id > 0
    ),
    payee AS (SELECT * FROM unnest(%(parties)s::bigint[], %(payees)s::bigint[]) AS p (party_id, payee_id)),
    share AS (
        SELECT s.work_id, s.id AS share_id, s.party_id, s.role, s.share AS units,
            CASE s.state WHEN 'disputed' THEN -2 WHEN 'unconfirmed' THEN -7
                ELSE coalesce(payee.payee_id, -4) END AS payee_id
        FROM work JOIN works_workshare s USING (work_id)
            LEFT JOIN payee ON payee.party_id = s.party_id AND s.state = 'active'
        WHERE s."right" = %(right)s AND s.territory IN (%(territory)s, '2136')
            AND (s.valid_from IS NULL OR s.valid_from <= %(day)s) AND (s.valid_to IS NULL OR s.valid_to >= %(day)s)
    ),
    total AS (
        SELECT work_id, coalesce(sum(units), 0) AS units FROM work LEFT JOIN share USING (work_id) GROUP BY work_id
    )
    SELECT %(run)s::bigint AS run_id, %(right)s::varchar AS "right", work_id, share_id, payee_id::bigint, party_id,
        role, share.units::int FROM share JOIN total USING (work_id) WHERE total.units <= 1000000
    UNION ALL
    SELECT %(run)s, %(right)s, work_id, 0, -3, NULL, '', 1000000 - units FROM total WHERE units < 1000000
    UNION ALL
    SELECT %(run)s, %(right)s, work_id, 0, -2, NULL, '', 1000000 FROM total WHERE units > 1000000
"""
OWNERS = """
    SELECT DISTINCT s.party_id FROM royalties_runtext t
        JOIN royalties_runpool p ON p.run_id = t.run_id AND p.pool_no = t.pool_no
        JOIN works_workshare s ON s.work_id = t.work_id AND s."right" = p."right"
        WHERE t.run_id = %(run)s AND p."right" = %(right)s AND s.party_id IS NOT NULL
"""
# Each shared column stands as text, so that two tables of unequal origin compare by value.
CHANGED = """
    WITH fresh AS ({now}), frozen AS (
        SELECT run_id, "right", work_id, share_id, payee_id, party_id, role, units FROM royalties_runshare
            WHERE run_id = %(run)s AND "right" = %(right)s
    ),
    changed AS (
        SELECT work_id FROM (SELECT * FROM fresh EXCEPT SELECT * FROM frozen) come
        UNION SELECT work_id FROM (SELECT * FROM frozen EXCEPT SELECT * FROM fresh) gone
    )
    SELECT work_id, coalesce(string_agg(fresh::text, ';' ORDER BY share_id, payee_id), '')
    FROM changed LEFT JOIN fresh USING (work_id) GROUP BY work_id ORDER BY work_id
"""


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


def shares_now(*, run: Run, right: str, territory: str) -> dict[str, Any]:
    """The parameters of SHARES_NOW for one right of a run."""
    parameters: dict[str, Any] = {"run": run.pk, "right": right, "territory": territory, "day": run.period_end}
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, parameters)
        owners = [row[0] for row in cursor.fetchall()]
    payees = payees_of(owners, on=run.period_end, right=right, territory=territory)
    return parameters | {"parties": list(payees), "payees": list(payees.values())}


@dataclass(frozen=True, slots=True)
class Changes:
    """The works whose shares or payees would be frozen differently now (F22), and a digest of how."""

    works: frozenset[int]
    digest: bytes


def changes_since(run: Run) -> Changes:
    """What has changed since the run was frozen: other shares, other payees, a dispute."""
    works: set[int] = set()
    told = hashlib.sha256()
    for right, territory in rights_of(run):
        with transaction.atomic(), bulk_plans(), connection.cursor() as cursor:
            cursor.execute(CHANGED.format(now=SHARES_NOW), shares_now(run=run, right=right, territory=territory))
            for work_id, shares in cursor.fetchall():
                works.add(work_id)
                told.update(f"{right} {work_id} {shares}\n".encode())
    return Changes(frozenset(works), told.digest())


def rights_of(run: Run) -> list[tuple[str, str]]:
    """The (right, territory) pairs of a run's pools; a right has one territory in a run."""
    return sorted(RunPool.objects.filter(run=run).values_list("right", "territory").distinct())
