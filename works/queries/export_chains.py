"""Who collects our works where, by the agreements in force on a day, for a registration file.

The world is cut into the areas that the agreements of a slice tell apart; in each of them the one rule of effective
shares (works.rules.chains) says who collects.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from members.models.territories import WORLD
from members.rules.territories import area_of, area_written
from works.models import Agreement
from works.queries.chains import ONE_WORK, Loaded, load_chains
from works.rules.chains import HELD, Question, Resolution, effective_shares

RIGHTS = ("PR", "MR", "SR")


@dataclass(frozen=True, slots=True)
class OwnPart:
    """A part of a share that agreements reach: `path` from its owner to who collects it in the leaves of `area`.

    `originals` counts the first links that come from writer-publisher agreements. A part that is not `sound` stays with
    its owner because agreements contradict each other. `units` are 1/10,000 of a percent.
    """

    share: int
    right: str
    area: int
    path: tuple[int, ...]
    originals: int
    units: int
    sound: bool


@dataclass(frozen=True, slots=True)
class OwnCollection:
    """What agreements say of a work: the parts of the shares they reach, and the number of the agreement that a writer
    has with a publisher, by both."""

    parts: tuple[OwnPart, ...] = ()
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def parties(self) -> set[int]:
        """Everybody on a path."""
        return {party for part in self.parts for party in part.path}


def written_areas() -> list[str]:
    """The world and every area that an agreement in the books names."""
    named = Agreement.objects.filter(state="active").values_list("territory", flat=True)
    return sorted({WORLD, *named})


def collection_of_works(keys: Sequence[int], on: dt.date, areas: Sequence[str]) -> dict[int, OwnCollection]:
    """The collection of works on a day; `areas` are all that agreements name."""
    parts: dict[int, list[OwnPart]] = defaultdict(list)
    links: dict[int, dict[tuple[int, int], str]] = defaultdict(dict)
    for right in RIGHTS:
        loaded = load_chains(
            right=right, territory=WORLD, on=on, works=ONE_WORK, parameters={"works": list(keys)}, areas=areas
        )
        if not len(loaded.links):
            continue
        for work, part in _reached(loaded, right, on, areas):
            parts[work].append(part)
        numbers = dict(
            Agreement.objects.filter(pk__in=set(loaded.links.agreement_id.tolist())).values_list("pk", "number")
        )
        for work, pair, agreement in _writers_links(loaded, on):
            known = links[work].get(pair)
            links[work][pair] = min(known, numbers[agreement]) if known else numbers[agreement]
    return {key: OwnCollection(tuple(parts[key]), links[key]) for key in keys}


def _reached(loaded: Loaded, right: str, on: dt.date, areas: Sequence[str]) -> Iterator[tuple[int, OwnPart]]:
    """The parts of every share that moves somewhere, in all areas, with their works."""
    told: list[tuple[int, OwnPart]] = []
    moving: set[int] = set()
    used = sorted(set(loaded.links.area_no.tolist()) - {0})
    for area, numbers in _cut({number: area_written(areas[number - 1], on) for number in used}):
        covering = np.array(sorted({*numbers, areas.index(WORLD) + 1}), dtype=np.int64)
        asked = Question(covering, on.toordinal(), on.toordinal())
        found = effective_shares(loaded.owners, loaded.links, loaded.named, asked)
        for work, part in _parts(found, right, area):
            told.append((work, part))
            if len(part.path) > 1 or not part.sound:
                moving.add(part.share)
    return ((work, part) for work, part in told if part.share in moving)


def _cut(areas: Mapping[int, int]) -> list[tuple[int, frozenset[int]]]:
    """The world cut where any of the areas ends: each piece with the numbers of the areas that cover it."""
    pieces: list[tuple[int, frozenset[int]]] = [(area_of(WORLD), frozenset())]
    for number, area in areas.items():
        inside = [(piece & area, numbers | {number}) for piece, numbers in pieces]
        outside = [(piece & ~area, numbers) for piece, numbers in pieces]
        pieces = [each for each in (*inside, *outside) if each[0]]
    return pieces


def _parts(found: Resolution, right: str, area: int) -> Iterator[tuple[int, OwnPart]]:
    for row in np.flatnonzero(found.parts.kept > 0).tolist():
        path = tuple(party for party, _agreement in found.path(row))
        if path[0]:
            yield int(found.parts.work_id[row]), OwnPart(
                int(found.parts.share_id[row]), right, area, path, _originals(found, row),
                int(found.parts.kept[row]), int(found.parts.state[row]) == HELD,
            )  # fmt: skip


def _originals(found: Resolution, row: int) -> int:
    """How many of the first steps of the way follow agreements of a writer with a publisher."""
    kinds: list[int] = []
    while (link := int(found.parts.link[row])) >= 0:
        kinds.append(int(found.links.is_original[link]))
        row = int(found.parts.before[row])
    return [*kinds[::-1], 0].index(0)


def _writers_links(loaded: Loaded, on: dt.date) -> Iterator[tuple[int, tuple[int, int], int]]:
    """Work, (writer, publisher) and agreement, for every original agreement in force of an owner of the work."""
    links, day = loaded.links, on.toordinal()
    holds = (links.is_original == 1) & (links.first_use <= day) & (links.last_use >= day)
    holds &= (links.start <= day) & (links.collected_to >= day)
    named = zip(loaded.named.agreement_id.tolist(), loaded.named.work_id.tolist(), strict=True)
    said = dict(zip(named, loaded.named.included.tolist(), strict=True))
    works: dict[int, set[int]] = defaultdict(set)
    for party, work in zip(loaded.owner_id.tolist(), loaded.owners.work_id.tolist(), strict=True):
        works[party].add(work)
    for row in np.flatnonzero(holds).tolist():
        agreement, writer = int(links.agreement_id[row]), int(links.assignor_id[row])
        for work in works.get(writer, ()):
            word = said.get((agreement, work))
            if word == 1 or (word is None and not links.is_specific[row]):
                yield work, (writer, int(links.acquirer_id[row])), agreement
