"""Which works a text may mean: found by its rarest words, by their sound, and by titles without blanks.

A trigram search looks at every work that shares three letters; the rarest words of a text lead to a few dozen works at
once. Skeletons catch misspelt words and the other script, titles without blanks catch words that run together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from royalties.rules.matching.repertoire import (
    SHORTEST_SKELETON,
    SOUND_MARK,
    TITLE_MARK,
    TITLE_SOUND_MARK,
    WorkIndex,
)
from royalties.rules.matching.texts import TextKeys

RAREST_WORDS = 6
RAREST_SOUNDS = 4
LONGEST_POSTING = 1_500
FAR_BEHIND = 30  # percent of the best candidate's rarity: with less in common a work cannot come near it


def find_candidates(keys: TextKeys, index: WorkIndex, limit: int) -> list[int]:
    """Positions of at most `limit` works, the most telling first; equal ones in the order of the index."""
    weights: dict[int, int] = defaultdict(int)
    for token in _tokens(keys, index):
        rarity = index.rarity(token)
        for position in index.postings[token]:
            weights[position] += rarity
    ranked = sorted([(-weight, position) for position, weight in weights.items()])
    telling_enough = ranked[0][0] * FAR_BEHIND // 100 if ranked else 0
    return [position for weight, position in ranked[:limit] if weight <= telling_enough]


def _tokens(keys: TextKeys, index: WorkIndex) -> Iterable[str]:
    sounds = [SOUND_MARK + word for word in keys.skeletons if len(word) >= SHORTEST_SKELETON]
    titles = {TITLE_MARK + form.replace(" ", "") for form in (*keys.forms, *keys.dashed)}
    titles.update(TITLE_SOUND_MARK + sound for sound in keys.title_skeletons)
    return (
        *_rarest(keys.words, index, RAREST_WORDS),
        *_rarest(sounds, index, RAREST_SOUNDS),
        *_rarest(titles, index, len(titles)),
    )


def _rarest(tokens: Iterable[str], index: WorkIndex, count: int) -> list[str]:
    known = [(len(found), token) for token in tokens if (found := index.postings.get(token))]
    return [token for size, token in sorted(known)[:count] if size <= LONGEST_POSTING]
