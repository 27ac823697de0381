"""What a worker does for one job of a run. Each writes its rows, its sum and `done` in one transaction, or nothing.

A slice is a part of the usage texts (text number modulo the number of slices), so that the lines of a text come
together. What goes from step to step is a table with a key or a sum of whole numbers: neither depends on how a run was
cut.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import connection, transaction

from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import finish
from royalties.formats.pgcopy import I64, Layout, layout
from royalties.models import Run, StepSum
from royalties.queries.columns import copy_out
from royalties.queries.frozen import (
    POSITION_BITS,
    Feed,
    feeds_of,
    pools_of,
    shares_of,
    texts_for_kernel,
    texts_of,
    weights_of,
)
from royalties.queries.results import digest_of_stored
from royalties.queries.usage_lines import read_lines
from royalties.rules import kernel
from royalties.rules.columns import NONE, find_rows
from royalties.rules.digest import LineMix, mix_lines
from royalties.rules.kernel_tables import Lines, TextUnits, UnitRows
from royalties.services.columns import copy_in

WEIGHTS = layout(text_key="int8", weight="int8", lines="int8", run_id="int8", pool_no="int4")
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
FED_TEXTS = """
    SELECT {select} FROM royalties_runtext t JOIN royalties_runpool p ON p.run_id = t.run_id AND p.pool_no = t.pool_no
    WHERE t.run_id = %(run)s AND t.file_id = %(file)s AND p.pool_id = %(pool)s
"""


@transaction.atomic
def weigh_slice(*, job: Job) -> None:
    """Weigh the lines of a slice and hand back what each text weighs in its pool."""
    run = _run(job)
    weights = kernel.join_weights([kernel.weigh(lines) for lines in _lines_of(run, job.slice_no)])
    faultpoint("dist.weigh.before_write")
    _write(run, "textweight", WEIGHTS, zip(("pool_no", "text_key", "weight", "lines"), weights.columns(), strict=True))
    faultpoint("dist.weigh.after_write")
    _hand_back(job, run, {"texts": len(weights), "lines": int(weights.lines.sum())})


@transaction.atomic
def allocate_run(*, job: Job) -> None:
    """Split every pool: to its texts, their works, their shares, their payees; and each payee's money to its lines."""
    run = _run(job)
    pools, rows, weights = pools_of(run), texts_of(run), kernel.join_weights([weights_of(run)])
    texts = texts_for_kernel(rows)
    text_units = kernel.split_texts(pools, weights, texts)
    split = kernel.split_shares(pools, text_units, texts, shares_of(run))
    units = kernel.in_order(UnitRows.join([split, kernel.unused(pools, weights)]))
    paid = kernel.payees(pools, kernel.payee_units(units))
    lines = kernel.statement_rows(paid, units)
    faultpoint("dist.alloc.before_write")
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
    total = LineMix(0, 0)
    for lines in _lines_of(run, job.slice_no):
        result = kernel.split_lines(lines, _text_units(run, lines))
        faultpoint("dist.lines.before_write")
        names = ("pool_no", "text_key", "line_key", "weight", "units")
        _write(run, "lineresult", LINE_RESULTS, zip(names, result.columns(), strict=True))
        faultpoint("dist.lines.after_write")
        total = total + mix_lines(result)
    _hand_back(job, run, {"lines": total.lines, "mix": total.mix})


@transaction.atomic
def verify_run(*, job: Job, now: dt.datetime) -> None:
    """Repeat the sums inside the database, seal the results, and take their digest: the run is calculated."""
    run = Run.objects.select_for_update().get(pk=job.args["run"])
    faultpoint("dist.seal.before_write")
    with connection.cursor() as cursor:
        cursor.execute("SELECT royalties_seal_parts(%s)", [run.pk])
    faultpoint("dist.seal.after_write")
    run.digest = bytes.fromhex(digest_of_stored(run))
    run.state, run.calculated_at = "calculated", now
    run.save(update_fields=["digest", "state", "calculated_at"])
    faultpoint("dist.verify.after_write")
    _hand_back(job, run, {"digest": run.digest.hex()})


def _run(job: Job) -> Run:
    return Run.objects.get(pk=job.args["run"])


def _lines_of(run: Run, slice_no: int) -> Iterator[Lines]:
    """The lines of a slice, one table for each file and pool that it feeds; ignored texts left out."""
    for feed in feeds_of(run):
        texts = _fed_texts(run, feed)
        columns = read_lines(
            feed.file_id, feed.rule, parts_scale=feed.parts_scale, slices=run.slices, slice_no=slice_no
        )
        pool_of_text = np.full(int(max(texts["text_no"].max(initial=0), columns["text_no"].max(initial=0))) + 1, NONE)
        pool_of_text[texts["text_no"]] = texts["pool_no"]
        pool_no = pool_of_text[columns["text_no"]]
        base = np.int64(feed.position << POSITION_BITS)
        lines = Lines(pool_no, base | columns["text_no"], base | columns["row_no"], columns["weight"])
        ignored = pool_no == NONE
        yield lines.take(~ignored) if ignored.any() else lines


def _fed_texts(run: Run, feed: Feed) -> dict[str, I64]:
    columns = layout(pool_no="int4", text_no="int4")
    query = FED_TEXTS.format(select=columns.select_list({"pool_no": "t.pool_no", "text_no": "t.text_no"}))
    return copy_out(query, columns, {"run": run.pk, "file": feed.file_id, "pool": feed.pool_id})


def _text_units(run: Run, lines: Lines) -> TextUnits:
    """The units of the texts of some lines: those of their pools, between their lowest and highest key."""
    if not len(lines):
        return TextUnits.empty()
    columns = layout(pool_no="int4", text_key="int8", units="int8")
    rows = copy_out(
        f"SELECT {columns.select_list()} FROM royalties_textresult_r{run.pk}"  # noqa: S608 - a number of our own
        " WHERE pool_no = ANY (%(pools)s) AND text_key BETWEEN %(low)s AND %(high)s ORDER BY pool_no, text_key",
        columns,
        {
            "pools": sorted({int(number) for number in np.flatnonzero(np.bincount(lines.pool_no))}),
            "low": int(lines.text_id.min()),
            "high": int(lines.text_id.max()),
        },
    )
    return TextUnits(rows["pool_no"], rows["text_key"], rows["units"])


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
