"""Undoing a whole import: exactly what it made goes, and what later things rest on stays, named in words."""

import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from cmo_portal.common import clock
from members.models import Member, Party, PartyAffiliation
from tests.factories.members import make_member
from tests.factories.works import party, work
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from tests.works.import_files import as_revision, check
from tests.works.test_agreement_editing import agreement
from tests.works.test_bulk import csv_of, line, receive, take
from works.models import (
    AgreementFault,
    DuplicatePair,
    ImportedRecord,
    ImportUndo,
    Recording,
    RecordingWork,
    RegistrationFile,
    SplitProposal,
    SweptWork,
    Work,
    WorkIdentifier,
    WorkShare,
)
from works.queries.registrations import undone_text
from works.services.agreement_faults import sweep_agreements
from works.services.disputes import NewClaim, open_dispute
from works.services.duplicates import sweep_works
from works.services.imports import import_registration_file
from works.services.registration import NewShare
from works.services.shares import replace_shares
from works.services.splits import answer_split
from works.services.undoing import ask_undo, do_undo, refuse_undo

WHOLE = 1_000_000


def imported(by: Any, *titles: str) -> RegistrationFile:
    """A table of the desk that was taken: each title by one writer, with a recording."""
    rows = [
        line(str(n), title, f"Writer Of{title}", "100", isrc=f"PKABC26{n:05d}", performer="Band")
        for n, title in enumerate(titles, start=1)
    ]
    return take(receive(csv_of(*rows), by, name=f"{titles[0]}.csv"), by)


def ask(file: RegistrationFile, by: Any, *, leaves_rest: bool = False) -> ImportUndo:
    return ask_undo(file=file, reason="wrong file", leaves_rest=leaves_rest, by=by, now=clock.now())


def undone(file: RegistrationFile, one: Any, other: Any, **more: Any) -> ImportUndo:
    return do_undo(undo=ask(file, one, **more), by=other, now=clock.now())


@pytest.fixture
def desk(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def second(staff: Any) -> Any:
    return staff("documentation")


def test_an_import_notes_every_row_it_makes(desk: Any) -> None:
    file = imported(desk, "Alpha", "Beta")
    kinds = dict.fromkeys(ImportedRecord.objects.filter(file=file).values_list("kind", flat=True))
    assert set(kinds) == {"work", "title", "share", "recording", "performer", "link", "party", "name"}
    assert ImportedRecord.objects.filter(file=file, kind="share").count() == WorkShare.objects.count() == 4


def test_what_was_there_before_is_not_noted(desk: Any) -> None:
    known = party("Known Writer", ipi="00000000395")
    row = line("1", "Alpha", "Known Writer", "100", number="00000000395")
    file = take(receive(csv_of(row), desk), desk)
    made = ImportedRecord.objects.filter(file=file, kind="party").values_list("record_id", flat=True)
    assert known.pk not in made


def test_undoing_takes_back_exactly_what_was_made(desk: Any, second: Any) -> None:
    other = work("Stays", (party("Some Body"), "CA", 100), isrc="PKXYZ2600001")
    file = imported(desk, "Alpha", "Beta")
    undo = undone(file, desk, second)
    file.refresh_from_db()
    assert (file.state, undo.report["withdrawn"], undo.report["left"]) == ("undone", 2, [])
    assert set(Work.objects.exclude(pk=other.pk).values_list("state", "iswc")) == {("withdrawn", None)}
    assert set(WorkShare.objects.values_list("work_id", flat=True)) == {other.pk}
    assert list(Recording.objects.values_list("isrc", flat=True)) == ["PKXYZ2600001"]
    assert RecordingWork.objects.get().work == other
    assert Party.objects.filter(display_name__startswith="Writer").count() == 2
    assert Work.objects.get(title="Alpha").titles.count() == 1


@pytest.mark.parametrize("form", ["table", "cwr"])
def test_the_same_bytes_can_be_handed_in_again_once_their_file_is_undone(form: str, desk: Any, second: Any) -> None:
    nazia = make_member("Hassan", "Nazia")

    def come() -> RegistrationFile:
        if form == "table":
            return take(receive(csv_of(line("1", "Song", "Nazia Hassan", "100")), nazia.user, nazia.party), nazia.user)
        return import_registration_file(file=check(cwr_file(("NWR", (WORK,))), by=desk), by=desk, now=clock.now())

    first = come()
    with pytest.raises(ValidationError, match="handed in before"):
        come()
    undone(first, desk, second)
    again = come()
    assert (again.state, again.report["accepted"]) == ("imported", first.report["accepted"])
    assert set(again.transactions.values_list("work__state", flat=True)) == {"registered"}
    assert WorkShare.objects.exclude(work__registrations__file=again).count() == 0
    with pytest.raises(ValidationError, match="handed in before"):
        come()


def test_of_the_same_bytes_one_file_stands_whatever_writes_it(desk: Any, second: Any) -> None:
    file = imported(desk, "Alpha")
    twin = {"filename": "twin.csv", "sha256": bytes(file.sha256), "format": "CSV", "received_by": desk}
    with pytest.raises(IntegrityError, match="registration_file_taken_once"), transaction.atomic():
        RegistrationFile.objects.create(**twin)
    undone(file, desk, second)
    RegistrationFile.objects.create(**twin)
    with pytest.raises(IntegrityError, match="registration_file_taken_once"), connection.cursor() as cursor:
        cursor.execute("UPDATE works_registrationfile SET state = 'imported' WHERE state = 'undone'")


def test_an_undone_import_says_how_many_works_went_and_how_many_came_back() -> None:
    undo = ImportUndo(report={"withdrawn": 0, "restored": 2})
    assert undone_text(undo) == "The import is undone. Works withdrawn: 0; put back as they were: 2."


def test_the_works_of_an_undone_file_say_that_they_are_withdrawn(desk: Any, second: Any, sign_in: Any) -> None:
    nazia = make_member("Hassan", "Nazia")
    file = take(receive(csv_of(line("1", "Song", "Nazia Hassan", "100")), nazia.user, nazia.party), nazia.user)
    for user, address in ((nazia.user, "my/works/files"), (second, "staff/registrations")):
        page = sign_in(user).get(f"/{address}/{file.uid}/").content.decode()
        assert "Withdrawn" not in page, address
    undone(file, desk, second)
    for user, address in ((nazia.user, "my/works/files"), (second, "staff/registrations")):
        page = sign_in(user).get(f"/{address}/{file.uid}/").content.decode()
        row = page[page.index("<tbody>") : page.index("</tbody>")]
        assert "Withdrawn" in row and "Accepted" not in row, address


def test_what_machines_noted_at_night_keeps_nothing(desk: Any, second: Any) -> None:
    file = imported(desk, "Chandni Raat", "Beta")
    writer = WorkShare.objects.order_by("pk")[0].party
    work("Chandni Rat", (writer, "CA", 100))
    for taker in (party("First"), party("Other")):
        agreement(desk, writer, taker, 60, agreement_type="OG")
    heard: dict[str, Any] = {"told": lambda _done, _total: None, "held": lambda: None}
    sweep_works(**heard)
    sweep_agreements(on=clock.today(), now=clock.now(), **heard)
    assert SweptWork.objects.count() == 3 and DuplicatePair.objects.exists() and AgreementFault.objects.exists()
    undo = undone(file, desk, second)
    assert (undo.report["withdrawn"], undo.report["left"]) == (2, [])


def test_a_recording_that_another_work_uses_stays(desk: Any, second: Any) -> None:
    file = imported(desk, "Alpha")
    sound = Recording.objects.get()
    other = work("Other", (party("Some Body"), "CA", 100))
    RecordingWork.objects.create(recording=sound, work=other, position=2, decided_by=desk)
    undone(file, desk, second)
    assert RecordingWork.objects.get().work == other and Recording.objects.get() == sound


def test_a_second_person_does_it_where_something_could_have_paid(desk: Any, second: Any, staff: Any) -> None:
    file = imported(desk, "Alpha")
    undo = ask(file, desk)
    assert (undo.state, undo.four_eyes, Work.objects.get().state) == ("asked", True, "registered")
    with pytest.raises(ValidationError, match="Another person"):
        do_undo(undo=undo, by=desk, now=clock.now())
    with pytest.raises(PermissionDenied):
        do_undo(undo=undo, by=staff("finance"), now=clock.now())
    with pytest.raises(ValidationError, match="asked for this already"):
        ask(file, second)
    do_undo(undo=undo, by=second, now=clock.now())
    for again in (lambda: do_undo(undo=undo, by=second, now=clock.now()), lambda: ask(file, desk)):
        with pytest.raises(ValidationError, match="already"):
            again()


def test_where_nothing_could_have_paid_one_person_is_enough(desk: Any) -> None:
    nazia, bilal = make_member("Hassan", "Nazia"), make_member("Hussain", "Bilal")
    rows = [line("1", "Song", "Nazia Hassan", "50"), line("1", "", "Bilal Hussain", "50", number=bilal.number)]
    file = take(receive(csv_of(*rows), nazia.user, nazia.party), nazia.user)
    assert ask(file, desk).state == "done"
    assert (Work.objects.get().state, SplitProposal.objects.get().state) == ("withdrawn", "withdrawn")


def test_a_refused_undoing_leaves_everything(desk: Any, second: Any) -> None:
    file = imported(desk, "Alpha")
    refuse_undo(undo=ask(file, desk), by=second, now=clock.now())
    assert Work.objects.get().state == "registered"
    assert undone(file, desk, second).state == "done"


def test_the_database_wants_two_persons_too(desk: Any) -> None:
    undo = ask(imported(desk, "Alpha"), desk)
    with pytest.raises(IntegrityError, match="undo_four_eyes"), transaction.atomic():
        ImportUndo.objects.filter(pk=undo.pk).update(state="done", decided_by=desk, decided_at=clock.now())
    with pytest.raises(Exception, match="undo_stands|Cannot"), transaction.atomic():
        ImportUndo.objects.filter(pk=undo.pk).update(four_eyes=False)


# --- what rests on works ---------------------------------------------------------------------------------------------


def change_by_hand(song: Work, by: Any) -> None:
    owner = song.shares.filter(party__isnull=False)[0].party
    replace_shares(work=song, right="PR", shares=[NewShare(owner, "C", "PR", WHOLE)], reason="letter", by=by)


def contest(song: Work, by: Any) -> None:
    owner = song.shares.filter(party__isnull=False)[0].party
    claims = [NewClaim(owner, "CA", WHOLE), NewClaim(party("Other Claimant"), "CA", 500_000)]
    open_dispute(work=song, right="PR", claims=claims, by=by, on=clock.today())


def merge(song: Work, by: Any) -> None:
    other = work("Target", (party("Some Body"), "CA", 100))
    Work.objects.filter(pk=song.pk).update(state="merged", merged_into=other)


@pytest.mark.parametrize(
    ("act", "words"),
    [(change_by_hand, "changed by hand"), (contest, "dispute"), (merge, "merged into another")],
)
def test_a_work_on_which_something_rests_is_named_and_the_rest_can_be_undone(
    act: Any, words: str, desk: Any, second: Any
) -> None:
    file = imported(desk, "Alpha", "Beta")
    song = Work.objects.get(title="Alpha")
    act(song, desk)
    with pytest.raises(ValidationError) as refusal:
        ask(file, desk)
    assert str(song) in str(refusal.value) and words in str(refusal.value)
    undo = undone(file, desk, second, leaves_rest=True)
    file.refresh_from_db()
    song.refresh_from_db()
    assert (file.state, undo.report["withdrawn"]) == ("partly", 1)
    assert [left["number"] for left in undo.report["left"]] == [song.number]
    assert song.state != "withdrawn" and song.shares.exists()
    assert Work.objects.get(title="Beta").state == "withdrawn"


def test_a_work_whose_side_has_answered_stays(desk: Any) -> None:
    nazia, bilal = make_member("Hassan", "Nazia"), make_member("Hussain", "Bilal")
    rows = [line("1", "Song", "Nazia Hassan", "50"), line("1", "", "Bilal Hussain", "50", number=bilal.number)]
    file = take(receive(csv_of(*rows), nazia.user, nazia.party), nazia.user)
    proposal = SplitProposal.objects.get()
    answer_split(
        proposal=proposal,
        party=bilal.party,
        digest=bytes(proposal.digest),
        agrees=True,
        reason="",
        by=bilal.user,
        now=clock.now(),
    )
    with pytest.raises(ValidationError, match="answered for"):
        ask(file, desk)


def test_what_came_between_asking_and_doing_counts(desk: Any, second: Any) -> None:
    file = imported(desk, "Alpha")
    undo = ask(file, desk)
    change_by_hand(Work.objects.get(), second)
    with pytest.raises(ValidationError, match="changed by hand"):
        do_undo(undo=undo, by=second, now=clock.now())
    assert Work.objects.get().state == "registered"


# --- CWR -------------------------------------------------------------------------------------------------------------


def take_cwr(data: bytes, by: Any, name: str) -> RegistrationFile:
    return import_registration_file(file=check(data, by, name), by=by, now=clock.now())


def test_a_cwr_import_is_undone_with_its_numbers_and_affiliations(desk: Any, second: Any) -> None:
    file = take_cwr(cwr_file(("NWR", [changed(WORK, "NWR", submitter_work_no="A")])), desk, "CW260001SPM_362.V21")
    assert WorkIdentifier.objects.exists() and PartyAffiliation.objects.filter(valid_from=None).exists()
    undone(file, desk, second)
    assert Work.objects.get().state == "withdrawn"
    assert not WorkIdentifier.objects.exists() and not WorkShare.objects.exists()
    assert not PartyAffiliation.objects.filter(valid_from=None).exists()


def test_a_corrected_file_registers_the_works_again(desk: Any, second: Any) -> None:
    number = changed(WORK, "NWR", submitter_work_no="A")
    file = take_cwr(cwr_file(("NWR", [number])), desk, "CW260001SPM_362.V21")
    undone(file, desk, second)
    again = take_cwr(
        cwr_file(("NWR", [changed(WORK, "NWR", submitter_work_no="A", title="BETTER")])), desk, "CW260002SPM_362.V21"
    )
    assert again.report["accepted"] == 1
    assert Work.objects.filter(state="registered").count() == 1


def test_a_revision_is_put_back_as_it_was_and_its_first_file_waits_for_that(desk: Any, second: Any) -> None:
    number = changed(WORK, "NWR", submitter_work_no="A")
    first = take_cwr(cwr_file(("NWR", [number])), desk, "CW260001SPM_362.V21")
    song = Work.objects.get()

    def shares() -> set[Any]:
        return set(song.shares.values_list("party_id", "role", "right", "share", "state", "source"))

    before, title = shares(), song.title
    revision = as_revision([changed(WORK, "NWR", submitter_work_no="A", title="NEW NAME")][0])
    later = take_cwr(cwr_file(("REV", [revision])), desk, "CW260002SPM_362.V21")
    song.refresh_from_db()
    assert song.title == "NEW NAME"
    with pytest.raises(ValidationError, match="CW260002SPM_362.V21 revised it"):
        ask(first, desk)
    undo = undone(later, desk, second)
    song.refresh_from_db()
    assert (undo.report["withdrawn"], undo.report["restored"]) == (0, 1)
    assert (song.title, song.state, shares()) == (title, "registered", before)


# --- two at once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_people_who_undo_at_once_undo_it_once(staff: Any) -> None:
    asker = staff("documentation")
    people = [staff("documentation"), staff("documentation")]
    undo = ask(imported(asker, "Alpha"), asker)
    gate, found = threading.Barrier(2), []

    def act(person: Any) -> None:
        gate.wait()
        try:
            do_undo(undo=undo, by=person, now=clock.now())
            found.append("done")
        except ValidationError:
            found.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["done", "refused"]
    assert Work.objects.get().state == "withdrawn"


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["documentation", "approver"])
def test_one_person_asks_on_the_page_and_another_does_it(role: str, desk: Any, staff: Any, sign_in: Any) -> None:
    second = staff(role)
    file = imported(desk, "Alpha", "Beta")
    change_by_hand(Work.objects.get(title="Beta"), desk)
    hers, his = sign_in(desk), sign_in(second)
    address = f"/staff/registrations/{file.uid}/undo/"
    page = hers.get(address).content.decode()
    assert (
        "Works that cannot be taken back" in page
        and "changed by hand" in page
        and "another person has to do it" in page
    )
    refused = hers.post(address, {"reason": "wrong file"})
    assert "Tick this to undo the rest" in refused.content.decode()
    hers.post(address, {"reason": "wrong file", "leaves_rest": "on"})
    undo = ImportUndo.objects.get()
    confirming = f"/staff/import-undos/{undo.uid}/"
    shown = hers.get(f"/staff/registrations/{file.uid}/").content.decode()
    assert "Waiting for a second person" in shown and confirming in shown
    assert 'value="do"' not in hers.get(confirming).content.decode()
    hers.post(f"{confirming}decide/", {"act": "do"})
    assert Work.objects.get(title="Alpha").state == "registered"
    assert "/staff/import-undos/?state=asked" in his.get("/staff/").content.decode()
    assert file.filename in his.get("/staff/import-undos/?state=asked").content.decode()
    looked = his.get(confirming).content.decode()
    assert "Alpha" in looked and "changed by hand" in looked and 'value="do"' in looked
    his.post(f"{confirming}decide/", {"act": "do"})
    done = his.get(confirming).content.decode()
    assert "Works left as they are" in done and Work.objects.get(title="Alpha").state == "withdrawn"
    assert hers.get(address).status_code == 404


def test_who_may_only_confirm_undos_neither_asks_nor_opens_registration_files(
    desk: Any, staff: Any, sign_in: Any
) -> None:
    file, approver = imported(desk, "Alpha"), staff("approver")
    with pytest.raises(PermissionDenied):
        ask(file, approver)
    undo = ask(file, desk)
    his = sign_in(approver)
    assert his.get(f"/staff/registrations/{file.uid}/").status_code == 403
    assert f"/staff/registrations/{file.uid}/" not in his.get(f"/staff/import-undos/{undo.uid}/").content.decode()
    refuse_undo(undo=undo, by=approver, now=clock.now())
    assert ask(file, desk).state == "asked"


def test_who_asked_may_take_it_back_and_a_stranger_refuses_nothing(desk: Any, staff: Any) -> None:
    undo = ask(imported(desk, "Alpha"), desk)
    with pytest.raises(PermissionDenied):
        refuse_undo(undo=undo, by=staff("membership"), now=clock.now())
    assert refuse_undo(undo=undo, by=desk, now=clock.now()).state == "refused"


def test_a_withdrawn_work_is_nobodys_any_more(desk: Any, second: Any, sign_in: Any) -> None:
    nazia: Member = make_member("Hassan", "Nazia")
    file = take(receive(csv_of(line("1", "Mine", "Nazia Hassan", "100")), nazia.user, nazia.party), nazia.user)
    song = Work.objects.get()
    undone(file, desk, second)
    hers = sign_in(nazia.user)
    assert "Mine" not in hers.get("/my/works/").content.decode().split("<main")[1]
    assert hers.get(f"/my/works/{song.uid}/").status_code == 404
    assert hers.get(f"/repertoire/{song.uid}/").status_code == 404
    assert "took this import back" in hers.get(f"/my/works/files/{file.uid}/").content.decode()
