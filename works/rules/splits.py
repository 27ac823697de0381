"""The arithmetic of splits: shares are whole numbers of 1/10,000 of a percent, 1,000,000 the whole."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from cmo_portal.common.money import allocate
from cmo_portal.common.numerals import digits_to_ascii

WHOLE = 1_000_000
_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,4}))?", re.ASCII)
_FINER_PERCENT = re.compile(r"[0-9]{1,3}\.[0-9]{5,}")
_ARABIC_SIGNS = str.maketrans({"٪": "%", "٫": "."})


class ShareRefused(ValueError):
    """A text is no share; `code` is `decimals` where it only has too many of them, else `share`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_share(text: str) -> int:
    """A share in percent, typed as 33.33, 33,33, ۳۳ or 50 %, in 1/10,000 of a percent. Raises ShareRefused."""
    bare = digits_to_ascii(text).translate(_ARABIC_SIGNS).replace("%", "").replace(",", ".").strip()
    if _FINER_PERCENT.fullmatch(bare):
        raise ShareRefused("decimals")
    match = _PERCENT.fullmatch(bare)
    units = int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0")) if match else -1
    if not 0 <= units <= WHOLE:
        raise ShareRefused("share")
    return units


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split: who (any sortable key; None when unknown), role, right, share in 1/10,000 of a percent."""

    key: int | str | None
    role: str
    right: str
    share: int


@dataclass(frozen=True, slots=True)
class SplitFault:
    """What is wrong with the parts of one right: their sum, and the difference to the whole (positive: too much)."""

    right: str
    total: int
    difference: int


def split_faults(parts: Iterable[Part]) -> list[SplitFault]:
    """Every right whose parts do not make the whole exactly."""
    totals: dict[str, int] = defaultdict(int)
    for part in parts:
        totals[part.right] += part.share
    return [SplitFault(right, total, total - WHOLE) for right, total in sorted(totals.items()) if total != WHOLE]


def missing_part(parts: Iterable[Part], right: str) -> int:
    """What nobody holds of a right; never negative."""
    return max(0, WHOLE - sum(part.share for part in parts if part.right == right))


def scaled_to_whole(shares: list[tuple[int, int]]) -> dict[int, int]:
    """Bring sent shares that miss the whole by a rounding (for example three times 33.33 %) to exactly 1,000,000.

    `shares` are (position, share). By largest remainder, ties to the lower position, so that nothing is lost.
    """
    total = sum(share for _, share in shares)
    if total == 0:
        return {position: 0 for position, _ in shares}
    return dict(allocate(WHOLE, [(position, Fraction(share)) for position, share in shares]))
