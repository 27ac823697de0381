"""Dates, times and durations: one rule a column, exact to the second, refused where the rule does not fit."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.tables.errors import ValueRefused
from cmo_portal.common.values import (
    DateOrder,
    DurationUnit,
    guess_date_order,
    guess_duration_unit,
    parse_date,
    parse_duration,
    parse_time,
)

MARCH_4 = dt.date(2026, 3, 4)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-03-04", DateOrder.DMY),
        ("2026-03-04", DateOrder.YMD),
        ("20260304", DateOrder.DMY),
        ("04/03/2026", DateOrder.DMY),
        ("4.3.2026", DateOrder.DMY),
        ("03/04/2026", DateOrder.MDY),
        ("4 March 2026", DateOrder.MDY),
        ("4-Mar-2026", DateOrder.DMY),
        ("4th March, 2026", DateOrder.DMY),
        ("Mar 4, 2026", DateOrder.DMY),
        ("۲۰۲۶-۰۳-۰۴", DateOrder.YMD),
        ("2026-03-04T10:11:12Z", DateOrder.YMD),
        ("2026-03-04 10:11", DateOrder.YMD),
        ("04/03/2026 10:11 PM", DateOrder.DMY),
    ],
)
def test_a_date_is_read_in_the_order_of_its_column(text, order):
    assert parse_date(text, order) == MARCH_4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank"),
        ("31/02/2026", "no-date"),
        ("2026-13-01", "no-date"),
        ("04/03/26", "short-year"),
        ("45000", "no-date"),
        ("March 2026", "no-date"),
        ("4 Foo 2026", "no-date"),
        ("0001-01-01", "no-date"),
        ("9999-01-01", "no-date"),
        ("2026-03-04x", "no-date"),
        ("५-3-2026", "no-date"),
    ],
)
def test_a_date_outside_the_rule_is_refused(text, code):
    with pytest.raises(ValueRefused) as refusal:
        parse_date(text, DateOrder.DMY)
    assert refusal.value.code == code


def test_short_years_are_read_where_the_column_is_said_to_use_them():
    assert parse_date("04/03/26", DateOrder.DMY, short_years=True) == MARCH_4


@pytest.mark.parametrize(
    ("values", "order", "certain"),
    [
        (["03/04/2026", "13/04/2026"], DateOrder.DMY, True),
        (["03/04/2026", "04/13/2026"], DateOrder.MDY, True),
        (["03/04/2026", "05/06/2026"], DateOrder.DMY, False),
        (["03/03/2026"], DateOrder.DMY, True),
        (["2026-03-04", "2026-03-05"], DateOrder.DMY, True),
        ([], DateOrder.DMY, False),
    ],
)
def test_a_day_above_twelve_anywhere_settles_the_order_of_the_whole_column(values, order, certain):
    guess = guess_date_order(values)
    assert (guess.order, guess.certain, guess.unread) == (order, certain, 0)


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2199, 12, 31)))
def test_every_date_comes_back_in_each_order(day):
    assert parse_date(day.isoformat(), DateOrder.YMD) == day
    assert parse_date(day.strftime("%d/%m/%Y"), DateOrder.DMY) == day
    assert parse_date(day.strftime("%m/%d/%Y"), DateOrder.MDY) == day


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [
        ("3:45", DurationUnit.CLOCK, 225),
        ("03:45", DurationUnit.CLOCK, 225),
        ("75:30", DurationUnit.CLOCK, 4530),
        ("1:02:03", DurationUnit.CLOCK, 3723),
        ("00:03:45.5", DurationUnit.CLOCK, 226),
        ("۳:۴۵", DurationUnit.CLOCK, 225),
        ("225", DurationUnit.SECONDS, 225),
        ("225.4", DurationUnit.SECONDS, 225),
        ("225.5", DurationUnit.SECONDS, 226),
        ("225000", DurationUnit.MILLISECONDS, 225),
        ("3.75", DurationUnit.MINUTES, 225),
        ("0.00260416666666667", DurationUnit.DAYS, 225),
        ("PT3M45S", DurationUnit.ISO, 225),
        ("PT225S", DurationUnit.ISO, 225),
        ("PT0H3M44.5S", DurationUnit.ISO, 225),
        ("P1DT1S", DurationUnit.ISO, 86401),
        ("PT0H0M0S", DurationUnit.ISO, 0),
        ("3m 45s", DurationUnit.SPOKEN, 225),
        ("3 min 45 sec", DurationUnit.SPOKEN, 225),
        ("6m 7sec", DurationUnit.SPOKEN, 367),
        ("1 hour 2 minutes", DurationUnit.SPOKEN, 3720),
    ],
)
def test_a_duration_is_read_to_whole_seconds_in_the_unit_of_its_column(text, unit, seconds):
    assert parse_duration(text, unit) == seconds


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("", DurationUnit.CLOCK, "blank"),
        ("3:75", DurationUnit.CLOCK, "no-duration"),
        ("1:75:00", DurationUnit.CLOCK, "no-duration"),
        ("225", DurationUnit.CLOCK, "no-duration"),
        ("-5", DurationUnit.SECONDS, "no-duration"),
        ("3:45", DurationUnit.SECONDS, "no-duration"),
        ("1e3", DurationUnit.SECONDS, "no-duration"),
        ("P", DurationUnit.ISO, "no-duration"),
        ("PT", DurationUnit.ISO, "no-duration"),
        ("225", DurationUnit.ISO, "no-duration"),
        ("minutes", DurationUnit.SPOKEN, "no-duration"),
        ("999999", DurationUnit.SECONDS, "too-long"),
        ("1" * 80, DurationUnit.SECONDS, "number-too-long"),
    ],
)
def test_a_duration_outside_the_rule_is_refused(text, unit, code):
    with pytest.raises(ValueRefused) as refusal:
        parse_duration(text, unit)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        (["3:45", "4:01", "5:59"], DurationUnit.CLOCK),
        (["225", "241", "359"], DurationUnit.SECONDS),
        (["225000", "241000"], DurationUnit.MILLISECONDS),
        (["3.75", "4.01"], DurationUnit.MINUTES),
        (["0.002604", "0.00279"], DurationUnit.DAYS),
        (["PT3M", "PT4M1S"], DurationUnit.ISO),
        (["3m 45s"], DurationUnit.SPOKEN),
        (["soon", "later"], None),
        ([], None),
    ],
)
def test_the_unit_of_a_column_is_guessed_from_lengths_that_music_has(values, unit):
    assert guess_duration_unit(values) is unit


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:00", 0), ("18:05", 65100), ("18:05:30", 65130), ("25:30", 91800), ("6:05 PM", 65100), ("12:00 am", 0)],
)
def test_a_time_counts_from_the_start_of_the_broadcast_day(text, seconds):
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["", "18", "36:00", "18:60", "13:00 PM", "18h05", "-1:00"])
def test_a_time_outside_the_rule_is_refused(text):
    with pytest.raises(ValueRefused):
        parse_time(text)


@given(st.text(max_size=70), st.sampled_from(list(DurationUnit)), st.sampled_from(list(DateOrder)))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text, unit, order):
    for read in (lambda: parse_duration(text, unit), lambda: parse_date(text, order), lambda: parse_time(text)):
        try:
            assert read() is not None
        except ValueRefused as refusal:
            assert refusal.code


@given(st.integers(min_value=0, max_value=359999))
def test_every_clock_duration_comes_back(seconds):
    written = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    assert parse_duration(written, DurationUnit.CLOCK) == seconds
