"""Exact arithmetic in bulk: equal to Python's own integers for every size, equal to `allocate` for every split."""

import random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cmo_portal.common.exact import (
    KernelRangeError,
    allocate_columns,
    allocate_groups,
    allocate_sorted,
    mul_div,
    mul_div_reference,
)
from cmo_portal.common.money import NothingToAllocateTo, allocate


def column(values):
    return np.array(list(values), dtype=np.int64)


def proved(amount, weight_sum):
    return amount < 2**62 and weight_sum < 2**61 and ((amount >> 50) + 3) * weight_sum < 2**63


# --- quotient and remainder ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount_bits", range(0, 62, 3))
def test_quotient_and_remainder_are_exact_for_every_bit_length(amount_bits):
    dice = random.Random(amount_bits)
    for sum_bits in range(1, 62):
        amount, weight_sum = dice.getrandbits(amount_bits), max(1, dice.getrandbits(sum_bits))
        if not proved(amount, weight_sum):
            continue
        weights = [0, weight_sum, weight_sum // 2, max(weight_sum - 1, 0)]
        weights += [dice.randint(0, weight_sum) for _ in range(20)]
        quotients, remainders = mul_div(amount, column(weights), weight_sum)
        expected = [divmod(amount * weight, weight_sum) for weight in weights]
        assert list(zip(quotients.tolist(), remainders.tolist(), strict=True)) == expected


@given(st.data())
def test_quotient_and_remainder_are_exact_at_the_edge_of_the_proved_range(data):
    amount = data.draw(st.integers(0, 2**62 - 1))
    largest = min((2**63 - 1) // ((amount >> 50) + 3), 2**61 - 1)
    weight_sum = data.draw(st.integers(max(1, largest - 10**6), largest))
    weights = data.draw(st.lists(st.integers(0, weight_sum), min_size=1, max_size=20))
    quotients, remainders = mul_div(amount, column(weights), weight_sum)
    assert quotients.tolist() == [amount * weight // weight_sum for weight in weights]
    assert remainders.tolist() == [amount * weight % weight_sum for weight in weights]


@given(st.integers(0, 2**90), st.lists(st.integers(0, 2**62), min_size=1, max_size=10), st.integers(1, 2**70))
def test_the_reference_is_right_for_any_size(amount, weights, weight_sum):
    quotients, remainders = mul_div_reference(amount, column(weights), weight_sum)
    assert list(zip(quotients, remainders, strict=True)) == [divmod(amount * weight, weight_sum) for weight in weights]


@pytest.mark.parametrize(
    ("amount", "weight", "weight_sum"),
    [
        (2**62, 1, 1),
        (-1, 1, 1),
        (1, 0, 0),
        (1, 1, 2**61),
        (2**61, 1, (2**63 - 1) // (2**11 + 3) + 1),
        (5, 4, 3),
        (5, -1, 3),
    ],
)
def test_numbers_just_outside_the_proved_range_are_refused(amount, weight, weight_sum):
    with pytest.raises(KernelRangeError):
        mul_div(amount, column([weight]), weight_sum)


def test_an_empty_column_gives_empty_columns():
    quotients, remainders = mul_div(5, column([]), 3)
    assert (quotients.size, remainders.size) == (0, 0)


# --- splitting one total ---------------------------------------------------------------------------------------------

small = st.integers(0, 50)
any_weight = small | st.integers(0, 2**40) | st.integers(0, 2**62)
any_total = st.integers(-(10**4), 10**4) | st.integers(-(2**63) + 1, 2**63 - 1)


@settings(max_examples=300)
@given(any_total, st.dictionaries(st.integers(-(2**63), 2**63 - 1), any_weight, min_size=1, max_size=30))
def test_the_bulk_split_equals_the_definition(total, weights):
    assume(any(weights.values()))
    parts = allocate_columns(total, column(weights.values()), column(weights))
    assert dict(zip(weights, parts.tolist(), strict=True)) == allocate(total, weights.items())


def test_a_total_that_does_not_fit_is_refused():
    with pytest.raises(KernelRangeError):
        allocate_columns(2**63, column([1]), column([1]))


def test_an_amount_without_any_weight_is_refused():
    with pytest.raises(NothingToAllocateTo):
        allocate_columns(1, column([0, 0]), column([1, 2]))
    with pytest.raises(NothingToAllocateTo):
        allocate_columns(1, column([]), column([]))
    assert allocate_columns(0, column([0, 0]), column([1, 2])).tolist() == [0, 0]


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="negative"):
        allocate_columns(1, column([2, -1]), column([1, 2]))


def test_equal_weights_by_the_thousand_are_settled_by_their_keys():
    keys = np.random.default_rng(5).permutation(100_000)
    parts = allocate_columns(1_234_567, np.full(100_000, 180), keys)
    assert parts.sum() == 1_234_567
    assert set(parts[keys < 34_567].tolist()) == {13}
    assert set(parts[keys >= 34_567].tolist()) == {12}


# --- splitting many totals -------------------------------------------------------------------------------------------

groups = st.lists(
    st.tuples(any_total, st.dictionaries(st.integers(0, 2**62), any_weight, min_size=1, max_size=8)),
    min_size=1,
    max_size=12,
).map(lambda found: [(total if any(rows.values()) else 0, rows) for total, rows in found])


def flatten(groups):
    rows = [(number, key, weight) for number, (_, weights) in enumerate(groups) for key, weight in weights.items()]
    return column(total for total, _ in groups), rows


@settings(max_examples=300)
@given(groups, st.randoms(use_true_random=False))
def test_the_split_of_many_totals_equals_the_definition_in_any_order(groups, shuffler):
    totals, rows = flatten(groups)
    shuffler.shuffle(rows)
    numbers, keys, weights = (column(values) for values in zip(*rows, strict=True))
    parts = allocate_groups(totals, numbers, weights, keys)
    found: dict[int, dict[int, int]] = {}
    for (number, key, _), part in zip(rows, parts.tolist(), strict=True):
        found.setdefault(number, {})[key] = part
    assert found == {number: allocate(total, weights.items()) for number, (total, weights) in enumerate(groups)}


@given(groups, st.integers(1, 1000))
def test_one_factor_on_all_weights_changes_nothing(groups, factor):
    groups = [(total, {key: weight % 2**50 for key, weight in rows.items()}) for total, rows in groups]
    groups = [(total if any(rows.values()) else 0, rows) for total, rows in groups]
    totals, rows = flatten(groups)
    numbers, keys, weights = (column(values) for values in zip(*rows, strict=True))
    plain = allocate_groups(totals, numbers, weights, keys)
    assert (allocate_groups(totals, numbers, weights * factor, keys) == plain).all()
    assert (allocate_groups(-totals, numbers, weights, keys) == -plain).all()


def test_a_group_with_an_amount_and_no_rows_is_refused():
    with pytest.raises(NothingToAllocateTo, match="group 1"):
        allocate_groups(column([5, 7]), column([0, 0]), column([1, 1]), column([1, 2]))


def test_remainders_longer_than_the_rank_are_still_put_in_full_order():
    """Many groups leave few bits for a remainder: equal leading bits must not decide."""
    dice = random.Random(11)
    totals, numbers, keys, weights = [], [], [], []
    for number in range(5_000):
        base = dice.randrange(2**51, 2**52)
        members = [base + dice.randrange(4) for _ in range(5)]
        totals.append(dice.randrange(1, 5))
        numbers += [number] * 5
        keys += dice.sample(range(100), 5)
        weights += members
    parts = allocate_groups(column(totals), column(numbers), column(weights), column(keys)).tolist()
    for number, total in enumerate(totals):
        rows = slice(5 * number, 5 * number + 5)
        expected = allocate(total, zip(keys[rows], weights[rows], strict=True))
        assert dict(zip(keys[rows], parts[rows], strict=True)) == expected


@settings(max_examples=200)
@given(st.integers(2**57, 2**62 - 1), st.lists(st.integers(2**54, 2**58), min_size=2, max_size=7))
def test_amounts_beyond_the_proved_bound_are_split_by_whole_numbers_alone(total, weights):
    parts = allocate_columns(total, column(weights), column(range(len(weights)))).tolist()
    assert parts == list(allocate(total, list(enumerate(weights))).values())


def test_groups_outside_the_proved_range_do_not_disturb_their_neighbours():
    totals = column([2**62 + 7, 100, -(2**63) + 1])
    numbers = column([0, 0, 1, 1, 1, 2, 2])
    weights = column([2**62, 2**62 - 1, 1, 1, 1, 2**61, 1])
    parts = allocate_sorted(totals, column([0, 2, 5]), weights).tolist()
    assert parts[2:5] == [34, 33, 33]
    for number, rows in enumerate((slice(0, 2), slice(2, 5), slice(5, 7))):
        expected = allocate(int(totals[number]), list(enumerate(weights[rows].tolist())))
        assert parts[rows] == list(expected.values())
    assert numbers.size == weights.size
