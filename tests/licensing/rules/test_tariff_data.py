"""Tariffs as data: answers, stored assessments, published examples, and every fault of a definition at once."""

import copy
import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.periods import Period
from cmo_portal.common.ruledata import RuleDataError
from cmo_portal.common.words import plain
from licensing.rules.tariff_answers import answers_as_text, read_answers
from licensing.rules.tariffs import (
    Assessment,
    assess_answers,
    check_examples,
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
    banded,
    changed,
    data,
    fee,
    told,
)

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
