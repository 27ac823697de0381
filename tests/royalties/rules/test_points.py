"""Points: the bulk weights equal the definition, and a rule reads its parameters or says what is wrong."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.rules.points import (
    LARGEST_WEIGHT,
    ConcertRule,
    LineRule,
    UnknownCode,
    Weighted,
    WeightTooLarge,
    amount_at_value,
    concert_points,
    concert_work_points,
    line_weight,
    line_weights,
    point_value,
    read_concert_rule,
    read_line_rule,
)

RADIO = {
    "formula": "seconds",
    "use_weights": {"feature": "1", "background": "0.5", "jingle": "0.25"},
    "dayparts": [
        {"code": "prime", "weight": "2", "from": "18:00", "to": "23:00"},
        {"code": "night", "weight": "0.5", "from": "23:00", "to": "05:30"},
        {"code": "off", "weight": "1"},
    ],
    "default_use": "feature",
    "default_daypart": "off",
}


def radio(**changes):
    rule, complaints = read_line_rule(RADIO | changes)
    assert complaints == []
    return rule


def test_weights_are_scaled_just_enough_to_be_whole():
    rule = radio()
    assert (rule.use_scale, rule.daypart_scale, rule.scale) == (4, 2, 8)
    assert rule.points(line_weight(rule, 60, 240, rule.use_number("jingle"), rule.daypart_number("prime"))) == 7200


rules = st.builds(
    LineRule,
    formula=st.sampled_from(["seconds", "minutes", "plays"]),
    uses=st.lists(st.fractions(0, 9, max_denominator=40), min_size=1, max_size=4).map(
        lambda found: tuple(Weighted(str(n), weight) for n, weight in enumerate(found))
    ),
    dayparts=st.lists(st.fractions(0, 9, max_denominator=40), min_size=1, max_size=4).map(
        lambda found: tuple(Weighted(str(n), weight) for n, weight in enumerate(found))
    ),
    assumed_seconds=st.integers(0, 300),
)
lines = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 86_400), st.integers(0, 99), st.integers(0, 99)), max_size=20
)


@given(rules, lines)
def test_the_bulk_weights_equal_the_definition_line_by_line(rule, lines):
    rows = [(p, s, u % len(rule.uses), d % len(rule.dayparts)) for p, s, u, d in lines]
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)] or [np.zeros(0, np.int64)] * 4
    try:
        expected = [line_weight(rule, *line) for line in rows]
    except WeightTooLarge:
        with pytest.raises(WeightTooLarge):
            line_weights(rule, *columns)
    else:
        assert line_weights(rule, *columns).tolist() == expected


@given(rules, st.integers(0, 1000), st.integers(0, 5000))
def test_points_are_the_exact_product(rule, plays, seconds):
    duration = seconds or rule.assumed_seconds
    measure = {"seconds": duration, "minutes": -(-duration // 60), "plays": 1}[rule.formula]
    exact = plays * measure * rule.uses[0].weight * rule.dayparts[0].weight
    assert rule.points(line_weight(rule, plays, seconds)) == exact


def test_a_begun_minute_counts_as_whole_under_the_rule_by_minutes():
    rule = LineRule("minutes")
    assert [line_weight(rule, 1, seconds) for seconds in (0, 1, 60, 61)] == [0, 1, 1, 2]


def test_the_flat_rule_counts_plays_alone():
    assert line_weights(LineRule("plays"), np.array([3, 0]), np.array([100, 100])).tolist() == [3, 0]


def test_a_missing_duration_is_assumed_where_the_rule_says_so():
    rule = LineRule("seconds", assumed_seconds=180)
    assert line_weights(rule, np.array([2, 2]), np.array([0, 60])).tolist() == [360, 120]


@pytest.mark.parametrize(("plays", "seconds"), [(-1, 5), (5, -1)])
def test_negative_plays_or_seconds_are_refused(plays, seconds):
    with pytest.raises(ValueError, match="never negative"):
        line_weight(LineRule("seconds"), plays, seconds)
    with pytest.raises(ValueError, match="never negative"):
        line_weights(LineRule("seconds"), np.array([plays]), np.array([seconds]))


def test_a_line_that_is_too_heavy_is_refused_with_its_row_and_never_wraps():
    plays = np.array([1, 2**40, 3])
    with pytest.raises(WeightTooLarge, match="row 1"):
        line_weights(LineRule("seconds"), plays, np.array([5, 2**30, 5]))
    with pytest.raises(WeightTooLarge):
        line_weight(LineRule("seconds"), 2**40, 2**30)


def test_large_values_in_different_lines_do_not_refuse_one_another():
    weights = line_weights(LineRule("seconds"), np.array([2**40, 1]), np.array([1, 2**40]))
    assert weights.tolist() == [2**40, 2**40]
    assert line_weights(LineRule("seconds"), np.array([LARGEST_WEIGHT]), np.array([1])).tolist() == [LARGEST_WEIGHT]


def test_a_use_without_a_weight_falls_to_the_default_or_is_refused():
    assert radio().use_number("unheard of") == 0
    with pytest.raises(UnknownCode, match="unheard of"):
        radio(default_use=None).use_number("unheard of")
    with pytest.raises(UnknownCode):
        line_weights(radio(), np.array([1]), np.array([1]), np.array([-1]), np.array([0]))


def test_the_daypart_of_each_minute_follows_its_hours_across_midnight():
    rule = radio()
    table = rule.daypart_numbers_by_minute()
    prime, night, off = (rule.daypart_number(code) for code in ("prime", "night", "off"))
    wanted = {0: night, 5 * 60 + 29: night, 5 * 60 + 30: off, 18 * 60: prime, 23 * 60 - 1: prime, 23 * 60: night}
    assert {minute: int(table[minute]) for minute in wanted} == wanted


def test_minutes_without_a_daypart_are_marked_when_there_is_no_default():
    rule = radio(default_daypart=None)
    assert int(rule.daypart_numbers_by_minute()[12 * 60]) == -1


def test_every_fault_of_a_line_rule_is_listed():
    _, complaints = read_line_rule(
        {
            "formula": "guess",
            "use_weights": {"a": 1, "b": "-1"},
            "dayparts": [
                {"code": "x", "weight": "1", "from": "25:00", "to": "07:00"},
                {"code": "x", "weight": "one", "from": "7:00"},
            ],
            "default_use": "c",
            "assumed_seconds": "1.5",
            "extra": True,
        }
    )
    assert [complaint.place for complaint in complaints] == [
        "use_weights.a",
        "use_weights.b",
        "dayparts[0].from",
        "dayparts[1].from",
        "dayparts[1].from",
        "dayparts[1].weight",
        "formula",
        "default_use",
        "assumed_seconds",
        "dayparts",
        "extra",
    ]


def test_a_point_value_is_exact_and_rounds_only_the_amount():
    value = point_value(1_000, 3)
    assert value == Fraction(1000, 3)
    assert amount_at_value(2, value) == 667
    assert amount_at_value(3, value) == 1_000


CONCERT, _ = read_concert_rule(
    {
        "round_up_to": "100",
        "minimum_points": "1000",
        "maximum_points": "10000",
        "minimum_concert_minutes": "40",
        "individual_settlement_from_fee": "25000",
    }
)


@pytest.mark.parametrize(
    ("fee", "points"),
    [("0", 1000), ("1000.01", 1100), ("9900.50", 10000), ("24999.99", 10000), ("25000", None), ("99999", None)],
)
def test_concert_points_have_steps_floor_cap_and_an_individual_settlement(fee, points):
    assert concert_points(CONCERT, Fraction(fee)) == points


def test_the_points_of_a_work_are_whole():
    assert concert_work_points(CONCERT, 1000, Fraction(1), Fraction(60)) == 17


def test_a_concert_rule_with_its_floor_above_its_cap_is_refused():
    data = {"round_up_to": "0", "minimum_points": "9", "maximum_points": "8", "minimum_concert_minutes": "40"}
    rule, complaints = read_concert_rule(data)
    assert isinstance(rule, ConcertRule)
    assert [complaint.place for complaint in complaints] == ["round_up_to", "minimum_points"]
