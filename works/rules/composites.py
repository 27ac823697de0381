"""Shares that flow from the parts of a composite to the whole.

Each component stands for a part of the whole: the part that was agreed, or else its length in proportion to the lengths
of those without an agreed part. The shares of a component's owners, scaled to its part, are their shares of the whole.
One component whose owners are not known leaves its part to nobody named: the whole stays the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from cmo_portal.common.money import allocate
from works.rules.splits import WHOLE

UNKNOWN: Final = None


@dataclass(frozen=True, slots=True)
class Owned:
    """One share of a component: who (None: nobody known), role, and 1/10,000 of a percent of the component."""

    party: int | None
    role: str
    share: int


@dataclass(frozen=True, slots=True)
class Component:
    """A component: its agreed part of the whole in 1/10,000 of a percent, its length in seconds, and its owners."""

    part: int | None
    duration: int | None
    owners: tuple[Owned, ...]


@dataclass(frozen=True, slots=True)
class CompositeFault:
    """Why no shares can be proposed: `nothing` (no component), `length` (neither part nor length of component `place`),
    `above` (agreed parts beyond the whole, or nothing left for the others), `below` (all parts agreed, less than the
    whole); or what cannot be true: `above`, and `longer` (source `place` is longer than the work)."""

    kind: str
    place: int = 0


def misfit(components: Sequence[tuple[int | None, int | None]], length: int | None) -> CompositeFault | None:
    """What cannot be true of a work of this length in seconds (None: not known) and its sources, each with its agreed
    part and its length within the work: `above` (agreed parts beyond the whole), `longer` (source `place` is)."""
    if sum(part or 0 for part, _duration in components) > WHOLE:
        return CompositeFault("above")
    places = enumerate((duration for _part, duration in components), start=1)
    longer = next((place for place, duration in places if length and (duration or 0) > length), 0)
    return CompositeFault("longer", longer) if longer else None


def parts_of(components: Sequence[Component]) -> list[int] | CompositeFault:
    """The part of the whole for each component; they make exactly the whole."""
    if not components:
        return CompositeFault("nothing")
    agreed = sum(each.part for each in components if each.part is not None)
    open_ones = [place for place, each in enumerate(components) if each.part is None]
    silent = [place for place in open_ones if not components[place].duration]
    if silent:
        return CompositeFault("length", silent[0] + 1)
    rest = WHOLE - agreed
    if rest < 0 or (open_ones and rest == 0):
        return CompositeFault("above")
    if not open_ones and rest:
        return CompositeFault("below")
    lengths = [(place, Fraction(components[place].duration or 0)) for place in open_ones]
    shared = allocate(rest, lengths) if open_ones else {}
    return [shared[place] if each.part is None else each.part for place, each in enumerate(components)]


def composite_shares(components: Sequence[Component]) -> tuple[Owned, ...] | CompositeFault:
    """The shares of the whole by party and role, the larger first; together exactly the whole.

    What a component's owners leave open, or nobody owns, is a share of nobody named in the role of that owner row, or
    blank. Exact fractions are added up first and brought to whole units once, by largest remainder.
    """
    parts = parts_of(components)
    if isinstance(parts, CompositeFault):
        return parts
    weights: dict[tuple[int, str], Fraction] = {}
    for part, component in zip(parts, components, strict=True):
        known = sum(owner.share for owner in component.owners)
        scale = max(known, WHOLE)
        for owner in component.owners:
            key = (owner.party or 0, owner.role)
            weights[key] = weights.get(key, Fraction(0)) + Fraction(part * owner.share, scale)
        if known < WHOLE:
            weights[0, ""] = weights.get((0, ""), Fraction(0)) + Fraction(part * (WHOLE - known), WHOLE)
    order = sorted(key for key, weight in weights.items() if weight)
    shares = allocate(WHOLE, [(place, weights[key]) for place, key in enumerate(order)])
    found = [Owned(key[0] or UNKNOWN, key[1], shares[place]) for place, key in enumerate(order) if shares[place]]
    return tuple(sorted(found, key=lambda owned: (-owned.share, owned.party or 0, owned.role)))
