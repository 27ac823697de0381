"""M19: held money line by line: what each run could not pay, why, and until when it waits."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from royalties.fsck.framework import Breach, Scope, breaches, check
from royalties.models import Run
from royalties.models.statements import BUCKETS
from royalties.queries.held import waiting_days

TITLE = _("Money in clearing and held accounts has an owner or a reason")
LINES = """
    WITH posted AS (
        SELECT id, number FROM royalties_run WHERE state IN ('finalised', 'published', 'reversed')
            AND (%(run)s::bigint IS NULL OR id = %(run)s)
    ),
    held AS (
        SELECT run_id, pool_no, reason, coalesce(work_id, 0) AS work_id, share_id, text_key, pool_id, amount, units
        FROM royalties_suspenseline WHERE %(run)s::bigint IS NULL OR run_id = %(run)s
    ),
    allocated AS (
        SELECT a.run_id, a.pool_no, r.reason, a.work_id, a.share_id, a.text_key, p.pool_id, a.amount, a.units
        FROM royalties_allocationline a
            JOIN unnest(%(buckets)s::bigint[], %(reasons)s::text[]) AS r (bucket, reason) ON r.bucket = a.payee_id
            JOIN royalties_runpool p ON p.run_id = a.run_id AND p.pool_no = a.pool_no
        WHERE a.run_id IN (SELECT id FROM posted) AND a.amount <> 0
    )
    SELECT concat_ws(' ', 'run', r.number, 'pool', pool_no, reason, 'work', work_id, 'share', share_id, 'text',
        text_key), 'held are ' || coalesce(h.amount, 0) || ', the run allocated ' || coalesce(a.amount, 0),
        coalesce(h.amount, 0) - coalesce(a.amount, 0)
    FROM held h FULL JOIN allocated a USING (run_id, pool_no, reason, work_id, share_id, text_key)
        JOIN (SELECT id, number FROM royalties_run) r ON r.id = run_id
    WHERE (h.amount, h.units, h.pool_id) IS DISTINCT FROM (a.amount, a.units, a.pool_id) ORDER BY 1
"""
DAYS = """
    SELECT 'run ' || %(number)s || ' held line ' || s.id, 'it waits until ' || s.prescribes_on || ', not '
        || coalesce(d.prescribes_on::text, 'at all'), s.prescribes_on - d.prescribes_on
    FROM royalties_suspenseline s LEFT JOIN unnest(%(pools)s::bigint[], %(year_ends)s::date[], %(prescribe_on)s::date[])
        AS d (pool_id, year_end, prescribes_on) ON d.pool_id = s.pool_id
    WHERE s.run_id = %(run)s AND (s.collected_year_end, s.prescribes_on) IS DISTINCT FROM (d.year_end, d.prescribes_on)
    ORDER BY s.id
"""


@check("M19", TITLE)
def held_lines_are_allocated(scope: Scope) -> Iterable[Breach]:
    """Each held line is an allocation line of its run, to the paisa, and no such line is missing."""
    reasons = {"buckets": list(BUCKETS.values()), "reasons": list(BUCKETS)}
    return breaches(LINES, {"run": scope.run_id} | reasons)


@check("M19", TITLE)
def held_money_waits_its_time(scope: Scope) -> Iterable[Breach]:
    """Each held line waits as long as the run's rule says from the newest receipt of its pool."""
    runs = Run.objects.filter(state__in=("finalised", "published")).select_related("claim_rule").order_by("pk")
    for run in runs.filter(pk=scope.run.pk) if scope.run else runs:
        yield from breaches(DAYS, {"run": run.pk, "number": run.number} | waiting_days(run))
