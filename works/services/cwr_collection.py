"""Who collects a work of ours where, as 2.x can say it: ownership after the writers' agreements with publishers, and
the publishers' chains by territory.

2.x knows ownership for the world alone, one publisher of a chain for a right in a territory, and no writer whose own
part a sub-publisher collects. What is otherwise keeps the work out of the file, with its place.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from members.models.territories import WORLD
from members.rules.territories import area_of, lines_of, written
from works.formats.cwr.work import CollectionLine, RightShares
from works.queries.export_chains import OwnPart
from works.queries.exports import RIGHTS, OwnShare, OwnWork
from works.rules.publisher_chains import Member, Tail, ordered_chain

OWNER = "E"
Refuse = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Collected:
    """The shares as ownership in the sense of the file, and where what publishers own goes on to, by publisher."""

    shares: tuple[OwnShare, ...]
    tails: dict[int, list[Tail]] = field(default_factory=dict)

    def members(self, head: int, kind: str, order: Callable[[int], Any]) -> list[Member]:
        """The chain of a publisher; on its own where no agreement passes anything on."""
        tails = self.tails.get(head) if kind == OWNER else None
        whole = area_of(WORLD)
        if not tails:
            return [Member(head, kind, [whole, whole, whole])]
        told = {tail.right for tail in tails}
        rest = [Tail(right, whole, (head,)) for right in range(len(RIGHTS)) if right not in told]
        return ordered_chain(head, kind, [*tails, *rest], world=whole, order=order)


def collected(work: OwnWork, refuse: Refuse) -> Collected:
    """The collection of a work; `refuse` is told what cannot be written."""
    by_share: dict[int, list[OwnPart]] = defaultdict(list)
    for part in work.collection.parts:
        by_share[part.share].append(part)
    if any(not part.sound for part in work.collection.parts):
        refuse("agreements_disagree", "SPT", "tis_code", work.number)
        return Collected(work.shares)
    shares: list[OwnShare] = []
    tails: dict[int, list[Tail]] = defaultdict(list)
    for share in work.shares:
        parts = by_share.get(share.pk)
        if not parts:
            shares.append(share)
            if share.role == OWNER and share.party:
                tails[share.party].append(Tail(RIGHTS.index(share.right), area_of(WORLD), (share.party,)))
            continue
        shares += _owned(share, parts, refuse)
        _follow(share, parts, tails, refuse)
    _check_one_each(work, tails, refuse)
    return Collected(tuple(shares), {head: told for head, told in tails.items() if any(len(t.path) > 1 for t in told)})


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


def _follow(share: OwnShare, parts: Iterable[OwnPart], tails: dict[int, list[Tail]], refuse: Refuse) -> None:
    given_away = 0
    for part in parts:
        path = part.path[part.originals :]
        if part.originals or share.role == OWNER:
            tails[path[0]].append(Tail(RIGHTS.index(share.right), part.area, path))
        elif len(path) > 1:
            given_away |= part.area
    if given_away:
        refuse("collected_for_another", "SWT", "tis_code", _where(given_away), right=share.right)


def _check_one_each(work: OwnWork, tails: dict[int, list[Tail]], refuse: Refuse) -> None:
    """Within a chain one publisher collects a right in a territory."""
    for head, told in tails.items():
        for right, name in enumerate(RIGHTS):
            ends: list[tuple[int, tuple[int, ...]]] = []
            for tail in (one for one in told if one.right == right):
                other = next((area for area, path in ends if area & tail.area and path != tail.path), 0)
                if other:
                    facts = {"right": name, "owner": work.parties[head].last_name}
                    refuse("collection_split", "SPT", f"{name.lower()}_collection", _where(other & tail.area), **facts)
                    break
                ends.append((tail.area, tail.path))


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
