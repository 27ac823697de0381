"""Deductions: declared order, declared basis, whole minor units, ceilings, and figures that explain themselves."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.money import Currency, allocate
from cmo_portal.common.words import plain
from royalties.rules.deductions import (
    Deduction,
    DeductionsExceedAmount,
    apply_deductions,
    read_deductions,
    split_deductions,
)

PKR = Currency("PKR", 2)


def deduction(order, rate, basis=0, code="", ceiling=None):
    return Deduction(order, code or f"D{order}", Fraction(rate), basis, "other", ceiling and Fraction(ceiling))


def test_a_chain_keeps_the_balance_after_each_step():
    result = apply_deductions(300_000, [deduction(1, "15"), deduction(2, "7.5", 1), deduction(3, "2.5", 1)])
    assert [(step.basis, step.amount, step.balance) for step in result.steps] == [
        (300_000, 45_000, 255_000),
        (255_000, 19_125, 235_875),
        (255_000, 6_375, 229_500),
    ]
    assert result.distributable == 229_500


def test_two_deductions_on_one_basis_are_not_the_same_as_chained_ones():
    side_by_side = apply_deductions(200_000, [deduction(1, "5.5"), deduction(2, "1")])
    chained = apply_deductions(200_000, [deduction(1, "5.5"), deduction(2, "1", 1)])
    assert (side_by_side.distributable, chained.distributable) == (187_000, 187_110)


def test_the_order_of_the_rows_does_not_matter():
    rows = [deduction(2, "5", 1), deduction(1, "20")]
    assert apply_deductions(99_999, rows) == apply_deductions(99_999, rows[::-1])


def test_half_a_paisa_is_rounded_up_and_the_exact_figure_is_kept():
    step = apply_deductions(1_005, [deduction(1, "10")]).steps[0]
    assert (step.exact, step.amount) == (Fraction(201, 2), 101)


@given(st.integers(0, 10**14), st.lists(st.integers(0, 3000), max_size=5))
def test_opening_is_always_steps_plus_distributable_and_a_reversal_mirrors(opening, hundredths):
    rows = [deduction(n + 1, Fraction(rate, 100), n) for n, rate in enumerate(hundredths)]
    result = apply_deductions(opening, rows)
    assert opening == sum(step.amount for step in result.steps) + result.distributable
    reversed_result = apply_deductions(-opening, rows)
    assert [step.amount for step in reversed_result.steps] == [-step.amount for step in result.steps]
    assert reversed_result.distributable == -result.distributable


def test_without_deductions_everything_is_distributable():
    assert apply_deductions(500, []).distributable == 500


def test_deductions_that_take_more_than_there_is_are_refused():
    with pytest.raises(DeductionsExceedAmount):
        apply_deductions(1000, [deduction(1, "60"), deduction(2, "60")])


@pytest.mark.parametrize(
    "rows", [[deduction(1, "5"), deduction(1, "6")], [deduction(1, "5", 2)], [deduction(1, "5", 1)]]
)
def test_an_order_or_basis_that_leads_nowhere_is_refused(rows):
    with pytest.raises(ValueError, match="order and basis"):
        apply_deductions(1000, rows)


def test_a_step_says_what_it_did():
    steps = apply_deductions(300_000, [deduction(1, "15", code="ADMIN"), deduction(2, "7.5", 1, "SOCIAL")]).steps
    assert plain(steps[0].words, PKR) == "ADMIN: 15% of the opening amount 3,000.00 = 450.00"
    assert plain(steps[1].words, PKR) == "SOCIAL: 7.5% of 2,550.00 (the balance after step 1) = 191.25"


def row(order, **changes):
    data = {
        "order": str(order),
        "code": f"D{order}",
        "rate_percent": "10",
        "basis_after_order": "0",
        "purpose": "administration",
    }
    return data | changes


def test_good_data_gives_the_deductions_in_their_order():
    data = {"deductions": [row(2, basis_after_order="1", ceiling_percent="10", resolution="GA 3/2026"), row(1)]}
    deductions, complaints = read_deductions(data)
    assert complaints == []
    assert [entry.order for entry in deductions] == [1, 2]
    assert deductions[1].ceiling == 10
    assert deductions[1].resolution == "GA 3/2026"
    assert not deductions[1].above_ceiling


def test_every_fault_of_the_data_is_listed():
    data = {
        "deductions": [
            row(1, rate_percent="101"),
            row(1, code="TWIN"),
            row(3, code="D1", basis_after_order="4"),
            row(4, rate_percent="12", ceiling_percent="10", purpose="beer"),
            row(5, rate_percent=7.5, colour="red"),
        ]
    }
    _, complaints = read_deductions(data)
    assert sorted(complaint.place for complaint in complaints) == [
        "deductions[0].rate_percent",
        "deductions[1].order",
        "deductions[2].basis_after_order",
        "deductions[2].code",
        "deductions[3].purpose",
        "deductions[3].rate_percent",
        "deductions[4].colour",
        "deductions[4].rate_percent",
    ]


@given(
    st.lists(st.integers(0, 10**12), max_size=6),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 1000), min_size=1),
)
def test_what_sections_bear_adds_up_by_section_as_at_the_freeze_and_by_deduction(amounts, weights):
    parts = split_deductions(amounts, list(weights.items()))
    assert {code: sum(own) for code, own in parts.items()} == allocate(sum(amounts), list(weights.items()))
    assert [sum(own[place] for own in parts.values()) for place in range(len(amounts))] == amounts
