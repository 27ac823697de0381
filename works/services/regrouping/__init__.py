"""Merging works that are one and splitting a work that is two: proposed, confirmed by another person, undone."""

from works.services.regrouping.confirming import apply_split, hold_regroupings, merge_works, parties_to
from works.services.regrouping.proposing import propose_merge, propose_split, withdraw_regrouping
from works.services.regrouping.undoing import ask_undo, keep_regrouping, objections, undo_regrouping

__all__ = [
    "apply_split",
    "ask_undo",
    "hold_regroupings",
    "keep_regrouping",
    "merge_works",
    "objections",
    "parties_to",
    "propose_merge",
    "propose_split",
    "undo_regrouping",
    "withdraw_regrouping",
]
