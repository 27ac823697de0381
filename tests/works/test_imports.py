"""Registration files: checked without a trace, taken whole, answered, and never taken twice."""

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.common import clock
from tests.factories.works import PERCENT, party, work
from tests.works.formats.cwr_files import OWN_WORK, WORK, as_bytes, changed, cwr_file, cwr_lines, without
from tests.works.import_files import (
    DATA,
    ISWC,
    NATIONAL,
    ONLY_ANSWERS,
    WITH_WORKS,
    answers,
    as_revision,
    check,
    golden,
    numbered,
    statuses,
    take,
)
from works.formats.cwr.answer_view import answer_of
from works.formats.cwr.reader import read_cwr
from works.models import (
    ImportedTransaction,
    LinkRequest,
    RecordingWork,
    RegistrationFile,
    Work,
    WorkIdentifier,
    WorkShare,
)
from works.services import imports
from works.services.imports import import_registration_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.mark.parametrize("name", WITH_WORKS)
def test_a_dry_run_leaves_no_work_behind(name: str, by: Any) -> None:
    file = golden(name, by)
    assert file.state == "checked"
    assert (Work.objects.count(), WorkShare.objects.count(), WorkIdentifier.objects.count()) == (0, 0, 0)
    assert file.report["transactions"] == ImportedTransaction.objects.filter(file=file).count() > 0


@pytest.mark.parametrize("name", WITH_WORKS)
def test_what_passed_is_taken_and_every_transaction_is_answered(name: str, by: Any) -> None:
    file = import_registration_file(file=golden(name, by), by=by, now=clock.now())
    assert Work.objects.count() == file.report["accepted"] > 0
    received = answers(file)
    assert [answer.status for answer in received] == statuses(file)
    assert {answer.recipient_work_no for answer in received if answer.status in ("AS", "AC")} == set(
        Work.objects.values_list("number", flat=True)
    )
    for found in Work.objects.all():
        for right in ("PR", "MR", "SR"):
            total = sum(WorkShare.objects.filter(work=found, right=right).values_list("share", flat=True))
            assert total in (0, 100 * PERCENT)


def test_the_dry_run_promises_what_the_import_does(by: Any) -> None:
    file = check(cwr_file(("NWR", [numbered("A"), numbered("B"), numbered("C", title="")])), by)
    promised = statuses(file)
    import_registration_file(file=file, by=by, now=clock.now())
    assert statuses(file) == promised == ["AS", "AS", "RJ"]


@pytest.mark.parametrize(("name", "status"), list(zip(ONLY_ANSWERS, ("RJ", "UM"), strict=True)))
def test_answers_of_ours_are_refused_and_those_about_other_works_kept_as_such(name: str, status: str, by: Any) -> None:
    file = import_registration_file(file=golden(name, by), by=by, now=clock.now())
    assert file.state == "nothing" and set(statuses(file)) == {status} and not file.answer
    assert not Work.objects.exists()


def test_a_file_without_works_is_refused_and_says_so(by: Any, sign_in: Any) -> None:
    file = check(cwr_file(), by)
    assert (file.state, file.report["transactions"]) == ("refused", 0)
    with pytest.raises(ValidationError, match="refused as a whole"):
        import_registration_file(file=file, by=by, now=clock.now())
    page = sign_in(by).get(f"/staff/registrations/{file.uid}/").content.decode()
    assert "refused as a whole" in page


def test_the_same_bytes_are_refused_whatever_their_name(by: Any) -> None:
    data = (DATA / WITH_WORKS[0]).read_bytes()
    check(data, by)
    with pytest.raises(ValidationError, match="CW260001SPM_362.V21"):
        check(data, by, "renamed.V21")
    assert RegistrationFile.objects.count() == 1


def test_taking_a_file_twice_takes_it_once(by: Any) -> None:
    file = golden(WITH_WORKS[0], by)
    import_registration_file(file=file, by=by, now=clock.now())
    before = Work.objects.count(), WorkShare.objects.count()
    import_registration_file(file=file, by=by, now=clock.now())
    assert (Work.objects.count(), WorkShare.objects.count()) == before


@pytest.mark.parametrize(
    "data", [b"", b"not a CWR file", b"PK\x03\x04" + bytes(100), b"A" * 1_000_000, "HDRپاکستان".encode("utf-16")]
)
def test_a_file_that_is_no_cwr_is_refused_with_words(data: bytes, by: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        check(data, by)
    assert all(len(message) > 10 for message in refusal.value.messages)
    assert RegistrationFile.objects.count() == 0


def test_a_file_above_the_limit_is_refused_before_it_is_read(by: Any, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1_000_000
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        check(cwr_file(("NWR", [WORK])) + b" " * 1_000_000, by)


def test_a_truncated_file_is_refused_as_a_whole_and_the_answer_says_why(by: Any) -> None:
    lines = cwr_lines(("NWR", [numbered("A"), numbered("B")]))
    file = check(as_bytes(lines[:-3]), by)
    assert file.state == "refused"
    assert any(complaint["edit"] == "FILE-E-005" for complaint in file.report["complaints"])
    reading = read_cwr(io.BytesIO(file.answer.read()), file.report["answer_name"])
    assert [answer_of(row).status for row in reading] == ["RJ"]
    with pytest.raises(ValidationError, match="refused as a whole"):
        import_registration_file(file=file, by=by, now=clock.now())
    assert Work.objects.count() == 0


def test_a_line_of_a_million_characters_costs_its_own_record_only(by: Any) -> None:
    lines = list(cwr_lines(("NWR", [numbered("A"), numbered("B")])))
    lines[3] += "Z" * 1_000_000
    file = take(as_bytes(lines), by)
    assert statuses(file)[1] == "AS"
    assert any("longer than" in complaint["message"] for complaint in file.report["complaints"])


def test_a_share_sum_of_100_01_percent_in_a_file_is_brought_to_the_whole(by: Any) -> None:
    one = changed(OWN_WORK, "OWR", pr_ownership="05001", mr_ownership="04999", sr_ownership="00000")
    other = {**one[1][1], "ip_no": "W3", "last_name": "BUTT", "pr_ownership": "05000", "mr_ownership": "05000"}
    file = take(cwr_file(("NWR", [(*one, ("OWR", other))])), by)
    assert statuses(file) == ["AC"], "accepted with changes"
    told = ImportedTransaction.objects.get(file=file).complaints
    assert [(one["line"], one["field"], one["value"]) for one in told] == [
        (4, "pr_ownership", "50.01"),
        (5, "pr_ownership", "50.00"),
        (4, "mr_ownership", "49.99"),
        (5, "mr_ownership", "50.00"),
    ]
    assert [(one["facts"]["total"], one["facts"]["stored"]) for one in told[:2]] == [
        ("100.01", "50.005"),
        ("100.01", "49.995"),
    ]
    assert told[0]["facts"]["better"] == told[1]["facts"]["better"] == "50.00"
    for right in ("PR", "MR"):
        assert sum(WorkShare.objects.filter(right=right).values_list("share", flat=True)) == 100 * PERCENT
    assert not WorkShare.objects.filter(right="SR").exists()


@pytest.mark.parametrize("wrong", ["10007", "09993", "05000"])
def test_a_share_sum_beyond_the_tolerance_is_rejected_with_the_sum(wrong: str, by: Any) -> None:
    records = changed(OWN_WORK, "OWR", pr_ownership=wrong, mr_ownership="10000", sr_ownership="10000")
    file = take(cwr_file(("NWR", [records])), by)
    assert statuses(file) == ["RJ"]
    assert Work.objects.count() == 0
    assert answers(file)[0].messages


def test_the_same_iswc_twice_in_a_file_makes_the_second_a_conflict(by: Any) -> None:
    file = check(cwr_file(("NWR", [numbered("A", iswc=ISWC), numbered("B", iswc=ISWC)])), by)
    assert statuses(file) == ["AS", "CO"]
    file = import_registration_file(file=file, by=by, now=clock.now())
    assert (statuses(file), Work.objects.count()) == (["AS", "CO"], 1)
    assert answers(file)[1].conflicts[0].submitter_work_no == Work.objects.get().number


def test_long_national_titles_and_many_performers_fit(by: Any) -> None:
    performers = tuple(("PER", {"last_name": f"PERFORMER NUMBER {number} OF THE LONG BAND"}) for number in range(12))
    records = (*numbered("A"), NATIONAL, *performers, ("REC", {"isrc": "PKA018100001"}))
    lines = cwr_lines(("NWR", [records]), character_set="UTF-8")
    file = take("\r\n".join(lines).encode() + b"\r\n", by)
    assert file.report["accepted"] == 1


def test_a_recording_of_works_of_others_is_told_and_its_link_waits(by: Any) -> None:
    theirs = work("Another", (party("Somebody Else"), "CA", 100), isrc="PKA018100001")
    first, second = (
        (*numbered(each), ("REC", {"isrc": isrc})) for each, isrc in (("A", "PKA018100001"), ("B", "PKA018100002"))
    )
    again = (*numbered("C", title="THIRD"), ("REC", {"isrc": "PKA018100002"}))
    file = check(cwr_file(("NWR", [first, second, again])), by)

    def told() -> list[list[dict[str, Any]]]:
        kept = ImportedTransaction.objects.filter(file=file).order_by("number")
        return [[each for each in row.complaints if each["field"] == "isrc"] for row in kept]

    assert [len(each) for each in told()] == [1, 0, 1]
    assert told()[0][0]["facts"]["number"] == theirs.number and told()[0][0]["line"] > 0
    assert told()[2][0]["facts"]["number"] == "2" and "waits" in told()[2][0]["message"]
    import_registration_file(file=file, by=by, now=clock.now())
    assert statuses(file) == ["AS", "AS", "AS"] and [len(each) for each in told()] == [1, 0, 1]
    assert RecordingWork.objects.get(recording__isrc="PKA018100001").work == theirs
    asked = LinkRequest.objects.order_by("pk")
    assert [(one.recording.isrc, one.state) for one in asked] == [("PKA018100001", "open"), ("PKA018100002", "open")]


def test_a_rejected_transaction_leaves_nothing_and_names_its_fault(by: Any) -> None:
    file = take(cwr_file(("NWR", [numbered("A", title=""), without(numbered("B"), "SPT")])), by)
    assert statuses(file) == ["RJ", "RJ"]
    kept = ImportedTransaction.objects.filter(file=file).order_by("number")
    assert all(row.complaints and row.complaints[0]["line"] > 0 for row in kept)
    assert Work.objects.count() == 0


def test_only_the_documentation_desk_takes_files(staff: Any, by: Any) -> None:
    with pytest.raises(PermissionDenied):
        golden(WITH_WORKS[0], staff("finance"))
    file = golden(WITH_WORKS[0], by)
    with pytest.raises(PermissionDenied):
        import_registration_file(file=file, by=staff("auditor"), now=clock.now())


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("CW260005SPM_0362_V3-1-0.SUB", ["AS", "RA", "RA", "UM"]),
        ("CW260006SPM_0362_V3-0-0.SUB", ["AS", "RA", "RA"]),
    ],
)
def test_a_work_of_version_3_is_taken_with_what_its_parties_collect_here(name: str, kept: list[str], by: Any) -> None:
    file = import_registration_file(file=golden(name, by), by=by, now=clock.now())
    assert statuses(file) == kept and not file.answer
    shares = WorkShare.objects.filter(right="PR").order_by("-share", "pk")
    assert [(row.role, row.share, row.territory) for row in shares] == [
        ("CA", 50 * PERCENT, "0586"),
        ("AR", 25 * PERCENT, "0586"),
        ("E", 25 * PERCENT, "0586"),
    ]
    again = take((DATA / name).read_bytes().replace(b"20261101101500", b"20261101101501"), by, name)
    assert statuses(again)[0] == "AS" and Work.objects.count() == 1


def test_a_file_that_brings_nothing_says_so_and_is_answered_when_it_is_checked(by: Any, sign_in: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    file = check(cwr_file(("NWR", [numbered("A")]), creation_time="121212"), by)
    assert (file.state, statuses(file)) == ("nothing", ["DU"])
    assert [answer.status for answer in answers(file)] == ["DU"]
    page = sign_in(by).get(f"/staff/registrations/{file.uid}/").content.decode()
    assert "Nothing of this file could be taken" in page and "Take what passed" not in page
    again = import_registration_file(file=file, by=by, now=clock.now())
    assert (again.state, Work.objects.count()) == ("nothing", 1)


def test_a_file_that_loses_what_it_would_have_brought_before_it_is_taken_brings_nothing(by: Any) -> None:
    file = check(cwr_file(("NWR", [numbered("A")])), by)
    assert file.state == "checked"
    take(cwr_file(("NWR", [numbered("A")]), creation_time="121212"), by)
    file = import_registration_file(file=file, by=by, now=clock.now())
    assert (file.state, statuses(file)) == ("nothing", ["DU"])


def test_a_number_and_an_iswc_of_an_earlier_slice_are_found_in_the_rows_of_the_file(by: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(imports, "SLICE", 1)
    works = [numbered("A", iswc=ISWC), numbered("B"), numbered("C", iswc=ISWC)]
    file = check(cwr_file(("NWR", works), ("REV", [as_revision(numbered("A"))])), by)
    assert statuses(file) == ["AS", "AS", "CO", "AS"]
    import_registration_file(file=file, by=by, now=clock.now())
    assert statuses(file) == ["AS", "AS", "CO", "AS"] and Work.objects.count() == 2
