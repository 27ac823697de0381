"""Whether a right of a work can be distributed: how much pays, how much is held, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from cmo_portal.common.money import WHOLE_SHARE

FULL, PARTIAL, NONE = "full", "partial", "none"
FREE = "free"  # the reason of a part of words or music that belong to nobody


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A part that nobody is paid for, in 1/10,000 of a percent, with its reason."""

    reason: str
    units: int


@dataclass(frozen=True, slots=True)
class Distributable:
    """One right of one work: the part that pays, and the held parts by reason, the larger first. Together the whole."""

    pays: int
    held: tuple[HeldPart, ...]

    @property
    def is_documented(self) -> bool:
        """Whether anybody said anything about this right."""
        return any(part.reason != "undocumented" for part in self.held) or self.pays > 0

    @property
    def status(self) -> str:
        """full, partial or none; what belongs to nobody lacks nobody."""
        free = sum(part.units for part in self.held if part.reason == FREE)
        if self.pays and self.pays + free == WHOLE_SHARE:
            return FULL
        return PARTIAL if self.pays else NONE


def distributable(parts: Iterable[tuple[int, str]], *, held_whole: str = "") -> Distributable:
    """From (units, reason) of each documented part, the reason blank where it pays.

    What is missing to the whole is `undocumented`. More than the whole cannot be true and is held whole as
    `over_claimed`, as a run holds it; a reason may hold the whole right (`held_whole`): a dispute, or a work that
    is not registered.
    """
    held: dict[str, int] = {}
    pays = total = 0
    for units, reason in parts:
        total += units
        if reason:
            held[reason] = held.get(reason, 0) + units
        else:
            pays += units
    if total > WHOLE_SHARE:
        return Distributable(0, (HeldPart("over_claimed", WHOLE_SHARE),))
    if held_whole:
        pays, held = 0, {held_whole: total}
    if total < WHOLE_SHARE:
        held["undocumented"] = held.get("undocumented", 0) + WHOLE_SHARE - total
    rows = sorted(
        (HeldPart(reason, units) for reason, units in held.items() if units), key=lambda p: (-p.units, p.reason)
    )
    return Distributable(pays, tuple(rows))
