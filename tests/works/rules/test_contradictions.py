"""Which agreements cannot all be followed: the same by cells of areas and days as country by country, day by day."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from works.rules.contradictions import Giving, clash

WHOLE = 1_000_000
DAY_ONE = dt.date(2026, 1, 1)
DAYS = [DAY_ONE + dt.timedelta(days=number) for number in range(7)]
TODAY = DAYS[2]


@st.composite
def givings(draw: st.DrawFn, number: int) -> Giving:
    first, start, last, end = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=4, max_size=4)))
    part = draw(st.sampled_from([200_000, 400_000, 600_000, WHOLE]))
    return Giving(number, part, draw(st.integers(1, 7)), first, last, start, end)


@given(givings(0), st.lists(st.integers(1, 9), max_size=4, unique=True).flatmap(
    lambda numbers: st.tuples(*(givings(number) for number in numbers))
))  # fmt: skip
def test_a_clash_is_found_where_a_country_and_two_days_have_too_much(mine: Giving, others: tuple[Giving, ...]) -> None:
    expected: set[int] = set()
    for used in DAYS:
        for collected in (day for day in DAYS if day >= max(used, TODAY)):
            for country in (1, 2, 4):
                met = [one for one in (mine, *others) if one.area & country and one.holds(used, collected)]
                if mine in met and sum(one.part for one in met) > WHOLE:
                    expected |= {one.agreement_id for one in met}
    found = clash(mine, others, today=TODAY, home=1)
    assert (set(found.agreements) if found else set()) == expected
    if found:
        holding = [one for one in (mine, *others) if one.holds(found.used_on, found.collected_on)]
        assert sum(one.part for one in holding if one.area & found.area == found.area) > WHOLE
        assert found.area & ~found.reach.area == 0 and found.reach.first_use <= found.used_on
