"""The pages of international numbers: queue, files, answers, conflicts; both languages; who may do what."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cmo_portal.accounts.models import User
from tests.factories.works import party, work
from works.models import AnswerFile, NumberRequest, RequestFile, Work

ISWC = "T0345246801"


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


@pytest.fixture
def client(desk: User, sign_in: Any) -> Client:
    entered: Client = sign_in(desk)
    return entered


def sent(client: Client, run_jobs: Any, system: str = "iswc:csv") -> RequestFile:
    client.post(f"/staff/numbers/missing/{system.partition(':')[0]}/")
    client.post("/staff/numbers/files/", {"file": system})
    run_jobs()
    return RequestFile.objects.latest("pk")


def answered(client: Client, text: str) -> AnswerFile:
    upload = SimpleUploadedFile("answers.csv", text.encode())
    response = client.post("/staff/numbers/answers/", {"system": "iswc", "file": upload})
    assert response.status_code == 302, response.context["form"].errors
    return AnswerFile.objects.latest("pk")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_of_numbers_renders_in_both_languages(language: str, client: Client, run_jobs: Any) -> None:
    work("Boom Boom", (party("Biddu"), "CA", 100), iswc=ISWC)
    work("Disco Deewane", (party("Nazia Hassan"), "CA", 100))
    file = sent(client, run_jobs)
    request = NumberRequest.objects.get()
    answers = answered(client, f"request,status,iswc\n{request.number},ok,{ISWC}\nR99,ok,{ISWC}\n")
    for page in (
        "",
        "?state=late",
        "?state=person&format=csv",
        f"requests/{request.uid}/",
        "files/",
        f"files/{file.uid}/",
        f"files/{file.uid}/progress/",
        f"files/{file.uid}/download/",
        "answers/",
        f"answers/{answers.uid}/",
        f"answers/{answers.uid}/?outcome=unasked",
        f"answers/{answers.uid}/?format=csv",
    ):
        response = client.get(f"/staff/numbers/{page}", headers={"Accept-Language": language})
        assert response.status_code == 200, page


@pytest.mark.django_db
def test_a_conflict_shows_both_works_and_lets_the_person_settle_it(client: Client, run_jobs: Any) -> None:
    bearer = work("Boom Boom", (None, "CA", 100), iswc=ISWC)
    asked = work("Boom Boom (remix)", (None, "CA", 100))
    sent(client, run_jobs)
    request = NumberRequest.objects.get()
    answered(client, f"request,iswc\n{request.number},{ISWC}\n")
    page = client.get(f"/staff/numbers/requests/{request.uid}/").content.decode()
    assert f"/staff/works/{bearer.uid}/" in page and f"/staff/works/{asked.uid}/" in page
    assert "merge the two works" in page
    client.post(f"/staff/numbers/requests/{request.uid}/decide/", {"act": "withdraw", "reason": "two compositions"})
    request.refresh_from_db()
    assert request.state == "withdrawn"


@pytest.mark.django_db
def test_the_file_that_was_read_before_is_shown_and_changes_nothing(client: Client, run_jobs: Any) -> None:
    work("Disco Deewane", (None, "CA", 100))
    sent(client, run_jobs)
    text = f"request,iswc\n{NumberRequest.objects.get().number},{ISWC}\n"
    first = answered(client, text)
    assert answered(client, text) == first
    assert Work.objects.get().iswc == ISWC


@pytest.mark.django_db
def test_one_work_and_one_name_are_asked_for_from_their_own_pages(client: Client) -> None:
    nazia = party("Nazia Hassan")
    song = work("Disco Deewane", (nazia, "CA", 100))
    assert f"/staff/numbers/works/{song.uid}/" in client.get(f"/staff/works/{song.uid}/").content.decode()
    client.post(f"/staff/numbers/works/{song.uid}/", {"act": "search"})
    client.post(f"/staff/numbers/names/{nazia.names.get().uid}/")
    assert set(NumberRequest.objects.values_list("kind", flat=True)) == {"iswc_find", "ipi"}


@pytest.mark.django_db
def test_who_only_looks_at_works_sees_the_queue_and_no_files(client: Client, staff: Any, sign_in: Any) -> None:
    work("Disco Deewane", (None, "CA", 100))
    client.post("/staff/numbers/missing/iswc/")
    viewer = sign_in(staff("auditor"))
    page = viewer.get("/staff/numbers/").content.decode()
    assert "Disco Deewane" in page and "Ask for all missing" not in page
    assert viewer.get("/staff/numbers/files/").status_code == 403
    assert viewer.post("/staff/numbers/missing/iswc/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/staff/cue-sheets/", "/staff/numbers/", "/staff/recordings/"])
def test_the_header_marks_works_on_the_pages_beside_them(page: str, staff: Any, sign_in: Any) -> None:
    answer = sign_in(staff("documentation")).get(page).content.decode()
    assert '<a href="/staff/works/" aria-current="true">' in answer
    assert '<a href="/staff/" aria-current' not in answer
