"""Every way in which a member's registration comes in: a run pays nobody by a split that a person named in it has not
agreed to, and the next one pays when the last side has agreed."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cmo_portal.common import clock
from members.models import Member, PartyName
from members.services.clients import place_client
from royalties.models import RunShare
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.members import make_member
from tests.works.api.conftest import Asking, song
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from tests.works.test_bulk import csv_of, line
from tests.works.test_drafts import filled
from tests.works.test_imports import as_revision
from works.models import ImportUndo, RegistrationFile, SplitProposal, Work, WorkShare
from works.services import bulk
from works.services.drafts import decide_submitted, register_typed
from works.services.imports import import_registration_file, receive_registration_file
from works.services.splits import answer_split
from works.services.undoing import ask_undo, do_undo


def records(publisher: str, writer: str, kind: str = "NWR") -> Any:
    """A work that Nazia publishes and Bilal wrote, with the performing shares of the two."""
    told = changed(as_revision(WORK) if kind == "REV" else WORK, "PWR", publisher_name="NAZIA HASSAN")
    told = changed(told, "SPU", publisher_name="NAZIA HASSAN", pr_ownership=publisher)
    told = changed(told, "SWR", last_name="HUSSAIN", first_name="BILAL", pr_ownership=writer)
    return changed(changed(told, "SPT", pr_collection=publisher), "SWT", pr_collection=writer)


PEOPLE = [("", "C", "50", ""), ("Bilal Hussain", "A", "50", "")]


def with_ipi(member: Member, number: str) -> Member:
    PartyName.objects.filter(party=member.party).update(ipi_name_number=number)
    return member


@pytest.fixture
def nazia(db: None) -> Member:
    return with_ipi(make_member("Hassan", "Nazia", number=77), "00000000199")


@pytest.fixture
def bilal(db: None) -> Member:
    return with_ipi(make_member("Hussain", "Bilal", number=78), "00000000297")


def by_form(nazia: Member, bilal: Member, sign_in: Any, staff: Any) -> None:
    browser: Client = sign_in(nazia.user)
    draft = filled(browser, *PEOPLE)
    browser.post(f"{draft}check/", {"person-1": str(bilal.party.uid)})


def by_form_with_a_namesake(nazia: Member, bilal: Member, sign_in: Any, staff: Any) -> None:
    by_form(nazia, bilal, sign_in, staff)
    Work.objects.update(state="submitted")
    decide_submitted(work=Work.objects.get(), accept=True, reason="", by=staff("documentation"), now=clock.now())


def by_table(nazia: Member, bilal: Member, sign_in: Any, staff: Any, *, taker: Any = None) -> None:
    table = csv_of(line("1", "Song", "Nazia Hassan", "50"), line("1", "", "Bilal Hussain", "50", number=bilal.number))
    upload = io.BytesIO(table)
    file = bulk.receive_table(upload=upload, filename="songs.csv", by=nazia.user, party=nazia.party)
    bulk.start_taking(file=file, by=taker or nazia.user, now=clock.now())


def by_table_that_the_desk_takes(nazia: Member, bilal: Member, sign_in: Any, staff: Any) -> None:
    by_table(nazia, bilal, sign_in, staff, taker=staff("documentation"))


def by_cwr(nazia: Member, bilal: Member, sign_in: Any, staff: Any) -> None:
    cwr_of(nazia, records("05000", "05000"), staff("documentation"))


def by_api(nazia: Member, bilal: Member, sign_in: Any, staff: Any) -> None:
    today = clock.today()
    client, token = place_client(
        name="Program", scopes=["works:register"], party=nazia.party, purpose="test",
        expires_on=today + dt.timedelta(days=30), now=clock.now(), today=today,
    )  # fmt: skip
    body = song()
    body["writers"][1] |= {"name": "Bilal Hussain", "member": bilal.number}
    assert Asking(client, token).post("registrations/", body).status_code == 201


WAYS: list[Callable[..., None]] = [
    by_form, by_form_with_a_namesake, by_table, by_table_that_the_desk_takes, by_cwr, by_api,
]  # fmt: skip


def cwr_of(member: Member, records: Any, by: Any, *, kind: str = "NWR", name: str = "songs.V21") -> RegistrationFile:
    """A file of works that a member handed in and the desk took."""
    upload = io.BytesIO(cwr_file((kind, [records])))
    file = receive_registration_file(upload=upload, filename=name, by=member.user, party=member.party)
    return import_registration_file(file=file, by=by, now=dt.datetime.now(dt.UTC))  # later than all acts so far


def paid_by(song: Work) -> set[int]:
    """Whom a distribution of today pays by a work."""
    title = f"{song.title} {song.pk}"
    run = make.frozen_run(make.pool(100_00, files=[make.usage(make.Play(title.lower(), song))]))
    rows = RunShare.objects.filter(run_id=run.pk, work_id=song.pk, right="PR", payee_id__gt=0)
    found = set(rows.values_list("payee_id", flat=True))
    runs.cancel_run(run=run, reason="only looked at", by=make.maker(), now=make.NOW)
    return found


def agree(song: Work, member: Member) -> SplitProposal:
    proposal = SplitProposal.objects.get(work=song, state="open")
    return answer_split(
        proposal=proposal, party=member.party, digest=bytes(proposal.digest), agrees=True, reason="", by=member.user,
        now=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("registers", WAYS)
def test_a_run_pays_by_a_member_s_registration_when_all_sides_have_agreed_and_not_before(
    registers: Callable[..., None], nazia: Member, bilal: Member, sign_in: Any, staff: Any
) -> None:
    registers(nazia, bilal, sign_in, staff)
    song = Work.objects.get()
    assert (song.state, song.registered_by) == ("registered", nazia.party)
    assert paid_by(song) == set()
    assert agree(song, bilal).state == "agreed"
    assert paid_by(song) == {nazia.party.pk, bilal.party.pk}


def test_what_a_co_writer_refuses_pays_nobody(nazia: Member, bilal: Member, sign_in: Any, staff: Any) -> None:
    by_api(nazia, bilal, sign_in, staff)
    song, proposal = Work.objects.get(), SplitProposal.objects.get()
    answer_split(
        proposal=proposal, party=bilal.party, digest=bytes(proposal.digest), agrees=False, reason="I wrote all words.",
        by=bilal.user, now=clock.now(),
    )  # fmt: skip
    assert paid_by(song) == set()


def test_what_the_desk_registers_pays_on_its_word(nazia: Member, bilal: Member, staff: Any) -> None:
    rows = [
        {"name": "Nazia Hassan", "role": "C", "performing": 500_000, "mechanical": 500_000},
        {"name": "Bilal Hussain", "role": "A", "performing": 500_000, "mechanical": 500_000},
    ]
    persons = {0: nazia.party.uid, 1: bilal.party.uid}
    made = register_typed(title={"title": "Song"}, shares=rows, persons=persons, by=staff("documentation"))
    assert paid_by(made) == {nazia.party.pk, bilal.party.pk}


def test_a_round_of_a_file_shows_and_asks_the_synchronisation_right_too(
    nazia: Member, bilal: Member, sign_in: Any, staff: Any
) -> None:
    by_cwr(nazia, bilal, sign_in, staff)
    proposal, his = SplitProposal.objects.get(), sign_in(bilal.user)
    address = f"/my/works/splits/{proposal.uid}/"
    assert "Synchronisation share" in his.get(address).content.decode()
    typed = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "note": "The words are mine."}
    for place, (member, role, units) in enumerate(
        ((nazia, "E", ("40", "40", "30")), (bilal, "CA", ("60", "60", "70")))
    ):
        typed |= {f"form-{place}-party": str(member.party.uid), f"form-{place}-role": role}
        for field, share in zip(("performing", "mechanical", "synchronisation"), units, strict=True):
            typed[f"form-{place}-{field}"] = share
    short = his.post(f"{address}propose/", typed | {"form-1-synchronisation": "60"}).content.decode()
    assert "The synchronisation shares add up to" in short
    his.post(f"{address}propose/", typed)
    agree(proposal.work, nazia)
    rows = WorkShare.objects.filter(work=proposal.work, party=bilal.party, state="active")
    assert dict(rows.values_list("right", "share")) == {"PR": 600_000, "MR": 600_000, "SR": 700_000}


# --- revisions by a member's file ------------------------------------------------------------------------------------

LARGER = records("04000", "06000", "REV")


@pytest.fixture
def agreed(nazia: Member, bilal: Member, sign_in: Any, staff: Any) -> Work:
    by_cwr(nazia, bilal, sign_in, staff)
    return agree(Work.objects.get(), bilal).work


def test_a_revision_by_a_member_s_file_asks_again(agreed: Work, nazia: Member, bilal: Member, staff: Any) -> None:
    cwr_of(nazia, LARGER, staff("documentation"), kind="REV", name="revised.V21")
    assert paid_by(agreed) == set()
    proposal = agree(agreed, bilal)
    assert (proposal.round, proposal.state) == (2, "agreed")
    assert WorkShare.objects.get(work=agreed, right="PR", party=bilal.party).share == 600_000
    assert paid_by(agreed) == {nazia.party.pk, bilal.party.pk}


def test_a_revision_that_leaves_the_split_as_it_was_agreed_asks_nobody(
    agreed: Work, nazia: Member, bilal: Member, staff: Any
) -> None:
    same = changed(records("05000", "05000", "REV"), "REV", title="EVENING IN KARACHI")
    cwr_of(nazia, same, staff("documentation"), kind="REV", name="revised.V21")
    assert agreed.splits.count() == 1
    assert paid_by(agreed) == {nazia.party.pk, bilal.party.pk}


def test_a_revision_while_the_sides_are_asked_replaces_the_question(
    nazia: Member, bilal: Member, sign_in: Any, staff: Any
) -> None:
    by_cwr(nazia, bilal, sign_in, staff)
    cwr_of(nazia, LARGER, staff("documentation"), kind="REV", name="revised.V21")
    song = Work.objects.get()
    assert list(song.splits.order_by("round").values_list("state", flat=True)) == ["replaced", "open"]
    assert paid_by(song) == set()


def undone(file: RegistrationFile, staff: Any) -> ImportUndo:
    one, other = staff("documentation"), staff("approver")
    asked = ask_undo(file=file, reason="wrong file", leaves_rest=False, by=one, now=clock.now())
    return do_undo(undo=asked, by=other, now=clock.now())


def test_undoing_a_revision_puts_the_agreed_split_back_and_asks_nobody_any_more(
    agreed: Work, nazia: Member, bilal: Member, staff: Any
) -> None:
    undone(cwr_of(nazia, LARGER, staff("documentation"), kind="REV", name="revised.V21"), staff)
    assert not agreed.splits.filter(state__in=["open", "refused"]).exists()
    assert WorkShare.objects.get(work=agreed, right="PR", party=bilal.party).share == 500_000
    assert paid_by(agreed) == {nazia.party.pk, bilal.party.pk}


def test_undoing_a_revision_of_a_split_that_waited_asks_about_the_former_one(
    nazia: Member, bilal: Member, sign_in: Any, staff: Any
) -> None:
    by_cwr(nazia, bilal, sign_in, staff)
    undone(cwr_of(nazia, LARGER, staff("documentation"), kind="REV", name="revised.V21"), staff)
    song = Work.objects.get()
    assert paid_by(song) == set()
    assert agree(song, bilal).round == 3
    assert WorkShare.objects.get(work=song, right="PR", party=bilal.party).share == 500_000
    assert paid_by(song) == {nazia.party.pk, bilal.party.pk}
