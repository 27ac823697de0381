"""Sections: a pool divided by given percents never loses a paisa, at any depth."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.rules.sections import Leaf, Section, SharesNotWhole, read_sections, split_sections


def test_a_pool_without_sections_is_its_own_leaf():
    assert split_sections(500, []) == [Leaf((), 500, False)]


def test_sections_within_sections_give_leaves_with_their_path():
    data = {
        "sections": [
            {"key": "live", "percent": "30", "held": True},
            {
                "key": "broadcast",
                "percent": "70",
                "name": {"en": "Broadcast"},
                "sections": [{"key": "tv", "percent": "33.3333"}, {"key": "radio", "percent": "66.6667"}],
            },
        ]
    }
    sections, complaints = read_sections(data)
    assert complaints == []
    assert split_sections(100_001, sections) == [
        Leaf(("broadcast", "radio"), 46_667, False),
        Leaf(("broadcast", "tv"), 23_334, False),
        Leaf(("live",), 30_000, True),
    ]


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_the_leaves_sum_to_the_pool_and_mirror(total, cuts):
    edges = sorted({cut % 1_000_000 for cut in cuts} | {0, 1_000_000})
    sections = [Section(str(low), high - low) for low, high in itertools.pairwise(edges)]
    leaves = split_sections(total, sections)
    assert sum(leaf.amount for leaf in leaves) == total
    assert [-leaf.amount for leaf in leaves] == [leaf.amount for leaf in split_sections(-total, sections)]


def test_sections_that_do_not_make_the_whole_are_refused():
    with pytest.raises(SharesNotWhole):
        split_sections(100, [Section("a", 999_999)])


def test_every_fault_of_the_data_is_listed():
    data = {
        "sections": [
            {"key": "a", "percent": "60.00001"},
            {"key": "a", "percent": "-5"},
            {"key": "c", "percent": "50", "sections": [{"key": "x", "percent": "99"}]},
        ]
    }
    _, complaints = read_sections(data)
    assert [complaint.place for complaint in complaints] == [
        "sections[0].percent",
        "sections[1].percent",
        "sections[2].sections",
        "sections",
        "sections",
    ]
