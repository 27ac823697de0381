"""F01: a process killed, failed or cut off from the database at every write boundary of the run and the payment.

Every failure prints the fault; `CMO_FAULT=point:kind:nth python -m tests.faults.stage RUN` replays it. A sample runs
always, every point with every kind in the long sweep.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from royalties.models import LedgerLine, Run

ROOT = Path(__file__).resolve().parents[2]
# Acts that the way from draft to settled payment does not pass.
ELSEWHERE = ("dist.create", "dist.cancel", "dist.drop", "dist.reverse", "dist.return", "pay.cancel")
AREAS = ("dist.", "pay.", "ledger.")
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


def fault_points() -> list[str]:
    """Every named fault point of the product on the way of a run and its payment."""
    found: set[str] = set()
    for path in sorted((ROOT / "royalties").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if "faultpoint(" in source else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "faultpoint":
                found.add(str(ast.literal_eval(node.args[0])))
    return sorted(name for name in found if name.startswith(AREAS) and not name.startswith(ELSEWHERE))


SWEEP = [f"{point}:{kind}" for point in fault_points() for kind in KINDS]


def test_the_sample_names_points_that_exist() -> None:
    assert {fault.rsplit(":", 1)[0] for fault in SAMPLE} <= set(fault_points())


def test_there_are_fault_points_at_every_step() -> None:
    assert len(fault_points()) >= 40


def killed_and_healed(fault: str, stage: Any, safe: Callable[[Any], None]) -> None:
    code = stage.carry_on(fault=f"{fault}:1")
    assert stage.carry_on() == 0
    safe(stage)
    assert Run.objects.get().state == "published"
    assert sum(LedgerLine.objects.values_list("amount", flat=True)) == 0
    if fault.endswith(":sigkill"):
        assert code == -9, f"the fault point {fault} was never passed"


@pytest.mark.parametrize("fault", SAMPLE)
def test_f01_a_process_that_dies_at_a_write_boundary_leaves_no_trace(fault: str, stage: Any, safe: Any) -> None:
    killed_and_healed(fault, stage, safe)


@pytest.mark.long
@pytest.mark.parametrize("fault", SWEEP)
def test_f01_the_whole_sweep(fault: str, stage: Any, safe: Any) -> None:
    killed_and_healed(fault, stage, safe)


def test_without_a_fault_the_run_agrees_with_the_oracle(stage: Any, safe: Any) -> None:
    assert stage.carry_on() == 0
    safe(stage)
