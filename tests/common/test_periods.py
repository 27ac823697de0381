"""Periods: fiscal years, quarters, labels, duties to a month's end, and validity on a day."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.common.periods import (
    AmbiguouslyValid,
    NotValid,
    Period,
    PeriodError,
    add_months,
    due_after_days,
    due_after_months,
    end_of_month,
    fiscal_year,
    fiscal_year_ending,
    fiscal_year_name,
    month_of,
    non_distributable_after,
    overlapping,
    quarter_number,
    quarter_of,
    quarters,
    valid_row,
    valid_rows,
)

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2090, 12, 31))


@dataclass(frozen=True)
class Rate:
    name: str
    valid_from: date
    valid_to: date | None = None


def test_the_fiscal_year_runs_from_july_to_june():
    year = Period(date(2026, 7, 1), date(2027, 6, 30))
    assert fiscal_year(date(2026, 7, 1)) == fiscal_year(date(2027, 6, 30)) == fiscal_year_ending(2027) == year
    assert fiscal_year_name(year) == "2026–27"


def test_another_society_may_have_the_calendar_year():
    year = fiscal_year(date(2026, 5, 5), first_month=1)
    assert year == Period(date(2026, 1, 1), date(2026, 12, 31)) == fiscal_year_ending(2026, first_month=1)
    assert fiscal_year_name(year) == "2026"


def test_the_name_of_a_year_at_the_turn_of_the_century_keeps_two_digits():
    assert fiscal_year_name(fiscal_year_ending(2000)) == "1999–00"


@given(days, st.integers(1, 12))
def test_every_day_lies_in_its_fiscal_year_quarter_and_month(day, first_month):
    year = fiscal_year(day, first_month)
    quarter = quarter_of(day, first_month)
    assert day in year
    assert day in quarter
    assert day in month_of(day)
    assert quarters(year)[quarter_number(day, first_month) - 1] == quarter


@given(days, st.integers(1, 12))
def test_the_four_quarters_cover_the_year_without_gap_or_overlap(day, first_month):
    year = fiscal_year(day, first_month)
    parts = quarters(year)
    assert sum(part.days for part in parts) == year.days
    assert (parts[0].start, parts[3].end) == (year.start, year.end)


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        (date(2026, 7, 1), date(2026, 9, 30), "Jul–Sep 2026"),
        (date(2026, 7, 1), date(2026, 7, 31), "Jul 2026"),
        (date(2026, 7, 1), date(2027, 6, 30), "Jul 2026–Jun 2027"),
        (date(2026, 7, 3), date(2026, 8, 14), "3 Jul – 14 Aug 2026"),
        (date(2026, 12, 3), date(2027, 1, 2), "3 Dec 2026 – 2 Jan 2027"),
        (date(2026, 7, 3), date(2026, 7, 3), "3 Jul 2026"),
        (date(2028, 2, 1), date(2028, 2, 29), "Feb 2028"),
        (date(2027, 2, 1), date(2027, 2, 27), "1 Feb – 27 Feb 2027"),
    ],
)
def test_a_period_has_a_short_label(start, end, label):
    assert Period(start, end).label() == label


def test_a_label_takes_the_month_names_of_a_language():
    urdu = ("جنوری", "فروری", "مارچ", "اپریل", "مئی", "جون", "جولائی", "اگست", "ستمبر", "اکتوبر", "نومبر", "دسمبر")
    assert Period(date(2026, 7, 1), date(2026, 9, 30)).label(urdu) == "جولائی–ستمبر 2026"


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(PeriodError):
        Period(date(2026, 7, 2), date(2026, 7, 1))


def test_periods_know_their_common_days():
    july = month_of(date(2026, 7, 9))
    late = Period(date(2026, 7, 20), date(2026, 8, 5))
    assert july.common(late) == Period(date(2026, 7, 20), date(2026, 7, 31))
    assert july.common(month_of(date(2026, 8, 1))) is None
    assert july.overlaps(late)


def test_the_months_of_a_period_are_whole():
    found = list(Period(date(2026, 12, 15), date(2027, 2, 1)).months())
    assert [month.label() for month in found] == ["Dec 2026", "Jan 2027", "Feb 2027"]


@pytest.mark.parametrize(
    ("start", "end", "begun"),
    [
        (date(2026, 7, 1), date(2027, 6, 30), 12),
        (date(2026, 1, 15), date(2026, 3, 14), 2),
        (date(2026, 1, 15), date(2026, 3, 15), 3),
        (date(2026, 3, 15), date(2026, 3, 15), 1),
        (date(2026, 1, 31), date(2026, 2, 27), 1),
        (date(2026, 1, 31), date(2026, 2, 28), 2),
    ],
)
def test_begun_months_count_as_whole(start, end, begun):
    assert Period(start, end).months_begun() == begun


def test_adding_months_stops_at_the_end_of_a_short_month():
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2027, 10, 31), 4) == date(2028, 2, 29)
    assert add_months(date(2027, 1, 15), -1) == date(2026, 12, 15)


@given(days)
def test_the_end_of_a_month_is_followed_by_a_first(day):
    assert due_after_days(end_of_month(day), 1).day == 1


def test_duties_in_months_count_to_the_end_of_the_month():
    year_end = date(2027, 6, 30)
    assert due_after_months(year_end, 8) == date(2028, 2, 29)
    assert due_after_months(year_end, 9) == date(2028, 3, 31)
    assert due_after_months(year_end, 12) == date(2028, 6, 30)


def test_duties_in_days_are_calendar_days():
    assert due_after_days(date(2022, 3, 31), 30) == date(2022, 4, 30)


def test_money_is_non_distributable_three_years_after_its_fiscal_year():
    assert non_distributable_after(date(2026, 9, 1), 3) == date(2030, 6, 30)
    assert non_distributable_after(date(2027, 6, 30), 3) == date(2030, 6, 30)
    assert non_distributable_after(date(2027, 7, 1), 3) == date(2031, 6, 30)


OLD = Rate("old", date(2020, 1, 1), date(2024, 6, 30))
NEW = Rate("new", date(2024, 7, 1))


@pytest.mark.parametrize(
    ("day", "name"), [(date(2024, 6, 30), "old"), (date(2024, 7, 1), "new"), (date(2099, 1, 1), "new")]
)
def test_the_row_that_is_valid_on_a_day_is_found(day, name):
    assert valid_row([NEW, OLD], day).name == name


def test_a_day_before_all_rows_is_refused_by_name():
    with pytest.raises(NotValid):
        valid_row([OLD, NEW], date(2019, 12, 31))


def test_two_rows_on_one_day_are_refused_by_name():
    with pytest.raises(AmbiguouslyValid):
        valid_row([OLD, Rate("also", date(2022, 1, 1))], date(2023, 1, 1))


def test_valid_rows_come_oldest_first():
    also = Rate("also", date(2010, 1, 1))
    assert [row.name for row in valid_rows([OLD, also], date(2023, 1, 1))] == ["also", "old"]


def test_overlapping_validity_is_found_behind_a_long_row_too():
    long = Rate("long", date(2000, 1, 1), date(2030, 1, 1))
    assert overlapping([OLD, NEW]) == []
    assert [(a.name, b.name) for a, b in overlapping([long, OLD, NEW])] == [("long", "old"), ("long", "new")]
    assert len(overlapping([NEW, Rate("later", date(2025, 1, 1))])) == 1
