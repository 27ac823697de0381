"""Areas beside each other: the countries of an area are those that are taken away and those that are left."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.rules.territories import area_written, written
from works.rules.areas import covers, meets, without

DAY = dt.date(2026, 11, 22)
WORLD, PAKISTAN, INDIA, EUROPE, UNION = "2136", "0586", "0356", "2120", "2123"
lines = st.lists(st.tuples(st.booleans(), st.sampled_from([WORLD, PAKISTAN, INDIA, EUROPE, "0826"])), max_size=3)
areas = st.tuples(st.sampled_from([WORLD, PAKISTAN, EUROPE]), lines).map(
    lambda found: written([(True, found[0]), *found[1]])
)


@pytest.mark.parametrize(
    ("area", "taken", "left"),
    [
        (WORLD, PAKISTAN, "2136-0586"),
        (WORLD, "0586+0356", "2136-0586-0356"),
        ("2136-0356", PAKISTAN, "2136-0356-0586"),
        (WORLD, "2136-0586", PAKISTAN),
        (PAKISTAN, WORLD, ""),
        (PAKISTAN, PAKISTAN, ""),
    ],
)
def test_what_is_left_is_written_as_people_would(area: str, taken: str, left: str) -> None:
    assert without(area, taken) == left


def test_a_group_covers_the_countries_that_belong_to_it_on_the_day() -> None:
    assert covers(UNION, "0826", dt.date(2015, 1, 1)) and not covers(UNION, "0826", DAY)
    assert covers(WORLD, "2136-0586", DAY) and not covers("2136-0586", WORLD, DAY)


@given(areas, areas)
def test_what_is_taken_and_what_is_left_make_the_area(area: str, taken: str) -> None:
    rest = without(area, taken)
    left = area_written(rest) if rest else 0
    assert left == area_written(area) & ~area_written(taken)
    assert meets(area, taken) == bool(area_written(area) & area_written(taken))
    if area_written(taken):
        assert covers(area, taken, DAY) <= meets(area, taken)
