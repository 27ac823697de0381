"""The tariff engine: every structure and modifier, steps that reproduce the fee, and data that is checked at once."""

import copy
import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.money import Currency
from cmo_portal.common.periods import Period
from cmo_portal.common.ruledata import RuleDataError
from cmo_portal.common.words import plain
from licensing.rules.tariff_answers import answers_as_text, read_answers
from licensing.rules.tariffs import (
    Assessment,
    PeriodNeeded,
    assess,
    assess_answers,
    check_examples,
    replay,
    tariff_from,
)

PKR = Currency("PKR", 2)
YEAR = Period(date(2026, 7, 1), date(2027, 6, 30))

SEATS = {"name": "seats", "type": "integer", "label": "Seats", "unit": "seats", "minimum": "1", "maximum": "5000"}
AREA = {"name": "area", "type": "decimal", "label": "Area", "unit": "m²", "maximum": "100000"}
EVENTS = {"name": "events", "type": "integer", "label": "Events", "unit": "events", "minimum": "1", "default": "1"}
BOX = {"name": "box_office", "type": "money", "label": "Box office"}
ASSOCIATION = {"name": "association", "type": "boolean", "label": "Member of the association"}
CITY = {
    "name": "city",
    "type": "choice",
    "label": "City class",
    "choices": [{"value": "A", "label": "Class A"}, {"value": "B", "label": "Other"}],
}


def data(inputs, components, modifiers=(), **more):
    return {
        "code": "SAMPLE",
        "version": "1",
        "name": "Sample",
        "charged_per": "year",
        "valid_from": "2026-07-01",
        "inputs": list(inputs),
        "components": [{"code": f"C{n}", "name": "Part"} | part for n, part in enumerate(components)],
        "modifiers": [{"code": f"M{n}", "name": "Change"} | part for n, part in enumerate(modifiers)],
    } | more


def fee(terms, answers, period=None):
    tariff = tariff_from(terms, PKR)
    found, complaints = assess_answers(tariff, answers, PKR, period)
    assert complaints == []
    assert replay(found.steps) == found.fee
    assert found.steps == () or found.steps[-1].running == found.fee
    assert sum(part for _, part in found.funds) == found.fee
    return found


def told(found):
    return [plain(step.words, PKR) for step in found.steps]


PER_SEAT = data(
    [SEATS], [{"kind": "per_unit", "quantity": "seats", "rates": "600.00", "rule": "§ 2"}],
    [{"kind": "minimum", "amounts": "12000.00", "rule": "§ 3"}],
)  # fmt: skip


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


def banded(mode, **more):
    bands = [{"up_to": "100", "rates": "10"}, {"up_to": "300", "rates": "8"}, {"rates": "5"}]
    return data([AREA], [{"kind": "banded", "on": "area", "mode": mode, "bands": bands} | more])


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


def changed(*modifiers, inputs=(SEATS,), **more):
    return data(inputs, [{"kind": "per_unit", "quantity": "seats", "rates": "100"}], modifiers, **more)


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

FUNDS = [{"key": "creators", "name": "Creators"}, {"key": "related", "name": "Related rights"}]


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


# --- the whole as data -----------------------------------------------------------------------------------------------


@given(
    st.integers(1, 5000), st.booleans(), st.sampled_from(["A", "B"]), st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.integers(0, 400), st.sampled_from(["half_up", "up", "down"]),
)  # fmt: skip
def test_the_printed_steps_reproduce_every_fee_for_every_fund(seats, member, city, start, days, mode):
    terms = data(
        [SEATS, ASSOCIATION, CITY],
        [{"kind": "per_unit", "quantity": "seats", "rates": {"creators": "33.333", "related": "12.5"}}],
        [
            {"kind": "factor", "input": "city", "factors": {"A": "1.1", "B": "0.7"}},
            {"kind": "proration", "by": "day"},
            {"kind": "discount", "percent": "12.5", "when": {"input": "association", "is": True}},
            {"kind": "minimum", "amounts": {"creators": "100", "related": "50"}},
        ],
        funds=FUNDS,
        rounding={"unit": "1", "mode": mode},
    )
    period = Period(start, date.fromordinal(start.toordinal() + days))
    found = fee(terms, {"seats": str(seats), "association": member, "city": city}, period)
    by_fund = {key: Fraction(0) for key, _ in found.funds}
    for step in found.steps:
        for key, effect in step.effects:
            by_fund[key] += effect
    assert by_fund == dict(found.funds)
    assert Assessment.from_json(json.loads(json.dumps(found.as_json(), sort_keys=True))) == found


def test_answers_are_stored_as_they_are_read():
    tariff = tariff_from(changed(inputs=[SEATS]), PKR)
    answers, _ = read_answers(tariff, {"seats": "40"}, PKR)
    assert answers_as_text(tariff, answers, PKR) == {"seats": "40"}
    money = tariff_from(data([BOX], [{"kind": "percent", "base": "box_office", "rates_percent": "3"}]), PKR)
    answers, _ = read_answers(money, {"box_office": "1250.50"}, PKR)
    assert answers == {"box_office": Fraction(125_050)}
    assert answers_as_text(money, answers, PKR) == {"box_office": "1250.5"}


def test_every_wrong_answer_is_listed():
    inputs = [SEATS, AREA, BOX, ASSOCIATION, CITY, EVENTS | {"name": "days", "maximum": "31"}]
    terms = data(
        inputs,
        [
            {"kind": "per_unit", "quantity": "seats", "rates": "1", "times": "days"},
            {"kind": "per_unit", "quantity": "area", "rates": "1"},
            {"kind": "percent", "base": "box_office", "rates_percent": "1"},
        ],
        [
            {"kind": "factor", "input": "city", "factors": {"A": "1", "B": "1"}},
            {"kind": "discount", "percent": "1", "when": {"input": "association", "is": True}},
        ],
    )
    raw = {
        "seats": "1.5",
        "area": "12.345",
        "box_office": "1e6",
        "association": "maybe",
        "city": "C",
        "days": "32",
        "tables": "4",
    }
    found, complaints = assess_answers(tariff_from(terms, PKR), raw, PKR)
    assert found is None
    assert {complaint.place: plain(complaint.words, PKR) for complaint in complaints} == {
        "seats": "Write a whole number.",
        "area": "Write at most 2 decimals.",
        "box_office": "Write a plain number such as 1250 or 7.5.",
        "association": "Answer yes or no.",
        "city": "Choose one of: A, B.",
        "days": "The most allowed is 31.",
        "tables": "This tariff does not ask for it.",
    }


@pytest.mark.parametrize(
    ("seats", "message"),
    [("0", "The least allowed is 1."), ("", "An answer is needed."), ("-3", "The least allowed is 1.")],
)
def test_an_answer_out_of_bounds_or_missing_is_refused(seats, message):
    _, complaints = assess_answers(tariff_from(PER_SEAT, PKR), {"seats": seats}, PKR)
    assert [plain(complaint.words, PKR) for complaint in complaints] == [message]


def test_the_examples_of_a_tariff_are_its_tests():
    good = {"answers": {"seats": "40"}, "fee": "24000.00", "funds": {"total": "24000.00"}}
    terms = PER_SEAT | {"examples": [good]}
    assert check_examples(tariff_from(terms, PKR), PKR) == []
    wrong = [good | {"fee": "24000.01"}, {"answers": {"seats": "many"}, "fee": "1"}, good | {"funds": {"total": "1"}}]
    complaints = check_examples(tariff_from(PER_SEAT | {"examples": wrong}, PKR), PKR)
    assert [complaint.place for complaint in complaints] == ["examples[0]", "examples[1].seats", "examples[2]"]


# --- data at fault ---------------------------------------------------------------------------------------------------


def faults(terms):
    with pytest.raises(RuleDataError) as refused:
        tariff_from(terms, PKR)
    return [complaint.place for complaint in refused.value.complaints]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"code": None}, "code"),
        ({"colour": "red"}, "colour"),
        ({"charged_per": "century"}, "charged_per"),
        ({"valid_from": "July"}, "valid_from"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
        ({"components": []}, "components"),
        ({"inputs": [SEATS, SEATS]}, "inputs"),
        ({"inputs": [SEATS, AREA]}, "inputs[1]"),
        ({"inputs": [SEATS | {"minimum": "9", "maximum": "8"}]}, "inputs[0].maximum"),
        ({"inputs": [BOX | {"name": "seats"}]}, "components[0].quantity"),
        ({"rounding": {"unit": "0"}}, "rounding.unit"),
        ({"funds": FUNDS}, "components[0].rates"),
        ({"examples": [{"answers": {}, "fee": "1,000"}]}, "examples[0].fee"),
        (
            {"examples": [{"fee": "1", "period": {"start": "2026-07-01", "end": "2026-06-30"}}]},
            "examples[0].period.end",
        ),
    ],
)
def test_a_fault_of_the_whole_is_named_with_its_place(change, place):
    assert place in faults(PER_SEAT | change)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"kind": "magic"}, "components[0].kind"),
        ({"rates": 600}, "components[0].rates"),
        ({"rates": "-1"}, "components[0].rates.total"),
        ({"rates": {"total": "6e2"}}, "components[0].rates.total"),
        ({"quantity": "tables"}, "components[0].quantity"),
        ({"times": "tables"}, "components[0].times"),
        ({"per": "0"}, "components[0].per"),
        ({"when": {"input": "seats", "is": True}}, "components[0].when"),
        ({"when": {"input": "none", "is": True}}, "components[0].when"),
        ({"extra": "1"}, "components[0].extra"),
    ],
)
def test_a_fault_of_a_component_is_named_with_its_place(change, place):
    terms = copy.deepcopy(PER_SEAT)
    terms["components"][0] |= change
    assert place in faults(terms)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"bands": [{"rates": "1"}, {"up_to": "5", "rates": "1"}]}, "components[0].bands"),
        (
            {"bands": [{"up_to": "5", "rates": "1"}, {"up_to": "5", "rates": "2"}, {"rates": "3"}]},
            "components[0].bands",
        ),
        ({"bands": [{"up_to": "5", "rates": "1"}]}, "components[0].bands"),
        ({"above": "pro_rata"}, "components[0].above"),
        ({"column": "area"}, "components[0].column"),
        ({"on": "nothing"}, "components[0].on"),
        ({"mode": "percent_whole"}, "components[0].on"),
    ],
)
def test_a_fault_of_bands_is_named_with_its_place(change, place):
    terms = copy.deepcopy(banded("flat"))
    terms["components"][0] |= change
    assert place in faults(terms)


@pytest.mark.parametrize(("most", "refused"), [("1000", False), ("1000.01", True), (None, True)])
def test_closed_bands_must_reach_the_largest_amount_that_may_be_answered(most, refused):
    bands = [{"up_to": "100", "rates": "5"}, {"up_to": "1000", "rates": "9"}]
    asked = BOX | ({"maximum": most} if most else {})
    terms = data([asked], [{"kind": "banded", "on": "box_office", "mode": "flat", "bands": bands}])
    if refused:
        assert faults(terms) == ["components[0].bands"]
    else:
        found = fee(terms, {"box_office": "1000"})
        assert told(found) == ["1,000.00 Box office lies in the band up to 1,000.00: 9.00"]


def test_every_answer_needs_a_rate_and_every_rate_an_answer():
    bands = [{"rates": {"true": "5", "perhaps": "6"}}]
    part = {"kind": "banded", "on": "area", "mode": "flat", "column": "association", "bands": bands}
    assert faults(data([AREA, ASSOCIATION], [part])) == ["components[0].bands[0].rates"] * 2
    factor = {"kind": "factor", "input": "city", "factors": {"A": "1", "Z": "1"}}
    assert faults(changed(factor, inputs=[SEATS, CITY])) == ["modifiers[0].factors"] * 2


def test_a_condition_that_can_never_hold_is_refused():
    part = {"kind": "discount", "percent": "5", "when": {"input": "city", "is": "Z"}}
    assert faults(changed(part, inputs=[SEATS, CITY])) == ["modifiers[0].when.is"]
    part = {"kind": "discount", "percent": "5", "when": {"input": "association", "is": "yes"}}
    assert faults(changed(part, inputs=[SEATS, ASSOCIATION])) == ["modifiers[0].when.is"]


def test_a_product_needs_exactly_one_amount_of_money_and_a_known_fund():
    part = {"kind": "product", "factors": [{"constant": "3", "name": "three"}], "fund": "nobody"}
    assert faults(data([], [part])) == ["components[0].factors", "components[0].fund"]


def test_a_discount_above_the_whole_is_refused():
    assert faults(changed({"kind": "discount", "percent": "101"})) == ["modifiers[0].percent"]


def test_all_faults_come_back_together():
    terms = {"components": [{"kind": "flat"}], "modifiers": "none", "inputs": [{"type": "choice"}]}
    found = faults(terms)
    assert {"code", "name", "valid_from", "components[0].rates", "modifiers", "inputs[0].choices"} <= set(found)
