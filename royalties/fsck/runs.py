"""M01, M05–M10, M14, M15, M17, M18: pools are conserved, inputs and results stand, and two people decided."""

from collections.abc import Iterable

import numpy as np
from django.utils.translation import gettext_lazy as _

from royalties.fsck.framework import Breach, Scope, breaches, check
from royalties.models import Run
from royalties.queries.frozen_lines import lines_of
from royalties.queries.results import line_mix, run_digest_of_stored, stored_line_mix, weights_of_stored
from royalties.rules.kernel import join_weights, weigh
from royalties.services.runs.digests import input_digest

WITH_RESULTS = ("calculated", "reviewed", "approved", "finalised", "published", "reversed")
POSTED = ("finalised", "published")


def runs_in(scope: Scope) -> list[Run]:
    """The runs that have results, as far as the scope goes."""
    found = Run.objects.filter(state__in=WITH_RESULTS).order_by("pk")
    return list(found.filter(pk=scope.run.pk) if scope.run else found)


@check("M01", _("Every pool is shared out to the paisa"))
def pools_are_conserved(scope: Scope) -> Iterable[Breach]:
    """Receipts = deductions + payees + held, at every level of each run, and in its journal once it is posted."""
    return breaches(
        """
        SELECT 'run ' || number, fault, 0 FROM (SELECT number,
            royalties_conservation_fault(id, state IN ('finalised', 'published')) AS fault FROM royalties_run
            WHERE state = ANY (%(states)s) AND state <> 'reversed' AND (%(run)s::bigint IS NULL OR id = %(run)s)) r
        WHERE fault IS NOT NULL ORDER BY number
        """,
        {"states": list(WITH_RESULTS), "run": scope.run_id},
    )


@check("M05", _("Shares never exceed 100 %, and a paid work has exactly 100 %"))
def shares_are_whole(scope: Scope) -> Iterable[Breach]:
    """The frozen shares of each work, and the register of works now."""
    yield from breaches(
        """
        SELECT 'run ' || r.number || ' work ' || s.work_id, 'its frozen shares make ' || sum(s.units) || ' of 1000000',
            sum(s.units) - 1000000
        FROM royalties_runshare s JOIN royalties_run r ON r.id = s.run_id
        WHERE %(run)s::bigint IS NULL OR r.id = %(run)s
        GROUP BY r.number, s."right", s.work_id HAVING sum(s.units) <> 1000000
        """,
        {"run": scope.run_id},
    )
    yield from breaches(
        """
        WITH share AS (
            SELECT work_id, "right", territory, share, coalesce(valid_from, DATE '0001-01-01') AS first_day,
                coalesce(valid_to, DATE '9999-12-31') AS last_day FROM works_workshare
        ),
        suspect AS (
            SELECT work_id, "right" FROM share GROUP BY work_id, "right" HAVING sum(share) > 1000000
        ),
        part AS (
            SELECT s.work_id, s."right", l.leaf, s.share, greatest(s.first_day, l.valid_from) AS first_day,
                least(s.last_day, l.valid_to) AS last_day
            FROM suspect JOIN share s USING (work_id, "right") JOIN members_arealeaf l ON l.area_id = s.territory
        )
        SELECT 'work ' || work_id, 'shares of right ' || "right" || ' make ' || max(total) || ' of 1000000',
            max(total) - 1000000
        FROM (
            SELECT p.work_id, p."right", sum(p.share) AS total FROM part p
                JOIN (SELECT DISTINCT work_id, "right", leaf, first_day AS day FROM part) d
                    USING (work_id, "right", leaf)
            WHERE d.day BETWEEN p.first_day AND p.last_day
            GROUP BY p.work_id, p."right", p.leaf, d.day HAVING sum(p.share) > 1000000
        ) over_whole GROUP BY work_id, "right"
        """
    )


@check("M06", _("A disputed share pays nobody"))
def disputed_shares_are_held(scope: Scope) -> Iterable[Breach]:
    """Every allocation line pays whom its frozen share names."""
    return breaches(
        """
        SELECT 'run ' || r.number || ' work ' || a.work_id || ' share ' || a.share_id,
            'it pays ' || a.payee_id || ', frozen was ' || coalesce(s.payee_id::text, 'nothing'), a.amount
        FROM royalties_allocationline a JOIN royalties_run r ON r.id = a.run_id
            JOIN royalties_runpool p ON p.run_id = a.run_id AND p.pool_no = a.pool_no
            LEFT JOIN royalties_runshare s ON s.run_id = a.run_id AND s."right" = p."right" AND s.work_id = a.work_id
                AND s.share_id = a.share_id
        WHERE a.work_id > 0 AND s.payee_id IS DISTINCT FROM a.payee_id
            AND (%(run)s::bigint IS NULL OR a.run_id = %(run)s)
        """,
        {"run": scope.run_id},
    )


@check("M07", _("A usage line is paid once per right, and its money is its text's"))
def lines_are_paid_once(scope: Scope) -> Iterable[Breach]:
    """No file in two live runs for one right, no line twice in a run, and lines sum to their text."""
    yield from breaches(
        """
        SELECT 'file ' || f.filename, count(*) || ' live runs pay it for right ' || c."right", 0
        FROM royalties_usageclaim c JOIN royalties_usagefile f ON f.id = c.file_id
            JOIN royalties_run r ON r.id = c.run_id
        WHERE r.state NOT IN ('cancelled', 'reversed') GROUP BY f.id, c."right" HAVING count(*) > 1
        """
    )
    for run in runs_in(scope):
        yield from breaches(
            """
            SELECT 'run ' || %(number)s || ' pool ' || pool_no || ' line ' || line_key, 'it stands ' || count(*)
                || ' times', 0
            FROM royalties_lineresult WHERE run_id = %(run)s GROUP BY pool_no, line_key HAVING count(*) > 1
            UNION ALL
            SELECT 'run ' || %(number)s || ' pool ' || pool_no || ' text ' || text_key, 'its lines make '
                || coalesce(l.units, 0) || ' units, it has ' || coalesce(t.units, 0),
                coalesce(l.units, 0) - coalesce(t.units, 0)
            FROM (SELECT pool_no, text_key, sum(units) AS units, sum(weight) AS weight FROM royalties_lineresult
                WHERE run_id = %(run)s GROUP BY 1, 2) l
            FULL JOIN (SELECT * FROM royalties_textresult WHERE run_id = %(run)s) t USING (pool_no, text_key)
            WHERE (l.units, l.weight) IS DISTINCT FROM (t.units::numeric, t.weight::numeric)
            """,
            {"run": run.pk, "number": run.number},
        )


@check("M08", _("The same usage file counts once"))
def files_count_once(scope: Scope) -> Iterable[Breach]:
    """No two files with the same bytes; each taken file holds the lines it says."""
    yield from breaches(
        "SELECT 'files ' || string_agg(filename, ', ' ORDER BY id), 'they have the same bytes', 0"
        " FROM royalties_usagefile GROUP BY sha256 HAVING count(*) > 1"
    )
    yield from breaches(
        """
        SELECT 'file ' || f.filename, 'it has ' || coalesce(l.lines, 0) || ' lines, not ' || f.line_count,
            coalesce(l.lines, 0) - f.line_count
        FROM royalties_usagefile f
            LEFT JOIN (SELECT file_id, count(*) AS lines FROM royalties_usageline GROUP BY 1) l ON l.file_id = f.id
        WHERE f.state = 'landed' AND coalesce(l.lines, 0) <> f.line_count AND (%(run)s::bigint IS NULL
            OR EXISTS (SELECT 1 FROM royalties_usageclaim c WHERE c.file_id = f.id AND c.run_id = %(run)s))
        """,
        {"run": scope.run_id},
    )


@check("M09", _("Frozen inputs and results stand"))
def inputs_stand(scope: Scope) -> Iterable[Breach]:
    """The frozen inputs still have the hash that the freeze took; the parts are attached."""
    for run in runs_in(scope):
        if input_digest(run) != bytes(run.input_digest or b""):
            yield Breach(f"run {run.number}", "its frozen inputs were changed")
    yield from breaches(
        "SELECT 'run ' || number, 'its results are not sealed', 0 FROM royalties_run"
        " WHERE state = ANY (%(states)s) AND NOT royalties_is_sealed(id) AND (%(run)s::bigint IS NULL OR id = %(run)s)",
        {"states": list(WITH_RESULTS), "run": scope.run_id},
    )


@check("M10", _("The results have the digest that was taken of them"))
def digests_hold(scope: Scope) -> Iterable[Breach]:
    """The digest of the rows as they lie in the database now, lines included."""
    for run in runs_in(scope):
        if run_digest_of_stored(run) != bytes(run.digest or b"").hex():
            yield Breach(f"run {run.number}", "its payees or statement lines were changed")
        if stored_line_mix(run) != line_mix(run):
            yield Breach(f"run {run.number}", "its line results were changed")


@check("M10", _("The results have the digest that was taken of them"))
def weights_follow_from_the_lines(scope: Scope) -> Iterable[Breach]:
    """What each text weighs is what its rule makes of the lines of the usage files, and its work is the frozen one."""
    for run in runs_in(scope):
        parts = (lines for slice_no in range(run.slices) for lines in lines_of(run, slice_no))
        made, kept = join_weights([weigh(lines) for lines in parts]), weights_of_stored(run)
        columns = zip(made.columns()[:3], kept.columns()[:3], strict=True)
        if not all(np.array_equal(ours, theirs) for ours, theirs in columns):
            yield Breach(f"run {run.number}", "the weights of its texts are not what its usage lines make")
    yield from breaches(
        """
        SELECT 'run ' || r.number || ' text ' || t.text_key, 'it is work ' || t.work_id || ', frozen was '
            || coalesce(f.work_id::text, 'none'), 0
        FROM royalties_textresult t JOIN royalties_run r ON r.id = t.run_id
            LEFT JOIN royalties_runtext f ON f.run_id = t.run_id AND f.pool_no = t.pool_no AND f.text_key = t.text_key
        WHERE (%(run)s::bigint IS NULL OR t.run_id = %(run)s) AND t.work_id IS DISTINCT FROM f.work_id
        """,
        {"run": scope.run_id},
    )


@check("M14", _("Another person approved"))
def two_people_decided(scope: Scope) -> Iterable[Breach]:
    """Maker and approver differ, for runs and for rules."""
    return breaches(
        """
        SELECT 'run ' || number, 'the maker approved it', 0 FROM royalties_run
            WHERE approved_by_id IN (maker_id, reviewed_by_id)
        UNION ALL
        SELECT 'rule version ' || id, 'its author approved it', 0 FROM royalties_ruleversion
            WHERE approved_by_id = proposed_by_id
        """
    )


@check("M15", _("The approved digest is the digest"))
def approval_names_the_digest(scope: Scope) -> Iterable[Breach]:
    """Every run that is approved or further carries the digest that was approved."""
    return breaches(
        "SELECT 'run ' || number, 'what was approved is not what it holds', 0 FROM royalties_run"
        " WHERE state IN ('approved', 'finalised', 'published')"
        " AND (approved_digest IS DISTINCT FROM digest OR approved_by_id IS NULL)"
    )


@check("M17", _("Every rupee received is in one pool or unallocated"))
def receipts_are_in_one_pool(scope: Scope) -> Iterable[Breach]:
    """No allocation of a receipt has more in pools than its fee."""
    return breaches(
        """
        SELECT 'receipt allocation ' || a.id, sum(p.amount) || ' of ' || a.net_amount || ' are in pools',
            sum(p.amount) - a.net_amount
        FROM royalties_poolreceipt p JOIN licensing_receiptallocation a ON a.id = p.allocation_id
        GROUP BY a.id HAVING sum(p.amount) > a.net_amount
        """
    )


@check("M18", _("Deductions are what their rule says"))
def deductions_follow_their_rule(scope: Scope) -> Iterable[Breach]:
    """Rate and amount by the rule version that each names; basis as the steps before leave it."""
    return breaches(
        """
        SELECT 'run ' || r.number || ' deduction ' || d.code, 'it is ' || d.amount || ', the rule says '
            || coalesce(round(d.basis * (said ->> 'rate_percent')::numeric / 100)::text, 'nothing'),
            d.amount - coalesce(round(d.basis * (said ->> 'rate_percent')::numeric / 100), 0)
        FROM royalties_rundeduction d JOIN royalties_run r ON r.id = d.run_id
            JOIN royalties_ruleversion v ON v.id = d.rule_version_id
            LEFT JOIN LATERAL (SELECT rule AS said FROM jsonb_array_elements(v.parameters -> 'deductions') rule
                WHERE rule ->> 'code' = d.code) said ON true
            JOIN LATERAL (SELECT sum(gross) AS gross FROM royalties_runpool p
                WHERE p.run_id = d.run_id AND p.pool_id = d.pool_id) pool ON true
            LEFT JOIN LATERAL (SELECT sum(earlier.amount) AS taken FROM royalties_rundeduction earlier
                WHERE earlier.run_id = d.run_id AND earlier.pool_id = d.pool_id
                    AND earlier."order" <= (said ->> 'basis_after_order')::int) before ON true
        WHERE said IS NULL OR (said ->> 'rate_percent')::numeric <> d.rate_percent::numeric
            OR d.basis <> pool.gross - coalesce(before.taken, 0)
            OR (said ->> 'rate_percent')::numeric > coalesce((said ->> 'ceiling_percent')::numeric, 100)
            OR d.amount <> round(d.basis * (said ->> 'rate_percent')::numeric / 100)
        """
    )
