"""What a work was used and earned, distribution by distribution, and what still waits for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from members.models.parties import Right
from royalties.models import Run
from royalties.queries.stakes import Stake, stakes_of
from works.models import Work
from works.queries.regrouping import merged_ids

LAST_RUNS = 40
# The payees of a work in a run are few, and the lines of a run are found by payee and work.
EARNED = """
    WITH posted AS (
        SELECT id FROM royalties_run WHERE state IN ('finalised', 'published')
            ORDER BY period_end DESC, id DESC LIMIT %(runs)s
    ),
    used AS (
        SELECT t.run_id, t.pool_no, sum(u.plays)::bigint AS plays FROM posted
            JOIN royalties_textresult t ON t.run_id = posted.id AND t.work_id = ANY (%(works)s)
            JOIN royalties_runtext x ON (x.run_id, x.pool_no, x.text_key) = (t.run_id, t.pool_no, t.text_key)
            JOIN royalties_usagetext u ON (u.file_id, u.text_no) = (x.file_id, x.text_no)
        GROUP BY 1, 2
    )
    SELECT used.run_id, p.name, p."right", used.plays, earned.paid, earned.held FROM used
        JOIN royalties_runpool p ON (p.run_id, p.pool_no) = (used.run_id, used.pool_no)
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(a.amount) FILTER (WHERE a.payee_id > 0), 0)::bigint AS paid,
                coalesce(sum(a.amount) FILTER (WHERE a.payee_id < 0), 0)::bigint AS held
            FROM royalties_allocationline a
            WHERE a.run_id = used.run_id AND a.pool_no = used.pool_no AND a.work_id = ANY (%(works)s)
                AND a.payee_id IN (
                    SELECT s.payee_id FROM royalties_runshare s
                    WHERE s.run_id = used.run_id AND s."right" = p."right" AND s.work_id = ANY (%(works)s))
        ) earned
    ORDER BY used.run_id DESC, used.pool_no
"""


@dataclass(frozen=True, slots=True)
class Earned:
    """What a work was played and earned in one pool, in minor units: `paid` went to statements, `held` did not."""

    pool: str
    right: Right
    plays: int
    paid: int
    held: int


@dataclass(frozen=True, slots=True)
class RunMoney:
    """What a work earned in one distribution."""

    run: Run
    pools: tuple[Earned, ...]

    @property
    def paid(self) -> int:
        """What went to statements, over all pools."""
        return sum(pool.paid for pool in self.pools)

    @property
    def held(self) -> int:
        """What was held, over all pools."""
        return sum(pool.held for pool in self.pools)


@dataclass(frozen=True, slots=True)
class WorkMoney:
    """The money of a work, and of the works that were merged into it: its last distributions, the newest first, and
    what hangs on it now."""

    runs: tuple[RunMoney, ...]
    stake: Stake

    @property
    def paid(self) -> int:
        """What went to statements in these distributions."""
        return sum(run.paid for run in self.runs)

    @property
    def held(self) -> int:
        """What was held when these distributions were posted."""
        return sum(run.held for run in self.runs)


def work_money(work: Work) -> WorkMoney:
    """The last 40 posted distributions in which a work was used. Five queries."""
    works = merged_ids(work)
    with connection.cursor() as cursor:
        cursor.execute(EARNED, {"works": works, "runs": LAST_RUNS})
        found: dict[int, list[Earned]] = {}
        for run, pool, right, plays, paid, held in cursor.fetchall():
            found.setdefault(run, []).append(Earned(pool, Right(right), plays, paid, held))
    runs = Run.objects.filter(pk__in=found).order_by("-period_end", "-pk")
    return WorkMoney(tuple(RunMoney(run, tuple(found[run.pk])) for run in runs), _together(stakes_of(works).values()))


def _together(stakes: Iterable[Stake]) -> Stake:
    """The sum of what hangs on several works."""
    rows = list(stakes)
    return Stake(*(sum(getattr(row, name) for row in rows) for name in ("held", "usage", "texts", "plays")))
