"""Money: splitting keeps every minor unit, percentages are exact, and texts are read by rule or refused."""

import itertools
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.money import (
    AmountError,
    Currency,
    CurrencyMismatch,
    Money,
    NothingToAllocateTo,
    allocate,
    decimal_text,
    display_parts,
    format_minor,
    parse_fraction,
    parse_minor,
    parse_share,
    percent_between,
    percent_of,
    plain_minor,
    round_half_up,
)

PKR = Currency("PKR", 2)
YEN = Currency("JPY", 0)

fractions = st.fractions(min_value=0, max_value=1000, max_denominator=97)
whole_weights = st.integers(min_value=0, max_value=10**9)
weights = st.dictionaries(st.integers(-50, 50), whole_weights | fractions, min_size=1, max_size=12).filter(
    lambda found: any(found.values())
)
totals = st.integers(min_value=-(10**15), max_value=10**15)


@given(totals, weights)
def test_the_parts_of_a_split_always_sum_to_the_total(total, weights):
    assert sum(allocate(total, weights.items()).values()) == total


@given(totals, weights)
def test_each_part_lies_within_one_unit_of_its_exact_share(total, weights):
    whole = sum(Fraction(weight) for weight in weights.values())
    for key, part in allocate(total, weights.items()).items():
        assert abs(part - Fraction(total) * weights[key] / whole) < 1


@given(totals, weights, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(total, weights, shuffler):
    rows = list(weights.items())
    shuffled = shuffler.sample(rows, len(rows))
    assert list(allocate(total, rows).items()) == list(allocate(total, shuffled).items())


@given(totals, weights)
def test_a_negative_total_is_the_exact_mirror_of_the_positive(total, weights):
    mirrored = {key: -part for key, part in allocate(-total, weights.items()).items()}
    assert allocate(total, weights.items()) == mirrored


@given(totals, weights, st.integers(1, 10**6) | st.fractions(min_value=Fraction(1, 50), max_value=50))
def test_multiplying_all_weights_by_one_factor_changes_nothing(total, weights, factor):
    scaled = [(key, weight * factor) for key, weight in weights.items()]
    assert allocate(total, weights.items()) == allocate(total, scaled)


@given(totals, weights)
def test_a_weight_of_zero_never_receives_and_no_part_changes_its_sign(total, weights):
    for key, part in allocate(total, weights.items()).items():
        assert part * total >= 0
        if weights[key] == 0:
            assert part == 0


@given(totals, weights)
def test_a_larger_weight_never_receives_less(total, weights):
    parts = allocate(abs(total), weights.items())
    ordered = sorted(weights, key=lambda key: weights[key])
    assert all(parts[low] <= parts[high] for low, high in itertools.pairwise(ordered) if weights[low] < weights[high])


def test_equal_remainders_go_to_the_lower_key_first():
    assert allocate(5, [("c", 1), ("a", 1), ("b", 1)]) == {"a": 2, "b": 2, "c": 1}


def test_the_larger_remainder_comes_before_the_lower_key():
    assert allocate(10, [("a", 10), ("b", 26)]) == {"a": 3, "b": 7}


def test_keys_may_be_tuples():
    assert allocate(3, [((2, "x"), 1), ((1, "y"), 1)]) == {(1, "y"): 2, (2, "x"): 1}


def test_a_total_of_zero_is_split_into_zeros_even_without_weights():
    assert allocate(0, [("a", 0), ("b", 0)]) == {"a": 0, "b": 0}
    assert allocate(0, []) == {}


@pytest.mark.parametrize("rows", [[], [("a", 0)], [("a", 0), ("b", Fraction(0))]])
def test_an_amount_without_any_weight_is_refused_by_name(rows):
    with pytest.raises(NothingToAllocateTo):
        allocate(1, rows)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="negative"):
        allocate(10, [("a", 2), ("b", -1)])


def test_a_key_that_appears_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        allocate(10, [("a", 1), ("a", 1)])


@pytest.mark.parametrize("total", [1.0, "1", True, Fraction(1)])
def test_a_total_that_is_no_whole_number_is_refused(total):
    with pytest.raises(TypeError):
        allocate(total, [("a", 1)])


@pytest.mark.parametrize("weight", [0.5, "1", True, None])
def test_an_inexact_weight_is_refused(weight):
    with pytest.raises(TypeError):
        allocate(1, [("a", weight)])


# --- arithmetic ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("-3/2", -2), ("149/100", 1), ("-149/100", -1), ("0", 0), ("7", 7)],
)
def test_halves_are_rounded_away_from_zero(value, rounded):
    assert round_half_up(Fraction(value)) == rounded


@given(st.fractions())
def test_rounding_mirrors_and_stays_within_a_half(value):
    assert round_half_up(-value) == -round_half_up(value)
    assert abs(round_half_up(value) - value) <= Fraction(1, 2)


def test_a_percentage_is_exact():
    assert percent_of(1, Fraction("7.5")) == Fraction(3, 40)
    assert percent_between(1, 3) == Fraction("33.33")
    assert percent_between(2, 3, places=0) == 67


def test_money_adds_compares_splits_and_refuses_another_currency():
    ten = Money(1000, PKR)
    assert ten + Money(5, PKR) - Money(1, PKR) == Money(1004, PKR)
    assert -ten < Money(0, PKR) <= ten
    assert ten.percent(Fraction("0.05")) == Money(1, PKR)
    assert ten.split([("a", 1), ("b", 2)]) == {"a": Money(333, PKR), "b": Money(667, PKR)}
    assert str(Money(-123456789, PKR)) == "PKR −1,234,567.89"
    for act in (lambda: ten + Money(1, YEN), lambda: ten < Money(1, YEN)):
        with pytest.raises(CurrencyMismatch):
            act()


@pytest.mark.parametrize("minor", [1.5, "3", True, None])
def test_money_holds_whole_numbers_only(minor):
    with pytest.raises(TypeError):
        Money(minor, PKR)


# --- reading and writing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "minor"), [("1250000.00", 125000000), ("0.01", 1), ("7", 700), ("-3.5", -350), ("12.500", 1250)]
)
def test_a_plain_decimal_is_read_as_minor_units(text, minor):
    assert parse_minor(text, PKR) == minor


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "shape"),
        ("1e3", "shape"),
        ("NaN", "shape"),
        ("1,000.50", "shape"),
        ("+5", "shape"),
        (" 5", "shape"),
        ("۱۲۳", "shape"),
        (".5", "shape"),
        ("5.", "shape"),
        ("1" * 61, "shape"),
        (5, "shape"),
        ("0.001", "places"),
        ("90071992547409.92", "range"),
    ],
)
def test_a_text_that_is_no_plain_amount_is_refused_with_its_reason(text, reason):
    with pytest.raises(AmountError) as refused:
        parse_minor(text, PKR)
    assert refused.value.reason == reason


def test_the_largest_amount_is_still_read():
    assert parse_minor("90071992547409.91", PKR) == 2**53 - 1


def test_a_currency_without_decimals_refuses_them():
    assert parse_minor("500", YEN) == 500
    with pytest.raises(AmountError):
        parse_minor("500.5", YEN)


def test_a_share_is_read_in_ten_thousandths_of_a_percent():
    assert [parse_share(text) for text in ("33.34", "33.3333", "100", "0")] == [333_400, 333_333, 1_000_000, 0]
    with pytest.raises(AmountError):
        parse_share("33.33333")


def test_fractions_are_read_exactly():
    assert parse_fraction("2.21216") == Fraction(221216, 100000)


@pytest.mark.parametrize(
    ("minor", "western", "lakh"),
    [
        (123456700, "1,234,567.00", "12,34,567.00"),
        (99999, "999.99", "999.99"),
        (100000, "1,000.00", "1,000.00"),
        (10000000, "100,000.00", "1,00,000.00"),
        (1234567890100, "12,345,678,901.00", "12,34,56,78,901.00"),
        (-5, "−0.05", "−0.05"),
        (0, "0.00", "0.00"),
    ],
)
def test_amounts_are_grouped_by_thousands_or_by_lakh_and_crore(minor, western, lakh):
    assert format_minor(minor, PKR) == western
    assert format_minor(minor, PKR, "lakh") == lakh


def test_an_amount_comes_in_pieces_for_the_page():
    parts = display_parts(-1234567, PKR)
    assert (parts.sign, parts.whole, parts.point, parts.decimals) == ("−", "12,345", ".", "67")
    assert str(display_parts(1234567, YEN)) == "1,234,567"


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_the_plain_form_of_an_amount_is_read_back(minor):
    assert parse_minor(plain_minor(minor, PKR), PKR) == minor


def test_fractions_are_written_without_useless_zeros():
    assert decimal_text(Fraction("4.875")) == "4.875"
    assert decimal_text(Fraction(1, 3), most=4) == "0.3333"
    assert decimal_text(Fraction(-2, 3), most=2) == "-0.67"
    assert decimal_text(5, least=2) == "5.00"
    assert decimal_text(Fraction("2.5"), most=0) == "3"


def test_a_split_repeated_in_another_order_gives_the_same_bytes():
    shuffler = random.Random(7)
    rows = [(f"k{number}", shuffler.randrange(1000)) for number in range(500)]
    first = repr(allocate(10**9 + 7, rows))
    shuffler.shuffle(rows)
    assert repr(allocate(10**9 + 7, rows)) == first
