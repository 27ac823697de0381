"""Searching and reading works through the API."""

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest

from cmo_portal.common import clock
from members.models import Member
from tests.factories.works import party, work
from tests.works.api.conftest import Asking
from works.models import Work
from works.models.works import WHOLE
from works.services.agreement_faults import sweep_agreements
from works.services.agreements import NewAgreement, NewSide, Terms, record_agreement
from works.services.disputes import NewClaim, open_dispute


@pytest.fixture
def song(nazia: Member) -> Work:
    return work(
        "Disco Deewane", (nazia.party, "C", 60), (party("Anwar Maqsood"), "A", 40), original="ڈسکو دیوانے",
        isrc="PKABC2600001", iswc="T0345246801",
    )  # fmt: skip


def test_a_work_is_read_as_its_public_page_shows_it(program: Asking, song: Work) -> None:
    body = program.get(f"works/{song.uid}/").json()
    assert (body["number"], body["title"], body["iswc"]) == (song.number, "Disco Deewane", "T-034.524.680-1")
    assert [title["text"] for title in body["titles"]] == ["Disco Deewane", "ڈسکو دیوانے"]
    assert body["recordings"][0]["isrc"] == "PK-ABC-26-00001"
    performing = body["rights"][0]
    assert (performing["right"], performing["open"], performing["disputed"]) == ("PR", "0", "0")
    assert (performing["licensable"], performing["unrepresented"]) == ("60", "40")
    assert (performing["contradicted"], performing["is_confirmed"]) == ("0", True)
    assert [(row["name"], row["share"]) for row in performing["owners"]] == [
        ("Nazia Hassan", "60"),
        ("Anwar Maqsood", "40"),
    ]


def test_what_agreements_contradict_is_not_confirmed(program: Asking, song: Work, nazia: Member, staff: Any) -> None:
    other = song.shares.exclude(party=nazia.party)[0].party
    for name in ("First Firm", "Second Firm"):
        sides = (NewSide(other, "AS", (0,) * 3), NewSide(party(name), "AC", (WHOLE,) * 3))
        terms = Terms("OG", dt.date(2020, 1, 1))
        record_agreement(new=NewAgreement(terms, sides), by=staff("documentation"))
    performing = program.get(f"works/{song.uid}/").json()["rights"][0]
    assert (performing["contradicted"], performing["unrepresented"], performing["is_confirmed"]) == ("40", "0", False)
    sweep_agreements(on=clock.today(), now=clock.now(), told=lambda done, total: None, held=lambda: None)
    assert program.get("works/?q=Disco").json()["results"][0]["documented"] == "contradicted"


def test_s62_nothing_personal_leaves_with_a_work(program: Asking, song: Work, nazia: Member) -> None:
    texts = program.get(f"works/{song.uid}/").content.decode() + program.get("works/?q=Disco").content.decode()
    for personal in (nazia.email, nazia.number, nazia.cnic_masked, str(nazia.party.uid), "iban", "telephone"):
        assert personal not in texts


def test_a_contested_part_has_no_name(program: Asking, song: Work, nazia: Member, staff: Any) -> None:
    claims = [NewClaim(nazia.party, "C", 600_000), NewClaim(party("Other Side"), "C", 200_000)]
    day = dt.date(2026, 11, 1)
    open_dispute(work=song, right="PR", claims=claims, by=staff("documentation"), on=day)
    answer = program.get(f"works/{song.uid}/")
    assert answer.json()["rights"][0]["disputed"] == "20"
    assert "Other Side" not in answer.content.decode()


@pytest.mark.parametrize(
    "text", ["disco deewane", "ڈسکو دیوانے", "Disko Dewane", "Anwar Maqsood", "T-034.524.680-1", "PK-ABC-26-00001"]
)
def test_a_search_finds_a_work_by_title_writer_and_number_in_either_script(
    text: str, program: Asking, song: Work
) -> None:
    found = program.get(f"works/?q={quote(text)}").json()
    assert [row["number"] for row in found["results"]] == [song.number]
    assert found["results"][0]["documented"] == "whole"


def test_a_search_is_paged_too(program: Asking) -> None:
    numbers = {work(f"Mehfil {name}").number for name in ("one", "two", "three")}
    first = program.get("works/?q=mehfil&limit=2").json()
    second = program.get(first["next"].removeprefix("/api/v1/")).json()
    assert {row["number"] for page in (first, second) for row in page["results"]} == numbers
    assert (second["next"], len(second["results"])) == (None, 1)
    back = program.get(second["previous"].removeprefix("/api/v1/")).json()
    assert back["results"] == first["results"]


def test_all_works_are_paged_by_key_and_each_is_met_once(program: Asking) -> None:
    numbers = [work(f"Geet {name}").number for name in ("one", "two", "three", "four", "five")]
    met, address = [], "/api/v1/works/?limit=2"
    while address:
        page = program.get(address.removeprefix("/api/v1/")).json()
        met += [row["number"] for row in page["results"]]
        address = page["next"]
    assert met == numbers
    assert program.get("works/?limit=2").json()["previous"] is None


def test_an_unchanged_work_is_answered_with_304_and_a_changed_one_whole(program: Asking, song: Work) -> None:
    tag = program.get(f"works/{song.uid}/")["ETag"]
    again = program.get(f"works/{song.uid}/", If_None_Match=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    song.duration = 200
    song.save()
    assert program.get(f"works/{song.uid}/", If_None_Match=tag).status_code == 200


def test_a_merged_work_leads_to_the_one_it_became(program: Asking, song: Work, nazia: Member) -> None:
    twin = work("Disco Diwane", (nazia.party, "C", 100))
    Work.objects.filter(pk=twin.pk).update(state="merged", merged_into=song)
    answer = program.get(f"works/{twin.uid}/")
    assert (answer.status_code, answer["Location"]) == (301, f"/api/v1/works/{song.uid}/")


def test_a_work_that_is_not_registered_is_not_there(program: Asking, song: Work) -> None:
    Work.objects.update(state="submitted")
    assert program.get(f"works/{song.uid}/").status_code == 404
    assert program.get("works/").json()["results"] == program.get("works/?q=Disco").json()["results"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "colour=red", "q=%00", f"q={'x' * 201}"])
def test_a_query_that_cannot_be_taken_is_a_problem_with_its_field(query: str, program: Asking) -> None:
    answer = program.get(f"works/?{query}")
    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [query.split("=")[0]]


def test_a_damaged_place_in_the_list_gives_a_page_and_no_failure(program: Asking, song: Work) -> None:
    for place in ("x", "WyJcdTAwMDAiXQ", "W10", "bnVsbA"):
        assert program.get(f"works/?after={place}").status_code in {200, 400}


def test_problems_speak_the_language_of_the_request(program: Asking) -> None:
    english = program.get("nothing/").json()["title"]
    urdu = program.get("nothing/", Accept_Language="ur")
    assert english == "There is nothing here that you may see."
    assert urdu.json()["title"] != english
    assert urdu["Content-Language"] == "ur"


def test_the_description_names_every_endpoint_and_the_token(program: Asking) -> None:
    description = program.get("schema/").json()
    assert set(description["paths"]) == {
        "/api/v1/works/",
        "/api/v1/works/{uid}/",
        "/api/v1/registrations/",
        "/api/v1/registrations/{uid}/",
        "/api/v1/client/",
    }
    assert description["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
    assert "RegistrationIn" in str(description["paths"]["/api/v1/registrations/"]["post"]["requestBody"])
