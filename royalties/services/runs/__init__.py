"""Distribution runs: draft → frozen → calculated → reviewed → approved → finalised → published."""

from royalties.services.runs.calculation import close_step, start_calculation, sweep_runs
from royalties.services.runs.creating import create_run
from royalties.services.runs.deciding import approve_run, return_to_maker, send_for_review
from royalties.services.runs.ending import cancel_run, drop_parts, reverse_run
from royalties.services.runs.finalising import finalise_run, publish_run, start_finalise
from royalties.services.runs.freezing import freeze_run, start_freeze
from royalties.services.runs.slices import allocate_run, split_lines_slice, verify_run, weigh_slice

__all__ = [
    "allocate_run",
    "approve_run",
    "cancel_run",
    "close_step",
    "create_run",
    "drop_parts",
    "finalise_run",
    "freeze_run",
    "publish_run",
    "return_to_maker",
    "reverse_run",
    "send_for_review",
    "split_lines_slice",
    "start_calculation",
    "start_finalise",
    "start_freeze",
    "sweep_runs",
    "verify_run",
    "weigh_slice",
]
