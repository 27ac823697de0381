"""Recordings: several performers, works in their order, links that members make to their own works only."""

import csv
import io
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from members.models import Member
from tests.factories.members import make_member
from tests.factories.works import party, work
from works.forms.recordings import performers_of
from works.models import LinkRequest, Recording, RecordingPerformer, RecordingWork, Work
from works.queries.recordings import found_recordings, silent_parties, silent_works, suggestions
from works.queries.repertoire import indexed_works
from works.rules.credits import credited_names
from works.services.recordings import (
    NewPerformer,
    NewRecording,
    link_own_recording,
    link_recording,
    link_recordings,
    save_recording,
    unlink_own_recording,
    unlink_recording,
)

ISRC, OTHER = "PKA018100001", "PKA018100002"
ROWS = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0"}


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia", number=77)


@pytest.fixture
def song(nazia: Member) -> Work:
    return work("Disco Deewane", (nazia.party, "CA", 100), original="ڈسکو دیوانے")


@pytest.fixture
def foreign(db: None) -> Work:
    return work("Disco Deewane", (party("Somebody Else"), "CA", 100))


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


def names(recording: Recording) -> list[str]:
    return list(recording.performers.order_by("position").values_list("name", flat=True))


@pytest.mark.parametrize(
    ("credit", "found"),
    [
        ("Noor Jehan", ["Noor Jehan"]),
        ("Noor Jehan, Mehdi Hassan", ["Noor Jehan", "Mehdi Hassan"]),
        ("Atif  Aslam feat. Strings", ["Atif Aslam", "Strings"]),
        ("نور جہاں، مہدی حسن", ["نور جہاں", "مہدی حسن"]),
        ("Nazia & Zoheb Hassan", ["Nazia & Zoheb Hassan"]),
        ("A; B | A", ["A", "B"]),
        (" , ", []),
    ],
)
def test_a_credit_is_taken_apart_where_the_signs_are_beyond_doubt(credit: str, found: list[str]) -> None:
    assert credited_names(credit) == found


@given(parts=st.lists(st.text("abc dنور", min_size=1, max_size=8).filter(lambda part: part.strip()), max_size=5))
def test_a_credit_of_names_and_commas_gives_these_names_in_order(parts: list[str]) -> None:
    wanted = list(dict.fromkeys(" ".join(part.split()) for part in parts))
    assert credited_names(", ".join(parts)) == wanted


def test_a_recording_keeps_its_performers_in_order_and_knows_who_has_a_number(desk: User) -> None:
    known = party("Noor Jehan", ipi="00044130117", original="نور جہاں")
    new = NewRecording(
        ISRC, "Chandni Raatein", duration=245, version_title="Live", label="EMI", performers=(
            NewPerformer("Noor Jehan", "نور جہاں", ipi_name_number="00044130117"), NewPerformer("مہدی حسن"),
        ),
    )  # fmt: skip
    recording = save_recording(recording=None, new=new, by=desk)
    first, second = recording.performers.order_by("position")
    assert (first.name, first.name_original, first.party, first.key) == ("Noor Jehan", "نور جہاں", known, "noor jehan")
    assert (second.name, second.name_original, second.party) == ("مہدی حسن", "مہدی حسن", None)
    assert str(recording) == "Chandni Raatein (Live)"
    again = NewRecording(ISRC, "Chandni Raatein", performers=(NewPerformer("Mehdi Hassan"),))
    save_recording(recording=recording, new=again, by=desk)
    recording.refresh_from_db()
    assert names(recording) == ["Mehdi Hassan"] and recording.version_title == ""
    act = Act.objects.filter(verb="save_recording").order_by("-number")[0]
    assert act.facts["before"]["performers"] == ["Noor Jehan", "مہدی حسن"]


def test_the_desk_alone_enters_and_links_recordings(song: Work, staff: Any) -> None:
    for role in ("membership", "auditor", "finance"):
        with pytest.raises(PermissionDenied):
            save_recording(recording=None, new=NewRecording(ISRC, "X"), by=staff(role))
        assert not Recording.objects.exists()


def test_an_isrc_belongs_to_one_recording(desk: User) -> None:
    save_recording(recording=None, new=NewRecording(ISRC, "First"), by=desk)
    with pytest.raises(ValidationError, match="belongs to “First” already"):
        save_recording(recording=None, new=NewRecording("PK-A01-81-00001", "Second"), by=desk)
    with pytest.raises(ValidationError, match="not an ISRC"):
        save_recording(recording=None, new=NewRecording("12345", "Third"), by=desk)
    save_recording(recording=None, new=NewRecording("", "Without a number"), by=desk)
    assert Recording.objects.count() == 2


def test_a_medley_keeps_the_order_of_its_works(song: Work, foreign: Work, desk: User) -> None:
    medley = save_recording(recording=None, new=NewRecording(ISRC, "Medley"), by=desk)
    link_recording(recording=medley, work=foreign, duration=100, by=desk)
    link_recording(recording=medley, work=song, by=desk)
    again = link_recording(recording=medley, work=song, by=desk)
    assert [(part.work, part.duration) for part in medley.parts.order_by("position")] == [(foreign, 100), (song, None)]
    assert again.position == 2 and Act.objects.filter(verb="link_recording").count() == 2
    with pytest.raises(ValidationError, match="why the link is wrong"):
        unlink_recording(link=again, reason=" ", by=desk)
    unlink_recording(link=again, reason="Another song.", by=desk)
    assert list(medley.works.all()) == [foreign]


def test_a_file_links_known_recordings_and_keeps_what_is_known_of_them(song: Work, foreign: Work, desk: User) -> None:
    link_recordings([(song, NewRecording(ISRC, "Disco", "Nazia Hassan, Zoheb Hassan", 240))])
    again = [(foreign, NewRecording(ISRC, "Other title", "Other")), (song, NewRecording(ISRC))]
    link_recordings(again, decided_by=desk)
    recording = Recording.objects.get()
    assert (recording.title, names(recording)) == ("Disco", ["Nazia Hassan", "Zoheb Hassan"])
    assert list(recording.parts.order_by("position").values_list("work", "position")) == [(song.pk, 1), (foreign.pk, 2)]
    indexed = {one.work_id: one for one in indexed_works()}
    assert indexed[song.pk].performers == ("Nazia Hassan", "Zoheb Hassan") and indexed[song.pk].isrcs == (ISRC,)


def test_a_member_links_a_recording_to_her_own_work_and_takes_the_link_back(nazia: Member, song: Work) -> None:
    new = NewRecording("pk-a01-81-00001", performer="Nazia Hassan")
    link = link_own_recording(party=nazia.party, work=song, new=new, by=nazia.user)
    assert (link.recording.isrc, link.recording.title, link.linked_by) == (ISRC, "Disco Deewane", nazia.party)
    assert link_own_recording(party=nazia.party, work=song, new=new, by=nazia.user) == link
    assert Act.objects.filter(verb="link_own_recording").count() == 1
    unlink_own_recording(party=nazia.party, link=link, by=nazia.user)
    assert not RecordingWork.objects.exists() and Act.objects.filter(verb="unlink_recording").count() == 1


def test_a_member_links_nothing_to_a_work_of_others_and_no_recording_of_theirs(
    nazia: Member, song: Work, foreign: Work
) -> None:
    with pytest.raises(ValidationError, match="not a registered work of yours"):
        link_own_recording(party=nazia.party, work=foreign, new=NewRecording(ISRC), by=nazia.user)
    link_recordings([(foreign, NewRecording(ISRC, "Theirs"))])
    with pytest.raises(ValidationError, match="is linked to another work already"):
        link_own_recording(party=nazia.party, work=song, new=NewRecording(ISRC), by=nazia.user)
    assert not LinkRequest.objects.exists()
    link_recordings([(song, NewRecording(OTHER))])
    with pytest.raises(ValidationError, match="came from a registration"):
        unlink_own_recording(party=nazia.party, link=RecordingWork.objects.get(work=song), by=nazia.user)


def test_a_member_may_link_a_recording_of_two_works_of_hers(nazia: Member, song: Work) -> None:
    second = work("Aap Jaisa Koi", (nazia.party, "CA", 50), (party("Biddu"), "C", 50))
    for each in (song, second):
        link_own_recording(party=nazia.party, work=each, new=NewRecording(ISRC), by=nazia.user)
    assert list(Recording.objects.get().parts.order_by("position").values_list("work", flat=True)) == [
        song.pk, second.pk,
    ]  # fmt: skip


def test_suggestions_go_by_the_title_in_any_spelling_and_leave_out_what_belongs_to_others(
    nazia: Member, song: Work, foreign: Work, desk: User
) -> None:
    loose = save_recording(recording=None, new=NewRecording(ISRC, "Disco Diwane"), by=desk)
    save_recording(recording=None, new=NewRecording(OTHER, "Something Else"), by=desk)
    link_recordings([(foreign, NewRecording("PKA018100003", "Disco Deewane"))])
    offers = suggestions([song], nazia.party)[song.pk]
    assert [(offer.recording, offer.is_loose) for offer in offers] == [(loose, True)]


def test_works_without_a_recording_are_listed_for_their_member(nazia: Member, song: Work, foreign: Work) -> None:
    assert [(row.pk, row.works) for row in silent_parties()] == [(nazia.party_id, 1)]
    assert [row.pk for row in silent_parties(nazia.number)] == [nazia.party_id]
    assert silent_parties("Nobody at all") == []
    assert list(silent_works(parties=[nazia.party_id])) == [song]
    assert set(silent_works()) == {song, foreign}
    link_recordings([(song, NewRecording(ISRC))])
    assert list(silent_works(parties=[nazia.party_id])) == [] and silent_parties() == []


def test_staff_find_recordings_by_title_performer_and_isrc(song: Work, desk: User) -> None:
    new = NewRecording(ISRC, "Chandni Raatein", performers=(NewPerformer("Noor Jehan"),))
    recording = save_recording(recording=None, new=new, by=desk)
    link_recordings([(song, NewRecording(OTHER, "Disco"))])
    for text in ("chandni", "Chaandni Ratein", "noor jehan", "نور جہان", "PK-A01-81-00001"):
        assert list(found_recordings(text=text)) == [recording], text
    assert list(found_recordings(show="loose")) == [recording]
    assert list(found_recordings(text="%%")) == []


BROKEN = {
    "isrc_has_its_form": "UPDATE works_recording SET isrc = 'PK-A01-81-1'",
    "recording_duration_is_positive": "UPDATE works_recording SET duration = 0",
    "performer_has_a_name": "UPDATE works_recordingperformer SET name = ' '",
    "one_performer_a_place": "UPDATE works_recordingperformer SET position = 1",
    "part_duration_is_positive": "UPDATE works_recordingwork SET duration = -1",
    "work_once_in_a_recording": (
        "INSERT INTO works_recordingwork (created_at, uid, recording_id, work_id, position)"
        " SELECT now(), gen_random_uuid(), recording_id, work_id, 9 FROM works_recordingwork"
    ),
}


@pytest.mark.parametrize("constraint", BROKEN)
def test_the_database_refuses_what_must_not_be(constraint: str, song: Work) -> None:
    link_recordings([(song, NewRecording(ISRC, "Disco", "A, B", 240))])
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BROKEN[constraint])


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_of_recordings_renders_in_both_languages(
    language: str, nazia: Member, song: Work, desk: User, sign_in: Any
) -> None:
    loose = save_recording(recording=None, new=NewRecording(ISRC, "Disco Deewane", "Nazia, Zoheb", 200), by=desk)
    staff, member = sign_in(desk), sign_in(nazia.user)
    for client, address in (
        (member, "/my/recordings/"),
        (member, f"/my/recordings/{song.uid}/"),
        (staff, "/staff/recordings/"),
        (staff, f"/staff/recordings/{loose.uid}/"),
        (staff, f"/staff/recordings/{loose.uid}/edit/"),
        (staff, "/staff/recordings/new/"),
        (staff, "/staff/recordings/missing/"),
    ):
        client.cookies["django_language"] = language
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200 and f'lang="{language}"' in page, address
        assert "style=" not in page and "<script>" not in page, address


def test_a_member_links_by_the_form_and_by_a_suggestion(nazia: Member, song: Work, desk: User, sign_in: Any) -> None:
    client = sign_in(nazia.user)
    address = f"/my/recordings/{song.uid}/"
    assert "This is not an ISRC" in client.post(address, ROWS | {"isrc": "123"}).content.decode()
    typed = {"isrc": OTHER, "form-0-name": "Nazia Hassan", "form-0-original": "نازیہ حسن", "seconds": "30"}
    assert client.post(address, ROWS | typed).status_code == 302
    assert RecordingPerformer.objects.get().name_original == "نازیہ حسن"
    save_recording(recording=None, new=NewRecording(ISRC, "Disco Deewane"), by=desk)
    offered = {"isrc": ISRC, "form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"}
    assert f'name="isrc" value="{ISRC}"' in client.get(address).content.decode()
    assert client.post(address, offered).status_code == 302
    assert song.recordings.count() == 2


def test_a_member_reaches_her_own_works_and_links_only(nazia: Member, song: Work, foreign: Work, sign_in: Any) -> None:
    client = sign_in(nazia.user)
    link_recordings([(song, NewRecording(ISRC)), (foreign, NewRecording(OTHER))])
    assert client.get(f"/my/recordings/{foreign.uid}/").status_code == 404
    for link in RecordingWork.objects.all():
        assert client.post(f"/my/recordings/{link.uid}/unlink/").status_code == 404
    assert RecordingWork.objects.count() == 2


def test_the_lists_come_as_files(nazia: Member, song: Work, desk: User, sign_in: Any) -> None:
    link_recordings([(song, NewRecording(ISRC, "Disco", "Nazia Hassan", 200))])
    work("Silent Song", (nazia.party, "CA", 100))

    def rows(client: Client, address: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))

    mine = rows(sign_in(nazia.user), "/my/recordings/?format=csv")
    assert [(row[1], row[2]) for row in mine[1:]] == [("Disco Deewane", "PK-A01-81-00001"), ("Silent Song", "")]
    staff = sign_in(desk)
    assert rows(staff, "/staff/recordings/?format=csv")[1][:4] == ["PK-A01-81-00001", "Disco", "", "Nazia Hassan"]
    missing = rows(staff, f"/staff/recordings/missing/?format=csv&member={nazia.number}")
    assert [row[1] for row in missing[1:]] == ["Silent Song"]


def test_the_desk_enters_links_and_unlinks_on_the_pages(song: Work, desk: User, sign_in: Any) -> None:
    client = sign_in(desk)
    typed = {"isrc": ISRC, "title": "Disco", "form-0-name": "Nazia", "form-1-original": "زوہیب حسن"}
    there = client.post("/staff/recordings/new/", ROWS | typed)["Location"]
    recording = Recording.objects.get()
    assert names(recording) == ["Nazia", "زوہیب حسن"]
    assert "No work has this number" in client.post(f"{there}link/", {"number": "W9"}, follow=True).content.decode()
    client.post(f"{there}link/", {"number": song.number.lower(), "seconds": "90"})
    link = RecordingWork.objects.get()
    assert (link.work, link.duration) == (song, 90)
    client.post(f"/staff/recordings/parts/{link.uid}/unlink/", {"reason": ""})
    assert RecordingWork.objects.exists()
    client.post(f"/staff/recordings/parts/{link.uid}/unlink/", {"reason": "Another song."})
    assert not RecordingWork.objects.exists()
    assert client.post(f"{there}edit/", ROWS | {"title": ""}).status_code == 200
    assert client.get(f"/staff/recordings/{uuid.uuid4()}/").status_code == 404


def test_a_wrong_length_is_told_as_such_and_links_nothing(song: Work, desk: User, sign_in: Any) -> None:
    recording = save_recording(recording=None, new=NewRecording("PKA012600001", "Long"), by=desk)
    address = f"/staff/recordings/{recording.uid}/link/"
    page = sign_in(desk).post(address, {"number": song.number, "seconds": "0"}, follow=True).content.decode()
    assert "The least is 1" in page and "No work has this number" not in page
    assert not recording.parts.exists()


def test_the_rows_of_performers_are_read_in_two_queries(desk: User, django_assert_num_queries: Any) -> None:
    writers = [party(f"Singer {number}", ipi=ipi) for number, ipi in enumerate(("00000000199", None))]
    named = tuple(NewPerformer(writer.display_name, party=writer) for writer in writers)
    recording = save_recording(recording=None, new=NewRecording("", "Duet", performers=named), by=desk)
    with django_assert_num_queries(2):
        shown = performers_of(recording)
    assert [row["ipi"] for row in shown] == ["00000000199", ""]
