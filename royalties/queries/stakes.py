"""The money that hangs on works: what is held for them, and what usage that is not distributed yet would bring."""

# ruff: noqa: S608 - the queries are composed of constants; values are parameters
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

HELD = """
    SELECT s.work_id, sum(s.amount)::bigint FROM royalties_suspenseline s JOIN royalties_run r ON r.id = s.run_id
    WHERE s.state = 'open' AND r.state IN ('finalised', 'published') AND s.work_id = ANY (%(works)s) GROUP BY 1
"""
# What a unit of weight of a file would bring in the pools that wait for a distribution: an estimate, nothing is paid by
# it. A pool that a posted run has shared out waits no more.
WAITING = """
    waiting AS (
        SELECT p.id FROM royalties_pool p WHERE %(right)s IN ('', p."right") AND NOT EXISTS (
            SELECT 1 FROM royalties_poolclaim c JOIN royalties_run r ON r.id = c.run_id
            WHERE c.pool_id = p.id AND c.released_at IS NULL AND r.state IN ('finalised', 'published'))
    ),
    money AS (
        SELECT pool_id, sum(amount)::numeric AS amount FROM royalties_poolreceipt
        WHERE pool_id IN (SELECT id FROM waiting) GROUP BY 1
    ),
    weight AS (
        SELECT u.pool_id, sum(coalesce(nullif(f.seconds, 0), f.plays))::numeric AS total
        FROM royalties_poolusage u JOIN royalties_usagefile f ON f.id = u.file_id
        WHERE u.pool_id IN (SELECT id FROM waiting) GROUP BY 1
    ),
    stake AS (
        SELECT u.file_id, sum(money.amount / weight.total) AS unit FROM royalties_poolusage u
            JOIN money ON money.pool_id = u.pool_id JOIN weight ON weight.pool_id = u.pool_id AND weight.total > 0
        GROUP BY 1
    )
"""
USAGE = f"""
    WITH {WAITING},
    newest AS (
        SELECT m.work_id, m.file_id, m.text_no FROM royalties_usagematch m
        WHERE m.work_id = ANY (%(works)s) AND m.outcome = 'matched' AND NOT EXISTS (
            SELECT 1 FROM royalties_usagematch later WHERE later.file_id = m.file_id AND later.text_no = m.text_no
                AND later.revision > m.revision)
    )
    SELECT n.work_id, count(*), sum(t.plays)::bigint,
        coalesce(floor(sum(coalesce(nullif(t.seconds, 0), t.plays) * s.unit)), 0)::bigint
    FROM newest n JOIN royalties_usagetext t ON t.file_id = n.file_id AND t.text_no = n.text_no
        LEFT JOIN stake s ON s.file_id = n.file_id
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Stake:
    """What hangs on a work, in minor units: `held` waits in posted runs, `usage` is the estimate of what its usage will
    bring in the next ones. `texts` and `plays` count all usage that is matched to it."""

    held: int = 0
    usage: int = 0
    texts: int = 0
    plays: int = 0

    @property
    def total(self) -> int:
        """Held and expected money together."""
        return self.held + self.usage


def stakes_of(works: Collection[int]) -> dict[int, Stake]:
    """Work → what hangs on it; works without money and usage are there with nothing. Two queries."""
    ids = list(works)
    held = held_money(ids)
    used = {work: (texts, plays, usage) for work, texts, plays, usage in _used(ids)}
    found = {}
    for work in ids:
        texts, plays, usage = used.get(work, (0, 0, 0))
        found[work] = Stake(held.get(work, 0), usage, texts, plays)
    return found


def expected_money(works: Collection[int], *, right: str) -> dict[int, int]:
    """Work → the estimate of what usage that is not distributed yet will bring it in a right."""
    return {work: usage for work, _texts, _plays, usage in _used(list(works), right)}


def _used(works: list[int], right: str = "") -> list[tuple[int, int, int, int]]:
    """Work, texts, plays, and what they would bring in the pools of a right, or in all."""
    with connection.cursor() as cursor:
        cursor.execute(USAGE, {"works": works, "right": right})
        return cursor.fetchall()


def held_money(works: Collection[int]) -> dict[int, int]:
    """Work → what posted runs hold for it and waits."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"works": list(works)})
        return dict(cursor.fetchall())
