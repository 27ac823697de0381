"""What a worker does for one job of a run. Each writes its rows, its sum and `done` in one transaction, or nothing.

A slice is a part of the usage texts (text number modulo the number of slices), so that the lines of a text come
together. What goes from step to step is a table with a key or a sum of whole numbers: neither depends on how a run was
cut.
"""

import datetime as dt
from typing import Any

import numpy as np
from django.db import connection, transaction

from cmo_portal.common.columns import NONE, find_rows, order_by
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.pgcopy import Layout, layout
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import finish
from royalties.models import Run, StepSum
from royalties.queries.frozen import (
    pools_of,
    shares_of,
    texts_for_kernel,
    texts_of,
)
from royalties.queries.frozen_lines import lines_of
from royalties.queries.results import run_digest_of_stored
from royalties.rules import kernel
from royalties.rules.digest import LineMix, mix_lines
from royalties.rules.kernel_tables import Lines, TextUnits, TextWeights, UnitRows
from royalties.services.columns import copy_in
from royalties.services.handover import hand_over, take_over

TEXT_RESULTS = layout(text_key="int8", work_id="int8", weight="int8", units="int8", run_id="int8", pool_no="int4")
LINE_RESULTS = layout(line_key="int8", text_key="int8", weight="int8", units="int8", run_id="int8", pool_no="int4")
ALLOCATION = layout(
    payee_id="int8",
    work_id="int8",
    share_id="int8",
    text_key="int8",
    units="int8",
    amount="int8",
    run_id="int8",
    pool_no="int4",
)
PAYEES = layout(payee_id="int8", units="int8", amount="int8", run_id="int8", pool_no="int4")


@transaction.atomic
def weigh_slice(*, job: Job) -> None:
    """Weigh the lines of a slice and hand over what each text weighs in its pool, and the lines for the third step."""
    run = _run(job)
    found: list[TextWeights] = []
    faultpoint("dist.weigh.before_write")
    for number, lines in enumerate(lines_of(run, job.slice_no)):
        ordered = lines.take(order_by(lines.pool_no, lines.text_id, lines.line_key))
        hand_over(run, job.slice_no, f"lines {number}", ordered)
        found.append(kernel.weigh(ordered))
    weights = kernel.join_weights(found)
    hand_over(run, job.slice_no, "weights", weights)
    faultpoint("dist.weigh.after_write")
    _hand_back(job, run, {"texts": len(weights), "lines": int(weights.lines.sum()), "tables": len(found)})


@transaction.atomic
def allocate_run(*, job: Job) -> None:
    """Split every pool: to its texts, their works, their shares, their payees; and each payee's money to its lines."""
    run = _run(job)
    pools, rows = pools_of(run), texts_of(run)
    weights = kernel.join_weights([take_over(run, number, "weights", TextWeights) for number in range(run.slices)])
    texts = texts_for_kernel(rows)
    text_units = kernel.split_texts(pools, weights, texts)
    split = kernel.split_shares(pools, text_units, texts, shares_of(run))
    units = kernel.in_order(UnitRows.join([split, kernel.unused(pools, weights)]))
    paid = kernel.payees(pools, kernel.payee_units(units))
    lines = kernel.statement_rows(paid, units)
    faultpoint("dist.alloc.before_write")
    hand_over(run, 0, "units", text_units)
    work = rows["work_id"][find_rows((rows["pool_no"], rows["text_key"]), (weights.pool_no, weights.text_id))]
    table = zip(("pool_no", "text_key", "units"), text_units.columns(), strict=True)
    _write(run, "textresult", TEXT_RESULTS, [*table, ("work_id", work), ("weight", weights.weight)])
    faultpoint("dist.alloc.after_texts_write")
    table = zip(("pool_no", "payee_id", "units", "amount"), paid.columns(), strict=True)
    _write(run, "payeetotal", PAYEES, table)
    faultpoint("dist.alloc.after_payees_write")
    names = ("pool_no", "payee_id", "work_id", "text_key", "share_id", "text_id", "units", "amount")
    _write(run, "allocationline", ALLOCATION, zip(names, lines.columns(), strict=True))
    faultpoint("dist.alloc.after_write")
    _hand_back(job, run, {"texts": len(text_units), "payees": len(paid), "rows": len(lines)})


@transaction.atomic
def split_lines_slice(*, job: Job) -> None:
    """Split each text's units to its lines: what every row of the usage files has earned."""
    run = _run(job)
    units = take_over(run, 0, "units", TextUnits)
    weighed = StepSum.objects.get(run=run, step="weigh", slice_no=job.slice_no)
    mix = LineMix(0, 0)
    for number in range(weighed.payload["tables"]):
        result = kernel.split_lines(take_over(run, job.slice_no, f"lines {number}", Lines), units)
        faultpoint("dist.lines.before_write")
        names = ("pool_no", "text_key", "line_key", "weight", "units")
        _write(run, "lineresult", LINE_RESULTS, zip(names, result.columns(), strict=True))
        faultpoint("dist.lines.after_write")
        mix = mix + mix_lines(result)
    _hand_back(job, run, {"lines": mix.lines, "mix": mix.mix})


@transaction.atomic
def verify_run(*, job: Job, now: dt.datetime) -> None:
    """Repeat the sums inside the database, seal the results, and take their digest: the run is calculated."""
    run = Run.objects.select_for_update().get(pk=job.args["run"])
    faultpoint("dist.seal.before_write")
    with connection.cursor() as cursor:
        cursor.execute("SELECT royalties_seal_parts(%s)", [run.pk])
    faultpoint("dist.seal.after_write")
    run.digest = bytes.fromhex(run_digest_of_stored(run))
    run.state, run.calculated_at = "calculated", now
    run.save(update_fields=["digest", "state", "calculated_at"])
    faultpoint("dist.verify.after_write")
    _hand_back(job, run, {"digest": run.digest.hex()})


def _run(job: Job) -> Run:
    return Run.objects.get(pk=job.args["run"])


def _write(run: Run, table: str, columns: Layout, values: Any) -> None:
    """COPY columns into a part of the run. What does not apply is −1 in the kernel and 0 in the tables."""
    given = dict(values)
    given["run_id"] = np.broadcast_to(np.int64(run.pk), given["pool_no"].shape)
    for name in ("work_id", "share_id", "text_key"):
        if name in given and given[name].size and int(given[name].min()) == NONE:
            given[name] = np.where(given[name] == NONE, 0, given[name])
    copy_in(f"royalties_{table}_r{run.pk}", columns, given)


def _hand_back(job: Job, run: Run, payload: dict[str, Any]) -> None:
    """The slice's sum under its fencing token, and `done`: the last acts of the slice's transaction."""
    StepSum.objects.create(run=run, step=job.step, slice_no=job.slice_no, job=job, token=job.token, payload=payload)
    faultpoint("dist.slice.before_finish")
    finish(job)
