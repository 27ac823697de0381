"""Who collects a work of ours where, as 2.x can say it: ownership after the writers' agreements with publishers, and
the publishers' chains by territory.

2.x knows one publisher of a chain for a right in a territory: an owner whose part several collect stands in several
chains. It knows ownership for the world alone, and no writer whose own part a sub-publisher collects; these keep the
work out of the file, with their place.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from cmo_portal.common.money import allocate
from members.models.territories import WORLD
from members.rules.territories import area_of, lines_of, written
from works.formats.cwr.values import SHARE_UNITS_PER_STEP as STEP
from works.formats.cwr.work import CollectionLine, RightShares
from works.queries.export_chains import RIGHTS, OwnPart
from works.queries.exports import OwnShare, OwnWork
from works.rules.publisher_chains import Member, Tail, ordered_chain

OWNER, ACQUIRER = "E", "AQ"
OWNING = (OWNER, ACQUIRER)
Refuse = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Held:
    """A part of what a publisher owns of a right, and the way it goes in an area."""

    right: int
    area: int
    path: tuple[int, ...]
    units: int


@dataclass(frozen=True, slots=True)
class Strip:
    """A slice through what a publisher owns that goes one way for a right in a place: a chain of its own."""

    ownership: RightShares
    tails: tuple[Tail, ...]

    def members(self, head: int, kind: str, order: Callable[[int], Any]) -> list[Member]:
        """Everybody in the chain, the owner first."""
        return ordered_chain(head, kind, self.tails, world=area_of(WORLD), order=order)


@dataclass(frozen=True, slots=True)
class Collected:
    """The shares as ownership in the sense of the file, and where what publishers own goes on to, by publisher and
    role."""

    shares: tuple[OwnShare, ...]
    held: Mapping[tuple[int, str], Sequence[Held]] = field(default_factory=dict)

    def strips(self, head: int, kind: str, ownership: RightShares, order: Callable[[int], Any]) -> list[Strip]:
        """The chains of an owner, who stands in several where more than one collects its part in a place."""
        held = self.held.get((head, kind), ())
        whole = area_of(WORLD)
        if all(len(each.path) == 1 for each in held):
            return [Strip(ownership, tuple(Tail(right, whole, (head,)) for right in range(3) if ownership[right]))]
        stacks = _stacks(held, order)
        bounds = sorted({Fraction(1), *(end for stack in stacks.values() for end, _path in stack)})
        widths = [end - start for start, end in pairwise([Fraction(0), *bounds])]
        shared = [allocate(ownership[right] // STEP, list(enumerate(widths))) for right in range(3)]
        strips = []
        for place, end in enumerate(bounds):
            pr, mr, sr = (shared[right][place] * STEP for right in range(3))
            tails = tuple(
                Tail(right, area, next(path for top, path in stack if top >= end))
                for (right, area), stack in stacks.items()
                if shared[right][place]
            )
            if tails:
                strips.append(Strip((pr, mr, sr), tails))
        return strips


Stack = list[tuple[Fraction, tuple[int, ...]]]  # the ways of a right in a place, each up to a part of the whole


def _stacks(held: Sequence[Held], order: Callable[[int], Any]) -> dict[tuple[int, int], Stack]:
    """The ways of each right in each piece of the world, one on the other in the order of who collects."""
    pieces = [area_of(WORLD)]
    for area in {each.area for each in held}:
        pieces = [part for piece in pieces for part in (piece & area, piece & ~area) if part]
    stacks: dict[tuple[int, int], Stack] = {}
    for right, piece in product(range(3), pieces):
        units: dict[tuple[int, ...], int] = defaultdict(int)
        for each in held:
            if each.right == right and each.area & piece:
                units[each.path] += each.units
        total, height = sum(units.values()), 0
        stack: Stack = []
        for path in sorted(units, key=lambda way: (len(way) > 1, order(way[-1]), [order(party) for party in way])):
            height += units[path]
            stack.append((Fraction(height, total), path))
        if stack:
            stacks[right, piece] = stack
    return stacks


def collected(work: OwnWork, refuse: Refuse) -> Collected:
    """The collection of a work; `refuse` is told what cannot be written."""
    by_share: dict[int, list[OwnPart]] = defaultdict(list)
    for part in work.collection.parts:
        by_share[part.share].append(part)
    if any(not part.sound for part in work.collection.parts):
        refuse("agreements_disagree", "SPT", "tis_code", work.number)
        return Collected(work.shares)
    shares: list[OwnShare] = []
    held: dict[tuple[int, str], list[Held]] = defaultdict(list)
    for share in work.shares:
        parts = by_share.get(share.pk)
        if not parts:
            shares.append(share)
            if share.role in OWNING and share.party:
                whole = Held(RIGHTS.index(share.right), area_of(WORLD), (share.party,), share.share)
                held[share.party, share.role].append(whole)
            continue
        shares += _owned(share, parts, refuse)
        _follow(share, parts, held, refuse)
    return Collected(tuple(shares), held)


def _owned(share: OwnShare, parts: Iterable[OwnPart], refuse: Refuse) -> Iterator[OwnShare]:
    """The owners that a share has in the file: a publisher who has a part from its writer owns it there."""
    by_area: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for part in parts:
        by_area[part.area][part.path[part.originals]] += part.units
    first = next(iter(by_area.values()))
    if any(dict(held) != dict(first) for held in by_area.values()):
        refuse("share_by_territory", "SPU", "pr_ownership", share.right)
    for party, units in first.items():
        yield replace(share, party=party, share=units, role=share.role if party == share.party else OWNER)


def _follow(share: OwnShare, parts: Iterable[OwnPart], held: dict[tuple[int, str], list[Held]], refuse: Refuse) -> None:
    given_away = 0
    for part in parts:
        path = part.path[part.originals :]
        if part.originals or share.role in OWNING:
            role = OWNER if part.originals else share.role
            held[path[0], role].append(Held(RIGHTS.index(share.right), part.area, path, part.units))
        elif len(path) > 1:
            given_away |= part.area
    if given_away:
        refuse("collected_for_another", "SWT", "tis_code", _where(given_away), right=share.right)


def _where(area: int) -> str:
    """An area as it is written down, for a complaint."""
    return written(lines_of(area))


def collection_lines(areas: Sequence[int], ownership: RightShares, on: date) -> tuple[CollectionLine, ...]:
    """The territories where a party collects, by right: the largest area first, what it leaves out taken away again."""
    pieces: dict[RightShares, int] = {}
    for wanted in range(1, 8):
        area = area_of(WORLD)
        for right in range(3):
            held = areas[right] if ownership[right] else 0
            area &= held if wanted >> right & 1 else ~held
        if area:
            pr, mr, sr = (ownership[right] if wanted >> right & 1 else 0 for right in range(3))
            pieces[pr, mr, sr] = area
    lines: list[CollectionLine] = []
    for shares, area in sorted(pieces.items(), key=lambda each: (-each[1].bit_count(), each[0])):
        for is_include, code in lines_of(area, on, from_world=not lines):
            pr, mr, sr = shares if is_include else (0, 0, 0)
            lines.append(
                CollectionLine(
                    is_include=is_include, tis_code=code, pr_collection=pr, mr_collection=mr, sr_collection=sr
                )
            )
    return tuple(lines)
