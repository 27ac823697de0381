"""A member's CWR file says something of works of hers alone, and under her own number: all else is refused, by the
check and by the import."""

import io
from typing import Any

import pytest

from cmo_portal.common import clock
from members.models import Member, PartyName
from members.services.parties import PartyFacts, add_name
from tests.factories.members import make_member
from tests.factories.works import PERCENT, party
from tests.works.formats.cwr_files import OWN_WORK, SPU, behind, changed, cwr_file
from tests.works.import_files import ISWC, answers, as_revision, numbered, statuses, take
from works.models import ImportedTransaction, RegistrationFile, Work, WorkShare
from works.queries.registrations import spoken
from works.services.imports import import_registration_file, receive_registration_file

pytestmark = pytest.mark.django_db
PUBLISHER, WRITER, STRANGER = "00000000199", "00000000297", "00000000395"  # the first sends, the second wrote
LARGER = changed(
    changed(
        changed(changed(numbered("A"), "SPU", pr_ownership="02500"), "SWR", pr_ownership="07500"),
        "SPT",
        pr_collection="02500",
    ),
    "SWT",
    pr_collection="07500",
)


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def member(last: str, first: str, ipi: str | None) -> Member:
    found = make_member(last, first)
    PartyName.objects.filter(party=found.party).update(ipi_name_number=ipi)
    return found


@pytest.fixture
def saffron(db: None) -> Member:
    return member("Publishing", "Saffron", PUBLISHER)


@pytest.fixture
def sana(db: None) -> Member:
    return member("Ahmed", "Sana", WRITER)


@pytest.fixture
def creator(db: None) -> Member:
    return member("Khan", "Rashid", STRANGER)


def hand_in(data: bytes, member: Member) -> RegistrationFile:
    name = f"CW26{RegistrationFile.objects.count() + 1:04}SPM_362.V21"
    return receive_registration_file(upload=io.BytesIO(data), filename=name, by=member.user, party=member.party)


def taken(file: RegistrationFile, by: Any) -> RegistrationFile:
    return import_registration_file(file=file, by=by, now=clock.now())


def revision(records: Any = LARGER, **header: str) -> bytes:
    return cwr_file(("REV", [as_revision(records)]), creation_time="121212", **header)


def told(file: RegistrationFile) -> str:
    return " ".join(spoken(ImportedTransaction.objects.get(file=file).complaints)[-1].text.split())


def books() -> list[Any]:
    rows = WorkShare.objects.order_by("pk").values_list("work__title", "party", "right", "share", "state")
    return list(rows)


def test_a_revision_under_the_number_of_another_sender_is_refused(saffron: Any, creator: Any, by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    before = books()
    file = hand_in(revision(), creator)
    assert (file.state, statuses(file)) == ("nothing", ["RJ"]), "the check says it"
    assert told(file) == (
        "The header names “SAFFRON PUBLISHING” as the sender: that is not the member who handed this file in."
    )
    assert statuses(taken(file, by)) == ["RJ"] and books() == before


def test_an_owner_does_not_revise_what_another_sender_brought(sana: Any, by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    assert WorkShare.objects.filter(party=sana.party).exists()
    assert statuses(hand_in(revision(), sana)) == ["RJ"]


def test_her_own_number_does_not_revise_a_work_in_which_nothing_is_hers(saffron: Any, by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    song = Work.objects.get()
    WorkShare.objects.filter(work=song, party=saffron.party).update(party=party("Indus Songs"))
    file = hand_in(revision(), saffron)
    assert statuses(file) == ["RJ"]
    assert told(file) == (
        f"The member who handed this file in neither registered our work {song.number}, “{song.title}”, nor holds a"
        " share of it."
    )


def test_a_share_that_has_ended_is_none(saffron: Any, by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    WorkShare.objects.filter(party=saffron.party).update(valid_to="2020-12-31")
    assert statuses(hand_in(revision(), saffron)) == ["RJ"]


def test_an_owner_who_sends_under_her_number_revises_what_she_sent(saffron: Any, by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    file = hand_in(revision(), saffron)
    assert (file.state, statuses(file)) == ("checked", ["AS"])
    taken(file, by)
    assert sorted(WorkShare.objects.filter(right="PR").values_list("share", flat=True)) == [25 * PERCENT, 75 * PERCENT]


def test_who_registered_a_work_revises_it_also_without_a_share(saffron: Any, by: Any) -> None:
    taken(hand_in(cwr_file(("NWR", [numbered("A")])), saffron), by)
    assert Work.objects.get().registered_by == saffron.party
    WorkShare.objects.filter(party=saffron.party).update(party=party("Indus Songs"))
    assert statuses(hand_in(revision(), saffron)) == ["AS"]


def test_under_a_number_that_is_nobody_s_she_revises_what_she_registered_and_nothing_else(
    saffron: Any, creator: Any, by: Any
) -> None:
    unknown = {"sender_id": "000000493", "sender_name": "RASHID KHAN"}
    taken(hand_in(cwr_file(("NWR", [numbered("A")]), **unknown), saffron), by)
    assert statuses(hand_in(revision(**unknown), saffron)) == ["AS"]
    WorkShare.objects.filter(right="SR").update(party=creator.party)
    file = hand_in(revision(numbered("A", duration="000500"), **unknown), creator)
    assert statuses(file) == ["RJ"] and "the sender's number 00000000493 in the header" in told(file)


def test_a_new_work_without_a_share_of_hers_is_refused(creator: Any, by: Any) -> None:
    own_header = {"sender_type": "WR", "sender_id": STRANGER[2:], "sender_name": "KHAN RASHID"}
    named = changed(OWN_WORK, "OWR", ipi_name_no=STRANGER, pr_ownership="00000", mr_ownership="00000")
    named = changed(named, "OWR", sr_ownership="00000")
    other = {**OWN_WORK[1][1], "ip_no": "W3", "last_name": "BUTT"}
    works = [numbered("A"), changed((*named, ("OWR", other)), "NWR", submitter_work_no="B")]
    works += [changed(changed(OWN_WORK, "OWR", last_name="KHAN", first_name="RASHID"), "NWR", submitter_work_no="C")]
    hers = changed(OWN_WORK, "OWR", ipi_name_no=STRANGER, last_name="KHAN", first_name="RASHID")
    works += [changed(hers, "NWR", submitter_work_no="D")]
    works += [numbered("E", iswc=ISWC)]
    file = hand_in(cwr_file(("NWR", works), ("REV", [as_revision(numbered("F"))]), **own_header), creator)
    assert statuses(file) == ["RJ", "RJ", "RJ", "AS", "RJ", "RJ"]
    first = ImportedTransaction.objects.get(file=file, number=1)
    assert "No writer or publisher with a share" in first.complaints[-1]["message"]
    file = taken(file, by)
    assert statuses(file) == ["RJ", "RJ", "RJ", "AS", "RJ", "RJ"]
    assert Work.objects.get().registered_by == creator.party
    assert [answer.status for answer in answers(file)] == statuses(file), "our own reader finds no fault in the answer"


def test_a_sub_publisher_who_collects_without_owning_has_a_share_of_a_new_work(saffron: Any) -> None:
    original = changed(numbered("A"), "SPU", ip_no="P0", publisher_name="INDUS SONGS", ipi_name_no="")
    sub = {**SPU, "publisher_type": "SE", "pr_ownership": "00000", "mr_ownership": "00000", "sr_ownership": "00000"}
    chain = changed(behind(original, "SPU", ("SPU", sub)), "PWR", publisher_ip_no="P0", publisher_name="INDUS SONGS")
    assert statuses(hand_in(cwr_file(("NWR", [chain])), saffron)) == ["AS"]


def test_her_second_name_is_hers_too(creator: Any) -> None:
    add_name(party=creator.party, facts=PartyFacts("Publishing", "Saffron", ipi_name_number=PUBLISHER), by=None)
    assert statuses(hand_in(cwr_file(("NWR", [numbered("A")])), creator)) == ["AS"]


def test_a_member_s_file_does_not_speak_for_a_society(creator: Any, by: Any) -> None:
    ours = {"sender_type": "SO", "sender_id": "000000362", "sender_name": "COMP"}
    named = changed(OWN_WORK, "OWR", ipi_name_no=STRANGER, last_name="KHAN", first_name="RASHID")
    notice = (("ISW", {**numbered("W0000001", iswc=ISWC)[0][1]}), *numbered("A")[1:])
    file = hand_in(cwr_file(("NWR", [changed(named, "NWR", submitter_work_no="W9000000")]), **ours), creator)
    assert statuses(file) == ["RJ"]
    file = hand_in(cwr_file(("ISW", [notice]), **ours | {"sender_id": "000000052"}), creator)
    assert statuses(file) == ["RJ"] and "that is not the member" in told(file)


def test_a_work_and_its_revision_of_the_same_file_are_taken(saffron: Any, by: Any) -> None:
    file = hand_in(
        cwr_file(("NWR", [numbered("A")]), ("REV", [as_revision(numbered("A", duration="000400"))])), saffron
    )
    assert statuses(file) == statuses(taken(file, by)) == ["AS", "AS"]
    assert Work.objects.get().duration == 240


def test_what_became_another_s_after_the_check_is_refused_when_it_is_taken(saffron: Any, by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    file = hand_in(revision(), saffron)
    assert statuses(file) == ["AS"]
    WorkShare.objects.filter(party=saffron.party).update(party=party("Indus Songs"))
    before = books()
    file = taken(file, by)
    assert (file.state, statuses(file), books()) == ("nothing", ["RJ"], before)


def test_the_desk_hands_in_everybody_s_files(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    assert statuses(take(revision(), by)) == ["AS"]


def test_the_pages_of_member_and_desk_tell_the_reason(saffron: Any, creator: Any, by: Any, sign_in: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    file = hand_in(revision(), creator)
    for user, address in ((creator.user, "/my/works/files"), (by, "/staff/registrations")):
        assert (
            "that is not the member who handed this file in"
            in sign_in(user).get(f"{address}/{file.uid}/").content.decode()
        )
