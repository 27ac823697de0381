"""Two people open one form: whoever saves second is shown what stands now, and nothing is saved over it unseen."""

import re
from typing import Any

import pytest
from django.test import Client

from members.models import PartyName
from tests.factories.cue_sheets import cue_row
from tests.factories.works import party, work
from tests.works.test_cue_pages import hand_in
from tests.works.test_description_pages import address, rows, standing
from works.models import Cue, Episode, Production, Recording, Work
from works.services.recordings import NewPerformer, NewRecording, save_recording

pytestmark = pytest.mark.django_db
FACTS = {"category": "POP", "version_type": "ORI", "grand_rights": "unknown", "reason": "Letter of 4 May"}


@pytest.fixture
def client(staff: Any, sign_in: Any) -> Client:
    entered: Client = sign_in(staff("documentation"))
    return entered


@pytest.fixture
def song(db: None) -> Work:
    return work("Dil Ki Baat", (party("Alia Rahman"), "C", 60), (None, "A", 40), original="دل کی بات")


def mark_on(client: Client, page: str) -> str:
    """What a browser would send back of the page that it shows."""
    found = re.search(r'name="opened" value="([0-9a-f]{32})"', client.get(page).content.decode())
    assert found, "the form does not carry what it was opened on"
    return found[1]


def new_mark(answer: Any) -> str:
    return str(answer.context["opened"].mark)


def told(answer: Any) -> str:
    return " ".join(str(fault) for form in answer.context["forms"] for fault in form.non_field_errors())


def test_facts_saved_from_an_old_tab_are_refused_with_the_newer_values(song: Work, client: Client) -> None:
    page = f"/staff/works/{song.uid}/facts/"
    first, second = mark_on(client, page), mark_on(client, page)
    assert client.post(page, {**FACTS, "duration": "5:05", "opened": first}).status_code == 302
    typed = {**FACTS, "opus_number": "op. 7", "opened": second}
    answer = client.post(page, typed)
    song.refresh_from_db()
    assert (song.duration, song.opus_number) == (305, "")
    assert "Length stands now as: 5:05." in told(answer)
    assert 'value="op. 7"' in answer.content.decode()
    again = client.post(page, {**typed, "duration": "5:05", "opened": new_mark(answer)})
    song.refresh_from_db()
    assert again.status_code == 302
    assert (song.duration, song.opus_number) == (305, "op. 7")


def test_a_form_knows_what_it_was_opened_on_in_either_language(song: Work, client: Client) -> None:
    page = f"/staff/works/{song.uid}/facts/"
    mark = mark_on(client, page)
    client.cookies["django_language"] = "ur"
    assert mark_on(client, page) == mark


def test_a_title_added_meanwhile_is_not_taken_away_by_an_old_tab(song: Work, client: Client) -> None:
    page = address(song, "titles")
    opened = mark_on(client, page)
    lines = [
        standing(row, text=row.text, title_type=row.title_type, language="ur") for row in song.titles.order_by("pk")
    ]
    added = {"text": "Words of the Heart", "title_type": "TT", "language": "english"}
    assert client.post(page, rows(*lines, added, opened=opened)).status_code == 302
    mine = {"text": "Dil ki batain", "title_type": "AT", "language": ""}
    answer = client.post(page, rows(*lines, mine, opened=opened))
    assert song.titles.count() == 3
    assert "A row stands now as: Words of the Heart · Original title translated · English." in told(answer)
    kept = [(form["uid"].value(), form["text"].value()) for form in answer.context["rows"]]
    stored = {str(row.uid): row.text for row in song.titles.all()}
    assert {uid for uid, _text in kept if uid} == set(stored)
    assert ("", "Dil ki batain") in kept


@pytest.mark.parametrize(
    ("section", "relation", "line", "newer"),
    [
        ("sources", "sources", {"kind": "component", "title": "Raag"}, {"kind": "component", "title": "Raag Bihag"}),
        (
            "public-domain",
            "public_domain_elements",
            {"element": "words", "reason": "folk"},
            {"element": "music", "reason": "folk"},
        ),
        ("performers", "performers", {"last_name": "Sani"}, {"last_name": "Sani", "first_name": "Tina"}),
        ("settings", "instrumentations", {"instruments": "Sitar"}, {"instruments": "Sitar, Tabla"}),
        (
            "numbers",
            "identifiers",
            {"issuer": "052", "value": "A1", "identifier_type": "W", "validity": "valid"},
            {"issuer": "052", "value": "A2", "identifier_type": "W", "validity": "valid"},
        ),
    ],
)
def test_rows_saved_from_an_old_tab_are_refused(
    section: str, relation: str, line: Any, newer: Any, song: Work, client: Client
) -> None:
    page = address(song, section)
    assert client.post(page, rows(line)).status_code == 302
    row = getattr(song, relation).get()
    opened = mark_on(client, page)
    assert client.post(page, rows(standing(row, **newer), opened=opened)).status_code == 302
    answer = client.post(page, rows(standing(row, **line), opened=opened))
    assert answer.status_code == 200
    assert "A row stands now as: " in told(answer)
    assert client.post(page, rows(standing(row, **line), opened=new_mark(answer))).status_code == 302


def test_a_row_taken_away_meanwhile_is_a_new_one_for_the_old_tab(song: Work, client: Client) -> None:
    page = address(song, "performers")
    client.post(page, rows({"last_name": "Sani"}))
    row, opened = song.performers.get(), mark_on(client, page)
    client.post(page, rows(standing(row, last_name="Sani", remove="on"), opened=opened))
    answer = client.post(page, rows(standing(row, last_name="Sani", first_name="Tina"), opened=opened))
    assert "A row was taken away: Sani · Tina." in told(answer)
    assert song.performers.count() == 0
    assert next(form["uid"].value() for form in answer.context["rows"]) == ""


def test_a_recording_saved_from_an_old_tab_is_refused(staff: Any, client: Client) -> None:
    new = NewRecording(isrc="", title="Ao Na", duration=200, performers=(NewPerformer("Tina Sani"),))
    recording = save_recording(recording=None, new=new, by=staff("documentation"))
    page = f"/staff/recordings/{recording.uid}/edit/"
    opened = mark_on(client, page)
    typed = {
        "title": "Ao Na", "minutes": "3", "seconds": "20", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1",
        "form-0-name": "Tina Sani", "opened": opened,
    }  # fmt: skip
    assert client.post(page, {**typed, "seconds": "45"}).status_code == 302
    answer = client.post(page, {**typed, "label": "EMI"})
    assert "Length: seconds stands now as: 45." in told(answer)
    assert Recording.objects.get().duration == 225 and Recording.objects.get().label == ""


def test_a_cue_an_episode_and_a_production_saved_from_old_tabs_are_refused(client: Client) -> None:
    file = hand_in(client, [cue_row()])
    client.post(f"/staff/cue-sheets/files/{file.uid}/decide/", {"act": "take"})
    cue, episode, production = Cue.objects.get(), Episode.objects.get(), Production.objects.get()
    for page, typed, newer, sentence in (
        (
            f"/staff/cue-sheets/cues/{cue.uid}/edit/",
            {"sequence": "1", "cue_type": "MT", "duration": "1:20", "title": "Ao Na"},
            {"duration": "0:20"},
            "How long it is heard stands now as: 0:20.",
        ),
        (
            f"/staff/cue-sheets/episodes/{episode.uid}/edit/",
            {"number": "1", "title": "Pehli Kiran", "duration": "38:00"},
            {"title": "Doosri Kiran"},
            "Title of the episode stands now as: Doosri Kiran.",
        ),
        (
            f"/staff/cue-sheets/productions/{production.uid}/edit/",
            {"title": "Dhoop Kinare", "kind": "series"},
            {"year": "2024"},
            "Year stands now as: 2024.",
        ),
    ):
        typed["opened"] = mark_on(client, page)
        assert client.post(page, typed | newer).status_code == 302
        answer = client.post(page, typed)
        assert sentence in " ".join(map(str, answer.context["form"].non_field_errors()))
        assert client.post(page, {**typed, "opened": new_mark(answer)}).status_code == 302


def test_a_name_of_a_party_saved_from_an_old_tab_is_refused(staff: Any, sign_in: Any) -> None:
    client = sign_in(staff("documentation"))
    row = PartyName.objects.get(party=party("Parvez Sukkurvi"))
    page = f"/staff/party-names/{row.uid}/"
    typed = {"name_type": row.name_type, "last_name": row.last_name, "first_name": row.first_name, "reason": "Letter"}
    typed["opened"] = mark_on(client, page)
    assert client.post(page, {**typed, "last_name": "Sukkurvi Khan"}).status_code == 302
    answer = client.post(page, {**typed, "first_name": "Pervez"})
    row.refresh_from_db()
    assert (row.first_name, row.last_name) == (typed["first_name"], "Sukkurvi Khan")
    assert "stands now as: Sukkurvi Khan." in " ".join(map(str, answer.context["form"].non_field_errors()))
