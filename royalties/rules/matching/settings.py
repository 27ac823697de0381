"""What a matching run may decide by itself. Thresholds belong to a source; weights and their version to the method."""

from __future__ import annotations

from dataclasses import dataclass, field

MODEL_VERSION = "hand-1"
FULL = 10_000  # similarities and scores are whole numbers from 0 to 10,000

# Hand weights, chosen on a public set of song records; a feature that is missing on one side takes no part.
HAND_WEIGHTS: dict[str, int] = {"title": 45, "names": 30, "joined": 20, "length": 12}


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """Bands and guards, in ten-thousandths.

    auto_score      A: at least this score …
    auto_gap        G: … and this far before the second work: linked without a person; a tie never is
    queue_score     B: at least this score: shown to a person with its candidates; below it nothing was found
    id_guard        an identifier counts only with a title this similar
    names_guard     names less similar than this are never linked without a person
    auto_up_to_plays  texts with more plays go to a person whatever their score (None: no such limit)
    candidates      at most this many works are looked up for a text; the best `scored` of them are compared in full
    """

    auto_score: int = 7_800
    auto_gap: int = 500
    queue_score: int = 5_500
    id_guard: int = 5_000
    names_guard: int = 6_000
    auto_up_to_plays: int | None = None
    candidates: int = 30
    scored: int = 12
    weights: dict[str, int] = field(default_factory=lambda: dict(HAND_WEIGHTS))
    model_version: str = MODEL_VERSION
