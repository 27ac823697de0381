"""F01: a process killed, failed or cut off from the database at every write boundary of the run and the payment.

Every failure prints the fault; `CMO_FAULT=point:kind:nth python -m tests.faults.stage RUN [END]` replays it. There are
two ways through the stage: the straight one from draft to settled payment, and the detour with everything that ends
otherwise. A sample runs always, every point with every kind in the long sweep. The fault points of other acts are
passed by tests.faults.test_other_acts.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from royalties.models import LedgerLine, PoolClaim, Run, UsageClaim
from tests.faults import detour
from tests.faults.points import ON_THE_DETOUR, ON_THE_WAY, OTHERS, fault_points
from tests.faults.test_other_acts import ACTS

KINDS = ("sigkill", "raise", "dbterminate")
SAMPLE = (
    "dist.freeze.after_shares_write:sigkill",
    "dist.weigh.after_write:sigkill",
    "dist.alloc.after_payees_write:sigkill",
    "dist.close.before_write:sigkill",
    "dist.lines.before_write:dbterminate",
    "dist.seal.after_write:raise",
    "dist.finalise.after_journal_write:sigkill",
    "pay.reserve.after_rows_write:sigkill",
    "pay.export.before_write:sigkill",
    "pay.answer.after_rows_write:dbterminate",
)
DETOUR_SAMPLE = (
    "receipts.credit.after_write:dbterminate",
    "dist.drop.before_write:raise",
    "dist.return.after_write:sigkill",
    "dist.reverse.after_journal_write:sigkill",
)
SWEEP = [f"{point}:{kind}" for point in ON_THE_WAY for kind in KINDS]
DETOUR_SWEEP = [f"{point}:{kind}" for point in ON_THE_DETOUR for kind in KINDS]


def test_every_fault_point_of_the_product_is_passed_by_a_sweep() -> None:
    assert {fault.rsplit(":", 1)[0] for fault in SAMPLE} <= set(ON_THE_WAY)
    assert {fault.rsplit(":", 1)[0] for fault in DETOUR_SAMPLE} <= set(ON_THE_DETOUR)
    assert set(OTHERS) - set(ACTS) == set(), "say which act passes these"
    assert set(ACTS) - set(OTHERS) == set(), "these exist no more"


def test_there_are_fault_points_at_every_step() -> None:
    assert len(fault_points()) >= 90
    assert len(ON_THE_WAY) >= 45 and len(ON_THE_DETOUR) >= 15


def killed(fault: str, stage: Any, folder: Path, **until: str) -> None:
    """The process fails at the fault, which is proved to have happened, and the next one goes on from there."""
    proof = folder / "fired"
    code = stage.carry_on(fault=f"{fault}:1", CMO_FAULT_ONCE=str(proof), **until)
    assert proof.exists(), f"the fault point {fault} was never passed"
    assert code == -9 or not fault.endswith(":sigkill")
    assert stage.carry_on(**until) == 0


def settled(stage: Any, safe: Callable[[Any], None]) -> None:
    safe(stage)
    assert Run.objects.get().state == "published"
    assert sum(LedgerLine.objects.values_list("amount", flat=True)) == 0


def undone(stage: Any, safe: Callable[[Any], None]) -> None:
    """The second run is reversed and agrees with the oracle; nothing is claimed by either."""
    first, second = Run.objects.order_by("pk")
    stage.run_uid = str(second.uid)
    safe(stage)
    assert (first.state, second.state) == ("cancelled", detour.END)
    assert sum(LedgerLine.objects.values_list("amount", flat=True)) == 0
    for claims in (PoolClaim.objects, UsageClaim.objects):
        assert not claims.filter(released_at=None).exists()


@pytest.mark.parametrize("fault", SAMPLE)
def test_f01_a_process_that_dies_at_a_write_boundary_leaves_no_trace(
    fault: str, stage: Any, safe: Any, tmp_path: Path
) -> None:
    killed(fault, stage, tmp_path)
    settled(stage, safe)


@pytest.mark.parametrize("fault", DETOUR_SAMPLE)
def test_f01_a_process_that_dies_on_the_detour_leaves_no_trace(
    fault: str, stage: Any, safe: Any, tmp_path: Path
) -> None:
    killed(fault, stage, tmp_path, until=detour.END)
    undone(stage, safe)


@pytest.mark.long
@pytest.mark.parametrize("fault", SWEEP)
def test_f01_the_whole_sweep(fault: str, stage: Any, safe: Any, tmp_path: Path) -> None:
    killed(fault, stage, tmp_path)
    settled(stage, safe)


@pytest.mark.long
@pytest.mark.parametrize("fault", DETOUR_SWEEP)
def test_f01_the_whole_sweep_of_the_detour(fault: str, stage: Any, safe: Any, tmp_path: Path) -> None:
    killed(fault, stage, tmp_path, until=detour.END)
    undone(stage, safe)


def test_without_a_fault_the_run_agrees_with_the_oracle(stage: Any, safe: Any) -> None:
    assert stage.carry_on() == 0
    safe(stage)
