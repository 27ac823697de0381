"""Matching usage to works: by machine when a file was taken, by people for what is left; undone when it was wrong."""

from royalties.services.matching.deciding import (
    decide_text,
    key_of_decision,
    last_decision,
    lead_texts,
    take_back,
    undo_decision,
)
from royalties.services.matching.running import match_again, match_file

__all__ = [
    "decide_text",
    "key_of_decision",
    "last_decision",
    "lead_texts",
    "match_again",
    "match_file",
    "take_back",
    "undo_decision",
]
