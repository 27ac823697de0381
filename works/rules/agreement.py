"""Agreement on a split, as values: its fixed order, the digest that an answer is bound to, and what rounds compare."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from works.rules.splits import Part


@dataclass(frozen=True, slots=True)
class AgreementRule:
    """Days until an answer is due and until a reminder goes out; whether the word of the member who registers stands
    for parties that are no members."""

    answer_days: int = 30
    remind_days: int = 10
    registrant_speaks: bool = False


def fixed_order(parts: Iterable[Part]) -> list[tuple[int | str | None, str, str, int]]:
    """The parts as a proposal keeps them: equal splits are equal lists, whatever order they were typed in."""
    rows = [(part.key, part.role, part.right, part.share) for part in parts]
    return sorted(rows, key=lambda row: (row[2], str(row[0]), row[1], row[3]))


def split_digest(parts: Iterable[Part]) -> bytes:
    """SHA-256 of a split: an answer to it is an answer to exactly these parties, roles, rights and shares."""
    text = json.dumps(fixed_order(parts), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).digest()
