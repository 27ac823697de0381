"""Ownership shares for a file from what the writers agreed among themselves, exact to 0.01 %."""

from collections.abc import Sequence
from fractions import Fraction

from cmo_portal.common.money import allocate
from works.formats.cwr.values import share_from_steps

_WHOLE_STEPS = 10_000


def ownership_from_manuscript(
    manuscript: Sequence[Fraction], published: Sequence[Fraction]
) -> tuple[int, tuple[int, ...]]:
    """The publisher's and each writer's ownership in millionths, in whole hundredths of a percent, 100 % together.

    `manuscript` gives each writer's part of the work before any publisher (its sum counts as the whole), `published`
    the part of it that the writer's publisher takes, from 0 to 1. CWR 2.x has no field for the manuscript shares, so a
    writer owns m·(1 − p) and the publisher Σ m·p; rounding is by largest remainder, never left to the tolerance of
    readers. ValueError when nothing is split, or a part is negative or above the whole.
    """
    total = sum(manuscript, Fraction(0))
    if total <= 0 or any(part < 0 for part in manuscript) or not all(0 <= part <= 1 for part in published):
        raise ValueError((manuscript, published))
    parts = [part / total for part in manuscript]
    publisher = sum((part * taken for part, taken in zip(parts, published, strict=True)), Fraction(0))
    kept = [part * (1 - taken) for part, taken in zip(parts, published, strict=True)]
    steps = allocate(_WHOLE_STEPS, enumerate([publisher, *kept]))
    return share_from_steps(steps[0]), tuple(share_from_steps(steps[place]) for place in range(1, len(kept) + 1))
