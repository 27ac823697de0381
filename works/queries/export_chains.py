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
from works.rules.chains import HELD, Question, Resolution

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
    """What agreements say of a work: the parts of the shares they reach, and the agreements that a writer has with a
    publisher, by both: number → the rights it speaks of."""

    parts: tuple[OwnPart, ...] = ()
    links: Mapping[tuple[int, int], Mapping[str, frozenset[str]]] = field(default_factory=dict)

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
    loaded = {
        right: load_chains(
            right=right, territory=WORLD, on=on, works=ONE_WORK, parameters={"works": list(keys)}, areas=areas
        )
        for right in RIGHTS
    }
    parts: dict[int, list[OwnPart]] = defaultdict(list)
    for right, each in loaded.items():
        if len(each.links):
            for work, part in _reached(each, right, on, areas):
                parts[work].append(part)
    links = _links(loaded, on)
    return {key: OwnCollection(tuple(parts[key]), links.get(key, {})) for key in keys}


Pair = tuple[int, int]  # writer and publisher


def _links(loaded: Mapping[str, Loaded], on: dt.date) -> dict[int, dict[Pair, dict[str, frozenset[str]]]]:
    """Work → (writer, publisher) → number of their agreement → rights."""
    owned: dict[int, set[int]] = defaultdict(set)
    for each in loaded.values():
        for party, work in zip(each.owner_id.tolist(), each.owners.work_id.tolist(), strict=True):
            owned[party].add(work)
    rights: dict[tuple[int, Pair, int], set[str]] = defaultdict(set)
    for right, each in loaded.items():
        for work, pair, agreement in _writers_links(each, owned, on):
            rights[work, pair, agreement].add(right)
    agreements = {agreement for _work, _pair, agreement in rights}
    numbers = dict(Agreement.objects.filter(pk__in=agreements).values_list("pk", "number"))
    found: dict[int, dict[Pair, dict[str, frozenset[str]]]] = defaultdict(lambda: defaultdict(dict))
    for (work, pair, agreement), spoken_of in rights.items():
        found[work][pair][numbers[agreement]] = frozenset(spoken_of)
    return found


def _reached(loaded: Loaded, right: str, on: dt.date, areas: Sequence[str]) -> Iterator[tuple[int, OwnPart]]:
    """The parts of every share that moves somewhere, in all areas, with their works."""
    told: list[tuple[int, OwnPart]] = []
    moving: set[int] = set()
    used = sorted(set(loaded.links.area_no.tolist()) - {0})
    for area, numbers in _cut({number: area_written(areas[number - 1], on) for number in used}):
        covering = np.array(sorted({*numbers, areas.index(WORLD) + 1}), dtype=np.int64)
        asked = Question(covering, on.toordinal(), on.toordinal())
        found = loaded.followed(asked)
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


def _writers_links(
    loaded: Loaded, owned: Mapping[int, set[int]], on: dt.date
) -> Iterator[tuple[int, tuple[int, int], int]]:
    """Work, (writer, publisher) and agreement, for every original agreement in force of an owner of the work: a general
    one where he owns this right, a specific one where it names the work and he owns any right."""
    links, day = loaded.links, on.toordinal()
    holds = (links.is_original == 1) & (links.first_use <= day) & (links.last_use >= day)
    holds &= (links.start <= day) & (links.collected_to >= day)
    named = zip(loaded.named.agreement_id.tolist(), loaded.named.work_id.tolist(), strict=True)
    said = dict(zip(named, loaded.named.included.tolist(), strict=True))
    of_right: dict[int, set[int]] = defaultdict(set)
    for party, work in zip(loaded.owner_id.tolist(), loaded.owners.work_id.tolist(), strict=True):
        of_right[party].add(work)
    for row in np.flatnonzero(holds).tolist():
        agreement, writer = int(links.agreement_id[row]), int(links.assignor_id[row])
        for work in owned.get(writer, ()):
            word = said.get((agreement, work))
            if word == 1 or (word is None and not links.is_specific[row] and work in of_right[writer]):
                yield work, (writer, int(links.acquirer_id[row])), agreement
