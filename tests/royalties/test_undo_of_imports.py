"""Undoing an import that runs, matches and money have to do with: refused or right, never silent."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from cmo_portal.common import clock
from members.models import Party
from royalties.models import OpenText, PayeeTotal, RunShare, SuspenseLine, TextClaim, UsageMatch
from royalties.queries.import_undos import stakes_of_undo
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.members import make_member, make_party
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from tests.works.import_files import as_revision
from tests.works.test_bulk import csv_of, line, receive, take
from tests.works.test_undo import take_cwr
from tests.works.test_undo_agreements import general as general_agreement
from works.models import Agreement, AgreementParty, ImportUndo, RegistrationFile, Work
from works.services.undoing import ask_undo, do_undo, undo_plan


def song_of_an_import(by: Any, title: str = "Alpha") -> tuple[RegistrationFile, Work]:
    """A work that a table brought, owned by a member who can be paid."""
    member = make_member("Hassan", f"Nazia{title}")
    row = line("1", title, f"Nazia{title} Hassan", "100", number=member.number)
    file = take(receive(csv_of(row), by, name=f"{title}.csv"), by)
    return file, Work.objects.get(title=title)


def undo(file: RegistrationFile, one: Any, other: Any) -> None:
    asked = ask_undo(file=file, reason="wrong file", leaves_rest=False, by=one, now=clock.now())
    do_undo(undo=asked, by=other, now=clock.now())


@pytest.fixture
def desk(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def second(staff: Any) -> Any:
    return staff("documentation")


@pytest.mark.django_db
def test_an_import_that_was_paid_from_is_not_undone(desk: Any, second: Any, run_jobs: Any) -> None:
    file, song = song_of_an_import(desk)
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("alpha", song))]))
    with pytest.raises(ValidationError) as refusal:
        undo(file, desk, second)
    assert str(song) in str(refusal.value) and f"Distribution {run.number} paid by it" in str(refusal.value)


@pytest.mark.django_db
def test_a_revision_that_was_paid_from_is_not_undone_and_one_that_came_after_the_payment_is(
    desk: Any, second: Any, run_jobs: Any
) -> None:
    """The second file revised the work before the run, the third only after it."""
    take_cwr(cwr_file(("NWR", [changed(WORK, "NWR", submitter_work_no="A")])), desk, "CW260001SPM_362.V21")
    song = Work.objects.get()

    def revision(number: int) -> RegistrationFile:
        sent = as_revision([changed(WORK, "NWR", submitter_work_no="A", title=f"NAME {number}")][0])
        return take_cwr(cwr_file(("REV", [sent])), desk, f"CW26000{number}SPM_362.V21")

    paid = revision(2)
    RegistrationFile.objects.update(imported_at=make.NOW - dt.timedelta(days=1))
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("name 2", song))]))
    with pytest.raises(ValidationError) as refusal:
        undo(paid, desk, second)
    assert f"{song.number} NAME 2: Distribution {run.number} paid by it." in str(refusal.value)
    late = revision(3)
    RegistrationFile.objects.filter(pk=late.pk).update(imported_at=make.NOW + dt.timedelta(days=1))
    undo(late, desk, second)
    song.refresh_from_db()
    assert song.title == "NAME 2"


@pytest.mark.django_db
def test_an_import_that_a_run_has_frozen_is_not_undone_until_the_run_is_cancelled(desk: Any, second: Any) -> None:
    file, song = song_of_an_import(desk)
    run = make.frozen_run(make.pool(100_00, files=[make.usage(make.Play("alpha", song))]))
    with pytest.raises(ValidationError, match="has frozen it"):
        undo(file, desk, second)
    with pytest.raises(Exception, match="cannot be withdrawn"), transaction.atomic():
        Work.objects.filter(pk=song.pk).update(state="withdrawn")
    runs.cancel_run(run=run, reason="mistake", by=make.maker(), now=make.NOW)
    undo(file, desk, second)
    song.refresh_from_db()
    assert song.state == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_twin_with_the_guard_off_a_frozen_work_can_be_withdrawn(superuser_cursor: Any, staff: Any) -> None:
    _file, song = song_of_an_import(staff("documentation"))
    make.frozen_run(make.pool(100_00, files=[make.usage(make.Play("alpha", song))]))
    superuser_cursor.execute("ALTER TABLE works_work DISABLE TRIGGER frozen_work_stays")
    assert Work.objects.filter(pk=song.pk).update(state="withdrawn") == 1


@pytest.mark.django_db
def test_a_match_that_a_person_gave_keeps_its_work(desk: Any, second: Any) -> None:
    file, song = song_of_an_import(desk)
    usage = make.usage(make.Play("alpha", song))
    match = UsageMatch.objects.get(file=usage)
    UsageMatch.objects.create(
        file=usage, text_no=match.text_no, revision=2, outcome="matched", work=song, stage="person", decided_by=desk
    )
    with pytest.raises(ValidationError, match="A person matched usage"):
        undo(file, desk, second)


@pytest.mark.django_db
def test_usage_that_a_member_claims_for_a_work_keeps_it_until_the_desk_has_decided(desk: Any, second: Any) -> None:
    file, song = song_of_an_import(desk)
    member = make_member("Naz", "Tahira")
    facts = {"key": b"k" * 32, "title": "alfa", "reason": "mine", "form_key": uuid.uuid4()}
    claim = TextClaim.objects.create(member=member, work=song, **facts)
    with pytest.raises(ValidationError, match="A member claims usage for it"):
        undo(file, desk, second)
    TextClaim.objects.filter(pk=claim.pk).update(state="withdrawn", ended_at=clock.now())
    undo(file, desk, second)


@pytest.mark.django_db
def test_a_match_of_the_machine_is_open_again_and_the_next_run_holds_its_money(
    desk: Any, second: Any, run_jobs: Any
) -> None:
    file, song = song_of_an_import(desk)
    usage = make.usage(make.Play("alpha", song))
    undo(file, desk, second)
    newest = UsageMatch.objects.filter(file=usage).order_by("-revision")[0]
    assert (newest.outcome, newest.work, newest.stage) == ("none", None, "withdrawn")
    assert OpenText.objects.filter(file_id=usage.pk).count() == 1
    run = make.calculated_run(run_jobs, make.pool(100_00, files=[usage]))
    assert not RunShare.objects.filter(run_id=run.pk, work_id=song.pk).exists()


@pytest.mark.django_db
def test_the_second_person_sees_what_the_undoing_means_in_money(desk: Any, staff: Any, sign_in: Any) -> None:
    file, song = song_of_an_import(desk)
    usage = make.usage(make.Play("alpha", song))
    make.pool(100_00, files=[usage])
    asked = ask_undo(file=file, reason="wrong file", leaves_rest=False, by=desk, now=clock.now())
    found = stakes_of_undo(undo_plan(file))
    assert (found.texts, found.waiting, found.revised, found.more) == (1, 100_00, 0, 0)
    assert [(row.work, row.is_revised, row.stake.total) for row in found.works] == [(song, False, 100_00)]
    page = sign_in(staff("approver")).get(f"/staff/import-undos/{asked.uid}/").content.decode()
    assert "What that usage would bring" in page and "Rs\N{NO-BREAK SPACE}100<" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(4))
def test_undoing_while_a_run_is_frozen_is_refused_or_right(turn: int, staff: Any) -> None:
    """Either the run has frozen the work and the undoing names it, or the work is gone and the run does not know it."""
    desk, second = staff("documentation"), staff("documentation")
    file, song = song_of_an_import(desk)
    asked = ask_undo(file=file, reason="wrong file", leaves_rest=False, by=desk, now=clock.now())
    run = make.draft_run(make.pool(100_00, files=[make.usage(make.Play("alpha", song))]))
    by, gate, found = make.maker(), threading.Barrier(2), {}

    def freeze() -> None:
        try:
            gate.wait()
            runs.freeze_run(run=run, by=by, now=make.NOW)
            found["run"] = "frozen"
        finally:
            connection.close()

    def take_back() -> None:
        try:
            gate.wait()
            do_undo(undo=asked, by=second, now=clock.now())
            found["undo"] = "done"
        except ValidationError as error:
            found["undo"] = "refused" if "has frozen it" in str(error) else str(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=freeze), threading.Thread(target=take_back)]
    for thread in threads if turn % 2 else reversed(threads):
        thread.start()
    for thread in threads:
        thread.join()
    song.refresh_from_db()
    frozen = RunShare.objects.filter(run_id=run.pk, work_id=song.pk, payee_id__gt=0).exists()
    assert (found["run"], found["undo"], song.state, frozen) in (
        ("frozen", "refused", "registered", True),
        ("frozen", "done", "withdrawn", False),
    )


@pytest.mark.django_db
def test_money_that_waits_for_the_co_writers_is_posted_with_its_reason(run_jobs: Any) -> None:
    one, two = make_member("Noor").party, make_member("Jahan").party
    song = make.song("Waits", (one, 50), (two, 50))
    song.shares.update(state="unconfirmed")
    run = make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play("waits", song))]))
    reasons = set(SuspenseLine.objects.filter(run=run).values_list("reason", flat=True))
    assert (run.state, reasons) == ("finalised", {"unconfirmed"})


@pytest.mark.django_db
def test_a_society_by_which_a_run_paid_stays_and_the_run_is_named(desk: Any, second: Any, run_jobs: Any) -> None:
    """The import that named it is undone; the next run pays the writer's other work by it as before."""
    society = make_party("Society X", kind="society", society_code="052")
    file = take_cwr(cwr_file(("NWR", [changed(WORK, "SWR", pr_society="052")])), desk, "CW260001SPM_362.V21")
    song = make.song("Another song", (Party.objects.get(display_name="SANA AHMED"), 100))

    def paid(title: str) -> tuple[str, dict[int, int]]:
        run = make.finalised_run(run_jobs, make.pool(100_00, files=[make.usage(make.Play(title, song))]))
        rows = PayeeTotal.objects.filter(run_id=run.pk, amount__gt=0)
        return run.number, dict(rows.values_list("payee_id", "amount"))

    number, before = paid("another")
    assert before == {society.pk: 100_00}
    undo(file, desk, second)
    (kept,) = [row for row in ImportUndo.objects.get().report["societies"]["kept"] if row["society"] == "052"]
    assert kept["party"] == "SANA AHMED" and f"Distribution {number} paid by it." in kept["reasons"]
    assert paid("another again")[1] == before


@pytest.mark.django_db
def test_an_agreement_by_which_a_run_has_frozen_who_collects_is_not_undone(desk: Any, second: Any) -> None:
    writer = make_member("Ahmed", "Sana").party
    song = make.song("Sung", (writer, 100))
    file = take_cwr(cwr_file(("AGR", [general_agreement()])), desk, "CW260001SPM_362.V21")
    agreement = Agreement.objects.get()
    AgreementParty.objects.filter(agreement=agreement, role="AS").update(party=writer)
    run = make.frozen_run(make.pool(100_00, files=[make.usage(make.Play("sung", song))]))
    with pytest.raises(ValidationError) as refusal:
        undo(file, desk, second)
    assert agreement.number in str(refusal.value) and f"Distribution {run.number} has frozen it" in str(refusal.value)
    runs.cancel_run(run=run, reason="mistake", by=make.maker(), now=make.NOW)
    undo(file, desk, second)
    agreement.refresh_from_db()
    assert agreement.state == "withdrawn"
