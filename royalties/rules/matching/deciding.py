"""The stages of a match, in their order: identifier, memory, exact key, scored candidates. One decision a text.

Money follows these decisions, so doubt never decides: a tie, two works for one identifier, an identifier whose work has
another title, names that differ in one word, all go to a person with their candidates side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from royalties.rules.matching.candidates import find_candidates
from royalties.rules.matching.identifiers import isrc_of, iswc_of, number_of
from royalties.rules.matching.memory import MatchMemory
from royalties.rules.matching.repertoire import WorkIndex
from royalties.rules.matching.score import Comparison, compare, title_similarity, with_vetoes
from royalties.rules.matching.settings import FULL, MatchSettings
from royalties.rules.matching.texts import TextIdentity, TextKeys, UsageText, identity_of, keys_of, memory_key

MATCHED, QUEUE, NONE, IGNORED = "matched", "queue", "none", "ignored"
SHOWN_VETOES = 5  # a clerk looks at the first few candidates; what speaks against the others costs time for nothing
EXACT = "title-and-names"
EXACT_FEATURES = {"title": FULL, "names": FULL}
STAGE_ID, STAGE_MEMORY, STAGE_EXACT, STAGE_SCORE = "id", "memory", "exact", "score"


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one text.

    outcome     matched (work_id is set), queue (a person decides), none (nothing found) or ignored (remembered so)
    stage       which stage decided: id, memory, exact or score
    score, gap  of the best candidate, 0 to 10,000; `gap` is its distance to the second
    reason      a code: why it was linked or why it was not
    candidates  the comparisons, best first; the first one's features explain the decision; none for a remembered one
    """

    outcome: str
    work_id: int | None
    stage: str
    score: int
    gap: int
    reason: str
    candidates: tuple[Comparison, ...]
    model_version: str

    def features(self) -> dict[str, object]:
        """The features of the best candidate with reason, vetoes and model, for storing with the decision."""
        best = self.candidates[0] if self.candidates else None
        return {
            "reason": self.reason,
            "model": self.model_version,
            "features": best.features if best else {},
            "vetoes": list(best.vetoes) if best else [],
        }


_NO_MEMORY = MatchMemory()


def match_texts(
    texts: Sequence[UsageText],
    index: WorkIndex,
    *,
    memory: MatchMemory = _NO_MEMORY,
    source: int | None = None,
    settings: MatchSettings | None = None,
) -> list[Decision]:
    """One decision for each text, in their order. Pure: the same texts, works, memory and settings give the same."""
    matcher = _Matcher(index, memory, source, settings or MatchSettings())
    return [matcher.decide(text) for text in texts]


class _Matcher:
    """The run of one list of texts over one index."""

    def __init__(self, index: WorkIndex, memory: MatchMemory, source: int | None, settings: MatchSettings) -> None:
        self.index = index
        self.memory = memory
        self.source = source
        self.settings = settings

    def decide(self, text: UsageText) -> Decision:
        """Try the stages in their order. All keys are made only for the few texts that need a comparison."""
        named = self._by_identifier(text)
        keys = keys_of(text) if named else None
        if keys and len(named) == 1 and title_similarity(keys, self.index.entries[named[0]]) >= self.settings.id_guard:
            comparison = compare(keys, self.index.entries[named[0]], named[0], self.settings)
            return self._link(text, self._looked_into(comparison, keys), STAGE_ID, "identifier")
        identity = identity_of(text)
        remembered = self._from_memory(text, identity)
        if remembered is not None:
            return remembered
        if keys:
            reason = "identifier-title" if len(named) == 1 else "identifiers-differ"
            return self._scored(text, keys, named, reason)
        exact = self._by_exact_key(identity)
        if len(exact) == 1:
            entry = self.index.entries[exact[0]]
            return self._link(text, Comparison(exact[0], entry.work_id, FULL, dict(EXACT_FEATURES)), STAGE_EXACT, EXACT)
        return self._scored(text, keys_of(text), exact, "")

    def _by_identifier(self, text: UsageText) -> list[int]:
        """Positions of all works that an identifier of the text names."""
        index = self.index
        found: set[int] = set()
        if text.iswc:
            found.update(index.by_iswc.get(iswc_of(text.iswc), ()))
        if text.own_number:
            found.update(index.by_number.get(number_of(text.own_number), ()))
        if text.isrc:
            found.update(index.by_isrc.get(isrc_of(text.isrc), ()))
        return sorted(found)

    def _from_memory(self, text: UsageText, identity: TextIdentity) -> Decision | None:
        # A bare title means one thing to one source; another source may mean another song by it.
        remembered = self.memory.recall(memory_key(text, identity), self.source, elsewhere=identity.has_names)
        if remembered is None:
            return None
        outcome, work_id = remembered
        if outcome != MATCHED:
            return self._decision(outcome, None, STAGE_MEMORY, "remembered", ())
        if work_id is None or work_id not in self.index.position_of:
            return None
        return self._decision(MATCHED, work_id, STAGE_MEMORY, "remembered", (), score=FULL)

    def _by_exact_key(self, identity: TextIdentity) -> list[int]:
        """Positions of the works with this very title and set of creators or performers."""
        if not identity.title:
            return []
        found: set[int] = set()
        for names in filter(None, (identity.creators, identity.performers)):
            found.update(self.index.by_exact.get((identity.title, names), ()))
        return sorted(found)

    def _link(self, text: UsageText, comparison: Comparison, stage: str, reason: str) -> Decision:
        """Link to a work found otherwise than by score; the comparison is kept to explain it."""
        if self._too_large(text):
            return self._decision(QUEUE, None, stage, "large", (comparison,), score=FULL)
        return self._decision(MATCHED, comparison.work_id, stage, reason, (comparison,), score=FULL)

    def _scored(self, text: UsageText, keys: TextKeys, seeds: Sequence[int], reason: str) -> Decision:
        """Compare the candidates; `seeds` are works that must be among them. A reason given keeps it from linking."""
        found = find_candidates(keys, self.index, self.settings.candidates)
        positions = dict.fromkeys([*seeds, *found[: self.settings.scored]])
        comparisons = [compare(keys, self.index.entries[p], p, self.settings) for p in positions]
        comparisons.sort(key=lambda comparison: (-comparison.score, comparison.work_id))
        if not comparisons:
            return self._decision(NONE, None, STAGE_SCORE, "no-candidate", ())
        comparisons[:SHOWN_VETOES] = [self._looked_into(one, keys) for one in comparisons[:SHOWN_VETOES]]
        best = comparisons[0]
        gap = best.score - (comparisons[1].score if len(comparisons) > 1 else 0)
        reason = reason or self._doubt(text, best, gap)
        if not reason:
            return self._decision(MATCHED, best.work_id, STAGE_SCORE, "score", comparisons, gap=gap)
        if best.score >= self.settings.queue_score or seeds:
            return self._decision(QUEUE, None, STAGE_SCORE, reason, comparisons, gap=gap)
        return self._decision(NONE, None, STAGE_SCORE, "score-low", comparisons, gap=gap)

    def _looked_into(self, comparison: Comparison, keys: TextKeys) -> Comparison:
        return with_vetoes(comparison, keys, self.index.entries[comparison.position], self.settings)

    def _doubt(self, text: UsageText, best: Comparison, gap: int) -> str:
        """Why the best candidate is not linked without a person; "" when it is."""
        if best.score < self.settings.auto_score:
            return "score"
        if gap == 0:
            return "tie"
        if gap < self.settings.auto_gap:
            return "gap"
        if best.vetoes:
            return best.vetoes[0]
        return "large" if self._too_large(text) else ""

    def _too_large(self, text: UsageText) -> bool:
        limit = self.settings.auto_up_to_plays
        return limit is not None and text.plays > limit

    def _decision(
        self,
        outcome: str,
        work_id: int | None,
        stage: str,
        reason: str,
        comparisons: Sequence[Comparison],
        *,
        score: int | None = None,
        gap: int = 0,
    ) -> Decision:
        best = comparisons[0].score if comparisons else 0
        version = self.settings.model_version
        return Decision(
            outcome, work_id, stage, best if score is None else score, gap, reason, tuple(comparisons), version
        )
