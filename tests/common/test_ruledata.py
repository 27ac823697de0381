"""Reading rule data: every fault is listed with its place, and nothing unknown passes silently."""

from datetime import date
from fractions import Fraction

import pytest

from cmo_portal.common.money import Currency
from cmo_portal.common.ruledata import Reader, RuleDataError

PKR = Currency("PKR", 2)


def places(reader):
    return [complaint.place for complaint in reader.complaints]


def test_good_data_is_read_without_complaint():
    reader = Reader(
        {
            "code": "A",
            "kind": "flat",
            "rate": "7.5",
            "n": "3",
            "price": "0.005",
            "on": True,
            "from": "2026-07-01",
            "name": {"en": "seats", "ur": "نشستیں"},
            "parts": [{"code": "x"}],
            "weights": {"a": "1"},
        }
    )
    assert reader.text("code") == "A"
    assert reader.choice("kind", ("flat", "other")) == "flat"
    assert reader.number("rate") == Fraction("7.5")
    assert reader.integer("n") == 3
    assert reader.amount("price", PKR) == Fraction(1, 2)
    assert reader.flag("on") is True
    assert reader.day("from") == date(2026, 7, 1)
    assert reader.names("name") == (("en", "seats"), ("ur", "نشستیں"))
    assert [part.text("code") for part in reader.records("parts")] == ["x"]
    assert reader.mapping("weights") == {"a": "1"}
    reader.close()
    assert reader.complaints == []


def test_every_fault_is_listed_with_its_place():
    reader = Reader(
        {
            "rate": 7.5,
            "n": "1.5",
            "kind": "odd",
            "from": "1 July",
            "on": "yes",
            "list": [],
            "parts": [{}],
            "name": 3,
            "x": 1,
        }
    )
    reader.text("code")
    reader.number("rate")
    reader.integer("n")
    reader.choice("kind", ("flat",))
    reader.day("from")
    reader.flag("on")
    list(reader.records("list"))
    for part in reader.records("parts"):
        part.number("weight", least=Fraction(0))
    reader.names("name")
    reader.close()
    assert places(reader) == ["code", "rate", "n", "kind", "from", "on", "list", "parts[0].weight", "name", "x"]


@pytest.mark.parametrize("value", ["1e3", "NaN", "", " 5", "5,0", "۵"])
def test_a_number_that_is_no_plain_decimal_is_a_fault(value):
    reader = Reader({"rate": value})
    reader.number("rate")
    assert places(reader) == ["rate"]


def test_a_number_outside_its_bounds_is_a_fault():
    reader = Reader({"low": "-1", "high": "101"})
    reader.number("low", least=Fraction(0))
    reader.number("high", most=Fraction(100))
    assert places(reader) == ["low", "high"]


def test_defaults_stand_in_for_absent_fields():
    reader = Reader({})
    assert reader.text("a", "") == ""
    assert reader.number("b", Fraction(2)) == 2
    assert reader.integer("c", 4) == 4
    assert reader.choice("d", ("x", "y"), "y") == "y"
    assert reader.day("e", needed=False) is None
    assert list(reader.records("f", needed=False)) == []
    assert reader.complaints == []


def test_data_that_is_no_record_is_a_fault():
    assert places(Reader([1, 2])) == [""]
    inner = Reader({"when": "yes"})
    inner.record("when")
    assert places(inner) == ["when"]


def test_the_error_names_every_complaint():
    reader = Reader({})
    reader.text("code")
    reader.text("name")
    with pytest.raises(RuleDataError, match=r"code: This field is needed\.; name: This field is needed\."):
        raise RuleDataError(reader.complaints)
