"""Worked examples that societies have published (P): tariffs, deductions and splits, reached to the last paisa.

Where a published page rounds on the way and does not add up, the exact value is expected here.
"""

from datetime import date
from fractions import Fraction

import pytest

from cmo_portal.common.money import (
    allocate,
    percent_between,
    percent_of,
    round_half_up,
)
from cmo_portal.common.periods import due_after_days, quarter_of, valid_row
from licensing.rules.tariffs import check_examples
from royalties.rules.deductions import apply_deductions
from royalties.rules.points import (
    amount_at_value,
    concert_points,
    concert_work_points,
    point_value,
    read_concert_rule,
)
from tests.stories.worked import ACCOUNT, Distribution, deductions, fee, minor, percent_of_receipts, tariff

# --- P1: one concert, from ticket to song ----------------------------------------------------------------------------


def test_p1_the_licence_fee_is_a_tenth_of_the_ticket_receipts():
    inputs = [{"name": "visitors", "type": "integer"}, {"name": "price", "type": "money"}]
    factors = [{"input": "visitors"}, {"input": "price"}, {"type": "percent", "constant": "10", "name": "tariff K"}]
    found = fee(tariff(inputs, [{"kind": "product", "factors": factors}]), visitors="1000", price="30.00")
    assert found.steps[1].amount == minor("30000.00")
    assert found.fee == minor("3000.00")


def test_p1_social_and_culture_are_both_taken_on_the_balance_after_administration():
    chain = apply_deductions(minor("3000"), deductions(("ADMIN", "15", 0), ("SOCIAL", "7.5", 1), ("CULTURE", "2.5", 1)))
    assert chain.amounts() == {"ADMIN": minor("450"), "SOCIAL": minor("191.25"), "CULTURE": minor("63.75")}
    assert chain.steps[0].balance == minor("2550")
    assert chain.distributable == minor("2295")


def test_p1_a_song_of_four_minutes_earns_91_80_in_three_equal_parts():
    pool = minor("2295.00")
    value = point_value(pool, 100)
    assert value == minor("22.95")
    shares = [("song", party, share, 0) for party, share in (("R1", "33.34"), ("R2", "33.33"), ("R3", "33.33"))]
    rest = [("rest", "others", "100", 0)]
    run = Distribution(
        {"concert": pool}, [("concert", "song", 4, "song"), ("concert", "rest", 96, "rest")], shares + rest
    )
    assert run.works_total()["song"] == amount_at_value(4, value) == minor("91.80")
    assert [run.payees()[party] for party in ("R1", "R2", "R3")] == [minor("30.60")] * 3
    by_definition = allocate(minor("91.80"), [("R1", 333_400), ("R2", 333_300), ("R3", 333_300)])
    assert set(by_definition.values()) == {minor("30.60")}


# --- P2: concert points ----------------------------------------------------------------------------------------------

TONO, _ = read_concert_rule(
    {
        "round_up_to": "100",
        "minimum_points": "1000",
        "maximum_points": "10000",
        "minimum_concert_minutes": "40",
        "individual_settlement_from_fee": "25000",
    }
)


@pytest.mark.parametrize(
    ("paid", "points"), [(1750, 1800), (670, 1000), (12345, 10000), (1000, 1000), (1001, 1100), (10000, 10000)]
)
def test_p2_the_fee_gives_the_points_in_steps_with_floor_and_cap(paid, points):
    assert concert_points(TONO, Fraction(paid)) == points


def test_p2_a_fee_of_25000_is_settled_on_its_own():
    assert concert_points(TONO, Fraction(25_000)) is None


@pytest.mark.parametrize("minutes", [40, 30])
def test_p2_a_work_of_three_minutes_has_135_points_even_in_a_short_concert(minutes):
    assert concert_work_points(TONO, 1800, Fraction(3), Fraction(minutes)) == 135


def test_p2_the_points_of_a_work_become_money_and_close_over_thirds():
    exact = 135 * Fraction("2.21216") * 100
    assert exact == Fraction("29864.16")
    amount = amount_at_value(135, Fraction("2.21216") * 100)
    assert amount == minor("298.64")
    assert [round_half_up(exact / part) for part in (1, 2, 3)] == [minor("298.64"), minor("149.32"), minor("99.55")]
    thirds = allocate(amount, [("R1", 1), ("R2", 1), ("R3", 1)])
    assert list(thirds.values()) == [minor("99.55"), minor("99.55"), minor("99.54")]


# --- P5: a supplementary run pays late matches out of suspense -------------------------------------------------------


def test_p5_the_closing_suspense_is_the_opening_less_what_was_released():
    opening, released = minor("394302.97"), minor("279326.66")
    assert opening - released == minor("114976.31")
    assert percent_between(released, opening) == Fraction("70.84")


# --- P7: two funds in one payment ------------------------------------------------------------------------------------

TWO_FUNDS = [{"key": "creators", "name": "Creators"}, {"key": "related", "name": "Related rights"}]


def per_unit(unit, creators, related):
    rates = {"creators": creators, "related": related}
    return tariff(
        [{"name": unit, "type": "integer"}], [{"kind": "per_unit", "quantity": unit, "rates": rates}], funds=TWO_FUNDS
    )


@pytest.mark.parametrize(
    ("unit", "rates", "units", "total", "creators", "related"),
    [
        ("seats", ("60000", "60000"), "40", "4800000", "2400000", "2400000"),
        ("seats", ("60000", "60000"), "50", "6000000", "3000000", "3000000"),
        ("seats", ("60000", "60000"), "15", "1800000", "900000", "900000"),
        ("seats", ("60000", "60000"), "100", "12000000", "6000000", "6000000"),
        ("area", ("180000", "180000"), "10", "3600000", "1800000", "1800000"),
        ("area", ("250000", "180000"), "10", "4300000", "2500000", "1800000"),
    ],
)
def test_p7_one_payment_is_kept_apart_for_two_funds(unit, rates, units, total, creators, related):
    found = fee(per_unit(unit, *rates), **{unit: units})
    assert found.fee == minor(total)
    assert dict(found.funds) == {"creators": minor(creators), "related": minor(related)}


def test_p7_a_ticketed_concert_pays_on_sales_and_on_free_tickets():
    inputs = [{"name": "sales", "type": "money"}, {"name": "free_tickets", "type": "money"}]
    parts = [
        {"kind": "percent", "base": "sales", "rates_percent": "2"},
        {"kind": "percent", "base": "free_tickets", "rates_percent": "1"},
    ]
    found = fee(tariff(inputs, parts), sales="500000000", free_tickets="20000000")
    assert [step.amount for step in found.steps] == [minor("10000000"), minor("200000")]
    assert found.fee == minor("10200000")


def test_p7_flat_and_daily_rates_of_the_same_decision():
    bazaar = tariff(
        [{"name": "days", "type": "integer"}], [{"kind": "per_unit", "quantity": "days", "rates": "1500000"}]
    )
    assert fee(bazaar, days="3").fee == minor("4500000")
    assert fee(tariff([], [{"kind": "flat", "rates": "2000000"}])).fee == minor("2000000")


# --- P8: per event by room capacity ----------------------------------------------------------------------------------

CAPACITY = tariff(
    [
        {"name": "capacity", "type": "integer", "minimum": "1"},
        {"name": "dancing", "type": "boolean"},
        {"name": "events", "type": "integer", "default": "1"},
    ],
    [
        {
            "kind": "banded",
            "on": "capacity",
            "mode": "flat",
            "column": "dancing",
            "times": "events",
            "bands": [
                {"up_to": "100", "rates": {"false": "22.06", "true": "44.13"}},
                {"up_to": "300", "rates": {"false": "31.72", "true": "63.49"}},
                {"up_to": "500", "rates": {"false": "66.19", "true": "132.39"}},
                {"rates": {"false": "93.78", "true": "187.55"}},
            ],
        }
    ],
    valid_from="2018-01-01",
    valid_to="2022-12-31",
    examples=[{"answers": {"capacity": "250", "dancing": True, "events": "6"}, "fee": "380.94"}],
)


@pytest.mark.parametrize(
    ("capacity", "dancing", "events", "expected"),
    [
        ("250", True, "6", "380.94"),
        ("1", True, "1", "44.13"),
        ("100", False, "1", "22.06"),
        ("101", False, "1", "31.72"),
        ("300", True, "1", "63.49"),
        ("301", True, "1", "132.39"),
        ("500", False, "1", "66.19"),
        ("501", False, "1", "93.78"),
        ("501", True, "1", "187.55"),
    ],
)
def test_p8_the_room_decides_on_both_sides_of_each_border(capacity, dancing, events, expected):
    assert fee(CAPACITY, capacity=capacity, dancing=dancing, events=events).fee == minor(expected)


def test_p8_the_tariff_proves_itself_by_its_published_example():
    assert check_examples(CAPACITY, ACCOUNT) == []


def test_p8_the_return_of_a_quarter_is_due_thirty_days_after_its_end():
    assert due_after_days(quarter_of(date(2022, 3, 1), first_month=1).end, 30) == date(2022, 4, 30)


# --- P9: dated rates, a flat fee for each session, a surcharge -------------------------------------------------------


def popular(rate, valid_from, valid_to):
    parts = [{"kind": "percent", "base": "receipts", "rates_percent": rate}]
    return tariff([{"name": "receipts", "type": "money"}], parts, valid_from=valid_from, valid_to=valid_to)


@pytest.mark.parametrize(("day", "expected"), [(date(2017, 1, 15), "300.00"), (date(2019, 1, 15), "400.00")])
def test_p9_the_rate_of_the_day_of_the_event_decides(day, expected):
    versions = [popular("3", "1988-01-01", "2018-06-30"), popular("4", "2018-07-01", None)]
    assert fee(valid_row(versions, day), receipts="10000.00").fee == minor(expected)


def test_p9_classical_concerts_pay_a_flat_percentage():
    assert fee(percent_of_receipts("4.8"), receipts="10000.00").fee == minor("480.00")


def test_p9_buskers_pay_for_each_session():
    sessions = tariff(
        [{"name": "sessions", "type": "integer"}], [{"kind": "per_unit", "quantity": "sessions", "rates": "1.47"}]
    )
    assert fee(sessions, sessions="10").fee == minor("14.70")


def test_p9_use_before_the_licence_costs_half_more_in_the_first_year():
    early = {"kind": "surcharge", "percent": "50", "when": {"input": "used_before", "is": True}}
    terms = tariff([{"name": "used_before", "type": "boolean"}], [{"kind": "flat", "rates": "200.00"}], [early])
    found = fee(terms, used_before=True)
    assert (found.steps[-1].amount, found.fee) == (minor("100.00"), minor("300.00"))
    assert fee(terms, used_before=False).fee == minor("200.00")


# --- P10: deductions on one basis, then on the rest ------------------------------------------------------------------


def test_p10_two_deductions_on_the_gross_and_one_on_what_is_left():
    inputs = [{"name": "copies", "type": "integer"}, {"name": "price", "type": "money"}]
    factors = [{"input": "price"}, {"input": "copies"}, {"type": "percent", "constant": "8", "name": "rate"}]
    gross = fee(tariff(inputs, [{"kind": "product", "factors": factors}]), copies="5000", price="5.00").fee
    assert gross == minor("2000.00")
    chain = apply_deductions(gross, deductions(("TAX", "5.5", 0), ("SOCIAL", "1", 0), ("RETAINED", "15", 2)))
    assert chain.amounts() == {"TAX": minor("110"), "SOCIAL": minor("20"), "RETAINED": minor("280.50")}
    assert chain.steps[1].balance == minor("1870")
    assert chain.distributable == minor("1589.50")
    chained = apply_deductions(gross, deductions(("TAX", "5.5", 0), ("SOCIAL", "1", 1)))
    assert chained.distributable != minor("1870")


# --- P11: a chain of factors -----------------------------------------------------------------------------------------


def test_p11_a_chain_of_factors_keeps_its_decimals_to_the_end():
    factors = [{"input": "opening"}] + [{"constant": value, "name": value} for value in ("0.50", "1.3", "0.75")]
    found = fee(
        tariff([{"name": "opening", "type": "money"}], [{"kind": "product", "factors": factors}]), opening="10.00"
    )
    exact = found.steps[3].exact / 100
    assert exact == Fraction("4.875")
    reserve = percent_of(exact, Fraction(10))
    assert (reserve, exact - reserve) == (Fraction("0.4875"), Fraction("4.3875"))
