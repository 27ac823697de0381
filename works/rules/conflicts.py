"""What a conflict of claims holds and what it leaves to be paid: shares in 1/10,000 of a percent.

The claims stand against a room: the part of a right that they are about. What the others claim, taken at their word,
leaves a side its undisputed part; that is paid. What nobody has undisputed is held. However the conflict ends, as long
as it divides the room among the sides and gives nobody more than it claims, every side gets at least what it was paid
(docs/decisions/005-hold-what-is-contested.md).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from cmo_portal.common.money import Sortable, allocate

Side = TypeVar("Side", bound=Sortable)


@dataclass(frozen=True, slots=True)
class Division(Generic[Side]):
    """What becomes of the room while the conflict lasts: `paid` to each side, `held`, and `open`, which nobody claims.
    `excess` is how much more than the room is claimed; without excess there is no conflict and nothing is held."""

    paid: Mapping[Side, int]
    held: int
    open: int
    excess: int


def divide(claims: Mapping[Side, int], room: int) -> Division[Side]:
    """Divide a room among claims. Raises ValueError for a negative claim or room."""
    if room < 0 or any(claim < 0 for claim in claims.values()):
        raise ValueError("a claim and the room it stands in are never negative")
    total = sum(claims.values())
    excess = total - room
    if excess <= 0:
        return Division(dict(claims), 0, -excess, 0)
    paid = {side: max(0, claim - excess) for side, claim in claims.items()}
    return Division(paid, room - sum(paid.values()), 0, excess)


def in_roles(held: Iterable[tuple[int, str, int]], wanted: Mapping[tuple[int, str], int]) -> dict[tuple[int, str], int]:
    """What each party gets, role by role: of what it holds (party, role, share) it keeps as much as is wanted for it,
    in the roles in which it holds it, the wanted role first; what it lacks comes in the wanted role. A party that is
    given several roles gets just those."""
    found: dict[tuple[int, str], int] = {}
    several = Counter(party for party, _role in wanted)
    parts = list(held)
    for (party, role), share in wanted.items():
        left = share
        own = [part for part in parts if part[0] == party and several[party] == 1]
        for _party, held_role, size in sorted(own, key=lambda part: part[1] != role):
            kept = min(size, left)
            found[party, held_role] = found.get((party, held_role), 0) + kept
            left -= kept
        found[party, role] = found.get((party, role), 0) + left
    return found


def lone_cures(claims: Mapping[Side, int], room: int) -> list[Side]:
    """The sides that can end the conflict alone, by lowering their claim by the excess."""
    excess = sum(claims.values()) - room
    return [side for side, claim in claims.items() if claim >= excess > 0]


def decided_by_evidence(claims: Mapping[Side, int], proven: frozenset[Side], room: int) -> dict[Side, int] | None:
    """The shares when sides without evidence keep only what nobody else claims, and the claims of the others stand.
    None where that decides nothing: nobody or everybody gave evidence, or the proven claims still exceed the room."""
    if not proven or proven >= set(claims):
        return None
    paid = divide(claims, room).paid
    awarded = {side: claim if side in proven else paid[side] for side, claim in claims.items()}
    return awarded if sum(awarded.values()) <= room else None


def decided_in_proportion(claims: Mapping[Side, int], room: int) -> dict[Side, int]:
    """The shares when the held part is divided in proportion to what each side claims beyond its undisputed part.
    Sides are sortable, so that a rounding always ends at the same one."""
    division = divide(claims, room)
    contested = [(side, Fraction(claim - division.paid[side])) for side, claim in claims.items()]
    if division.held == 0:
        return dict(division.paid)
    parts = dict(allocate(division.held, contested))
    return {side: paid + parts[side] for side, paid in division.paid.items()}
