"""Answers of others to what we sent: linked, kept as a history, and shown with what they mean in their version."""

import datetime as dt
import io
from typing import Any

import pytest

from tests.factories.works import work
from tests.works.export_files import NOW, data_of, export, member_of
from tests.works.formats.cwr_files import OWN_WORK, WORK, as_bytes, changed, cwr_file, line, reading
from works.formats.cwr.acknowledgement import Answer, write_acknowledgement
from works.formats.cwr.reader import read_cwr
from works.formats.cwr.writer import FileSender
from works.models import ExportedWork, ExportFile, ReceivedStatus, RegistrationFile, Work, WorkIdentifier
from works.services.imports import check_registration_file, import_registration_file

pytestmark = pytest.mark.django_db
PRS = FileSender("SO", "052", "PRS")


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def answer_to(file: ExportFile, status: str, *, day: int = 21) -> bytes:
    """What a sister society answers to our file, all of whose works it gives one status."""
    out, moment = io.BytesIO(), dt.datetime(2026, 11, day, 8)  # noqa: DTZ001 - a file's header has no time zone
    received = read_cwr(io.BytesIO(data_of(file)), file.filename)
    answers = [Answer(row, status, f"T{place}") for place, row in enumerate(received)]
    assert received.header is not None
    write_acknowledgement(
        out, original=received.header, sender=PRS, created=moment, processed=moment.date(), answers=answers
    )
    return out.getvalue()


def take(data: bytes, by: Any, name: str = "CW260009052_362.V21") -> RegistrationFile:
    file = check_registration_file(upload=io.BytesIO(data), filename=name, by=by)
    return import_registration_file(file=file, by=by, now=NOW)


def test_an_answer_changes_the_state_of_what_was_sent_and_brings_their_number(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    file = take(answer_to(export(by), "AS"), by)
    sent = ExportedWork.objects.get()
    assert (sent.status, sent.status_version, sent.meaning) == ("AS", "2.1", "payable")
    assert list(file.transactions.values_list("kind", "status", "work")) == [("ACK", "OK", song.pk)]
    assert WorkIdentifier.objects.filter(work=song, issuer="SO52", value="T0").exists()
    assert not file.answer


def test_later_answers_are_kept_beside_the_earlier_ones_and_the_newest_decides(by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    exported = export(by)
    take(answer_to(exported, "RA", day=21), by)
    take(answer_to(exported, "AC", day=25), by)
    take(answer_to(exported, "RJ", day=23), by)
    assert list(ReceivedStatus.objects.order_by("pk").values_list("status", flat=True)) == ["RA", "AC", "RJ"]
    assert ExportedWork.objects.get().status == "AC"


def test_the_page_of_the_export_shows_the_answers(by: Any, sign_in: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    exported = export(by)
    take(answer_to(exported, "NP"), by)
    page = sign_in(by).get(f"/staff/exports/{exported.uid}/").content.decode()
    assert "No share for the receiver" in page


def test_an_answer_of_version_3_with_the_same_letters_means_something_else(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    export(by)
    ack = {
        "creation_date": "20261120",
        "creation_time": "143000",
        "original_group_id": "1",
        "original_transaction_type": "WRK",
        "submitter_creation_no": song.number,
        "processing_date": "20261122",
        "transaction_status": "AS",
    }
    lines = [
        line("3.1", "HDR", {"sender_type": "SO", "sender_id": "52", "creation_date": "20261122",
                            "creation_time": "080000", "transmission_date": "20261122", "cwr_version": "3.1"}),
        line("3.1", "GRH", {"transaction_type": "ACK", "group_id": "1"}),
        line("3.1", "ACK", ack),
        line("3.1", "GRT", {"group_id": "1", "transaction_count": "1", "record_count": "3"}),
        line("3.1", "TRL", {"group_count": "1", "transaction_count": "1", "record_count": "5"}),
    ]  # fmt: skip
    take(as_bytes(lines), by, "CW260009052_0362_V3-1-0.ACK2")
    sent = ExportedWork.objects.get()
    assert (sent.status, sent.status_version, sent.meaning) == ("AS", "3.1", "accepted")


def test_an_iswc_that_a_society_assigns_is_noted_on_our_work(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    notice = changed(OWN_WORK, "NWR", title="DIL", submitter_work_no=song.number, iswc="T0345246801")
    records = tuple(("ISW" if kind == "NWR" else kind, fields) for kind, fields in notice)
    file = take(cwr_file(("ISW", [records])), by)
    song.refresh_from_db()
    assert song.iswc == "T0345246801"
    assert list(file.transactions.values_list("status", flat=True)) == ["OK"]


def test_an_iswc_that_contradicts_ours_is_a_conflict_and_changes_nothing(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100), iswc="T1234567894")
    records = tuple(
        ("ISW" if kind == "NWR" else kind, fields)
        for kind, fields in changed(OWN_WORK, "NWR", title="DIL", submitter_work_no=song.number, iswc="T0345246801")
    )
    file = take(cwr_file(("ISW", [records])), by)
    song.refresh_from_db()
    assert song.iswc == "T1234567894"
    assert list(file.transactions.values_list("status", flat=True)) == ["CO"]


def test_our_answer_tells_the_iswc_that_the_sender_did_not_give(by: Any) -> None:
    take(cwr_file(("NWR", [WORK])), by, "CW260001SPM_362.V21")
    Work.objects.update(iswc="T0345246801")
    again = take(cwr_file(("NWR", [WORK]), creation_time="111500"), by, "CW260002SPM_362.V21")
    answer = reading(again.answer.read())
    told = {row.type: row.header["iswc"] for row in answer}
    assert told == {"ACK": "", "ISW": "T0345246801"}
    assert answer.faults == ()
