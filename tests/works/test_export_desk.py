"""Exports at the desk: new works and revisions, works since a day, a worker, the page and the command."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from cmo_portal.jobs.models import Job
from cmo_portal.jobs.tasks import run_job
from tests.factories.works import work
from tests.works.export_files import NOW, data_of, export, member_of, sent
from works.models import ExportedWork, ExportFile
from works.services import exporting

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def test_a_work_sent_before_goes_out_as_a_revision_behind_the_new_ones(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    first = work("First", (owner, "CA", 100))
    export(by)
    second = work("Second", (owner, "CA", 100))
    file = export(by)
    assert [(each.transaction_type, each.submitter_work_no) for each in sent(file)] == [
        ("NWR", second.number),
        ("REV", first.number),
    ]
    assert (file.number, file.report["NWR"], file.report["REV"]) == (2, 1, 1)


def test_a_receiver_who_never_got_a_work_gets_it_as_a_new_one(by: Any) -> None:
    work("First", (member_of("Sana Ahmed"), "CA", 100))
    for receiver, kind in (
        ("052", "NWR"),
        ("010", "NWR"),
        ("52", "REV"),
        ("000", "NWR"),
        ("prs", "NWR"),
        ("PRS", "REV"),
    ):
        file = export(by, receiver=receiver)
        assert [each.transaction_type for each in sent(file)] == [kind], receiver
    assert list(ExportFile.objects.order_by("pk").values_list("receiver", flat=True)) == [
        "052", "010", "052", "000", "PRS", "PRS",
    ]  # fmt: skip


def test_a_rejected_work_is_sent_as_new_once_more(by: Any) -> None:
    work("First", (member_of("Sana Ahmed"), "CA", 100))
    export(by)
    ExportedWork.objects.update(status="RJ", status_version="2.1", meaning="rejected")
    assert [each.transaction_type for each in sent(export(by))] == ["NWR"]


def test_since_takes_only_what_was_changed_since(by: Any) -> None:
    work("First", (member_of("Sana Ahmed"), "CA", 100))
    today = dt.datetime.now(dt.UTC).date()
    assert len(sent(export(by, since=today - dt.timedelta(days=1)))) == 1
    assert export(by, since=today + dt.timedelta(days=2)).state == "empty"


def test_another_persons_desk_may_not_export(staff: Any) -> None:
    with pytest.raises(PermissionDenied):
        export(staff("finance", email="purse@society.example"))


def test_a_version_or_receiver_that_no_file_name_holds_is_refused(by: Any) -> None:
    with pytest.raises(ValidationError):
        export(by, "3.0")
    with pytest.raises(ValidationError):
        export(by, receiver="a receiver")


def test_a_large_register_is_written_by_a_worker(by: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    for place in range(3):
        work(f"Song {place}", (member_of("Sana Ahmed"), "CA", 100))
    file = exporting.start_export(version="2.2", by=by, now=NOW)
    assert file.state == "waiting"
    with pytest.raises(ValidationError, match="being written"):
        export(by)
    run_job(Job.objects.get(state="pending").pk)
    file.refresh_from_db()
    assert (file.state, file.report["sent"]) == ("written", 3)


# -- the page and the command


def test_the_page_writes_a_file_and_offers_it_with_its_list_of_complaints(by: Any, sign_in: Any) -> None:
    client = sign_in(by)
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    work("دل", (member_of("Sana Ahmed"), "CA", 100))
    answer = client.post("/staff/exports/", {"version": "2.2", "since": "", "receiver": "052"})
    file = ExportFile.objects.get()
    assert answer.url == f"/staff/exports/{file.uid}/" and file.filename == "CW260001362_052.V22"
    page = client.get(answer.url).content.decode()
    assert "break no rule" in page and "List of complaints" in page
    got = client.get(f"{answer.url}file/")
    assert b"".join(got.streaming_content) == data_of(file)
    assert b"Add a title in Roman letters" in b"".join(client.get(f"{answer.url}complaints/").streaming_content)
    wrong = client.post("/staff/exports/", {"version": "2.2", "receiver": "a b"})
    assert "Write two to four letters or digits" in wrong.content.decode()


def test_the_command_writes_the_same_file_and_reports_it(by: Any, tmp_path: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    work("دل", (member_of("Sana Ahmed"), "CA", 100))
    out, said = io.StringIO(), tmp_path / "complaints.csv"
    call_command(
        "export_cwr",
        *("--version", "2.2", "--out", str(tmp_path / "out.V22"), "--complaints", str(said), "--json"),
        stdout=out,
    )
    report = json.loads(out.getvalue())
    assert (report["state"], report["sent"], report["refused"]) == ("written", 1, 1)
    assert (tmp_path / "out.V22").read_bytes() == data_of(ExportFile.objects.get())
    assert "no_roman" not in said.read_text("utf-8-sig") and "Roman letters" in said.read_text("utf-8-sig")


@pytest.mark.parametrize("out", ["missing/out.V22", "."])
def test_an_export_that_can_go_nowhere_is_never_made(out: str, by: Any, tmp_path: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    with pytest.raises(CommandError, match=r"^[^\n]*(out\.V22: No such file|Is a directory)[^\n]*$"):
        call_command("export_cwr", "--version", "2.2", "--out", str(tmp_path / out))
    assert not ExportFile.objects.exists() and not ExportedWork.objects.exists()


def test_an_export_without_a_work_leaves_no_older_file_standing(by: Any, tmp_path: Any) -> None:
    target = tmp_path / "out.V22"
    target.write_text("an older file")
    said = io.StringIO()
    call_command("export_cwr", "--version", "2.2", "--out", str(target), stdout=io.StringIO(), stderr=said)
    assert not target.exists() and "nothing to send" in said.getvalue()


@pytest.mark.parametrize(("receiver", "told"), [("362", "our own society"), ("999", "No society has the code 999")])
def test_a_file_goes_to_another_society_that_exists(receiver: str, told: str, by: Any) -> None:
    with pytest.raises(ValidationError, match=told):
        export(by, receiver=receiver)
    assert not ExportFile.objects.exists()
