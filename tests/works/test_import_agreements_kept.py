"""Agreements of files that a person decides on: told by the check, kept by the import, taken by an act of the desk."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command

from cmo_portal.audit.models import Act
from cmo_portal.common import clock
from members.models import Member, PartyName
from tests.factories.members import make_member
from tests.factories.works import work
from tests.works.formats.cwr_files import changed, cwr_file
from tests.works.import_files import answers, check, numbered, statuses, take
from tests.works.test_import_agreements import specific
from tests.works.test_undo import undone
from tests.works.test_undo_agreements import general
from works.models import Agreement, ImportedTransaction, RegistrationFile, Work
from works.queries.registrations import spoken
from works.queries.waiting import kept
from works.services.agreements import Contradicts
from works.services.imports import import_registration_file
from works.services.kept import take_kept

pytestmark = pytest.mark.django_db
SANA = "00000000297"


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def second(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def sana() -> Member:
    """The member whom the agreements of these files name as the assignor, by her IPI name number."""
    member = make_member("Ahmed", "Sana")
    PartyName.objects.filter(party=member.party).update(ipi_name_number=SANA)
    return member


def told(file: RegistrationFile, number: int = 1) -> str:
    row = file.transactions.order_by("number")[number - 1]
    return " ".join(f"{each.text} {each.remedy}" for each in spoken(row.complaints))


def agreement_to(number: str, name: str, ipi: str) -> Any:
    """A general agreement by which Sana passes her mechanical right on to a firm."""
    sent = changed(general(), "AGR", submitter_agreement_no=number)
    firm = {**sent[3][1], "last_name": name, "ipi_name_no": ipi, "mr_society": "362", "mr_share": "10000"}
    return (*sent[:3], ("IPA", firm))


def sent_for(member: Member, by: Any) -> ImportedTransaction:
    work("Her Song", (member.party, "CA", 100))
    file = take(cwr_file(("AGR", [general()])), by)
    return file.transactions.get()


def test_the_check_says_what_an_agreement_would_do(by: Any) -> None:
    file = check(cwr_file(("AGR", [agreement_to("AG8", "SAFFRON PUBLISHING", "00000000199")])), by)
    assert statuses(file) == ["AS"] and not Agreement.objects.exists()
    words = told(file)
    assert "Writer and publisher, all works, Pakistan, from 1 January 2020: SANA AHMED passes on." in words
    assert "Works that it reaches now: 0." in words
    assert "SAFFRON PUBLISHING gets PR 50.00 %, MR 100.00 %, SR 0.00 %." in words


def test_the_check_counts_the_works_that_a_specific_agreement_will_list(by: Any) -> None:
    published = changed(numbered("A"), "PWR", submitter_agreement_no="AG7")
    data = cwr_file(("AGR", [specific()]), ("NWR", [published]))
    file = check(data, by)
    assert statuses(file) == ["AS", "AS"] and "Works that it reaches now: 1." in told(file)
    assert not Work.objects.exists() and not Agreement.objects.exists()
    taken = import_registration_file(file=file, by=by, now=clock.now())
    assert statuses(taken) == ["AS", "AS"] and "Works that it reaches now: 1." in told(taken)


def test_the_same_agreement_twice_in_a_file_is_known_in_the_check_as_in_the_taking(by: Any) -> None:
    file = check(cwr_file(("AGR", [general(), general()])), by)
    assert statuses(file) == ["AS", "DU"]
    assert statuses(import_registration_file(file=file, by=by, now=clock.now())) == ["AS", "DU"]


def test_a_members_agreement_that_somebody_else_sends_waits_for_a_person(by: Any, sana: Member) -> None:
    song = work("Her Song", (sana.party, "CA", 100))
    file = check(cwr_file(("AGR", [general()])), by)
    assert statuses(file) == ["RA"]
    file = import_registration_file(file=file, by=by, now=clock.now())
    assert statuses(file) == ["RA"] and not Agreement.objects.exists()
    assert "is a member of ours, and the file comes from somebody else." in told(file)
    assert "Works that it reaches now: 1." in told(file)
    assert answers(file)[0].status == "RA" and song.state == "registered"


def test_two_agreements_of_a_file_that_contradict_each_other_do_not_both_stand(by: Any) -> None:
    both = [agreement_to("AG8", "SAFFRON PUBLISHING", "00000000199"), agreement_to("AG9", "OTHER HOUSE", "")]
    file = check(cwr_file(("AGR", both)), by)
    assert statuses(file) == ["AS", "RA"]
    file = import_registration_file(file=file, by=by, now=clock.now())
    assert statuses(file) == ["AS", "RA"]
    number = Agreement.objects.get().number
    assert f"MR: together with {number} (SAFFRON PUBLISHING) it gives away more than 100 %" in told(file, 2)


def test_the_dry_run_says_of_agreements_exactly_what_the_import_then_does(
    by: Any, sana: Member, tmp_path: Path
) -> None:
    work("Her Song", (sana.party, "CA", 100))
    published = changed(numbered("A"), "PWR", submitter_agreement_no="AG7")
    other = changed(agreement_to("AG10", "OTHER HOUSE", ""), "IPA", ipi_name_no="", last_name="NOBODYS")
    path = tmp_path / "CW260002SPM_362.V21"
    path.write_bytes(cwr_file(("AGR", [specific(), general(), other, other]), ("NWR", [published])))

    def run(*arguments: str) -> Any:
        out = StringIO()
        call_command("import_cwr", str(path), "--json", *arguments, stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    rehearsed, done = run("--dry-run"), run()
    assert rehearsed | {"state": ""} == done | {"state": ""}
    assert [row["status"] for row in done["outcomes"]] == ["RA", "RA", "AS", "DU", "AS"]
    assert done["outcomes"][2]["agreement"] == Agreement.objects.get(submitter_number="AG10").number


def test_the_member_is_told_when_it_comes_and_when_it_is_taken(
    by: Any, sana: Member, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        row = sent_for(sana, by)
    assert [(each.to, "somebody has sent us an agreement" in each.body) for each in mail.outbox] == [
        ([sana.email], True)
    ]
    with django_capture_on_commit_callbacks(execute=True):
        take_kept(row=row, by=by, now=clock.now())
    assert "was put into our books" in mail.outbox[1].body and "SAFFRON" not in mail.outbox[1].body


def test_the_desk_takes_it_once_and_the_answer_says_so(by: Any, sana: Member) -> None:
    row = sent_for(sana, by)
    name = row.file.report["answer_name"]
    taken = take_kept(row=row, by=by, now=clock.now())
    take_kept(row=row, by=by, now=clock.now())
    agreement = Agreement.objects.get()
    assert (taken.status, taken.agreement) == ("AS", agreement)
    assert Act.objects.filter(verb="take_kept_transaction").count() == 1
    file = RegistrationFile.objects.get()
    assert file.report["answer_name"] == name and file.report["accepted"] == 1
    answer = answers(file)[0]
    assert (answer.status, answer.recipient_work_no) == ("AS", agreement.number)


def test_who_may_not_edit_works_does_not_take_it(by: Any, sana: Member, staff: Any) -> None:
    row = sent_for(sana, by)
    with pytest.raises(PermissionDenied):
        take_kept(row=row, by=staff("finance"), now=clock.now())


def test_what_does_not_wait_is_not_taken(by: Any) -> None:
    file = take(cwr_file(("NWR", [numbered("A", title="")])), by)
    with pytest.raises(ValidationError, match="does not wait"):
        take_kept(row=file.transactions.get(), by=by, now=clock.now())


def test_what_it_contradicts_is_named_to_the_desk_before_it_is_taken(by: Any) -> None:
    both = [agreement_to("AG8", "SAFFRON PUBLISHING", "00000000199"), agreement_to("AG9", "OTHER HOUSE", "")]
    row = take(cwr_file(("AGR", both)), by).transactions.get(status="RA")
    with pytest.raises(Contradicts) as told_of:
        take_kept(row=row, by=by, now=clock.now())
    assert Agreement.objects.count() == 1
    taken = take_kept(row=row, by=by, now=clock.now(), accepted=told_of.value.mark)
    assert taken.status == "AS" and Agreement.objects.count() == 2


def test_the_page_of_the_file_leads_to_it_and_the_desk_takes_it_there(by: Any, sana: Member, sign_in: Any) -> None:
    row = sent_for(sana, by)
    client = sign_in(by)
    page = client.get(f"/staff/registrations/{row.file.uid}/").content.decode()
    assert f"/staff/registrations/kept/{row.uid}/" in page and "Received, kept for a person" in page
    assert "SANA AHMED" in client.get(f"/staff/registrations/kept/{row.uid}/").content.decode().upper()
    assert client.post(f"/staff/registrations/kept/{row.uid}/").status_code == 302
    number = Agreement.objects.get().number
    assert number in client.get(f"/staff/registrations/{row.file.uid}/").content.decode()
    assert number in sign_in(sana.user).get("/my/agreements/").content.decode()


def test_a_file_with_something_to_decide_stands_among_what_waits(by: Any, sana: Member, sign_in: Any) -> None:
    row = sent_for(sana, by)
    assert kept() == 1 and row.file.filename in sign_in(by).get("/staff/registrations/?state=kept").content.decode()
    take_kept(row=row, by=by, now=clock.now())
    assert kept() == 0


def test_the_undo_takes_back_what_the_desk_took_by_hand(by: Any, sana: Member, second: Any) -> None:
    row = sent_for(sana, by)
    take_kept(row=row, by=by, now=clock.now())
    undone(RegistrationFile.objects.get(), by, second)
    assert Agreement.objects.get().state == "withdrawn"
    row.refresh_from_db()
    assert row.is_withdrawn


def test_her_own_file_brings_her_agreement_at_once(by: Any, sana: Member) -> None:
    file = check(cwr_file(("AGR", [general()])), by)
    RegistrationFile.objects.update(party=sana.party)
    file.refresh_from_db()
    assert statuses(import_registration_file(file=file, by=by, now=clock.now())) == ["AS"]
