"""Linking usage to works: the texts of a file on one side, the repertoire on the other, and a reason for every link.

    index = WorkIndex.from_columns(work_ids, titles, creators=…, performers=…, isrcs=…, iswcs=…, numbers=…)
    texts, codes = distinct_texts(columns, plays, seconds)          # codes[line] is the position of its text
    decisions = match_texts(texts, index, memory=MatchMemory(remembered), source=source_id, settings=settings)

Pure: nothing is read, written or asked of a clock. `memory_key` names a text for the table of remembered decisions.
"""

from royalties.rules.matching.deciding import IGNORED, MATCHED, NONE, QUEUE, Decision, match_texts
from royalties.rules.matching.memory import MatchMemory, Remembered
from royalties.rules.matching.repertoire import WorkIndex
from royalties.rules.matching.score import Comparison
from royalties.rules.matching.settings import MatchSettings
from royalties.rules.matching.texts import TEXT_COLUMNS, UsageText, distinct_texts, memory_key

__all__ = [
    "IGNORED",
    "MATCHED",
    "NONE",
    "QUEUE",
    "TEXT_COLUMNS",
    "Comparison",
    "Decision",
    "MatchMemory",
    "MatchSettings",
    "Remembered",
    "UsageText",
    "WorkIndex",
    "distinct_texts",
    "match_texts",
    "memory_key",
]
