"""Merging works that are one and splitting a work that is two: proposed, confirmed by another person, undone."""

from works.services.regrouping.confirming import apply_split, hold_regroupings, merge_works, parties_to
from works.services.regrouping.proposing import (
    faults_of,
    merge_faults,
    propose_merge,
    propose_split,
    split_faults,
    withdraw_regrouping,
)
from works.services.regrouping.undoing import ask_undo, keep_regrouping, objections, undo_regrouping

__all__ = [
    "apply_split",
    "ask_undo",
    "faults_of",
    "hold_regroupings",
    "keep_regrouping",
    "merge_faults",
    "merge_works",
    "objections",
    "parties_to",
    "propose_merge",
    "propose_split",
    "split_faults",
    "undo_regrouping",
    "withdraw_regrouping",
]
