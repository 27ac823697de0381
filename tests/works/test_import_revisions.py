"""Works that our books know already: duplicates, revisions and conflicts of registration files."""

from typing import Any

import pytest

from cmo_portal.common import clock
from cmo_portal.wording import words_text
from tests.factories.works import PERCENT, party, work
from tests.works.formats.cwr_files import OWN_WORK, as_bytes, changed, cwr_file, cwr_lines
from tests.works.import_files import ISWC, answers, as_revision, check, numbered, statuses, take
from works.models import Dispute, Work, WorkShare
from works.queries.disputes import sentence_of
from works.services.disputes import NewClaim, open_dispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def test_a_work_sent_again_is_a_duplicate_and_says_to_send_a_revision(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    again = take(cwr_file(("NWR", [numbered("A", title="ANOTHER SPELLING")])), by)
    assert statuses(again) == ["DU"]
    answer = answers(again)[0]
    assert answer.recipient_work_no == Work.objects.get().number
    assert [message.validation_no for message in answer.messages] == ["013"]


def test_a_revision_of_a_known_work_replaces_what_its_sender_brought(by: Any) -> None:
    take(cwr_file(("NWR", [numbered("A")])), by)
    revised = as_revision(changed(changed(numbered("A"), "SPU", pr_ownership="02500"), "SWR", pr_ownership="07500"))
    revised = changed(revised, "REV", title="EVENING IN LAHORE, REVISED", iswc=ISWC)
    revised = changed(changed(revised, "SPT", pr_collection="02500"), "SWT", pr_collection="07500")
    file = take(cwr_file(("REV", [revised])), by)
    assert statuses(file) == ["AS"], "accepted as it was sent"
    found = Work.objects.get()
    assert sorted(found.shares.filter(right="PR").values_list("share", flat=True)) == [25 * PERCENT, 75 * PERCENT]
    assert (found.title, found.iswc) == ("EVENING IN LAHORE, REVISED", ISWC)
    assert {"EVENING IN LAHORE", "EVENING IN LAHORE, REVISED"} == {title.text for title in found.titles.all()}


def test_a_revision_of_an_unknown_work_is_taken_as_new_with_a_remark(by: Any) -> None:
    file = take(cwr_file(("REV", [as_revision(numbered("A"))])), by)
    assert (statuses(file), Work.objects.count()) == (["AC"], 1)
    assert [message.validation_no for message in answers(file)[0].messages] == ["002"]


def test_a_work_and_its_revision_in_one_file_make_one_work(by: Any) -> None:
    revised = as_revision(changed(numbered("A"), "NWR", duration="000400"))
    file = take(cwr_file(("NWR", [numbered("A")]), ("REV", [revised])), by)
    assert statuses(file) == ["AS", "AS"]
    assert Work.objects.get().duration == 240


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


def test_our_shares_finer_than_a_file_can_say_are_rounded_to_the_same_sum(by: Any) -> None:
    three = [(party(f"Writer {name}"), "CA", 0) for name in ("One", "Two", "Three")]
    ours = work("Thirds", iswc=ISWC)
    for place, (owner, role, _none) in enumerate(three):
        WorkShare.objects.create(work=ours, party=owner, role=role, right="PR", share=333_333 + (place == 0))
    file = take(cwr_file(("NWR", [numbered("A", iswc=ISWC)])), by)
    conflict = answers(file)[0].conflicts[0]
    assert sorted(row.pr_ownership for row in conflict.writers) == [333_300, 333_300, 333_400]


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


def test_the_same_writer_without_a_number_is_one_party_for_one_sender(by: Any) -> None:
    nameless = changed(OWN_WORK, "OWR", ipi_name_no="")
    take(cwr_file(("NWR", [changed(nameless, "NWR", submitter_work_no="A")])), by)
    take(cwr_file(("NWR", [changed(nameless, "NWR", submitter_work_no="B")])), by)
    assert WorkShare.objects.values("party").distinct().count() == 1


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


def test_the_page_names_the_work_and_the_place_of_each_complaint(by: Any, sign_in: Any) -> None:
    ours = work("Sham", (party("Alia Rahman"), "CA", 100), iswc=ISWC)
    lines = cwr_lines(("NWR", [numbered("A", iswc=ISWC), numbered("B")]))
    lines[10] = f"   {lines[10][3:]}"
    file = check(as_bytes(lines), by)
    page = sign_in(by).get(f"/staff/registrations/{file.uid}/").content.decode()
    assert f"Our work {ours.number}, “Sham”, has the ISWC {ISWC} already." in page
    assert "Line 11:" in page and "Line 11, :" not in page and "Line 0" not in page
