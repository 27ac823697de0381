"""Answers and notices that are not about what they seem: our work number alone links nothing."""

import datetime as dt
import io
from typing import Any

import pytest

from tests.factories.works import work
from tests.works.export_files import NOW, export, member_of
from tests.works.formats.cwr_files import OWN_WORK, changed, cwr_file
from tests.works.import_files import ISWC
from works.formats.cwr.records import CwrRecord, CwrTransaction
from works.models import ExportedWork, ImportedTransaction, ReceivedStatus, RegistrationFile, Work, WorkIdentifier
from works.services.imports import check_registration_file, import_registration_file
from works.services.linking import known_works

pytestmark = pytest.mark.django_db
SISTER = {"sender_type": "SO", "sender_id": "000000052", "sender_name": "PRS"}
OURS = {"sender_type": "SO", "sender_id": "000000362", "sender_name": "COMP"}
OTHER = "T1234567894"


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def take(data: bytes, by: Any) -> RegistrationFile:
    file = check_registration_file(upload=io.BytesIO(data), filename="CW260009052_362.V21", by=by)
    checked = outcomes(file)
    if file.state == "checked":
        file = import_registration_file(file=file, by=by, now=NOW)
    assert outcomes(file) == checked, "the check promises what the import does"
    return file


def outcomes(file: RegistrationFile) -> list[tuple[str, str]]:
    rows = ImportedTransaction.objects.filter(file=file).order_by("number")
    return [(row.status, " ".join(one["message"] % one["facts"] for one in row.complaints)) for row in rows]


def notice(number: str, title: str, iswc: str = ISWC, ipi: str = "") -> tuple[Any, ...]:
    records = changed(OWN_WORK, "NWR", title=title, submitter_work_no=number, iswc=iswc)
    return tuple(
        ("ISW" if kind == "NWR" else kind, fields) for kind, fields in changed(records, "OWR", ipi_name_no=ipi)
    )


def acknowledgement(number: str, title: str, **fields: str) -> tuple[Any, ...]:
    ack = {
        "creation_date": "20260101", "creation_time": "120000", "original_group_id": "1",
        "original_transaction_type": "NWR", "creation_title": title, "submitter_creation_no": number,
        "recipient_creation_no": "PRS1", "processing_date": "20261122", "transaction_status": "AS", **fields,
    }  # fmt: skip
    return (("ACK", ack),)


def test_a_notice_about_another_work_with_our_number_changes_nothing_and_says_why(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    file = take(cwr_file(("ISW", [notice(song.number, "TOTALLY DIFFERENT")]), **SISTER), by)
    song.refresh_from_db()
    status, told = outcomes(file)[0]
    assert (song.iswc, status) == (None, "UM")
    assert f"Our work {song.number} is “Dil”" in told and "TOTALLY DIFFERENT" in told


def test_a_notice_fits_by_any_title_in_any_of_its_spellings(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    first, second = work("Größer", (owner, "CA", 100)), work("Sham Aur Phool", (owner, "CA", 100))
    rows = [notice(first.number, "GROESSER"), notice(second.number, "SHAAM OR PHOOL", OTHER)]
    file = take(cwr_file(("ISW", rows), **SISTER), by)
    assert [status for status, _told in outcomes(file)] == ["OK", "OK"]
    assert list(Work.objects.order_by("number").values_list("iswc", flat=True)) == [ISWC, OTHER]


def test_a_writer_of_the_work_does_not_make_another_title_fit(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    name = owner.names.exclude(ipi_name_number=None).get()
    song, another = work("Dil", (owner, "CA", 100)), work("Jan", (owner, "CA", 100))
    rows = [notice(song.number, "JAN", ISWC, name.ipi_name_number or "")]
    file = take(cwr_file(("ISW", rows), **SISTER), by)
    status, told = outcomes(file)[0]
    assert (status, Work.objects.get(pk=song.pk).iswc, Work.objects.get(pk=another.pk).iswc) == ("UM", None, None)
    assert f"Our work {song.number} is “Dil”: the title “JAN” does not fit." in told


@pytest.mark.parametrize(("number", "status"), [("00000000199", "OK"), ("00000000297", "UM")])
def test_a_writer_counts_in_an_answer_without_a_title(number: str, status: str, by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    name = song.shares.first().party.names.first()  # type: ignore[union-attr]
    name.ipi_name_number = "00000000199"  # type: ignore[union-attr]
    name.save()  # type: ignore[union-attr]
    export(by)
    known = known_works([song.number])
    writer = CwrRecord("SWR", 2, "", {"ipi_name_no": number})
    answer = CwrRecord("ACK", 1, "", {"submitter_creation_no": song.number, "creation_title": ""})
    row = CwrTransaction("ACK", "2.1", 1, 0, "1", "ACK", 1, (answer, writer))
    assert known.fits(song, row) == (status == "OK")


@pytest.mark.parametrize("iswc", ["T0345246802", ""])
def test_a_number_that_is_no_iswc_is_never_assigned(iswc: str, by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    file = take(cwr_file(("ISW", [notice(song.number, "DIL", iswc)]), **SISTER), by)
    assert outcomes(file)[0][0] == "UM" and Work.objects.get().iswc is None


def test_notices_that_contradict_each_other_in_a_file_are_conflicts_with_their_reasons(by: Any) -> None:
    owner = member_of("Sana Ahmed")
    first, second = work("First", (owner, "CA", 100)), work("Second", (owner, "CA", 100))
    rows = [notice(first.number, "FIRST"), notice(second.number, "SECOND"), notice(first.number, "FIRST", OTHER)]
    file = take(cwr_file(("ISW", rows), **SISTER), by)
    (noted, _none), (taken, by_whom), (differs, from_what) = outcomes(file)
    assert (noted, taken, differs) == ("OK", "CO", "CO")
    assert first.number in by_whom and ISWC in from_what and OTHER in from_what
    assert list(Work.objects.order_by("number").values_list("iswc", flat=True)) == [ISWC, None]


def test_an_answer_of_our_own_is_refused(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    export(by)
    groups = ("ACK", [acknowledgement(song.number, "DIL")]), ("ISW", [notice(song.number, "DIL")])
    file = take(cwr_file(*groups, **OURS), by)
    assert [status for status, _told in outcomes(file)] == ["RJ", "RJ"] and file.state == "nothing"
    assert all("we sent it ourselves" in told for _status, told in outcomes(file))
    assert not ReceivedStatus.objects.exists() and not WorkIdentifier.objects.exists()
    assert (ExportedWork.objects.get().status, Work.objects.get().iswc) == ("", None)


def test_an_answer_to_another_file_about_another_title_goes_to_a_person(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    export(by)
    file = take(cwr_file(("ACK", [acknowledgement(song.number, "FIRST SONG")]), **SISTER), by)
    status, told = outcomes(file)[0]
    assert status == "UM" and "“FIRST SONG” does not fit" in told
    assert not ReceivedStatus.objects.exists() and not WorkIdentifier.objects.exists()


def test_an_answer_without_our_number_is_found_by_its_place_unless_its_title_speaks_against_it(by: Any) -> None:
    work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    export(by)
    local = NOW.astimezone(dt.timezone(dt.timedelta(hours=5)))
    when = {"creation_date": f"{local:%Y%m%d}", "creation_time": f"{local:%H%M%S}"}
    rows = [acknowledgement("", "ANOTHER", **when), acknowledgement("", "DIL", **when)]
    assert [status for status, _told in outcomes(take(cwr_file(("ACK", rows), **SISTER), by))] == ["UM", "OK"]


def test_an_answer_that_fits_by_title_alone_belongs_to_what_its_sender_got(by: Any) -> None:
    song = work("Dil", (member_of("Sana Ahmed"), "CA", 100))
    ours = export(by, receiver="052")
    export(by, receiver="010")
    take(cwr_file(("ACK", [acknowledgement(song.number, "DIL")]), **SISTER), by)
    assert ReceivedStatus.objects.get().exported.file == ours
