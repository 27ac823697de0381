"""What cannot be true of a work is refused at the desk with words: parts, lengths, years, authors of folk, numbers."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.works import party, work
from tests.works.test_description_pages import address, rows, standing
from works.models import SourceWork, Work, WorkIdentifier
from works.rules.composites import CompositeFault, misfit

FACTS = {"category": "POP", "version_type": "ORI", "grand_rights": "unknown", "reason": "Letter of 4 May"}
OLD = {"element": "words", "reason": "died", "author": "Zed", "died_in": "1990"}


@pytest.fixture
def client(staff: Any, sign_in: Any) -> Client:
    entered: Client = sign_in(staff("documentation"))
    return entered


@pytest.fixture
def song(db: None) -> Work:
    made = work("Dil Ki Baat", (party("Alia Rahman"), "C", 60), (None, "A", 40))
    Work.objects.filter(pk=made.pk).update(duration=285)
    return made


def facts_page(song: Work) -> str:
    return f"/staff/works/{song.uid}/facts/"


def test_parts_and_lengths_of_sources_fit_into_the_work() -> None:
    assert misfit([(600_000, None), (400_000, 60)], 285) is None
    assert misfit([(600_000, None), (600_000, None)], None) == CompositeFault("above")
    assert misfit([(None, 60), (None, 3540)], 285) == CompositeFault("longer", 2)
    assert misfit([(None, 3540)], None) is None


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([{"title": "A", "part": "60"}, {"title": "B", "part": "60"}], "more than 100 % together"),
        ([{"title": "A", "duration": "1:00"}, {"title": "B", "duration": "59:00"}], "Source 2 is longer than"),
    ],
)
def test_the_desk_cannot_put_more_into_a_work_than_it_holds(lines: Any, words: str, song: Work, client: Client) -> None:
    typed = rows(*({"kind": "component", **line} for line in lines))
    answer = client.post(address(song, "sources"), typed)
    assert words in answer.content.decode()
    assert song.sources.count() == 0


def test_a_work_is_not_shortened_below_its_longest_source(song: Work, client: Client) -> None:
    SourceWork.objects.create(work=song, kind="component", title="Raag", duration=200)
    answer = client.post(facts_page(song), {**FACTS, "duration": "3:00"})
    assert "Source 1 is longer than the whole work" in answer.content.decode()
    assert client.post(facts_page(song), {**FACTS, "duration": "3:20"}).status_code == 302


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"died_in": "2999"}, "This year has not come yet."),
        ({"died_in": ""}, "Give the year of death."),
        ({"reason": "folk"}, "Folk has no author who could own it."),
        ({"reason": "folk", "author": ""}, "Folk has no author who could own it."),
        ({"reason": "classical", "century": "18"}, "The year 1990 is not in this century."),
    ],
)
def test_reasons_of_the_public_domain_do_not_contradict_themselves(
    changed: dict[str, str], words: str, song: Work, client: Client
) -> None:
    page = address(song, "public-domain")
    assert words in client.post(page, rows({**OLD, **changed})).content.decode()
    assert song.public_domain_elements.count() == 0
    assert client.post(page, rows(OLD, {"element": "music", "reason": "folk"})).status_code == 302


def test_a_year_of_death_that_a_sender_left_out_does_not_hold_up_the_other_rows(song: Work, client: Client) -> None:
    row = song.public_domain_elements.create(element="words", reason="died", author="Mir", given_by="052")
    kept = standing(row, element="words", reason="died", author="Mir")
    folk = {"element": "music", "reason": "folk"}
    assert client.post(address(song, "public-domain"), rows(kept, folk)).status_code == 302


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"duration": "0:00"}, "Nothing lasts 0:00."),
        ({"copyright_date": "2999-01-01"}, "This day lies too far ahead."),
        ({"published_on": "1000-01-01"}, "This is too long ago to be true."),
        ({"copyright_date": "2020-05-01", "published_on": "2019-05-01"}, "not published before it is made"),
    ],
)
def test_lengths_and_days_that_cannot_be_true_are_refused(
    typed: dict[str, str], words: str, song: Work, client: Client
) -> None:
    assert words in client.post(facts_page(song), {**FACTS, "duration": "4:45", **typed}).content.decode()
    song.refresh_from_db()
    assert (song.duration, song.published_on) == (285, None)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"released_on": "2999-01-01"}, "This day lies too far ahead."),
        ({"released_on": "1066-01-01"}, "This is too long ago to be true."),
        ({"minutes": "0", "seconds": "0"}, "Nothing lasts 0:00."),
    ],
)
def test_a_recording_has_a_length_and_a_day_that_can_be_true(
    typed: dict[str, str], words: str, client: Client, db: None
) -> None:
    data = {"title": "Ao Na", "form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0", **typed}
    assert words in client.post("/staff/recordings/new/", data).content.decode()


def test_the_code_of_an_issuer_is_one_code_in_whatever_digits(song: Work, client: Client) -> None:
    number = {"identifier_type": "W", "validity": "valid"}
    for issuer, value in (("۰۵۲", "۱۲۳"), ("52", "124")):
        line = {**number, "issuer": issuer, "value": value}
        known = [
            {**number, "uid": row.uid, "issuer": row.issuer, "value": row.value}
            for row in song.identifiers.order_by("pk")
        ]
        assert client.post(address(song, "numbers"), rows(*known, line)).status_code == 302
    kept = WorkIdentifier.objects.filter(work=song, issuer="052").order_by("pk")
    assert list(kept.values_list("value", flat=True)) == ["123", "124"]
