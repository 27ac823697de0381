"""Every reference to a work has its decision: what becomes of it when the work is merged into another one."""

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from tests.factories.cue_sheets import cue_row
from tests.factories.licensing import person
from tests.factories.members import make_member
from tests.factories.works import PERCENT, party, work
from tests.works.disputing import claim, dispute
from tests.works.test_cue_sheets import taken
from tests.works.test_merging import NOW, merged, proposed, undone
from works.cue_exports import cues_csv
from works.models import Cue, CueSheet, Dispute, NumberRequest, SplitAnswer, Work, WorkShare
from works.queries.cue_sheets import cue_columns, cues_for_export
from works.queries.splits import waiting_answers
from works.services import cue_sheets, disputes, splits
from works.services.numbers import request_iswc, request_iswc_merge
from works.services.registration import NewShare, NewTitle, NewWork, register_work

# moved: row by row, and back by an undoing; followed: the reader asks for the work that stands; history: it keeps the
# name it had; derived: made anew from the rest.
DECISIONS = {
    "royalties.matchmemory.work": "followed",
    "royalties.suspenseline.work": "history",
    "royalties.textclaim.work": "followed",
    "royalties.usagematch.work": "followed",
    "works.agreementfault.work": "derived",
    "works.agreementwork.work": "moved",
    "works.apiregistration.work": "followed",
    "works.cue.work": "followed",
    "works.dispute.sampled": "moved",
    "works.dispute.work": "moved",
    "works.duplicatepair.first": "derived",
    "works.duplicatepair.second": "derived",
    "works.exportedwork.work": "history",
    "works.importedrecord.work": "history",
    "works.linkrequest.work": "followed",
    "works.importedtransaction.work": "history",
    "works.instrumentation.work": "moved",
    "works.numberrequest.conflict": "moved",
    "works.numberrequest.other_work": "moved",
    "works.numberrequest.work": "moved",
    "works.publicdomainelement.work": "moved",
    "works.recordingwork.work": "moved",
    "works.regrouping.other": "history",
    "works.regrouping.work": "history",
    "works.searchdocument.work": "derived",
    "works.societynote.work": "moved",
    "works.sourcework.source": "moved",
    "works.sourcework.work": "moved",
    "works.splitproposal.work": "followed",
    "works.sweptwork.work": "derived",
    "works.work.merged_into": "moved",
    "works.workdraft.work": "followed",
    "works.workidentifier.work": "moved",
    "works.workorigin.work": "moved",
    "works.workperformer.work": "moved",
    "works.workreport.work": "moved",
    "works.workshare.work": "moved",
    "works.worksubmission.work": "moved",
    "works.worktitle.work": "moved",
}
pytestmark = pytest.mark.django_db


def references() -> set[str]:
    """Every column of a table that names a work; the history of rows names what the row named."""
    return {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        if not hasattr(model, "pgh_tracked_model")
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Work
    }


def test_no_reference_to_a_work_is_without_a_decision() -> None:
    assert references() == set(DECISIONS)


def twins() -> tuple[Work, Work]:
    alia = party("Alia Rahman")
    return work("Chandni Raat", (alia, "CA", 100)), work("Chandni Rat", (alia, "CA", 100))


def test_a_cue_leads_to_the_work_that_stands_through_any_number_of_merges_and_back() -> None:
    first, second = twins()
    third = work("Chandni Raaat", (party("Alia Rahman Khan"), "CA", 100))
    desk = person("documentation")
    taken([cue_row(Work_number=first.number)], desk)
    sheet = CueSheet.objects.get()
    cue_sheets.confirm_sheet(sheet=sheet, by=desk)
    one = merged(second, first)
    two = merged(third, second, rights={"PR": "work", "MR": "work"})
    assert cue_columns([sheet.episode_id]).work_ids == [third.pk]
    (row,) = cues_csv("cues.csv", cues_for_export(CueSheet.objects.all())).content.decode().splitlines()[1:]
    assert third.number in row and first.number not in row
    undone(two)
    assert cue_columns([sheet.episode_id]).work_ids == [second.pk]
    undone(one)
    assert cue_columns([sheet.episode_id]).work_ids == [first.pk]


def test_a_cue_that_prints_the_number_of_a_merged_work_is_linked_to_the_one_that_stands() -> None:
    one, two = twins()
    merged(one, two)
    taken([cue_row(Work_number=two.number)], person("documentation"))
    assert Cue.objects.get().work == one


def test_open_requests_for_numbers_go_with_the_work_and_come_back() -> None:
    one, two = twins()
    clerk = person("documentation")
    request = request_iswc(work=two, by=clerk)
    made = merged(one, two)
    request.refresh_from_db()
    assert (request.work, request.state) == (one, "waiting")
    undone(made)
    request.refresh_from_db()
    assert (request.work, request.state) == (two, "waiting")


def test_what_is_asked_for_both_works_is_asked_once() -> None:
    one, two = twins()
    clerk = person("documentation")
    first, second = request_iswc(work=one, by=clerk), request_iswc(work=two, by=clerk)
    made = merged(one, two)
    states = NumberRequest.objects.order_by("pk").values_list("pk", "state")
    assert list(states) == [(first.pk, "waiting"), (second.pk, "withdrawn")]
    undone(made)
    assert set(NumberRequest.objects.values_list("state", flat=True)) == {"waiting"}


def test_a_request_to_join_two_numbers_names_the_work_that_stands() -> None:
    one, two = twins()
    third = work("Third", iswc="T9800000026")
    Work.objects.filter(pk=two.pk).update(iswc="T9800000015")
    two.refresh_from_db()
    request = request_iswc_merge(work=third, other=two, by=person("documentation"))
    merged(one, two, fields={"iswc": "other"})
    request.refresh_from_db()
    assert request.other_work == one


def test_a_claim_that_waits_for_the_desk_and_a_sample_follow() -> None:
    one, two = twins()
    bilal, carim = (make_member(party=party(name)) for name in ("Bilal Hussain", "Carim Shah"))
    filed = disputes.file_counter_claim(
        work=two, right="PR", role="CA", share=PERCENT, against=list(two.shares.filter(right="PR")), by=bilal.user,
        grounds="I wrote the words; the manuscript is of 2019.", form_key=uuid.uuid4(), on=NOW.date(), now=NOW,
    )  # fmt: skip
    using = work("Using", (carim.party, "CA", 100))
    sides = claim(carim.party, 100), claim(bilal.party, 10)
    sampling = dispute(using, *sides, by=person("documentation"), kind="sample", sampled=two)
    made = merged(one, two)
    assert {each.pk: (each.work_id, each.sampled_id) for each in Dispute.objects.all()} == {
        filed.pk: (one.pk, None), sampling.pk: (using.pk, one.pk),
    }  # fmt: skip
    undone(made)
    assert Dispute.objects.get(pk=filed.pk).work == two and Dispute.objects.get(pk=sampling.pk).sampled == two


def asked_work() -> tuple[Work, Any]:
    """A work of a member whose co-writer has not answered yet."""
    alia, bilal = make_member(party=party("Alia Rahman")), make_member(party=party("Bilal Hussain"))
    shares = tuple(NewShare(owner.party, "CA", right, 500_000) for right in ("PR", "MR") for owner in (alia, bilal))
    new = NewWork(title=NewTitle("Chandni Rat"), shares=shares)
    song = register_work(new=new, by=alia.user, source="member", registered_by=alia.party, asks=True)
    splits.open_first_rounds(works=[(song, shares)], party=alia.party, by=alia.user, now=NOW)
    return song, bilal


def test_the_round_of_a_merged_work_rests_and_goes_on_after_an_undoing() -> None:
    song, bilal = asked_work()
    standing = work("Chandni Raat", (party("Alia Rahman Khan"), "CA", 100))
    made = merged(standing, song, rights={"PR": "work", "MR": "work"})
    answer = SplitAnswer.objects.get(party=bilal.party)
    facts = {"party": bilal.party, "agrees": True, "reason": "", "by": bilal.user, "now": NOW}
    assert not waiting_answers(bilal.party).exists()
    with pytest.raises(ValidationError, match="was merged into another one"):
        splits.answer_split(proposal=answer.proposal, digest=bytes(answer.proposal.digest), **facts)
    undone(made)
    assert waiting_answers(bilal.party).exists()
    splits.answer_split(proposal=answer.proposal, digest=bytes(answer.proposal.digest), **facts)
    assert not WorkShare.objects.filter(work=song, state="unconfirmed").exists()


@pytest.mark.parametrize("choice", ["other", "contest"])
def test_shares_on_which_co_writers_are_asked_do_not_go_to_another_work(choice: str) -> None:
    song, _bilal = asked_work()
    standing = work("Chandni Raat", (party("Alia Rahman Khan"), "CA", 100))
    with pytest.raises(ValidationError, match=f"asked about the split of {song.number}"):
        proposed(standing, song, rights={"PR": choice, "MR": "work"})
