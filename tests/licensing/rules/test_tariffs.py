"""The tariff engine: every structure, modifier and fund, with steps that reproduce the fee."""

from datetime import date
from fractions import Fraction

import pytest

from cmo_portal.common.periods import Period
from licensing.rules.tariffs import (
    PeriodNeeded,
    assess,
    assess_answers,
    tariff_from,
)
from tests.licensing.rules.tariff_bench import (
    AREA,
    ASSOCIATION,
    BOX,
    CITY,
    EVENTS,
    FUNDS,
    PER_SEAT,
    PKR,
    SEATS,
    YEAR,
    banded,
    changed,
    data,
    fee,
    told,
)

# --- structures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seats", "expected"), [("1", 1_200_000), ("20", 1_200_000), ("21", 1_260_000), ("40", 2_400_000)]
)
def test_seats_are_charged_each_with_a_minimum(seats, expected):
    assert fee(PER_SEAT, {"seats": seats}).fee == expected


def test_every_step_is_told_with_its_rule():
    found = fee(PER_SEAT, {"seats": "15"})
    assert told(found) == ["15 seats × 600.00", "At least 12,000.00"]
    assert [(step.amount, step.running, step.rule) for step in found.steps] == [
        (900_000, 900_000, "§ 2"),
        (300_000, 1_200_000, "§ 3"),
    ]


@pytest.mark.parametrize(
    ("mode", "area", "expected"),
    [
        ("flat", "0", 1000),
        ("flat", "100", 1000),
        ("flat", "100.01", 800),
        ("flat", "300", 800),
        ("flat", "99999", 500),
        ("unit_whole", "100", 100_000),
        ("unit_whole", "200", 160_000),
        ("unit_whole", "400.5", 200_250),
        ("unit_marginal", "0", 0),
        ("unit_marginal", "100", 100_000),
        ("unit_marginal", "200", 180_000),
        ("unit_marginal", "400.5", 310_250),
    ],
)
def test_bands_by_area_are_read_on_both_sides_of_their_borders(mode, area, expected):
    assert fee(banded(mode), {"area": area}).fee == expected


def test_a_marginal_fee_is_told_band_by_band():
    assert told(fee(banded("unit_marginal"), {"area": "400"})) == ["100 m² × 10.00", "200 m² × 8.00", "100 m² × 5.00"]


def test_flat_bands_tell_which_band_it_is():
    assert told(fee(banded("flat"), {"area": "50"})) == ["50 m² lies in the band up to 100: 10.00"]
    assert told(fee(banded("flat"), {"area": "500"})) == ["500 m² lies in the band above 300: 5.00"]


def test_above_the_last_band_the_fee_may_go_on_in_proportion():
    bands = [{"up_to": "5000", "rates": "5000"}, {"up_to": "20000", "rates": "30000"}]
    terms = data([AREA], [{"kind": "banded", "on": "area", "mode": "flat", "bands": bands, "above": "pro_rata"}])
    assert fee(terms, {"area": "20000"}).fee == 3_000_000
    found = fee(terms, {"area": "25000"})
    assert found.fee == 3_750_000
    assert told(found) == ["25,000 m² is above the last band: 30,000.00 × 25,000 ÷ 20,000"]


@pytest.mark.parametrize(("mode", "expected"), [("percent_whole", 40_000_00), ("percent_marginal", 50_000_00)])
def test_a_percentage_of_box_office_may_be_banded(mode, expected):
    bands = [{"up_to": "1000000", "rates": "3"}, {"rates": "2"}]
    terms = data([BOX], [{"kind": "banded", "on": "box_office", "mode": mode, "bands": bands}])
    assert fee(terms, {"box_office": "2000000.00"}).fee == expected


def test_a_percentage_of_box_office_has_a_minimum():
    terms = data(
        [BOX],
        [{"kind": "percent", "base": "box_office", "rates_percent": "3"}],
        [{"kind": "minimum", "amounts": "2500"}],
    )
    assert fee(terms, {"box_office": "5000000.00"}).fee == 15_000_000
    assert fee(terms, {"box_office": "0"}).fee == 250_000


def test_a_flat_fee_is_charged_for_each_event():
    terms = data([EVENTS], [{"kind": "flat", "rates": "1500.00", "times": "events"}])
    found = fee(terms, {"events": "3"})
    assert found.fee == 450_000
    assert told(found) == ["Fixed amount 1,500.00 × 3 events"]
    assert fee(terms, {}).fee == 150_000


def test_quantities_may_be_charged_by_begun_tens():
    part = {"kind": "per_unit", "quantity": "area", "rates": "50", "per": "10"}
    assert fee(data([AREA], [part | {"started": True}]), {"area": "40.5"}).fee == 25_000
    found = fee(data([AREA], [part]), {"area": "40.5"})
    assert found.fee == 20_250
    assert told(found) == ["40.5 m², charged in units of 10: 4.05", "4.05 × 50.00"]


def test_a_product_of_factors_is_told_factor_by_factor():
    inputs = [
        {"name": "price", "type": "money", "label": "ticket price"},
        {"name": "visitors", "type": "integer", "label": "visitors a day"},
        {"name": "music", "type": "percent", "label": "music use", "maximum": "100"},
    ]
    factors = [
        {"input": "visitors"},
        {"type": "percent", "constant": "1.3", "name": "rate"},
        {"input": "price"},
        {"constant": "300", "name": "days"},
        {"input": "music"},
    ]
    found = fee(
        data(inputs, [{"kind": "product", "factors": factors}]), {"price": "25000", "visitors": "10", "music": "40"}
    )
    assert found.fee == 39_000_000
    assert told(found) == [
        "25,000.00 ticket price",
        "× 10 visitors a day = 250,000.00",
        "× 1.3% rate = 3,250.00",
        "× 300 days = 975,000.00",
        "× 40% music use = 390,000.00",
    ]
    assert [step.kind for step in found.steps] == ["working"] * 4 + ["component"]


def test_a_component_may_depend_on_an_answer():
    karaoke = {"name": "karaoke", "type": "boolean", "label": "Karaoke"}
    terms = data(
        [SEATS, karaoke],
        [
            {"kind": "per_unit", "quantity": "seats", "rates": "100"},
            {"kind": "flat", "rates": "5000", "when": {"input": "karaoke", "is": True}},
        ],
    )
    assert fee(terms, {"seats": "10", "karaoke": "false"}).fee == 100_000
    assert fee(terms, {"seats": "10", "karaoke": True}).fee == 600_000
    assert fee(terms, {"seats": "10"}).fee == 100_000


# --- modifiers -------------------------------------------------------------------------------------------------------


def test_modifiers_work_in_their_declared_order():
    discount = {"kind": "discount", "percent": "50"}
    minimum = {"kind": "minimum", "amounts": "800"}
    assert fee(changed(discount, minimum), {"seats": "10"}).fee == 80_000
    assert fee(changed(minimum, discount), {"seats": "10"}).fee == 50_000


def test_a_maximum_cuts_the_fee():
    assert fee(changed({"kind": "maximum", "amounts": "750"}), {"seats": "10"}).fee == 75_000


def test_percentages_may_refer_to_the_basic_fee():
    first = {"kind": "discount", "percent": "10"}
    assert fee(changed(first, {"kind": "discount", "percent": "10"}), {"seats": "10"}).fee == 81_000
    assert fee(changed(first, {"kind": "discount", "percent": "10", "of": "basic"}), {"seats": "10"}).fee == 80_000


def test_a_surcharge_and_a_discount_apply_on_their_condition_only():
    terms = changed(
        {"kind": "surcharge", "percent": "50", "when": {"input": "association", "is": False}},
        {"kind": "discount", "amounts": "200", "when": {"input": "association", "is": True}},
        inputs=[SEATS, ASSOCIATION],
    )
    member, other = fee(terms, {"seats": "10", "association": True}), fee(terms, {"seats": "10", "association": False})
    assert (member.fee, other.fee) == (80_000, 150_000)
    assert told(member)[1:] == ["Fixed amount -200.00"]
    assert told(other)[1:] == ["50% of 1,000.00"]


def test_a_discount_never_makes_a_fee_negative():
    assert fee(changed({"kind": "discount", "amounts": "5000"}), {"seats": "10"}).fee == 0


def test_a_factor_belongs_to_an_answer():
    terms = changed({"kind": "factor", "input": "city", "factors": {"A": "1", "B": "0.75"}}, inputs=[SEATS, CITY])
    assert fee(terms, {"seats": "10", "city": "A"}).fee == 100_000
    found = fee(terms, {"seats": "10", "city": "B"})
    assert found.fee == 75_000
    assert told(found)[-1] == "Other: × 0.75"


@pytest.mark.parametrize(
    ("by", "period", "expected"),
    [
        ("month", YEAR, 100_000),
        ("month", Period(date(2027, 3, 15), date(2027, 6, 30)), 33_333),
        ("month", Period(date(2027, 6, 1), date(2027, 6, 30)), 8_333),
        ("day", YEAR, 100_000),
        ("day", Period(date(2026, 7, 1), date(2026, 7, 31)), 8_493),
        ("day", Period(date(2027, 7, 1), date(2027, 7, 31)), 8_470),
    ],
)
def test_a_part_of_a_year_is_charged_by_begun_months_or_by_days(by, period, expected):
    assert fee(changed({"kind": "proration", "by": by}), {"seats": "10"}, period).fee == expected


def test_a_proration_without_a_period_is_refused():
    tariff = tariff_from(changed({"kind": "proration", "by": "month"}), PKR)
    assert tariff.needs_period
    found, complaints = assess_answers(tariff, {"seats": "10"}, PKR)
    assert found is None
    assert [complaint.place for complaint in complaints] == ["period"]
    with pytest.raises(PeriodNeeded):
        assess(tariff, {"seats": Fraction(10)})


@pytest.mark.parametrize(("mode", "expected"), [("half_up", 33_300), ("up", 33_400), ("down", 33_300)])
def test_the_fee_is_rounded_once_to_the_unit_of_the_tariff(mode, expected):
    terms = changed({"kind": "proration", "by": "month"}, rounding={"unit": "1.00", "mode": mode})
    found = fee(terms, {"seats": "10"}, Period(date(2027, 3, 1), date(2027, 6, 30)))
    assert found.fee == expected
    assert found.steps[-1].kind == "rounding"


# --- funds -----------------------------------------------------------------------------------------------------------


def test_a_fee_for_two_funds_is_split_by_their_own_rates():
    terms = data(
        [AREA], [{"kind": "per_unit", "quantity": "area", "rates": {"creators": "250", "related": "180"}}], funds=FUNDS
    )
    found = fee(terms, {"area": "10"})
    assert (found.fee, found.funds) == (430_000, (("creators", 250_000), ("related", 180_000)))


def test_each_fund_has_its_own_minimum():
    terms = data(
        [AREA],
        [{"kind": "per_unit", "quantity": "area", "rates": {"creators": "100", "related": "10"}}],
        [{"kind": "minimum", "amounts": {"creators": "60", "related": "60"}}],
        funds=FUNDS,
    )
    assert fee(terms, {"area": "1"}).funds == (("creators", 10_000), ("related", 6_000))


def test_an_odd_paisa_of_two_funds_goes_by_largest_remainder():
    terms = data(
        [AREA],
        [{"kind": "per_unit", "quantity": "area", "rates": {"creators": "0.01", "related": "0.01"}}],
        [{"kind": "discount", "percent": "50"}],
        funds=FUNDS,
    )
    found = fee(terms, {"area": "1"})
    assert (found.fee, found.funds) == (1, (("creators", 1), ("related", 0)))


@pytest.mark.parametrize(
    ("counts", "answer", "last", "fits"),
    [
        ("days", "1", 1, True),
        ("days", "3", 3, True),
        ("days", "1", 2, False),
        ("days", "1", 31, False),
        ("days", "5", 2, False),
        ("shows", "1", 1, True),
        ("shows", "1", 2, True),  # it may end after midnight
        ("shows", "1", 3, False),
        ("shows", "30", 31, True),
    ],
)
def test_an_answer_that_counts_days_or_shows_fits_the_days_of_the_licence(counts, answer, last, fits):
    asked = {"name": "number", "type": "integer", "label": "Number", "minimum": "1", "counts": counts}
    terms = data(
        [asked], [{"kind": "per_unit", "quantity": "number", "rates": "100.00", "rule": "§ 1"}], charged_per="event"
    )
    period = Period(date(2026, 12, 1), date(2026, 12, last))
    found, complaints = assess_answers(tariff_from(terms, PKR), {"number": answer}, PKR, period)
    assert (found is not None) is fits
    assert [complaint.place for complaint in complaints] == ([] if fits else ["number"])
