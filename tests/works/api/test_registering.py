"""Registering works through the API: the same rules as for members, each key once, people and look-alikes asked for."""

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import override_settings

from cmo_portal.audit.models import Act
from cmo_portal.audit.services import verify_chain
from cmo_portal.common import clock
from members.models import Member, Party
from members.services.clients import place_client
from tests.factories.works import party, work
from tests.works.api.conftest import Asking, song
from works.models import ApiRegistration, SplitAnswer, Work
from works.services.api_registrations import Submission, register_through_api
from works.services.drafts import decide_submitted
from works.services.recordings import NewRecording, link_recordings
from works.services.splits import confirm_split_for


def registration_of(member: Member) -> ApiRegistration:
    """A registration that a program of this member sent."""
    now, today = clock.now(), clock.today()
    client, _token = place_client(
        name="Earlier program",
        scopes=["works:register"],
        party=member.party,
        purpose="test",
        expires_on=today.replace(year=today.year + 1),
        now=now,
        today=today,
    )
    submission = Submission(
        key=uuid.uuid4().hex,
        request_hash=bytes(32),
        title={"title": "Yaad"},
        shares=[{"own": True, "role": "CA", "performing": 1_000_000, "mechanical": 1_000_000}],
        persons={},
        sent_at=now,
    )
    return register_through_api(client=client, submission=submission)


def test_a_work_is_registered_for_the_owner_of_the_client(program: Asking, nazia: Member) -> None:
    body = song(
        title_original="محفل کی رات", language="UR", duration=215, iswc="T-034.524.680-1", reference="K-17",
        recordings=[{"isrc": "PK-ABC-26-00001", "performer": "Nazia Hassan"}, {"isrc": "PKABC2600002"}],
    )  # fmt: skip
    answer = program.post("registrations/", body)
    assert answer.status_code == 201, answer.content
    made = Work.objects.get()
    assert answer.json() == {
        "uid": str(ApiRegistration.objects.get().uid),
        "reference": "K-17",
        "sent_at": answer.json()["sent_at"],
        "state": "registered",
        "refusal": "",
        "work_uid": str(made.uid),
        "work_number": made.number,
        "title": "Mehfil Ki Raat",
        "merged_into": None,
        "split": "waiting",
    }
    assert answer["Location"] == f"/api/v1/registrations/{answer.json()['uid']}/"
    assert (made.registered_by, made.duration, made.iswc, made.language) == (nazia.party, 215, "T0345246801", "ur")
    assert made.recordings.count() == 2
    assert made.shares.filter(right="MR", party=nazia.party, share=500_000, source="api", state="unconfirmed").exists()
    assert made.splits.get().state == "open"  # the co-writer has not agreed yet
    assert Act.objects.filter(verb="register_through_api").count() == 1
    assert verify_chain() == []


def test_a_recording_that_stands_with_a_work_of_others_is_refused(program: Asking) -> None:
    link_recordings([(work("Another", (party("X"), "CA", 100)), NewRecording("PKABC2600001"))])
    answer = program.post("registrations/", song(recordings=[{"isrc": "PK-ABC-26-00001", "performer": "Me"}]))
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["recordings.0.isrc"]
    assert Work.objects.count() == 1


def test_the_status_of_a_registration_follows_its_work(program: Asking, staff: Any) -> None:
    work("Mehfil Ki Raat")
    known = program.post("registrations/", song()).json()["look_alikes"][0]["uid"]
    sent = program.post("registrations/", song(acknowledged=[known])).json()
    assert sent["state"] == "submitted"  # a namesake is registered: the desk compares the two
    decide_submitted(
        work=Work.objects.get(uid=sent["work_uid"]),
        accept=False,
        reason="The same song.",
        by=staff("documentation"),
        now=clock.now(),
    )
    now = program.get(f"registrations/{sent['uid']}/").json()
    assert (now["state"], now["refusal"]) == ("refused", "The same song.")
    assert [row["uid"] for row in program.get("registrations/").json()["results"]] == [sent["uid"]]


def test_what_waits_for_the_co_writers_is_told_wherever_the_work_is(program: Asking, staff: Any) -> None:
    sent = program.post("registrations/", song()).json()
    own = {"own": True, "role": "CA", "performing": "100", "mechanical": "100"}
    alone = program.post("registrations/", song("Tanha", writers=[own])).json()
    right = program.get(f"works/{sent['work_uid']}/").json()["rights"][0]
    assert (right["unconfirmed"], right["open"], right["owners"]) == ("100", "0", [])
    listed = {row["uid"]: row["documented"] for row in program.get("works/").json()["results"]}
    assert listed == {sent["work_uid"]: "unconfirmed", alone["work_uid"]: "whole"}
    rounds = {row["uid"]: row["split"] for row in program.get("registrations/").json()["results"]}
    assert rounds == {sent["uid"]: "waiting", alone["uid"]: None}
    asked = SplitAnswer.objects.get(state="waiting")
    proof = {"evidence": "Her signed letter of 1 November.", "by": staff("documentation"), "now": clock.now()}
    confirm_split_for(proposal=asked.proposal, party=asked.party, digest=bytes(asked.proposal.digest), **proof)
    assert program.get(f"registrations/{sent['uid']}/").json()["split"] == "agreed"
    assert program.get(f"works/{sent['work_uid']}/").json()["rights"][0]["unconfirmed"] == "0"


def test_works_that_look_alike_are_named_and_must_be_acknowledged(program: Asking) -> None:
    known = work("Mehfil Ki Raatein")
    answer = program.post("registrations/", song())
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:cmo-portal:problem:look-alikes")
    assert [row["uid"] for row in answer.json()["look_alikes"]] == [str(known.uid)]
    assert Work.objects.count() == 1
    assert program.post("registrations/", song(acknowledged=[str(uuid.uuid4())])).status_code == 409
    assert program.post("registrations/", song(acknowledged=[str(known.uid)])).status_code == 201


def test_a_name_that_people_go_by_is_asked_for(program: Asking) -> None:
    zoheb = party("Zoheb Hassan")
    answer = program.post("registrations/", song())
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:cmo-portal:problem:who-is-meant")
    asked = answer.json()["persons"][0]
    assert asked["field"] == "writers.1.party"
    assert asked["candidates"] == [{"party": str(zoheb.uid), "name": "Zoheb Hassan", "name_original": ""}]
    body = song()
    body["writers"][1]["party"] = str(zoheb.uid)
    assert program.post("registrations/", body).status_code == 201
    assert Work.objects.get().shares.filter(party=zoheb).count() == 2


def test_a_party_of_another_name_is_never_passed_over(program: Asking) -> None:
    other = party("Qaiser Khushabi")
    for uid in (str(other.uid), str(uuid.uuid4()), "somebody"):
        body = song()
        body["writers"][1]["party"] = uid
        answer = program.post("registrations/", body)
        assert answer.status_code == 400
        assert [one["field"] for one in answer.json()["errors"]] == ["writers.1.party"]
    assert not Work.objects.exists()


def test_somebody_else_of_the_name_is_a_new_party(program: Asking) -> None:
    zoheb = party("Zoheb Hassan")
    body = song()
    body["writers"][1]["party"] = "new"
    assert program.post("registrations/", body).status_code == 201
    assert Party.objects.filter(display_name="Zoheb Hassan").exclude(pk=zoheb.pk).count() == 1


def test_a_party_that_was_not_offered_is_not_taken(program: Asking) -> None:
    party("Zoheb Hassan")
    body = song()
    body["writers"][1]["party"] = str(party("Somebody Else").uid)
    assert program.post("registrations/", body).status_code == 409


def test_the_same_key_and_body_give_the_same_answer_whatever_happened_since(program: Asking, staff: Any) -> None:
    first = program.post("registrations/", song(), key="catalogue-17")
    Work.objects.update(title="Corrected since")
    body = dict(reversed(song().items()))  # the same JSON, written otherwise
    again = program.post("registrations/", json.dumps(body, indent=3), key="catalogue-17")
    assert (again.status_code, again.json()) == (201, first.json())
    assert Work.objects.count() == ApiRegistration.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(program: Asking) -> None:
    program.post("registrations/", song(), key="catalogue-17")
    answer = program.post("registrations/", song("Another Song"), key="catalogue-17")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:cmo-portal:problem:key-used-otherwise")
    assert Work.objects.count() == 1


def test_a_request_that_failed_leaves_its_key_free(program: Asking) -> None:
    assert program.post("registrations/", song(title=""), key="catalogue-17").status_code == 400
    assert program.post("registrations/", song(), key="catalogue-17").status_code == 201


def test_two_clients_may_use_the_same_key(asking: Callable[..., Asking]) -> None:
    one, other = asking(), asking()
    assert one.post("registrations/", song(), key="catalogue-17").status_code == 201
    assert other.post("registrations/", song("Dil Ka Diya"), key="catalogue-17").status_code == 409  # who is meant
    body = song("Dil Ka Diya")
    body["writers"][1]["party"] = "new"
    assert other.post("registrations/", body, key="catalogue-17").status_code == 201


@pytest.mark.parametrize("key", ["", "short", "with blank in it", "x" * 65, "schlüssel-17"])
def test_a_registration_needs_a_key(key: str, program: Asking) -> None:
    headers = {"Idempotency_Key": key}
    answer = program.post("registrations/", song(), **headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_every_fault_is_listed_at_once_with_its_place(program: Asking) -> None:
    body = {
        "title": "محفل",
        "iswc": "T-034.524.680-2",
        "language": "XX",
        "duration": 0,
        "colour": "red",
        "recordings": [{"isrc": "PKABC2600001"}, {"isrc": "nonsense", "performer": 5}],
        "writers": [
            {"own": True, "name": "Me", "role": "C", "performing": "50"},
            {"name": "Zoheb", "role": "ZZ", "performing": "33.33333", "ipi": "123"},
            {"role": "A", "performing": "5"},
        ],
    }
    answer = program.post("registrations/", body)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {
        "title", "iswc", "language", "duration", "colour", "recordings.1.isrc", "writers.0.own", "writers.1.role",
        "writers.1.performing", "writers.1.ipi", "writers.2.name",
    }  # fmt: skip
    assert Work.objects.count() == 0


def test_every_fault_is_told_in_urdu_too(program: Asking) -> None:
    bodies: list[Any] = [
        {"title": "", "writers": [], "duration": "x", "language": None, "recordings": {}, "acknowledged": ["x"]},
        {"writers": [5, {"own": "maybe", "name": "x" * 300}, {"own": True, "role": "C", "performing": "150"}]},
        {"title": "Ek Geet", "writers": [{"own": True, "role": "C", "performing": "90"}]},
    ]
    for body in bodies:
        english = program.post("registrations/", body).json()["errors"]
        urdu = program.post("registrations/", body, Accept_Language="ur").json()["errors"]
        assert [error["field"] for error in english] == [error["field"] for error in urdu]
        for one, other in zip(english, urdu, strict=True):
            assert one["message"] != other["message"], one


def test_shares_that_do_not_make_the_whole_are_refused_by_right(program: Asking) -> None:
    body = song()
    body["writers"][0] |= {"performing": "60", "mechanical": "30"}
    errors = program.post("registrations/", body).json()["errors"]
    assert [error["field"] for error in errors] == ["writers", "writers"]
    assert "performing shares add up to 110" in errors[0]["message"]
    assert "mechanical shares add up to 80" in errors[1]["message"]


@pytest.mark.parametrize("rows", [0, 2])
def test_exactly_one_row_is_the_owner_of_the_client(rows: int, program: Asking) -> None:
    other = {"name": "Zoheb Hassan", "role": "A", "performing": "50"}
    own = {"own": True, "role": "C", "performing": "50"}
    answer = program.post("registrations/", song(writers=[own, own] if rows else [other, other]))
    assert answer.status_code == 400
    assert "own" in answer.json()["errors"][0]["message"]


def test_an_iswc_that_is_taken_is_refused(program: Asking) -> None:
    work("Quite Different", iswc="T0345246801")
    answer = program.post("registrations/", song(iswc="T-034.524.680-1"))
    assert answer.status_code == 400
    assert "belongs to" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b'{"title": NaN}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        (b'{"a":' * 10_000, 400),
        (b'{"title": "\\ud800"}', 400),
        (b'{"\\ud800": 1}', 400),
        (b'{"title": ' + b"9" * 60_000 + b"}", 400),
        (b'{"title": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
def test_a_body_that_is_no_registration_is_refused_with_a_problem(body: bytes, status: int, program: Asking) -> None:
    answer = program.post("registrations/", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_a_form_is_not_taken_for_json(program: Asking) -> None:
    answer = program.http.post(
        "/api/v1/registrations/", {"title": "x"}, headers=program._headers({"Idempotency-Key": "catalogue-17"})
    )
    assert answer.status_code == 415


@override_settings(API_REGISTRATIONS_PER_HOUR=1)
def test_s12_works_sent_in_an_hour_are_counted_and_a_repeated_request_is_not(program: Asking) -> None:
    assert program.post("registrations/", song(), key="catalogue-17").status_code == 201
    assert program.post("registrations/", song(), key="catalogue-17").status_code == 201
    assert program.post("registrations/", song("Another Song")).status_code == 429


@pytest.mark.parametrize(
    "statement", ["UPDATE works_apiregistration SET reference = 'x'", "DELETE FROM works_apiregistration"]
)
def test_what_a_client_was_told_is_never_changed(statement: str, program: Asking) -> None:
    program.post("registrations/", song())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_requests_under_one_key_at_once_register_one_work(program: Asking) -> None:
    answers: list[Any] = []

    def send() -> None:
        try:
            asker = Asking(program.client, program.token)
            answers.append(asker.post("registrations/", song(), key="catalogue-17"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Work.objects.count() == ApiRegistration.objects.count() == 1
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["uid"] for answer in answers}) == 1
