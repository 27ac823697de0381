"""Which works have agreements that cannot all be true, from an answer in columns (works.rules.chains)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from works.rules.chains import CYCLE, Resolution

Party = TypeVar("Party")
Agreement = TypeVar("Agreement")
KIND_OF = {False: "conflict", True: "cycle"}  # by whether the part goes in a circle


@dataclass(frozen=True, slots=True)
class WorkFault:
    """What is wrong with one right of a work: the kinds (conflict, cycle, gap), the agreements at fault, and the part
    that is held because of it, in 1/10,000 of a percent. A gap holds nothing: what its agreement was to move stays with
    those who hold it."""

    kinds: tuple[str, ...]
    agreements: tuple[int, ...]
    units: int


def faults_by_work(found: Resolution) -> dict[int, WorkFault]:
    """work → what is wrong with it; works whose agreements are sound are not there."""
    kinds: dict[int, set[str]] = defaultdict(set)
    agreements: dict[int, set[int]] = defaultdict(set)
    held: dict[int, dict[int, int]] = defaultdict(dict)
    parts, links = found.parts, found.links
    for part, link in zip(found.faults.part.tolist(), found.faults.link.tolist(), strict=True):
        work, is_cycle = int(parts.work_id[part]), bool(parts.state[part] == CYCLE)
        kinds[work].add(KIND_OF[is_cycle])
        agreements[work].add(int(links.agreement_id[link]))
        if is_cycle:
            agreements[work].update(circle(found.path(part), int(links.acquirer_id[link])))
        held[work][part] = int(parts.kept[part])
    for work, agreement in zip(found.gaps.work_id.tolist(), found.gaps.agreement_id.tolist(), strict=True):
        kinds[work].add("gap")
        agreements[work].add(agreement)
    return {
        work: WorkFault(tuple(sorted(of_work)), tuple(sorted(agreements[work])), sum(held[work].values()))
        for work, of_work in kinds.items()
    }


def circle(path: Sequence[tuple[Party, Agreement]], leads_to: Party) -> list[Agreement]:
    """The agreements of a way, (party, agreement that brought it there), from the party on to which its last link leads
    back: the circle, without that link."""
    parties = [party for party, _agreement in path]
    return [agreement for _party, agreement in path[parties.index(leads_to) + 1 :]]
