"""Every reference to a work has its decision: whether it keeps an import from being undone, and what becomes of it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from cmo_portal.common import clock
from tests.factories.cue_sheets import cue_row
from tests.factories.works import party, work
from tests.works.disputing import claim, dispute
from tests.works.test_agreement_editing import agreement
from tests.works.test_cue_sheets import taken
from tests.works.test_merge_references import references
from tests.works.test_merging import proposed
from tests.works.test_undo import ask, contest, imported, undone
from works.models import (
    AgreementFault,
    Dispute,
    DuplicatePair,
    ExportedWork,
    ExportFile,
    NumberRequest,
    RegistrationFile,
    SourceWork,
    SweptWork,
    Work,
    WorkReport,
    WorkShare,
)
from works.queries.named_elsewhere import RESTS
from works.services.duplicates import tell_apart
from works.services.numbers import request_iswc
from works.services.reports import report_work
from works.services.resting import resting_on
from works.services.undoing import undo_plan

# rests: the work stays, and the reader is told why; part: it came with the work and goes with it; derived: made anew
# without it, or a word about it that harms nobody; asked: by what else is asked (merges, runs, matches).
DECISIONS = {
    "royalties.matchmemory.work": "asked",
    "royalties.suspenseline.work": "asked",
    "royalties.textclaim.work": "asked",
    "royalties.usagematch.work": "asked",
    "works.agreementfault.work": "derived",
    "works.agreementwork.work": "rests",
    "works.apiregistration.work": "part",
    "works.cue.work": "rests",
    "works.dispute.sampled": "rests",
    "works.dispute.work": "rests",
    "works.duplicatepair.first": "derived",
    "works.duplicatepair.second": "derived",
    "works.exportedwork.work": "rests",
    "works.importedrecord.work": "part",
    "works.importedtransaction.work": "part",
    "works.instrumentation.work": "part",
    "works.linkrequest.work": "part",
    "works.numberrequest.conflict": "derived",
    "works.numberrequest.other_work": "rests",
    "works.numberrequest.work": "rests",
    "works.publicdomainelement.work": "part",
    "works.recordingwork.work": "part",
    "works.regrouping.other": "rests",
    "works.regrouping.work": "rests",
    "works.searchdocument.work": "derived",
    "works.societynote.work": "part",
    "works.sourcework.source": "rests",
    "works.sourcework.work": "part",
    "works.splitproposal.work": "part",
    "works.sweptwork.work": "derived",
    "works.work.merged_into": "asked",
    "works.workdraft.work": "part",
    "works.workidentifier.work": "part",
    "works.workorigin.work": "part",
    "works.workperformer.work": "part",
    "works.workreport.work": "derived",
    "works.workshare.work": "part",
    "works.worksubmission.work": "part",
    "works.worktitle.work": "part",
}
pytestmark = pytest.mark.django_db
Act = Callable[[Work, Any], object]


@pytest.fixture
def desk(staff: Any) -> Any:
    return staff("documentation")


@pytest.fixture
def second(staff: Any) -> Any:
    return staff("documentation")


def test_no_reference_to_a_work_is_without_a_decision() -> None:
    assert references() == set(DECISIONS)
    resting = {place.removeprefix("works.") for place, decision in DECISIONS.items() if decision == "rests"}
    assert {naming.column for naming in RESTS} == resting


def list_in_agreement(song: Work, by: Any) -> None:
    owner = song.shares.filter(party__isnull=False)[0].party
    assert owner is not None
    agreement(by, owner, party("Indus Music"), works=(song,))


def cue(song: Work, by: Any) -> None:
    taken([cue_row(Work_number=song.number)], by)


def sample(song: Work, by: Any) -> None:
    sides = claim(party("Noor Jehan"), 100), claim(party("Carim Shah"), 10)
    dispute(work("Using", (sides[0].party, "CA", 100)), *sides, by=by, kind="sample", sampled=song)


def export(song: Work, _by: Any) -> None:
    file = ExportFile.objects.create(year=2026, number=1, filename="CW260001PKM_000.V21", version="2.1")
    ExportedWork.objects.create(file=file, work=song, kind="NWR", sequence=1)


def send_request(song: Work, by: Any) -> None:
    row = request_iswc(work=song, by=by)
    NumberRequest.objects.filter(pk=row.pk).update(number="N00000777", state="sent", sent_at=clock.now())


def ask_to_join(song: Work, _by: Any) -> None:
    facts = {"number": "N00000778", "kind": "iswc_merge", "state": "person", "sent_at": clock.now()}
    NumberRequest.objects.create(work=work("Standing"), other_work=song, **facts)


def propose(song: Work, _by: Any) -> None:
    proposed(work("Target", (party("Some Body"), "CA", 100)), song, rights={"PR": "work", "MR": "work"})


def propose_into(song: Work, _by: Any) -> None:
    proposed(song, work("Target", (party("Some Body"), "CA", 100)), rights={"PR": "work", "MR": "work"})


def adapt(song: Work, _by: Any) -> None:
    SourceWork.objects.create(work=work("Medley"), source=song, kind="component")


ACTS: list[tuple[Act, str]] = [
    (list_in_agreement, "Agreement .+ lists it"),
    (cue, "The cue sheet of “Dhoop Kinare” names it"),
    (contest, "There is or was a dispute about it"),
    (sample, "it is what was sampled"),
    (export, "It was sent to other societies: CW260001PKM_000.V21"),
    (send_request, "An agency was asked for its international number .request N00000777"),
    (ask_to_join, "An agency was asked for its international number .request N00000778"),
    (propose, "A merge or split of it is proposed"),
    (propose_into, "A merge or split of it is proposed"),
    (adapt, "Work .+ was made from it"),
]


@pytest.mark.parametrize(("act", "words"), ACTS)
def test_a_work_on_which_somebody_relies_stays_and_says_so_in_the_readers_words(
    act: Act, words: str, desk: Any, second: Any
) -> None:
    file = imported(desk, "Alpha", "Beta")
    act(Work.objects.get(title="Alpha"), desk)
    with pytest.raises(ValidationError, match=words):
        ask(file, desk)
    with override("ur"):
        ((_work, reasons),) = undo_plan(file).resting
        assert all(reason[0] > "؀" for reason in reasons)
    undone(file, desk, second, leaves_rest=True)
    assert dict(Work.objects.filter(title__in=["Alpha", "Beta"]).values_list("title", "state")) == {
        "Alpha": "registered", "Beta": "withdrawn",
    }  # fmt: skip


def compared(by: Any) -> tuple[RegistrationFile, Work]:
    """An import of two works that the nights have compared, with a third that stands."""
    file = imported(by, "Chandni Raat", "Beta")
    writer = WorkShare.objects.order_by("pk")[0].party
    standing = work("Chandni Rat", (writer, "CA", 100))
    SweptWork.objects.bulk_create(SweptWork(work=one, digest=b"0" * 16) for one in Work.objects.all())
    song, other = Work.objects.get(title="Chandni Raat"), Work.objects.get(title="Beta")
    DuplicatePair.objects.bulk_create(DuplicatePair(first=one, second=standing, score=9_000) for one in (song, other))
    AgreementFault.objects.create(
        work=song, right="PR", kinds=["conflict"], agreements=[1], units=10, found_at=clock.now()
    )
    return file, standing


def test_what_the_portal_works_out_keeps_nothing_and_goes_with_the_work(desk: Any, second: Any) -> None:
    file, standing = compared(desk)
    pair = DuplicatePair.objects.filter(second=standing).order_by("-pk")[0]
    tell_apart(pair=pair, reason="two songs", by=desk, now=clock.now())
    undo = undone(file, desk, second)
    assert (undo.report["withdrawn"], undo.report["left"]) == (2, [])
    assert not AgreementFault.objects.exists()
    assert list(SweptWork.objects.values_list("work_id", flat=True)) == [standing.pk]
    assert list(DuplicatePair.objects.values_list("pk", "state")) == [(pair.pk, "different")]


def test_a_report_keeps_nothing_and_still_gets_its_answer(desk: Any, second: Any) -> None:
    file = imported(desk, "Alpha")
    facts = {"kind": "other", "message": "No such song.", "name": "", "email": "", "form_key": uuid4(), "by": None}
    report_work(work=Work.objects.get(), **facts)
    undone(file, desk, second)
    assert Work.objects.get().state == "withdrawn" and WorkReport.objects.get().state == "open"


def test_a_request_that_no_agency_has_seen_is_withdrawn_with_the_work(desk: Any, second: Any) -> None:
    file = imported(desk, "Alpha", "Beta")
    waits = request_iswc(work=Work.objects.get(title="Alpha"), by=desk)
    refused = request_iswc(work=Work.objects.get(title="Beta"), by=desk)
    NumberRequest.objects.filter(pk=refused.pk).update(state="refused", sent_at=clock.now(), answered_at=clock.now())
    undone(file, desk, second)
    for row, state in ((waits, "withdrawn"), (refused, "refused")):
        row.refresh_from_db()
        assert row.state == state
    assert "was undone" in waits.message["en"] and waits.message["ur"] != waits.message["en"]


def test_a_source_that_a_file_stated_by_its_number_stands_as_text_again(desk: Any, second: Any) -> None:
    file = imported(desk, "Alpha")
    stated = {"kind": "component", "title": "ALPHA", "iswc": "T9800000015", "given_by": "SPM"}
    row = SourceWork.objects.create(work=work("Medley"), source=Work.objects.get(title="Alpha"), **stated)
    undone(file, desk, second)
    row.refresh_from_db()
    assert (row.source, row.title) == (None, "ALPHA")


def test_a_revision_minds_only_what_came_after_it(desk: Any) -> None:
    file = imported(desk, "Alpha")
    song = Work.objects.get()
    contest(song, desk)
    row = Dispute.objects.get()
    assert "dispute" in " ".join(resting_on(file, [song.pk], since=None)[song.pk])
    assert "dispute" not in " ".join(resting_on(file, [song.pk], since=row.created_at).get(song.pk, []))
