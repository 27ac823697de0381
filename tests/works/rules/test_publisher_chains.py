"""Chains of a file and the agreements they stand for: the same collection, whichever way it is read."""

from collections import defaultdict
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from works.rules.chains import OPEN_END, Links, Named, Owners, Question, effective_shares
from works.rules.publisher_chains import Stated, Tail, ordered_chain, parent_places, passed_on

WORLD = 0b1111
PLACES = (1, 2, 4, 8)
CHAINS = st.lists(
    st.tuples(
        st.integers(1, 3),  # the owner
        st.lists(st.tuples(st.integers(4, 8), st.sampled_from(["AM", "SE"])), max_size=4, unique_by=lambda one: one[0]),
        st.tuples(*[st.integers(0, 3000)] * 3).filter(any),  # owned, in hundredths of a percent
        st.lists(st.integers(0, 4), min_size=12, max_size=12),  # who collects, by right and place
    ),
    min_size=1,
    max_size=3,
)


def stated(owner: int, members: list[tuple[int, str]], owned: Any, who: list[int]) -> list[Stated]:
    """One chain; whoever collects takes the whole of a right in a place."""
    listed = [(owner, "E"), *sorted(members)]
    collects: list[list[tuple[int, tuple[int, int, int]]]] = [[] for _one in listed]
    for number, place in enumerate(PLACES):
        ends = [who[right * 4 + number] % len(listed) for right in range(3)]
        for end in set(ends):
            pr, mr, sr = (owned[right] * 100 if ends[right] == end else 0 for right in range(3))
            collects[end].append((place, (pr, mr, sr)))
    units = tuple(part * 100 for part in owned)
    return [
        Stated(party, kind, units if not at else (0, 0, 0), tuple(collects[at]))
        for at, (party, kind) in enumerate(listed)
    ]


def column(rows: list[int]) -> Any:
    return np.array(rows, dtype=np.int64)


def collected(chains: list[list[Stated]], right: int, place: int) -> dict[int, int]:
    """By the agreements that the chains stand for, through the one rule of effective shares."""
    heads = [chain[0] for chain in chains if chain[0].ownership[right]]
    count = len(heads)
    owners = Owners(
        column(list(range(count))), column([1] * count), column([one.party for one in heads]),
        column([one.ownership[right] for one in heads]), *(column([value] * count) for value in (0, 1, 1, OPEN_END)),
    )  # fmt: skip
    rows = [
        (giver, taker, parts[right])
        for (giver, taker), pieces in passed_on(chains, world=WORLD).items()
        for parts, area in pieces.items()
        if area & place and parts[right]
    ]
    size = len(rows)
    constants = [column([value] * size) for value in (1, 1, 1, OPEN_END, OPEN_END, 1, 0, 0)]
    links = Links(column(list(range(size))), *(column([row[at] for row in rows]) for at in range(3)), *constants)
    named = Named(column(list(range(size))), column([1] * size), column([1] * size))
    answer = effective_shares(owners, links, named, Question(column([1]), 10, 10)).answer()
    found: dict[int, int] = defaultdict(int)
    for party, kept in zip(answer.party_id.tolist(), answer.kept.tolist(), strict=True):
        found[party] += kept
    return found


@given(CHAINS)
def test_what_chains_state_is_what_their_agreements_let_each_collect(told: list[Any]) -> None:
    chains = [stated(*one) for one in told]
    for right in range(3):
        for place in PLACES:
            wanted: dict[int, int] = defaultdict(int)
            for chain in chains:
                for one in chain:
                    wanted[one.party] += next((shares[right] for area, shares in one.collects if area & place), 0)
            found = collected(chains, right, place)
            assert sum(found.values()) == sum(wanted.values())
            for party in {*found, *wanted}:
                assert abs(found[party] - wanted[party]) <= 9  # units: a part of a part is rounded at each step


def test_an_order_of_a_file_says_who_follows_whom() -> None:
    assert parent_places(["E", "AM", "AM", "SE", "AM", "SE"]) == [-1, 0, 1, 2, 3, 2]
    assert parent_places(["E", "SE", "SE", "AM"]) == [-1, 0, 0, 2]


def test_who_is_reached_everywhere_is_an_administrator_and_others_are_sub_publishers() -> None:
    tails = [Tail(0, 1, (1, 2)), Tail(0, 6, (1, 2, 4)), Tail(0, 8, (1, 2, 4, 5)), Tail(1, WORLD, (1,))]
    members = ordered_chain(1, "E", tails, world=WORLD, order=lambda party: party)
    assert [(one.party, one.kind, one.areas) for one in members] == [
        (1, "E", [0, WORLD, 0]), (2, "AM", [1, 0, 0]), (4, "SE", [6, 0, 0]), (5, "AM", [8, 0, 0])
    ]  # fmt: skip


def test_a_chain_that_hands_on_more_than_is_owned_passes_nothing_on() -> None:
    chain = [Stated(1, "E", (100, 0, 0)), Stated(2, "SE", (0, 0, 0), ((1, (200, 0, 0)),))]
    assert passed_on([chain], world=WORLD) == {}
