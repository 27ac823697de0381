"""What a run has worked out, read back from where it is stored."""

import numpy as np

from cmo_portal.common.columns import NONE, order_by
from cmo_portal.common.copying import copy_out
from cmo_portal.common.pgcopy import I64, layout
from royalties.models import Run, StepSum
from royalties.rules.digest import LineMix, join_mixes, mix_lines, run_digest
from royalties.rules.kernel_tables import LineUnits, PayeeRows, StatementRows, TextWeights

PAYEES = layout(pool_no="int4", payee_id="int8", units="int8", amount="int8")
WEIGHTS = layout(pool_no="int4", text_key="int8", weight="int8")
LINES = layout(
    pool_no="int4", payee_id="int8", work_id="int8", text_key="int8", share_id="int8", units="int8", amount="int8"
)
LINE_UNITS = layout(pool_no="int4", text_key="int8", line_key="int8", weight="int8", units="int8")


def weights_of_stored(run: Run) -> TextWeights:
    """What each text weighs as it lies in the database, by pool and text; the lines are not counted."""
    rows = copy_out(f"SELECT {WEIGHTS.select_list()} FROM royalties_textresult WHERE run_id = %s", WEIGHTS, [run.pk])  # noqa: S608
    order = order_by(rows["pool_no"], rows["text_key"])
    pool_no, text_key, weight = (rows[name][order] for name in ("pool_no", "text_key", "weight"))
    return TextWeights(pool_no, text_key, weight, np.zeros_like(weight))


def run_digest_of_stored(run: Run) -> str:
    """The digest over the rows as they lie in the database; line results come in by the sums of their slices."""
    where = {"run": run.pk}
    paid = copy_out(f"SELECT {PAYEES.select_list()} FROM royalties_payeetotal WHERE run_id = %(run)s", PAYEES, where)  # noqa: S608
    rows = copy_out(f"SELECT {LINES.select_list()} FROM royalties_allocationline WHERE run_id = %(run)s", LINES, where)  # noqa: S608
    return run_digest(PayeeRows(*(paid[name] for name in PAYEES.names)), _statement_rows(rows), line_mix(run))


def line_mix(run: Run) -> LineMix:
    """The line results of a run, added up over its slices."""
    sums = StepSum.objects.filter(run=run, step="lines").values_list("payload", flat=True)
    return join_mixes(LineMix(payload["lines"], payload["mix"]) for payload in sums)


def stored_line_mix(run: Run) -> LineMix:
    """The same, worked out anew from the line results as they lie in the database."""
    rows = copy_out(
        f"SELECT {LINE_UNITS.select_list()} FROM royalties_lineresult WHERE run_id = %(run)s",  # noqa: S608
        LINE_UNITS,
        {"run": run.pk},
    )
    return mix_lines(LineUnits(*(rows[name] for name in LINE_UNITS.names)))


def _statement_rows(rows: dict[str, I64]) -> StatementRows:
    """Stored rows as the kernel has them: what does not apply is 0 in the tables and −1 in the kernel."""
    has_work = rows["work_id"] > 0
    text_key = np.where(rows["text_key"] > 0, rows["text_key"], NONE)
    return StatementRows(
        rows["pool_no"],
        rows["payee_id"],
        np.where(has_work, rows["work_id"], NONE),
        text_key,
        np.where(has_work, rows["share_id"], NONE),
        text_key,
        rows["units"],
        rows["amount"],
    )
