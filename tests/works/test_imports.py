"""Registration files: checked without a trace, taken whole, answered, and never taken twice."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cmo_portal.common import clock
from cmo_portal.wording import words_text
from tests.factories.works import PERCENT, party, work
from tests.works.formats.cwr_files import OWN_WORK, WORK, as_bytes, changed, cwr_file, cwr_lines, without
from works.formats.cwr.answer_view import ReceivedAnswer, answer_of
from works.formats.cwr.reader import read_cwr
from works.models import (
    Agreement,
    Dispute,
    ImportedTransaction,
    LinkRequest,
    RecordingWork,
    RegistrationFile,
    Work,
    WorkIdentifier,
    WorkShare,
)
from works.queries.disputes import sentence_of
from works.services.disputes import NewClaim, open_dispute
from works.services.imports import check_registration_file, import_registration_file

DATA = Path(__file__).parent.parent / "data" / "cwr"
WITH_WORKS = ["CW260001SPM_362.V21", "CW260001SPM_362.V22", "CW260003SPM_362.V21", "tolerated.V21"]
ONLY_ANSWERS = ["CW260004362_SPM.V21", "CW260007052_SPM.V21"]
ISWC = "T0345246801"
NATIONAL = ("NAT", {"title": "ش" * 640, "title_type": "OL", "language": "UR"})


def check(data: bytes, by: Any, name: str = "CW260001SPM_362.V21") -> RegistrationFile:
    return check_registration_file(upload=io.BytesIO(data), filename=name, by=by)


def golden(name: str, by: Any) -> RegistrationFile:
    return check((DATA / name).read_bytes(), by, name)


def take(data: bytes, by: Any, name: str = "CW260001SPM_362.V21") -> RegistrationFile:
    return import_registration_file(file=check(data, by, name), by=by, now=clock.now())


def statuses(file: RegistrationFile) -> list[str]:
    return list(ImportedTransaction.objects.filter(file=file).order_by("number").values_list("status", flat=True))


def answers(file: RegistrationFile) -> list[ReceivedAnswer]:
    """The answer file as our own reader understands it; it must be without a fault."""
    reading = read_cwr(io.BytesIO(file.answer.read()), file.report["answer_name"])
    rows = list(reading)
    assert reading.faults == ()
    assert [fault for row in rows for fault in row.faults] == []
    return [answer_of(row) for row in rows]


def numbered(number: str, **fields: str) -> tuple[Any, ...]:
    return changed(WORK, "NWR", submitter_work_no=number, **fields)


def as_revision(records: Any) -> tuple[Any, ...]:
    return tuple(("REV" if kind == "NWR" else kind, fields) for kind, fields in records)


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.mark.django_db
@pytest.mark.parametrize("name", WITH_WORKS)
def test_a_dry_run_leaves_no_work_behind(name: str, by: Any) -> None:
    file = golden(name, by)
    assert file.state == "checked"
    assert (Work.objects.count(), WorkShare.objects.count(), WorkIdentifier.objects.count()) == (0, 0, 0)
    assert file.report["transactions"] == ImportedTransaction.objects.filter(file=file).count() > 0


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_the_dry_run_promises_what_the_import_does(by: Any) -> None:
    file = check(cwr_file(("NWR", [numbered("A"), numbered("B"), numbered("C", title="")])), by)
    promised = statuses(file)
    import_registration_file(file=file, by=by, now=clock.now())
    assert statuses(file) == promised == ["AS", "AS", "RJ"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ONLY_ANSWERS)
def test_answers_about_works_that_are_not_ours_are_kept_as_such(name: str, by: Any) -> None:
    file = import_registration_file(file=golden(name, by), by=by, now=clock.now())
    assert file.state == "imported" and set(statuses(file)) == {"UM"} and not file.answer
    assert not Work.objects.exists()


@pytest.mark.django_db
def test_a_file_without_works_is_refused_and_says_so(by: Any, sign_in: Any) -> None:
    file = check(cwr_file(), by)
    assert (file.state, file.report["transactions"]) == ("refused", 0)
    with pytest.raises(ValidationError, match="refused as a whole"):
        import_registration_file(file=file, by=by, now=clock.now())
    page = sign_in(by).get(f"/staff/registrations/{file.uid}/").content.decode()
    assert "refused as a whole" in page


@pytest.mark.django_db
def test_a_general_agreement_is_taken_with_its_parties_and_acknowledged_by_our_number(by: Any) -> None:
    file = import_registration_file(file=golden("CW260002SPM_362.V21", by), by=by, now=clock.now())
    taken = Agreement.objects.get()
    assert (taken.agreement_type, taken.territory, taken.submitter_number) == ("OG", "2136-0840", "AG100")
    sides = list(taken.parties.order_by("role").values_list("role", "pr_share", "mr_share"))
    assert sides == [("AC", 500_000, 1_000_000), ("AS", 500_000, 0)]
    answer = answers(file)[0]
    assert (answer.status, answer.original_type, answer.recipient_work_no) == ("AS", "AGR", taken.number)


def specific(*sides: Any) -> tuple[Any, ...]:
    agreement = {
        "submitter_agreement_no": "AG7",
        "agreement_type": "OS",
        "start_date": "20200101",
        "prior_royalty_status": "N",
        "post_term_status": "N",
        "number_of_works": "1",
        "sales_manufacture_clause": "S",
    }
    writer = {"agreement_role": "AS", "ip_no": "W1", "last_name": "AHMED", "writer_first_name": "SANA",
              "ipi_name_no": "00000000297", "pr_society": "362", "pr_share": "05000"}  # fmt: skip
    firm = {"agreement_role": "AC", "ip_no": "P1", "last_name": "SAFFRON PUBLISHING", "ipi_name_no": "00000000199",
            "pr_society": "362", "pr_share": "05000"}  # fmt: skip
    here = ("TER", {"incl_excl": "I", "tis_code": "0586"})
    return (("AGR", agreement), here, ("IPA", writer), ("IPA", firm), *sides)


@pytest.mark.django_db
def test_a_specific_agreement_names_the_works_that_carry_its_number(by: Any) -> None:
    published = changed(WORK, "PWR", submitter_agreement_no="AG7")
    file = take(cwr_file(("AGR", [specific()]), ("NWR", [published])), by)
    taken = Agreement.objects.get()
    assert statuses(file) == ["AS", "AS"]
    assert list(taken.listed.values_list("work", flat=True)) == [Work.objects.get().pk]
    again = take(cwr_file(("AGR", [specific()]), creation_time="121212"), by, "CW260002SPM_362.V21")
    assert statuses(again) == ["DU"] and Agreement.objects.count() == 1


@pytest.mark.django_db
def test_an_agreement_that_cannot_be_taken_is_kept_with_its_reason(by: Any) -> None:
    file = take(cwr_file(("AGR", [specific()])), by)
    assert statuses(file) == ["RA"] and not Agreement.objects.exists()
    assert "names at least one work" in str(file.transactions.get().complaints)


@pytest.mark.django_db
def test_the_same_bytes_are_refused_whatever_their_name(by: Any) -> None:
    data = (DATA / WITH_WORKS[0]).read_bytes()
    check(data, by)
    with pytest.raises(ValidationError, match="CW260001SPM_362.V21"):
        check(data, by, "renamed.V21")
    assert RegistrationFile.objects.count() == 1


@pytest.mark.django_db
def test_taking_a_file_twice_takes_it_once(by: Any) -> None:
    file = golden(WITH_WORKS[0], by)
    import_registration_file(file=file, by=by, now=clock.now())
    before = Work.objects.count(), WorkShare.objects.count()
    import_registration_file(file=file, by=by, now=clock.now())
    assert (Work.objects.count(), WorkShare.objects.count()) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data", [b"", b"not a CWR file", b"PK\x03\x04" + bytes(100), b"A" * 1_000_000, "HDRپاکستان".encode("utf-16")]
)
def test_a_file_that_is_no_cwr_is_refused_with_words(data: bytes, by: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        check(data, by)
    assert all(len(message) > 10 for message in refusal.value.messages)
    assert RegistrationFile.objects.count() == 0


@pytest.mark.django_db
def test_a_file_above_the_limit_is_refused_before_it_is_read(by: Any, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1_000_000
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        check(cwr_file(("NWR", [WORK])) + b" " * 1_000_000, by)


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_a_line_of_a_million_characters_costs_its_own_record_only(by: Any) -> None:
    lines = list(cwr_lines(("NWR", [numbered("A"), numbered("B")])))
    lines[3] += "Z" * 1_000_000
    file = take(as_bytes(lines), by)
    assert statuses(file)[1] == "AS"
    assert any("longer than" in complaint["message"] for complaint in file.report["complaints"])


@pytest.mark.django_db
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


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["10007", "09993", "05000"])
def test_a_share_sum_beyond_the_tolerance_is_rejected_with_the_sum(wrong: str, by: Any) -> None:
    records = changed(OWN_WORK, "OWR", pr_ownership=wrong, mr_ownership="10000", sr_ownership="10000")
    file = take(cwr_file(("NWR", [records])), by)
    assert statuses(file) == ["RJ"]
    assert Work.objects.count() == 0
    assert answers(file)[0].messages


@pytest.mark.django_db
def test_a_work_sent_again_is_a_duplicate_and_says_to_send_a_revision(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    again = take(cwr_file(("NWR", [numbered("A", title="ANOTHER SPELLING")])), by)
    assert statuses(again) == ["DU"]
    answer = answers(again)[0]
    assert answer.recipient_work_no == Work.objects.get().number
    assert [message.validation_no for message in answer.messages] == ["013"]


@pytest.mark.django_db
def test_a_revision_of_a_known_work_replaces_what_its_sender_brought(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    revised = as_revision(changed(changed(numbered("A"), "SPU", pr_ownership="02500"), "SWR", pr_ownership="07500"))
    revised = changed(revised, "REV", title="EVENING IN LAHORE, REVISED", iswc=ISWC)
    revised = changed(changed(revised, "SPT", pr_collection="02500"), "SWT", pr_collection="07500")
    file = take(cwr_file(("REV", [revised])), by)
    assert statuses(file) == ["AC"]
    found = Work.objects.get()
    assert sorted(found.shares.filter(right="PR").values_list("share", flat=True)) == [25 * PERCENT, 75 * PERCENT]
    assert (found.title, found.iswc) == ("EVENING IN LAHORE, REVISED", ISWC)
    assert {"EVENING IN LAHORE", "EVENING IN LAHORE, REVISED"} == {title.text for title in found.titles.all()}


@pytest.mark.django_db
def test_a_revision_of_an_unknown_work_is_taken_as_new_with_a_remark(by: Any) -> None:
    file = take(cwr_file(("REV", [as_revision(numbered("A"))])), by)
    assert (statuses(file), Work.objects.count()) == (["AC"], 1)
    assert [message.validation_no for message in answers(file)[0].messages] == ["002"]


@pytest.mark.django_db
def test_a_work_and_its_revision_in_one_file_make_one_work(by: Any) -> None:
    revised = as_revision(changed(numbered("A"), "NWR", duration="000400"))
    file = take(cwr_file(("NWR", [numbered("A")]), ("REV", [revised])), by)
    assert statuses(file) == ["AS", "AC"]
    assert Work.objects.get().duration == 240


@pytest.mark.django_db
def test_a_known_iswc_from_elsewhere_is_a_conflict_that_shows_our_work(by: Any) -> None:
    alia, firm = party("Alia Rahman", ipi="00000000395"), party("Indus Songs")
    ours = work("شام", (alia, "CA", 50), (firm, "E", 50), iswc=ISWC)
    file = take(cwr_file(("NWR", [numbered("A", iswc=ISWC)])), by)
    assert statuses(file) == ["CO"]
    assert Work.objects.get() == ours
    conflict = answers(file)[0].conflicts[0]
    assert (conflict.submitter_work_no, conflict.iswc, conflict.title) == (ours.number, ISWC, ours.number)
    assert [(row.last_name, row.first_name, row.ipi_name_no, row.pr_ownership) for row in conflict.writers] == [
        ("RAHMAN", "ALIA", "00000000395", 50 * PERCENT)
    ]
    assert [(row.publisher_name, row.mr_ownership) for row in conflict.publishers] == [("INDUS SONGS", 50 * PERCENT)]


@pytest.mark.django_db
def test_our_shares_finer_than_a_file_can_say_are_rounded_to_the_same_sum(by: Any) -> None:
    three = [(party(f"Writer {name}"), "CA", 0) for name in ("One", "Two", "Three")]
    ours = work("Thirds", iswc=ISWC)
    for place, (owner, role, _none) in enumerate(three):
        WorkShare.objects.create(work=ours, party=owner, role=role, right="PR", share=333_333 + (place == 0))
    file = take(cwr_file(("NWR", [numbered("A", iswc=ISWC)])), by)
    conflict = answers(file)[0].conflicts[0]
    assert sorted(row.pr_ownership for row in conflict.writers) == [333_300, 333_300, 333_400]


@pytest.mark.django_db
def test_the_same_iswc_twice_in_a_file_makes_the_second_a_conflict(by: Any) -> None:
    file = check(cwr_file(("NWR", [numbered("A", iswc=ISWC), numbered("B", iswc=ISWC)])), by)
    assert statuses(file) == ["AS", "CO"]
    file = import_registration_file(file=file, by=by, now=clock.now())
    assert (statuses(file), Work.objects.count()) == (["AS", "CO"], 1)
    assert answers(file)[1].conflicts[0].submitter_work_no == Work.objects.get().number


@pytest.mark.django_db
def test_a_revision_that_would_pay_a_disputed_part_is_a_conflict_and_changes_nothing(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    song = Work.objects.get()
    holder = song.shares.filter(right="PR").first()
    assert holder and holder.party
    claims = [NewClaim(holder.party, holder.role, holder.share), NewClaim(party("Other Side"), "CA", 30 * PERCENT)]
    open_dispute(work=song, right="PR", claims=claims, by=by, on=clock.today())
    before = sorted(song.shares.values_list("right", "share", "state"))
    file = take(cwr_file(("REV", [as_revision(numbered("A"))])), by)
    assert statuses(file) == ["CO"]
    assert sorted(song.shares.values_list("right", "share", "state")) == before
    assert answers(file)[0].conflicts


@pytest.mark.django_db
def test_the_same_writer_without_a_number_is_one_party_for_one_sender(by: Any) -> None:
    nameless = changed(OWN_WORK, "OWR", ipi_name_no="")
    take(cwr_file(("NWR", [changed(nameless, "NWR", submitter_work_no="A")])), by)
    take(cwr_file(("NWR", [changed(nameless, "NWR", submitter_work_no="B")])), by)
    assert WorkShare.objects.values("party").distinct().count() == 1


@pytest.mark.django_db
def test_long_national_titles_and_many_performers_fit(by: Any) -> None:
    performers = tuple(("PER", {"last_name": f"PERFORMER NUMBER {number} OF THE LONG BAND"}) for number in range(12))
    records = (*numbered("A"), NATIONAL, *performers, ("REC", {"isrc": "PKA018100001"}))
    lines = cwr_lines(("NWR", [records]), character_set="UTF-8")
    file = take("\r\n".join(lines).encode() + b"\r\n", by)
    assert file.report["accepted"] == 1


@pytest.mark.django_db
def test_a_recording_of_works_of_others_is_told_and_its_link_waits(by: Any) -> None:
    theirs = work("Another", (party("Somebody Else"), "CA", 100), isrc="PKA018100001")
    first, second = ((*numbered(each), ("REC", {"isrc": isrc})) for each, isrc in (
        ("A", "PKA018100001"), ("B", "PKA018100002"),
    ))  # fmt: skip
    again = (*numbered("C", title="THIRD"), ("REC", {"isrc": "PKA018100002"}))
    file = check(cwr_file(("NWR", [first, second, again])), by)
    kept = list(ImportedTransaction.objects.filter(file=file).order_by("number"))
    told = [[each for each in row.complaints if each["field"] == "isrc"] for row in kept]
    assert [row.status for row in kept] == ["AS", "AS", "AS"] and [len(each) for each in told] == [1, 0, 1]
    assert told[0][0]["facts"]["number"] == theirs.number and told[0][0]["line"] > 0
    assert told[2][0]["facts"]["number"] == "2" and "waits" in told[2][0]["message"]
    import_registration_file(file=file, by=by, now=clock.now())
    assert list(RecordingWork.objects.filter(recording__isrc="PKA018100001").values_list("work", flat=True)) == [
        theirs.pk
    ]
    asked = LinkRequest.objects.order_by("pk")
    assert [(one.recording.isrc, one.state, one.work.state) for one in asked] == [
        ("PKA018100001", "open", "registered"), ("PKA018100002", "open", "registered"),
    ]  # fmt: skip
    kept = list(ImportedTransaction.objects.filter(file=file).order_by("number"))
    assert [sum(each["field"] == "isrc" for each in row.complaints) for row in kept] == [1, 0, 1]


@pytest.mark.django_db
def test_a_rejected_transaction_leaves_nothing_and_names_its_fault(by: Any) -> None:
    file = take(cwr_file(("NWR", [numbered("A", title=""), without(numbered("B"), "SPT")])), by)
    assert statuses(file) == ["RJ", "RJ"]
    kept = ImportedTransaction.objects.filter(file=file).order_by("number")
    assert all(row.complaints and row.complaints[0]["line"] > 0 for row in kept)
    assert Work.objects.count() == 0


@pytest.mark.django_db
def test_only_the_documentation_desk_takes_files(staff: Any, by: Any) -> None:
    with pytest.raises(PermissionDenied):
        golden(WITH_WORKS[0], staff("finance"))
    file = golden(WITH_WORKS[0], by)
    with pytest.raises(PermissionDenied):
        import_registration_file(file=file, by=staff("auditor"), now=clock.now())


@pytest.mark.django_db
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
    assert statuses(again)[0] == "AC" and Work.objects.count() == 1


def test_a_revision_above_the_whole_opens_a_dispute_that_names_the_file_and_the_transaction(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    song = Work.objects.get()
    sent = song.shares.filter(right="PR").order_by("-share").first()
    assert sent and sent.party
    other, size = party("Other Side"), sent.share // 2
    sent.share -= size
    sent.save()
    WorkShare.objects.create(work=song, party=other, role="CA", right="PR", share=size, source="correction")
    file = take(cwr_file(("REV", [as_revision(numbered("A"))])), by)
    assert statuses(file) == ["CO"]
    dispute = Dispute.objects.get(right="PR")
    claims = {claim.party: claim for claim in dispute.claims.all()}
    assert (claims[other].basis, claims[other].share) == ("record", size)
    named = [claim for claim in claims.values() if claim.basis == "file"]
    assert named and all(claim.transaction.file == file for claim in named)  # type: ignore[union-attr]
    words = sentence_of(dispute, list(dispute.claims.all()), on=clock.today(), with_files=True)
    told = " ".join(words_text(each) for each in words)
    assert f"(file {file.filename}, transaction {named[0].transaction.number})" in told  # type: ignore[union-attr]
    assert file.filename not in " ".join(
        words_text(each)
        for each in sentence_of(dispute, list(dispute.claims.all()), on=clock.today(), with_files=False)
    )
    shares = song.shares.filter(right="PR")
    assert sum(row.share for row in shares) == 100 * PERCENT
    assert sum(row.share for row in shares if row.state == "disputed") == dispute.share
