"""A recording of works of others is never drawn to one more work by whoever asks for it: the link waits for a person."""

import csv
import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from members.models import Member
from tests.factories.members import make_member
from tests.factories.works import party, work
from works.models import LinkRequest, RecordingWork, Work
from works.queries.repertoire import indexed_works
from works.services.link_requests import accept_link_request, refuse_link_request
from works.services.recordings import (
    NewRecording,
    link_own_recording,
    link_recordings,
    unlink_recording,
    withdraw_link_request,
)
from works.services.registration import register_work

ISRC = "PKA018100001"
ROWS = {"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0", "isrc": ISRC}
PLAIN = (
    "INSERT INTO works_recordingwork (created_at, uid, recording_id, work_id, position, linked_by_id, decided_by_id)"
    " SELECT now(), gen_random_uuid(), recording_id, %s, 9, %s, %s FROM works_recordingwork LIMIT 1"
)


@pytest.fixture
def nazia(db: None) -> Member:
    return make_member("Hassan", "Nazia", number=77)


@pytest.fixture
def biddu(db: None) -> Member:
    return make_member("Appaiah", "Biddu", number=78)


@pytest.fixture
def ours(nazia: Member, biddu: Member) -> Work:
    """Owned by both, with the recording."""
    return work("Aap Jaisa Koi", (nazia.party, "CA", 50), (biddu.party, "C", 50), isrc=ISRC)


@pytest.fixture
def mine(nazia: Member) -> Work:
    return work("Disco Deewane", (nazia.party, "CA", 100))


@pytest.fixture
def desk(staff: Any) -> User:
    user: User = staff("documentation")
    return user


def matched() -> set[str]:
    """The works to which plays of the recording go."""
    return {one.number for one in indexed_works() if ISRC in one.isrcs}


def ask(member: Member, song: Work, reason: str = "It is on the sleeve.") -> LinkRequest:
    assert member.user is not None
    asked = link_own_recording(party=member.party, work=song, new=NewRecording(ISRC), reason=reason, by=member.user)
    assert isinstance(asked, LinkRequest)
    return asked


def test_a_co_owner_cannot_draw_the_recording_to_a_work_of_her_own(nazia: Member, ours: Work, mine: Work) -> None:
    with pytest.raises(ValidationError, match=f"{ours.number}.*Say why.*nothing changes"):
        ask(nazia, mine, reason=" ")
    asked = ask(nazia, mine)
    assert (asked.state, asked.work, asked.asked_by, asked.source) == ("open", mine, nazia.party, "member")
    assert matched() == {ours.number} and ask(nazia, mine) == asked


def test_accepted_the_recording_holds_both_works_or_the_right_one_alone(
    nazia: Member, ours: Work, mine: Work, desk: User, staff: Any
) -> None:
    asked, now = ask(nazia, mine), clock.now()
    with pytest.raises(PermissionDenied):
        accept_link_request(request=asked, outcome="Yes", by=staff("finance"), now=now)
    with pytest.raises(ValidationError, match="Say what was decided"):
        accept_link_request(request=asked, outcome=" ", by=desk, now=now)
    accept_link_request(request=asked, outcome="A medley.", by=desk, now=now)
    assert matched() == {ours.number, mine.number}
    assert RecordingWork.objects.get(work=mine).decided_by == desk
    for again in (accept_link_request, refuse_link_request):
        with pytest.raises(ValidationError, match="decided already"):
            again(request=asked, outcome="Again", by=desk, now=now)
    unlink_recording(link=RecordingWork.objects.get(work=mine), reason="Tried again.", by=desk)
    wrong = RecordingWork.objects.get(work=ours)
    accept_link_request(request=ask(nazia, mine), outcome="The label erred.", removed=[wrong], by=desk, now=now)
    assert matched() == {mine.number}


def test_refused_or_withdrawn_nothing_changes(nazia: Member, biddu: Member, ours: Work, mine: Work, desk: User) -> None:
    refused = refuse_link_request(request=ask(nazia, mine), outcome="The sleeve says no.", by=desk, now=clock.now())
    assert (refused.state, matched()) == ("refused", {ours.number})
    asked = ask(nazia, mine)
    assert biddu.user is not None and nazia.user is not None
    with pytest.raises(LinkRequest.DoesNotExist):
        withdraw_link_request(party=biddu.party, request=asked, by=biddu.user)
    withdraw_link_request(party=nazia.party, request=asked, by=nazia.user)
    assert matched() == {ours.number}
    with pytest.raises(ValidationError, match="decided already"):
        withdraw_link_request(party=nazia.party, request=asked, by=nazia.user)


def test_works_of_one_registration_do_not_draw_each_others_recordings(ours: Work, biddu: Member) -> None:
    first, second = work("First", (biddu.party, "CA", 100)), work("Second", (party("Somebody"), "CA", 100))
    other = "PKA018100009"
    link_recordings([(first, NewRecording(other)), (second, NewRecording(other))], source="RSB")
    assert list(RecordingWork.objects.filter(recording__isrc=other).values_list("work", flat=True)) == [first.pk]
    asked = LinkRequest.objects.get()
    assert (asked.work, asked.source, asked.asked_by) == (second, "RSB", None)


def test_a_member_cannot_register_a_work_with_a_recording_of_a_shared_one(nazia: Member, ours: Work) -> None:
    from works.services.registration import NewShare, NewTitle, NewWork

    shares = tuple(NewShare(nazia.party, "CA", right, 1_000_000) for right in ("PR", "MR"))
    new = NewWork(title=NewTitle("Mine Alone"), shares=shares, recordings=(NewRecording(ISRC),))
    with pytest.raises(ValidationError, match="in which others own shares"):
        register_work(new=new, by=nazia.user, source="member", registered_by=nazia.party)
    assert matched() == {ours.number}


def test_the_database_lets_no_link_in_that_no_person_decided(nazia: Member, ours: Work, mine: Work, desk: User) -> None:
    other = work("Alone", (nazia.party, "CA", 100), isrc="PKA018100007")
    broken: list[tuple[str, list[Any]]] = [
        (PLAIN, [mine.pk, nazia.party.pk, None]),
        (PLAIN, [mine.pk, None, None]),
        ("UPDATE works_recordingwork SET recording_id = (SELECT id FROM works_recording WHERE isrc = %s)"
         " WHERE work_id = %s", [ISRC, other.pk]),
    ]  # fmt: skip
    for sql, values in broken:
        with (
            pytest.raises(IntegrityError, match="a person decides"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, values)
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [mine.pk, None, desk.pk])
    assert matched() == {ours.number, mine.number}


@pytest.mark.parametrize(
    ("constraint", "sql"),
    [
        ("link_decided_by_a_person_with_words", "UPDATE works_linkrequest SET state = 'accepted'"),
        ("one_open_request_of_a_link", "INSERT INTO works_linkrequest (created_at, uid, recording_id, work_id, source,"
         " reason, state, outcome) SELECT now(), gen_random_uuid(), recording_id, work_id, 'x', '', 'open', ''"
         " FROM works_linkrequest"),
        ("link_request_stands|Cannot update", "UPDATE works_linkrequest SET reason = 'Another'"),
    ],
)  # fmt: skip
def test_the_database_keeps_a_request_as_it_was_asked_and_decided(
    constraint: str, sql: str, nazia: Member, ours: Work, mine: Work
) -> None:
    from django.db import DatabaseError

    ask(nazia, mine)
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_twin_with_the_guard_off_plays_are_drawn_from_the_co_owner(
    superuser_cursor: Any, nazia: Member, ours: Work, mine: Work
) -> None:
    superuser_cursor.execute("ALTER TABLE works_recordingwork DISABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [mine.pk, nazia.party.pk, None])
    assert matched() == {ours.number, mine.number}


def test_the_member_sees_that_it_waits_and_why_and_the_desk_decides_on_its_page(
    nazia: Member, biddu: Member, ours: Work, mine: Work, desk: User, sign_in: Any
) -> None:
    member, partner, clerk = sign_in(nazia.user), sign_in(biddu.user), sign_in(desk)
    address = f"/my/recordings/{mine.uid}/"
    assert "Say why it is a recording of yours too" in member.post(address, ROWS).content.decode()
    page = member.post(address, ROWS | {"reason": "The last minute is mine."}, follow=True).content.decode()
    assert "waits for the documentation desk" in page and "Withdraw the request" in page
    assert "Waiting for the society" in member.get("/my/recordings/").content.decode()
    assert "was asked for another work too" in partner.get(f"/my/recordings/{ours.uid}/").content.decode()
    assert "Links of recordings to be decided" in clerk.get("/staff/").content.decode()
    asked = LinkRequest.objects.get()
    assert "Disco Deewane" in clerk.get("/staff/recordings/waiting/").content.decode()
    there = f"/staff/recordings/waiting/{asked.uid}/"
    told = clerk.get(there).content.decode()
    assert "The last minute is mine." in told and "Appaiah" in told
    assert "Say what was decided" in clerk.post(there, {"act": "accept", "outcome": ""}).content.decode()
    clerk.post(there, {"act": "refuse", "outcome": "The label denies it."})
    assert "The label denies it." in member.get(address).content.decode() and matched() == {ours.number}
    listed = clerk.get("/staff/recordings/waiting/?format=csv&state=refused").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(listed)))[1][1:4] == ["Aap Jaisa Koi", str(mine), "Nazia Hassan"]


def test_a_reason_carries_no_number_of_people(nazia: Member, ours: Work, mine: Work) -> None:
    with pytest.raises(ValidationError, match="The desk knows how to reach you") as refused:
        ask(nazia, mine, "Call me: 0300 1234567")
    assert set(refused.value.error_dict) == {"reason"} and not LinkRequest.objects.exists()


def test_a_decision_without_a_choice_decides_nothing(
    nazia: Member, ours: Work, mine: Work, desk: User, sign_in: Any
) -> None:
    asked = ask(nazia, mine)
    page = sign_in(desk).post(f"/staff/recordings/waiting/{asked.uid}/", {"outcome": "A medley."}).content.decode()
    asked.refresh_from_db()
    assert "Choose whether to link it" in page and asked.state == "open"
