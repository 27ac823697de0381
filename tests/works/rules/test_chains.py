"""Effective collection shares: the column function against a recursion, and what must always hold."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cmo_portal.common.money import WHOLE_SHARE
from tests.conftest import examples
from tests.works.rules.chain_oracle import Answer, Link, Owner, collection
from works.rules.chains import Links, Named, Owners, Question, Resolution, effective_shares

PARTIES = st.integers(1, 6)
AGREEMENTS = st.integers(1, 5)
STATES = ("held", "conflict", "cycle")
TODAY = 100


def columns(rows, width):
    return [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)] or [np.zeros(0, int)] * width


def resolve(owners, links, named, used=TODAY, collected=TODAY) -> Resolution:
    return effective_shares(
        Owners(
            *columns([(o.share_id, o.work, o.party, o.units, int(o.writer), int(o.here), *o.days) for o in owners], 8)
        ),
        Links(
            *columns(
                [
                    (k.agreement, k.giver, k.taker, k.part, int(k.here), k.start, k.first_use, k.last_use)
                    + (k.collected_to, int(k.specific), int(k.original), int(k.shares_change))
                    for k in links
                ],
                12,
            )
        ),
        Named(*columns([(agreement, work, int(said)) for (agreement, work), said in named.items()], 3)),
        Question(np.ones(1, dtype=np.int64), used, collected),
    )


def answer(found: Resolution) -> Answer:
    parts = found.parts
    rows = np.flatnonzero(parts.kept > 0)
    return sorted(
        (
            int(parts.work_id[row]),
            int(parts.share_id[row]),
            int(parts.party_id[row]),
            int(parts.kept[row]),
            STATES[int(parts.state[row])],
            tuple(found.path(int(row))),
        )
        for row in rows
    )


@st.composite
def owner_rows(draw):
    rows, left = [], {}
    for number in range(1, draw(st.integers(0, 6)) + 1):
        work = draw(st.integers(1, 3))
        units = draw(st.integers(1, max(1, left.get(work, WHOLE_SHARE) // 2)))
        left[work] = left.get(work, WHOLE_SHARE) - units
        days = draw(st.sampled_from([*[(1, 3_000_000)] * 5, (TODAY, TODAY), (1, TODAY - 1), (TODAY + 1, 3_000_000)]))
        here = draw(st.sampled_from([True, True, True, False]))
        rows.append(Owner(number, work, draw(PARTIES), units, draw(st.booleans()), here, days))
    return rows


@st.composite
def link_rows(draw):
    """Agreements with one set of terms each, most of them in force; several givers and takers may stand in one."""
    rows = []
    for agreement in range(1, draw(st.integers(0, 5)) + 1):
        terms = {
            "specific": draw(st.booleans()),
            "original": draw(st.booleans()),
            "shares_change": draw(st.booleans()),
            "here": draw(st.sampled_from([True, True, True, False])),
            "start": draw(st.sampled_from([*[1] * 5, TODAY, TODAY + 1])),
            "first_use": draw(st.sampled_from([*[1] * 5, TODAY, TODAY + 1])),
            "last_use": draw(st.sampled_from([*[3_000_000] * 5, TODAY, TODAY - 1])),
            "collected_to": draw(st.sampled_from([*[3_000_000] * 5, TODAY, TODAY - 1])),
        }
        givers = draw(st.sets(PARTIES, min_size=1, max_size=2))
        takers = draw(st.sets(st.sampled_from(sorted(set(range(1, 7)) - givers)), min_size=1, max_size=2))
        for taker in sorted(takers):
            part = draw(st.sampled_from([WHOLE_SHARE, WHOLE_SHARE // 2, 333_333, 1, 700_000]))
            rows += [Link(agreement, giver, taker, part, **terms) for giver in sorted(givers)]
    return rows


NAMED = st.dictionaries(st.tuples(AGREEMENTS, st.integers(1, 3)), st.booleans(), max_size=6)


# Of one party two works, of its publisher one: rule 2 asks who owns a part of the work itself.
PUBLISHED = [Owner(1, 1, 1, 500_000), Owner(2, 1, 2, 500_000), Owner(3, 2, 1, 500_000)]


@given(owner_rows(), link_rows(), NAMED)
@example(PUBLISHED, [Link(1, 1, 2, 500_000, original=True)], {})
@settings(max_examples=examples(200, 800))
def test_columns_give_what_a_person_works_out(owners, links, named) -> None:
    assert answer(resolve(owners, links, named)) == collection(owners, links, named, TODAY, TODAY)


@given(owner_rows(), link_rows(), NAMED, st.randoms())
def test_the_order_of_shares_and_agreements_changes_nothing(owners, links, named, random) -> None:
    before = answer(resolve(owners, links, named))
    random.shuffle(owners)
    random.shuffle(links)
    assert answer(resolve(owners, links, dict(random.sample(sorted(named.items()), len(named))))) == before


@pytest.mark.parametrize("units", [333_333, 500_001, 1])
def test_the_odd_unit_goes_the_same_way_whatever_the_order(units) -> None:
    owners = [Owner(1, 1, 1, units)]
    links = [Link(agreement, 1, taker, part) for agreement, taker, part in
             ((1, 2, 500_000), (2, 3, 500_000), (3, 2, 0), (4, 4, 0))]  # fmt: skip
    found = {tuple(answer(resolve(owners, list(order), {}))) for order in permutations(links)}
    assert len(found) == 1


@given(owner_rows(), link_rows(), NAMED)
def test_what_comes_out_is_what_went_in_and_never_above_the_whole(owners, links, named) -> None:
    went_in: dict[int, int] = {}
    came_out: dict[int, int] = {}
    for owner in owners:
        if owner.here and owner.days[0] <= TODAY <= owner.days[1]:
            went_in[owner.work] = went_in.get(owner.work, 0) + owner.units
    for work, _share, _party, units, _state, _path in answer(resolve(owners, links, named)):
        came_out[work] = came_out.get(work, 0) + units
    assert came_out == went_in
    assert all(units <= WHOLE_SHARE for units in came_out.values())


@given(owner_rows(), st.lists(st.sampled_from([WHOLE_SHARE, 500_000, 333_333, 1]), min_size=1, max_size=5))
def test_a_chain_at_once_is_the_chain_link_by_link(owners, parts) -> None:
    """Party 1 passes on to 2, 2 to 3, and so on: all links together, or each applied to what the one before left."""
    owners = [replace(owner, writer=False, party=1) for owner in owners]
    chain = [Link(number, number, number + 1, part) for number, part in enumerate(parts, 1)]
    at_once = [row[:4] for row in answer(resolve(owners, chain, {}))]
    standing = owners
    for link in chain:
        standing = [
            Owner(share, work, party, units)
            for work, share, party, units, _state, _path in answer(resolve(standing, [link], {}))
        ]
    assert sorted((o.work, o.share_id, o.party, o.units) for o in standing) == at_once


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain = [Link(number, number, number + 1, WHOLE_SHARE) for number in range(1, 60)]
    found = resolve([Owner(1, 1, 1, WHOLE_SHARE)], chain, {})
    assert [row[2:5] for row in answer(found)] == [(60, WHOLE_SHARE, "held")]


def test_a_cycle_keeps_the_part_and_names_the_path() -> None:
    ring = [Link(7, 1, 2, WHOLE_SHARE), Link(8, 2, 3, WHOLE_SHARE), Link(9, 3, 1, WHOLE_SHARE)]
    found = answer(resolve([Owner(1, 1, 1, 400_000)], ring, {}))
    assert found == [(1, 1, 3, 400_000, "cycle", ((1, 0), (2, 7), (3, 8)))]


def test_two_agreements_about_the_same_interest_are_a_conflict() -> None:
    links = [Link(7, 1, 2, 600_000), Link(8, 1, 3, 600_000)]
    assert answer(resolve([Owner(1, 1, 1, 500_000)], links, {})) == [(1, 1, 1, 500_000, "conflict", ((1, 0),))]


def test_a_specific_agreement_goes_before_a_general_one_for_its_works_only() -> None:
    links = [Link(7, 1, 2, WHOLE_SHARE), Link(8, 1, 3, 500_000, specific=True)]
    owners = [Owner(1, 1, 1, 1000), Owner(2, 2, 1, 1000)]
    assert [row[:4] for row in answer(resolve(owners, links, {(8, 2): True}))] == [
        (1, 1, 2, 1000),
        (2, 2, 1, 500),
        (2, 2, 3, 500),
    ]


def test_a_work_that_a_general_agreement_leaves_out_stays() -> None:
    found = resolve([Owner(1, 1, 1, 1000)], [Link(7, 1, 2, WHOLE_SHARE)], {(7, 1): False})
    assert [row[2] for row in answer(found)] == [1]


def test_an_original_agreement_is_not_applied_twice() -> None:
    """The writer's publisher stands among the owners: the registration came after the agreement."""
    owners = [Owner(1, 1, 1, 500_000, writer=True), Owner(2, 1, 2, 500_000)]
    original = Link(7, 1, 2, 500_000, original=True)
    assert [row[2:4] for row in answer(resolve(owners, [original], {}))] == [(1, 500_000), (2, 500_000)]
    alone = answer(resolve([replace(owners[0], units=WHOLE_SHARE)], [original], {}))
    assert [row[2:4] for row in alone] == [(1, 500_000), (2, 500_000)]


def test_a_publisher_who_owns_a_part_of_another_work_gets_this_one_by_agreement() -> None:
    found = resolve(PUBLISHED, [Link(7, 1, 2, 500_000, original=True)], {})
    assert [row[:4] for row in answer(found)] == [
        (1, 1, 1, 500_000),
        (1, 2, 2, 500_000),
        (2, 3, 1, 250_000),
        (2, 3, 2, 250_000),
    ]


@pytest.mark.parametrize(("shares_change", "holder"), [(False, 1), (True, 2)])
def test_a_sub_publishing_agreement_moves_a_writers_part_only_when_it_says_so(shares_change, holder) -> None:
    found = resolve([Owner(1, 1, 1, 1000, writer=True)], [Link(7, 1, 2, WHOLE_SHARE, shares_change=shares_change)], {})
    assert [row[2] for row in answer(found)] == [holder]


@pytest.mark.parametrize(
    ("used", "collected", "holder"),
    [
        (99, 150, 1),  # used before the start, royalties from before are not included
        (100, 150, 2),
        (200, 200, 2),
        (200, 230, 2),  # used within the term, collected after it but within the post-term collection
        (200, 231, 1),
        (201, 210, 1),  # used after the end
        (100, 99, 1),
    ],
)
def test_use_and_collection_both_fall_into_the_days_of_an_agreement(used, collected, holder) -> None:
    link = Link(7, 1, 2, WHOLE_SHARE, start=100, first_use=100, last_use=200, collected_to=230)
    assert [row[2] for row in answer(resolve([Owner(1, 1, 1, 1000)], [link], {}, used, collected))] == [holder]


def test_a_named_work_whose_assignor_holds_nothing_is_a_gap() -> None:
    """2 passes a work on to 3, but nobody gave 2 a part of it."""
    links = [Link(8, 2, 3, WHOLE_SHARE, specific=True)]
    found = resolve([Owner(1, 1, 1, 1000)], links, {(8, 1): True})
    assert list(zip(found.gaps.agreement_id, found.gaps.work_id, strict=True)) == [(8, 1)]
    whole = resolve([Owner(1, 1, 1, 1000)], [*links, Link(9, 1, 2, WHOLE_SHARE)], {(8, 1): True})
    assert len(whole.gaps) == 0 and [row[2] for row in answer(whole)] == [3]


def test_a_part_outside_the_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="whole"):
        resolve([Owner(1, 1, 1, 1000)], [Link(7, 1, 2, WHOLE_SHARE + 1)], {})
