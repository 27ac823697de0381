"""The pages of cue sheets: a person enters, hands in, links, confirms; both languages; who may do what."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from cmo_portal.accounts.models import User
from tests.factories.cue_sheets import HEAD, csv_bytes, cue_row, upload
from tests.factories.works import work
from works.models import Cue, CueFile, CueSheet, Episode, Production


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


@pytest.fixture
def client(desk: User, sign_in: Any) -> Client:
    entered: Client = sign_in(desk)
    return entered


def hand_in(client: Client, rows: list[dict[str, str]]) -> CueFile:
    """Upload a table, confirm the proposed mapping, take it."""
    data = {"file": upload(csv_bytes(rows)), "source": "Hum TV"}
    page = client.post("/staff/cue-sheets/files/", data).headers["Location"]
    if page.endswith("mapping/"):
        form = client.get(page).context["form"]
        client.post(page, {name: form[name].initial or "" for name in form.fields})
    return CueFile.objects.latest("pk")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_of_cue_sheets_renders_in_both_languages(language: str, client: Client) -> None:
    file = hand_in(client, [cue_row(), cue_row(Sequence="2"), cue_row(Episode_number="2", Cue_type="??")])
    client.post(f"/staff/cue-sheets/files/{file.uid}/decide/", {"act": "take"})
    client.post("/language/setlang/", {"language": language})
    production, episode, cue = Production.objects.get(), Episode.objects.get(), Cue.objects.first()
    sheet = CueSheet.objects.get()
    assert cue is not None
    for page in (
        "",
        "new/",
        f"productions/{production.uid}/",
        f"productions/{production.uid}/edit/",
        f"productions/{production.uid}/episodes/new/",
        f"episodes/{episode.uid}/",
        f"episodes/{episode.uid}/edit/",
        f"sheets/{sheet.uid}/cues/new/",
        f"cues/{cue.uid}/",
        f"cues/{cue.uid}/edit/",
        "files/",
        f"files/{file.uid}/",
    ):
        response = client.get(f"/staff/cue-sheets/{page}", headers={"Accept-Language": language})
        assert response.status_code == 200, page
        assert len(response.content) < 100_000, page


@pytest.mark.django_db
def test_a_film_is_entered_by_hand_from_the_list_to_the_confirmed_sheet(client: Client) -> None:
    known = work("Raat Ka Safar", (None, "CA", 100))
    client.post("/staff/cue-sheets/new/", {"title": "Neela Darya", "kind": "film", "isan": "0000-0000-3A8D-0000-Z"})
    production = Production.objects.get()
    client.post(f"/staff/cue-sheets/productions/{production.uid}/episodes/new/", {"number": "", "duration": "2:01:00"})
    episode = Episode.objects.get()
    page = f"/staff/cue-sheets/episodes/{episode.uid}/"
    client.post(page, {"source": "producer"})
    sheet = CueSheet.objects.get()
    answers = {"sequence": "1", "cue_type": "VV", "duration": "3:05", "title": "Rat ka safar", "more": "1"}
    response = client.post(f"/staff/cue-sheets/sheets/{sheet.uid}/cues/new/", answers)
    assert response.headers["Location"].endswith("/cues/new/")
    cue = Cue.objects.get()
    suggested = client.get(f"/staff/cue-sheets/cues/{cue.uid}/")
    assert f"It is {known.number}" in suggested.content.decode()
    client.post(f"/staff/cue-sheets/cues/{cue.uid}/", {"work": known.number})
    client.post(f"/staff/cue-sheets/sheets/{sheet.uid}/decide/", {"act": "confirm"})
    sheet.refresh_from_db()
    cue.refresh_from_db()
    assert (sheet.state, cue.work, cue.duration, episode.duration) == ("confirmed", known, 185, 7260)


@pytest.mark.django_db
def test_a_number_typed_into_a_cue_links_it_or_is_told(client: Client) -> None:
    known = work("Raat Ka Safar", (None, "CA", 100))
    client.post("/staff/cue-sheets/new/", {"title": "Neela Darya", "kind": "film"})
    client.post(f"/staff/cue-sheets/productions/{Production.objects.get().uid}/episodes/new/", {"number": ""})
    page = f"/staff/cue-sheets/episodes/{Episode.objects.get().uid}/"
    client.post(page, {"source": "producer"})
    address = f"/staff/cue-sheets/sheets/{CueSheet.objects.get().uid}/cues/new/"
    typed = {"sequence": "1", "cue_type": "VV", "duration": "3:05", "title": "Rat", "work_number": "W۹۹۹۹۹۹۹"}
    told = client.post(address, typed, follow=True).content.decode()
    assert told.count("No registered work of ours has this number.") == 2 and "W9999999" in told  # note, and its row
    cue = Cue.objects.get()
    urdu = known.number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    told = client.post(f"/staff/cue-sheets/cues/{cue.uid}/edit/", typed | {"work_number": urdu}, follow=True)
    assert "No registered work" not in told.content.decode()
    cue.refresh_from_db()
    assert (cue.work, cue.linked_by, cue.work_number) == (known, "number", known.number)


@pytest.mark.django_db
def test_what_is_downloaded_is_read_again_as_it_stands(client: Client) -> None:
    file = hand_in(client, [cue_row(), cue_row(Sequence="2", Cue_title="=cmd()")])
    client.post(f"/staff/cue-sheets/files/{file.uid}/decide/", {"act": "take"})
    body = client.get(f"/staff/cue-sheets/productions/{Production.objects.get().uid}/?format=csv").content
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert [row[-6] for row in rows[1:]] == ["Ao Na", "'=cmd()"]
    client.post(f"/staff/cue-sheets/files/{file.uid}/decide/", {"act": "undo", "reason": "wrong"})
    page = client.post("/staff/cue-sheets/files/", {"file": upload(body), "source": "us"}).headers["Location"]
    form = client.get(page).context["form"]
    client.post(page, {name: form[name].initial or "" for name in form.fields})
    assert CueFile.objects.latest("pk").report["cues"] == 2


@pytest.mark.django_db
def test_a_table_without_a_title_column_is_refused_in_words(client: Client) -> None:
    head = tuple(name for name in HEAD if name != "Cue title")
    body = csv_bytes([cue_row()], head)
    page = client.post("/staff/cue-sheets/files/", {"file": upload(body), "source": "x"}).headers["Location"]
    form = client.get(page).context["form"]
    response = client.post(page, {name: form[name].initial or "" for name in form.fields})
    assert "No column is chosen for: Cue: title." in response.content.decode()


@pytest.mark.django_db
def test_the_same_table_again_leads_to_the_first_upload(client: Client) -> None:
    file = hand_in(client, [cue_row()])
    response = client.post("/staff/cue-sheets/files/", {"file": upload(csv_bytes([cue_row()])), "source": "x"})
    assert response.status_code == 400
    assert f"/staff/cue-sheets/files/{file.uid}/" in response.content.decode()


@pytest.mark.django_db
def test_who_only_looks_at_works_sees_sheets_and_no_buttons(client: Client, staff: Any, sign_in: Any) -> None:
    file = hand_in(client, [cue_row()])
    client.post(f"/staff/cue-sheets/files/{file.uid}/decide/", {"act": "take"})
    viewer = sign_in(staff("auditor"))
    page = viewer.get(f"/staff/cue-sheets/episodes/{Episode.objects.get().uid}/").content.decode()
    assert "Ao Na" in page and "Confirm the cue sheet" not in page and "Find the work" not in page
    assert viewer.get("/staff/cue-sheets/files/").status_code == 403
    assert viewer.post(f"/staff/cue-sheets/sheets/{CueSheet.objects.get().uid}/decide/").status_code == 403
