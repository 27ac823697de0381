"""The arithmetic of splits: shares are whole numbers of 1/10,000 of a percent, 1,000,000 the whole."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from cmo_portal.common.money import allocate

WHOLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split: who (any sortable key; None when unknown), role, right, share in 1/10,000 of a percent."""

    key: int | str | None
    role: str
    right: str
    share: int


def sums_apart(parts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Right → the sum of its parts, for every right whose parts do not make the whole exactly. A part is its right and
    its share."""
    totals: dict[str, int] = defaultdict(int)
    for right, share in parts:
        totals[right] += share
    return {right: total for right, total in totals.items() if total != WHOLE}


def scaled_to_whole(
    shares: list[tuple[int, int]], *, whole: int = WHOLE, capped: Collection[int] = (), most: int = WHOLE
) -> dict[int, int]:
    """Bring sent shares that miss the whole by a rounding (for example three times 33.33 %) to exactly the whole.

    `shares` are (position, share). By largest remainder, ties to the lower position, so that nothing is lost. The
    positions in `capped` get `most` together at most; what they would have beyond it goes to the others.
    """
    total = sum(share for _, share in shares)
    if total == 0:
        return {position: 0 for position, _ in shares}
    parts = dict(allocate(whole, [(position, Fraction(share)) for position, share in shares]))
    free = [(position, Fraction(share)) for position, share in shares if position not in capped]
    if sum(parts.get(position, 0) for position in capped) > most and any(share for _, share in free):
        held = [(position, Fraction(share)) for position, share in shares if position in capped]
        return dict(allocate(most, held)) | dict(allocate(whole - most, free))
    return parts
