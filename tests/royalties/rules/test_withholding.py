"""Withholding: the rate of the payment date, once on the paid total, half up."""

from datetime import date
from fractions import Fraction

import pytest

from cmo_portal.common.money import Currency
from cmo_portal.common.words import plain
from royalties.rules.withholding import NoWithholdingRate, WithholdingRate, rate_on, read_withholding, withhold

RATES = [
    WithholdingRate("resident_active", Fraction(10), date(2019, 7, 1), date(2024, 6, 30), "153"),
    WithholdingRate("resident_active", Fraction(15), date(2024, 7, 1), None, "153B"),
    WithholdingRate("resident_not_active", Fraction(30), date(2024, 7, 1), None, "153B"),
]


@pytest.mark.parametrize(("paid_on", "rate"), [(date(2024, 6, 30), 10), (date(2024, 7, 1), 15)])
def test_the_rate_of_the_payment_date_decides(paid_on, rate):
    assert rate_on(RATES, "resident_active", paid_on).rate == rate


@pytest.mark.parametrize(("paid", "withheld"), [(0, 0), (3, 0), (4, 1), (10, 2), (218_075, 32_711)])
def test_the_tax_is_rounded_half_up_and_leaves_the_net(paid, withheld):
    result = withhold(paid, RATES, "resident_active", date(2026, 9, 30))
    assert (result.withheld, result.net) == (withheld, paid - withheld)


@pytest.mark.parametrize(
    ("tax_class", "day"), [("unheard_of", date(2026, 1, 1)), ("resident_not_active", date(2020, 1, 1))]
)
def test_a_payment_without_a_rate_is_refused(tax_class, day):
    with pytest.raises(NoWithholdingRate, match=tax_class):
        withhold(100, RATES, tax_class, day)


def test_two_rates_on_one_day_are_refused():
    with pytest.raises(NoWithholdingRate):
        rate_on(
            [*RATES, WithholdingRate("resident_active", Fraction(9), date(2025, 1, 1))],
            "resident_active",
            date(2026, 1, 1),
        )


def test_a_negative_payment_is_refused():
    with pytest.raises(ValueError, match="never negative"):
        withhold(-1, RATES, "resident_active", date(2026, 1, 1))


def test_the_reckoning_is_told():
    told = plain(withhold(218_075, RATES, "resident_active", date(2026, 9, 30)).words, Currency("PKR", 2))
    assert told == "15% of 2,180.75 for resident_active on 2026-09-30 (153B) = 327.11"


def test_the_rates_of_a_rule_version_have_its_validity():
    entry = {"tax_class": "resident_active", "rate_percent": "15", "section": "153B", "source": "card of 2025"}
    rates, complaints = read_withholding({"rates": [entry]}, date(2025, 7, 1), None)
    assert complaints == []
    assert rates == (WithholdingRate("resident_active", Fraction(15), date(2025, 7, 1), None, "153B", "card of 2025"),)


def test_every_fault_of_the_rates_is_listed():
    entries = [
        {"tax_class": "a", "rate_percent": "101", "source": "x"},
        {"tax_class": "a", "rate_percent": "5"},
        {"rate_percent": 5, "source": "x", "colour": "red"},
    ]
    _, complaints = read_withholding({"rates": entries}, date(2025, 7, 1), None)
    assert sorted(complaint.place for complaint in complaints) == [
        "rates[0].rate_percent",
        "rates[1].source",
        "rates[1].tax_class",
        "rates[2].colour",
        "rates[2].rate_percent",
        "rates[2].tax_class",
    ]
    assert read_withholding({}, date(2025, 7, 1), None)[1][0].place == "rates"
