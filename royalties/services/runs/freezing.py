"""Freezing: everything a run depends on is copied, claimed and hashed in one transaction. After it nothing can move."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.money import allocate, decimal_text
from cmo_portal.common.plans import bulk_plans
from cmo_portal.jobs.services import add_job
from royalties.models import Pool, PoolUsage, Run, RunDeduction, RunPool, UsageClaim, UsageFile
from royalties.models.frozen import PURPOSES
from royalties.queries.frozen import POSITION_BITS, line_rule, rights_of
from royalties.queries.frozen_shares import freeze_shares
from royalties.queries.readiness import freeze_problems
from royalties.queries.rules import rule_in_force
from royalties.queries.usage_lines import parts_scale
from royalties.rules.deductions import DeductionResult, apply_deductions, read_deductions
from royalties.services.runs.digests import input_digest
from works.services.regrouping import hold_regroupings
from works.services.resting import hold_register

BACKGROUND_ABOVE = 300_000  # distinct texts; below that a person can wait for the freeze

TEXTS = f"""
    WITH RECURSIVE merged AS (
        SELECT id AS work_id, merged_into_id AS target FROM works_work WHERE merged_into_id IS NOT NULL
        UNION
        SELECT m.work_id, w.merged_into_id FROM merged m JOIN works_work w ON w.id = m.target
            WHERE w.merged_into_id IS NOT NULL
    ),
    final AS (
        SELECT m.work_id, m.target FROM merged m JOIN works_work w ON w.id = m.target WHERE w.merged_into_id IS NULL
    ),
    decided AS (
        SELECT DISTINCT ON (m.file_id, m.text_no) m.file_id, m.text_no, m.outcome, m.work_id
        FROM royalties_usagematch m WHERE m.file_id = ANY (%(files)s)
        ORDER BY m.file_id, m.text_no, m.revision DESC
    )
    INSERT INTO royalties_runtext (run_id, pool_no, text_key, file_id, text_no, work_id)
    SELECT %(run)s, leaf.pool_no, (c.position::bigint << {POSITION_BITS}) | t.text_no, t.file_id, t.text_no,
        CASE WHEN w.state = 'withdrawn' THEN 0 ELSE coalesce(w.id, 0) END
    FROM royalties_runpool leaf
        JOIN royalties_poolusage u ON u.pool_id = leaf.pool_id
        JOIN royalties_usageclaim c ON c.run_id = leaf.run_id AND c.file_id = u.file_id AND c."right" = leaf."right"
        JOIN royalties_usagetext t ON t.file_id = u.file_id AND leaf.section IN ('', t.section)
        LEFT JOIN decided d ON d.file_id = t.file_id AND d.text_no = t.text_no
        LEFT JOIN final ON final.work_id = d.work_id
        LEFT JOIN works_work w ON w.id = coalesce(final.target, d.work_id)
    WHERE leaf.run_id = %(run)s AND t.file_id = ANY (%(files)s) AND d.outcome IS DISTINCT FROM 'ignored'
"""  # noqa: S608 - composed of the constant above


def start_freeze(*, run: Run, by: User, now: dt.datetime) -> None:
    """Freeze the run now, or hand it to a worker when it is large. Raises ValidationError as `freeze_run` does."""
    require(by, "royalties.make_runs")
    files = UsageFile.objects.filter(pools__pool__claims__run=run).distinct()
    if sum(file.text_count for file in files) <= BACKGROUND_ABOVE:
        freeze_run(run=run, by=by, now=now)
        return
    add_job(
        kind="royalties.freeze",
        key=f"run:{run.uid}:freeze",
        args={"run": run.pk, "by": by.pk},
        queue="money",
        subject=f"run:{run.uid}",
        step="freeze",
    )


@transaction.atomic
def freeze_run(*, run: Run, by: User, now: dt.datetime) -> Run:
    """Claim the usage, copy receipts, deductions, rules, texts, matches and shares, and hash it all.

    Raises ValidationError with every reason why the run cannot be frozen yet.
    """
    require(by, "royalties.make_runs")
    hold_regroupings()  # a merge comes before this or after it, never in between
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state == "frozen":
        return run
    pools = list(Pool.objects.select_for_update(no_key=True).filter(claims__run=run).order_by("code"))
    if problems := freeze_problems(run, pools):
        raise ValidationError(problems)
    hold_register()
    faultpoint("dist.freeze.before_write")
    _claim_usage(run, pools)
    _freeze_pools(run, pools)
    faultpoint("dist.freeze.after_pools_write")
    with bulk_plans(), connection.cursor() as cursor:
        files = list(UsageClaim.objects.filter(run=run).values_list("file_id", flat=True).distinct())
        cursor.execute(TEXTS, {"run": run.pk, "files": files})
        faultpoint("dist.freeze.after_texts_write")
        for right, territory in rights_of(run):
            freeze_shares(run=run, right=right, territory=territory)
    faultpoint("dist.freeze.after_shares_write")
    run.claim_rule = rule_in_force("claims", run.period_end)
    run.state, run.frozen_at, run.input_digest = "frozen", now, input_digest(run)
    run.save(update_fields=["claim_rule", "state", "frozen_at", "input_digest"])
    faultpoint("dist.freeze.after_write")
    record_act(by=by, verb="freeze_run", on=run, facts={"at": now, "input_digest": bytes(run.input_digest).hex()})
    return run


def _claim_usage(run: Run, pools: Iterable[Pool]) -> None:
    """One claim for each file and right; the position of a file is its place in the order of the hashes."""
    usage = list(PoolUsage.objects.filter(pool__in=pools).select_related("file", "pool"))
    files = {bytes(row.file.sha256): row.file_id for row in usage}
    position = {files[sha256]: number for number, sha256 in enumerate(sorted(files))}
    UsageClaim.objects.bulk_create(
        UsageClaim(run=run, file_id=row.file_id, right=row.pool.right, position=position[row.file_id])
        for row in sorted(usage, key=lambda row: (position[row.file_id], row.pool.right))
    )


def _freeze_pools(run: Run, pools: Iterable[Pool]) -> None:
    leaves: list[RunPool] = []
    for pool in pools:
        gross = sum(pool.receipts.values_list("amount", flat=True))
        deductions, _complaints = read_deductions(pool.deduction_rule.parameters)
        result = apply_deductions(gross, deductions)
        RunDeduction.objects.bulk_create(_deductions(run, pool, result))
        leaves += _leaves(run, pool, result, first_number=len(leaves) + 1)
    RunPool.objects.bulk_create(leaves)


def _deductions(run: Run, pool: Pool, result: DeductionResult) -> list[RunDeduction]:
    return [
        RunDeduction(
            run=run,
            pool=pool,
            order=step.order,
            code=step.code,
            name=str(dict(PURPOSES)[step.purpose]),
            purpose=step.purpose,
            basis=step.basis,
            rate_percent=decimal_text(step.rate),
            amount=step.amount,
            rule_version=pool.deduction_rule,
        )
        for step in result.steps
    ]


def _leaves(run: Run, pool: Pool, result: DeductionResult, *, first_number: int) -> list[RunPool]:
    """The pool as one leaf, or a leaf for each section; what was deducted and what is left are split apart."""
    names = dict(pool.sections.values_list("code", "name")) or {"": ""}
    weights: list[tuple[str, int]] = list(pool.sections.values_list("code", "weight")) or [("", 1)]
    deducted = allocate(result.opening - result.distributable, weights)
    amounts = allocate(result.distributable, weights)
    scale = line_rule(pool.distribution_rule.parameters).scale * parts_scale(
        pool.usage.values_list("file_id", flat=True)
    )
    return [
        RunPool(
            run=run,
            pool_no=number,
            pool=pool,
            section=code,
            name=f"{pool.name}: {names[code]}"[:160] if code else pool.name,
            right=pool.right,
            territory=pool.territory,
            gross=deducted[code] + amounts[code],
            deducted=deducted[code],
            amount=amounts[code],
            rule_version=pool.distribution_rule,
            weight_scale=scale,
        )
        for number, code in enumerate(amounts, first_number)
    ]
