"""A part that goes no further still says who owns it: what nobody contests goes the way it went before."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from members.models import Party
from members.services.areas import write_area
from tests.factories.works import PERCENT, party, work
from tests.works.disputing import DAY, claim, dispute
from works.models import Work, WorkShare
from works.queries.chains import collection_of
from works.rules.chains import Links, Named, Owners, Question, Standing, effective_shares
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement

HALF = 50 * PERCENT
Sides = tuple[Party, Party, Party]


@pytest.fixture
def desk(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def sides(desk: Any) -> Sides:
    """A writer with an original agreement about half of his part, his publisher, and a firm that claims its part."""
    writer, chenab, naya_sur = party("Alia Rahman"), party("Chenab Music"), party("Naya Sur")
    half = (NewSide(writer, "AS", (HALF,) * 3), NewSide(chenab, "AC", (HALF,) * 3))
    record_agreement(new=NewAgreement(Terms(agreement_type="OG", start_date=dt.date(2020, 1, 1)), half), by=desk)
    return writer, chenab, naya_sur


def collected(song: Work, territory: str = "0586", **more: Any) -> list[tuple[str, int, str]]:
    found = collection_of(work_id=song.pk, right="PR", territory=territory, on=DAY, **more)
    return [(str(part.party or ""), part.units // PERCENT, part.state) for part in found.parts]


@pytest.mark.django_db
def test_a_dispute_about_the_publishers_part_moves_nothing_of_the_writers(desk: Any, sides: Sides) -> None:
    writer, chenab, naya_sur = sides
    song = work("Song", (writer, "CA", 60), (chenab, "E", 40))
    assert collected(song) == [("Alia Rahman", 60, "active"), ("Chenab Music", 40, "active")]
    dispute(song, claim(chenab, 40, "E"), claim(naya_sur, 40, "E"), by=desk)
    assert not WorkShare.objects.filter(work=song, right="PR", party=chenab).exists()
    assert collected(song) == [("Alia Rahman", 60, "active"), ("", 40, "disputed")]


@pytest.mark.django_db
def test_a_side_that_withdraws_its_claim_owns_nothing_any_more(desk: Any, sides: Sides) -> None:
    writer, chenab, naya_sur = sides
    song = work("Song", (writer, "CA", 60), (chenab, "E", 40))
    opened = dispute(song, claim(chenab, 40, "E"), claim(naya_sur, 40, "E"), by=desk)
    opened.claims.filter(party=chenab).update(share=0)
    expected = [("", 40, "disputed"), ("Alia Rahman", 30, "active"), ("Chenab Music", 30, "active")]
    assert sorted(collected(song)) == sorted(expected)


@pytest.mark.django_db
def test_it_is_told_as_known_before_the_dispute_and_after_it(desk: Any, sides: Sides, superuser_cursor: Any) -> None:
    writer, chenab, naya_sur = sides
    song = work("Song", (writer, "CA", 60), (chenab, "E", 40))
    for table in ("workshare", "agreement", "agreementparty"):
        superuser_cursor.execute(f"UPDATE works_{table}event SET pgh_created_at = '2026-01-10'")
    dispute(song, claim(chenab, 40, "E"), claim(naya_sur, 40, "E"), by=desk)
    assert collected(song, known_on=dt.date(2026, 2, 1)) == [
        ("Alia Rahman", 60, "active"),
        ("Chenab Music", 40, "active"),
    ]
    today = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    assert collected(song, known_on=today) == [("Alia Rahman", 60, "active"), ("", 40, "disputed")]


@pytest.mark.django_db
def test_a_dispute_abroad_says_nothing_at_home(desk: Any, sides: Sides) -> None:
    writer, chenab, naya_sur = sides
    song, india = work("Song", (writer, "CA", 60), (chenab, "E", 40)), write_area("0356")
    WorkShare.objects.filter(work=song, party=chenab).update(territory=india)
    dispute(song, claim(chenab, 40, "E"), claim(naya_sur, 40, "E"), by=desk, territory=india)
    assert sorted(collected(song, "0356")) == [("", 40, "disputed"), ("Alia Rahman", 60, "active")]
    assert sorted(collected(song)) == [
        ("", 40, "undocumented"),
        ("Alia Rahman", 30, "active"),
        ("Chenab Music", 30, "active"),
    ]


@pytest.mark.django_db
def test_a_part_that_waits_to_be_confirmed_is_owned_all_the_same(sides: Sides) -> None:
    writer, chenab, _naya_sur = sides
    song = work("Song", (writer, "CA", 60), (chenab, "E", 40))
    WorkShare.objects.filter(work=song, party=chenab).update(state="unconfirmed")
    assert collected(song) == [("Alia Rahman", 60, "active"), ("Chenab Music", 40, "unconfirmed")]


@pytest.mark.parametrize(("area", "days", "taker"), [(1, (1, 99), 2), (0, (1, 200), 2), (1, (1, 200), 1)])
def test_who_stood_elsewhere_or_at_another_time_does_not_stand_here(
    area: int, days: tuple[int, int], taker: int
) -> None:
    def column(*values: int) -> Any:
        return np.array(values, dtype=np.int64)

    owners = Owners(*(column(value) for value in (1, 1, 1, 1_000_000, 1, 1, 1, 200)))
    links = Links(*(column(value) for value in (7, 1, 2, 1_000_000, 1, 1, 1, 200, 200, 0, 1, 0)))
    standing = Standing(*(column(value) for value in (1, 2, area, *days)))
    found = effective_shares(owners, links, Named.empty(), Question(column(1), 100, 100), standing)
    assert found.answer().party_id.tolist() == [taker]
