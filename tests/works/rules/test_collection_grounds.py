"""On what an agreement collects outside its term."""

import datetime as dt

import pytest

from works.rules.collection_grounds import POST_TERM, PRIOR, RETENTION, grounds

START, END, RETAINED = dt.date(2020, 1, 1), dt.date(2024, 6, 30), dt.date(2025, 6, 30)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("retention_end", "used_on", "collected_on", "expected"),
    [
        (None, START, END, ()),
        (None, START - DAY, START, (PRIOR,)),
        (None, END, END + DAY, (POST_TERM,)),
        (None, START - DAY, END + DAY, (PRIOR, POST_TERM)),
        (RETAINED, END + DAY, END + DAY, (RETENTION,)),
        (RETAINED, END, RETAINED, (RETENTION,)),
        (RETAINED, END, RETAINED + DAY, (POST_TERM,)),
        (RETAINED, RETAINED, RETAINED + DAY, (RETENTION, POST_TERM)),
    ],
)
def test_the_ground_is_told_from_the_days(
    retention_end: dt.date | None, used_on: dt.date, collected_on: dt.date, expected: tuple[str, ...]
) -> None:
    assert expected == grounds(
        start=START, end=END, retention_end=retention_end, used_on=used_on, collected_on=collected_on
    )


def test_an_agreement_without_an_end_never_collects_after_its_term() -> None:
    asked = {"start": START, "end": None, "retention_end": None, "used_on": START, "collected_on": dt.date(2999, 1, 1)}
    assert grounds(**asked) == ()
