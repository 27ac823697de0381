"""The usage meter, the money bands and the index of a text without a known work."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.money import Currency
from royalties.rules.unmatched import (
    STEPS,
    Band,
    band_of,
    index_of,
    read_bands,
    step_bounds,
    telling_sounds,
    usage_step,
)

RUPEES = Currency("PKR", 2)
PLAYS = st.integers(1, 2**62)
LIMITS = st.lists(st.integers(1, 10**15), min_size=1, max_size=8, unique=True).map(sorted)


def test_each_step_begins_at_a_third_of_the_one_above() -> None:
    assert step_bounds(810) == [10, 30, 90, 270]
    assert [usage_step(plays, 810) for plays in (1, 9, 10, 30, 90, 269, 270, 810)] == [1, 1, 2, 3, 4, 4, 5, 5]
    assert step_bounds(1) == [1, 1, 1, 1]


def test_without_plays_there_is_no_measure() -> None:
    with pytest.raises(ValueError, match="at least one play"):
        step_bounds(0)


@given(PLAYS, PLAYS)
def test_the_most_used_text_has_the_highest_step_and_more_use_never_a_lower_one(one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert usage_step(more, more) == STEPS
    assert 1 <= usage_step(less, more) <= STEPS
    assert usage_step(less, 2**62) <= usage_step(more, 2**62)


@given(PLAYS, PLAYS)
def test_a_step_is_what_exact_thirds_say(one: int, other: int) -> None:
    plays, most = sorted((one, other))
    step = usage_step(plays, most)
    assert step == 1 or Fraction(plays, most) >= Fraction(1, 3 ** (STEPS + 1 - step))
    assert step == STEPS or Fraction(plays, most) < Fraction(1, 3 ** (STEPS - step))


@given(st.integers(1, 10**16), LIMITS)
def test_an_amount_lies_in_its_band_and_in_no_other(amount: int, limits: list[int]) -> None:
    band = band_of(amount, limits)
    assert band.above < amount and (band.up_to is None or amount <= band.up_to)
    assert not [limit for limit in limits if band.above < limit and limit < (band.up_to or limit + 1)]


def test_the_ends_of_a_band_belong_to_the_lower_one() -> None:
    limits = [500_00, 5_000_00]
    assert [band_of(amount, limits) for amount in (1, 500_00, 500_01, 5_000_01)] == [
        Band(0, 500_00), Band(0, 500_00), Band(500_00, 5_000_00), Band(5_000_00, None)
    ]  # fmt: skip
    with pytest.raises(ValueError, match="only money"):
        band_of(0, limits)


def test_bands_are_read_in_minor_units() -> None:
    assert read_bands({"up_to": ["500.00", "5000.00"]}, RUPEES) == ([500_00, 5_000_00], [])


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ({}, ["up_to"]),
        ({"up_to": "500"}, ["up_to"]),
        ({"up_to": []}, ["up_to"]),
        ({"up_to": ["0.00"]}, ["up_to[0]"]),
        ({"up_to": ["10.001", "x", "5.00"]}, ["up_to[0]", "up_to[1]"]),
        ({"up_to": ["10.00", "10.00"]}, ["up_to[1]"]),
        ({"up_to": ["10.00"], "upto": 1}, ["upto"]),
    ],
)
def test_every_fault_of_the_bands_is_told(data: dict[str, object], places: list[str]) -> None:
    assert [complaint.place for complaint in read_bands(data, RUPEES)[1]] == places


def test_a_text_is_found_by_its_title_without_ornament_and_by_its_names() -> None:
    index = index_of("03 - Chand Raat (Live)", "Tahira Naz|Kamran Lodhi")
    assert "chand raat" in index.title_keys
    assert telling_sounds(["چاند رات"])[0] in index.title_sounds
    assert set(telling_sounds(["طاہرہ ناز"])) <= set(index.name_sounds)
    assert {"trh", "nz"} & set(index.sounds)


def test_of_performer_dash_title_both_parts_are_taken_for_both() -> None:
    index = index_of("Tahira Naz - Chand Raat", "")
    assert {"chand raat", "tahira naz"} <= set(index.title_keys)
    assert set(telling_sounds(["Tahira Naz", "Chand Raat"])) <= set(index.name_sounds)


def test_kh_and_k_are_one_sound_and_two_consonants_say_nothing() -> None:
    assert telling_sounds(["Khalid Khan"]) == telling_sounds(["Kalid Kan"])
    assert telling_sounds(["Ali", "", "Aadat"]) == []
