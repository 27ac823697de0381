"""Remembered decisions: the same text of the same source first, then the same text of any source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Remembered(NamedTuple):
    """A decision about a text key. `outcome` is matched, none (not in our repertoire) or ignored (not to be paid).

    `source` is the id of the source whose text was decided, None for a decision that holds for all sources. Decisions
    that were undone are not given to the matcher.
    """

    key: bytes
    source: int | None
    outcome: str
    work_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: str
    work_id: int | None


class MatchMemory:
    """What was decided before, by source and for all."""

    def __init__(self, entries: Iterable[Remembered] = ()) -> None:
        self._own: dict[tuple[bytes, int | None], _Answer] = {}
        self._any: dict[bytes, set[_Answer]] = defaultdict(set)
        for entry in entries:
            answer = _Answer(entry.outcome, entry.work_id)
            self._own[entry.key, entry.source] = answer
            self._any[entry.key].add(answer)

    def recall(self, key: bytes, source: int | None, *, elsewhere: bool) -> tuple[str, int | None] | None:
        """Outcome and work of a text, or None.

        The source's own decision comes first, then one made for all; with `elsewhere`, then those of other sources, if
        they all agree.
        """
        answer = self._own.get((key, source)) or self._own.get((key, None))
        if answer is None and elsewhere:
            answers = self._any.get(key, set())
            answer = next(iter(answers)) if len(answers) == 1 else None
        return (answer.outcome, answer.work_id) if answer else None
