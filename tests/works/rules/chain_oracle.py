"""Effective shares as a person would work them out: one part at a time, with exact fractions, by recursion."""

from collections.abc import Iterable
from dataclasses import dataclass

from cmo_portal.common.money import WHOLE_SHARE, allocate


@dataclass(frozen=True)
class Owner:
    share_id: int
    work: int
    party: int
    units: int
    writer: bool = False
    here: bool = True
    days: tuple[int, int] = (1, 3_000_000)


@dataclass(frozen=True)
class Link:
    agreement: int
    giver: int
    taker: int
    part: int
    specific: bool = False
    original: bool = False
    shares_change: bool = False
    here: bool = True
    start: int = 1
    first_use: int = 1
    last_use: int = 3_000_000
    collected_to: int = 3_000_000


Answer = list[tuple[int, int, int, int, str, tuple[tuple[int, int], ...]]]  # work, share, party, units, state, path


def collection(
    owners: Iterable[Owner], links: Iterable[Link], named: dict[tuple[int, int], bool], used: int, collected: int
) -> Answer:
    """Every part with its holder, its state and the (party, agreement) steps that led there."""
    owners = [o for o in owners if o.here and o.days[0] <= used <= o.days[1]]
    links = [
        link
        for link in links
        if link.here
        and link.part
        and link.first_use <= used <= link.last_use
        and link.start <= collected <= link.collected_to
    ]
    owned = {(owner.work, owner.party) for owner in owners}
    found: Answer = []

    def speaks(link: Link, owner: Owner, depth: int) -> bool:
        said = named.get((link.agreement, owner.work))
        if said is not True and (link.specific or said is False):
            return False
        if link.original:
            return (owner.work, link.taker) not in owned
        return not (owner.writer and depth == 0) or link.shares_change

    def follow(owner: Owner, party: int, units: int, path: tuple[tuple[int, int], ...]) -> None:
        onward = [link for link in links if link.giver == party and speaks(link, owner, len(path) - 1)]
        if any(link.specific for link in onward):
            onward = [link for link in onward if link.specific]
        if sum(link.part for link in onward) > WHOLE_SHARE:
            found.append((owner.work, owner.share_id, party, units, "conflict", path))
        elif any(link.taker in {step[0] for step in path} for link in onward):
            found.append((owner.work, owner.share_id, party, units, "cycle", path))
        else:
            _pass_on(owner, party, units, path, onward)

    def _pass_on(owner: Owner, party: int, units: int, path: tuple[tuple[int, int], ...], onward: list[Link]) -> None:
        stays = WHOLE_SHARE - sum(link.part for link in onward)
        parts = allocate(
            units, [((0, link.taker, link.agreement), link.part) for link in onward] + [((1, 0, 0), stays)]
        )
        if parts[1, 0, 0]:
            found.append((owner.work, owner.share_id, party, parts[1, 0, 0], "held", path))
        for link in onward:
            if got := parts[0, link.taker, link.agreement]:
                follow(owner, link.taker, got, (*path, (link.taker, link.agreement)))

    for owner in owners:
        follow(owner, owner.party, owner.units, ((owner.party, 0),))
    return sorted(found)
