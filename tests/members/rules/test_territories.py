"""The tree of territories with its dates, and written areas."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.rules.territories import area_of, area_written, codes_of, leaves_of, terms, territories, written

CODES = sorted(territories())
LINES = st.lists(st.tuples(st.booleans(), st.sampled_from(CODES)), min_size=1, max_size=8)
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2040, 1, 1))


@pytest.mark.parametrize("text", ["", "586", "2136-", "-0586", "2136 0586", "2136-9999", "٢١٣٦", "2136--0586"])
def test_an_area_is_written_in_known_codes_or_refused(text: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        terms(text)


def test_later_terms_replace_earlier_ones() -> None:
    without = area_written("2136-2106")
    assert not without & area_of("0586")
    assert area_written("2136-2106+0586") == without | area_of("0586")
    assert area_written("0586-2136") == 0


@given(LINES, DAYS)
def test_include_and_exclude_lines_and_what_is_written_of_them_are_the_same_countries(lines, on) -> None:
    area = 0
    for include, code in lines:
        area = area | area_of(code, on) if include else area & ~area_of(code, on)
    if any(include for include, _code in lines):
        assert area_written(written(lines), on) == area
    else:
        with pytest.raises(ValueError, match="included"):
            written(lines)


@given(LINES.filter(lambda lines: any(include for include, _code in lines)), DAYS)
def test_the_leaves_of_an_area_are_its_countries_on_every_day(lines, on) -> None:
    text = written(lines)
    held = {leaf.code for leaf in leaves_of(text) if leaf.belongs_from <= on <= leaf.belongs_until}
    assert held == set(codes_of(area_written(text, on), at_most=1000))


def test_a_country_is_in_a_group_between_its_days() -> None:
    days = [(leaf.belongs_from, leaf.belongs_until) for leaf in leaves_of("2123") if leaf.code == "0826"]
    assert days == [(date(1973, 1, 1), date(2020, 1, 31))]


def test_the_world_holds_every_country_for_ever() -> None:
    countries = [code for code in CODES if not territories()[code].is_group]
    assert [leaf.code for leaf in leaves_of("2136")] == countries
    assert {(leaf.belongs_from.year, leaf.belongs_until.year) for leaf in leaves_of("2136")} == {(1, 9999)}
