"""Matching: identifiers, memory, exact keys, likeness; what is left is queued, decided by people, and taken back."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.utils import IntegrityError

from cmo_portal.audit.models import Act
from cmo_portal.common import faults
from cmo_portal.common.faults import InjectedFault
from royalties.models import MatchMemory, OpenText, UsageFile, UsageMatch
from royalties.queries.matches import latest_matches, shares_of_stages
from royalties.services import matching, usage
from tests.factories import usage as make
from tests.factories.licensing import person
from tests.factories.works import party, work
from works.models import Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def songs() -> dict[str, Work]:
    """A small repertoire."""
    writer, other = party("Kamran Lodhi"), party("Rukhsana Butt")
    return {
        "chand": work("Chand Raat", (writer, "CA", 100), isrc="PKA012600001"),
        "dil": work("Dil Ki Baat", (writer, "CA", 100), original="دل کی بات"),
        "twin one": work("Yaad", (writer, "CA", 100)),
        "twin two": work("Yaad", (other, "CA", 100)),
    }


def newest(file: UsageFile) -> dict[int, UsageMatch]:
    """The match that counts of each text."""
    numbers = UsageMatch.objects.filter(file=file).values_list("text_no", flat=True).distinct()
    return {place[1]: row for place, row in latest_matches((file.pk, number) for number in numbers).items()}


def queued(file: UsageFile) -> list[int]:
    """The numbers of the texts that wait for a person."""
    return sorted(OpenText.objects.filter(file_id=file.pk).values_list("text_no", flat=True))


def decide(file: UsageFile, number: int, work: Work | None = None, outcome: str = "matched", **given) -> uuid.UUID:
    """A decision of the documentation desk."""
    values = {"reason": "", "by": person("documentation"), "now": make.NOW} | given
    return matching.decide_text(file_id=file.pk, text_no=number, work=work, outcome=outcome, **values)


def queue_is_right() -> bool:
    """The queue holds exactly the texts whose newest match is open."""
    rows = UsageMatch.objects.order_by("file_id", "text_no", "-revision").distinct("file_id", "text_no")
    wanted = {
        (row.file_id, row.text_no)
        for row in rows
        if row.outcome == "queue" or (row.outcome == "none" and row.stage not in {"person", "memory"})
    }
    return wanted == set(OpenText.objects.values_list("file_id", "text_no"))


def test_texts_are_matched_by_identifier_by_exact_key_and_the_rest_is_queued(songs) -> None:
    file = make.landed(
        make.row("Chand Raat (live)", isrc="PKA012600001", artist="Somebody", composer=""),
        make.row("dil  ki baat", composer="Lodhi Kamran", artist=""),
        make.row("Yaad", composer="", artist="Nobody Known"),
        make.row("Zzz Qqq Www", composer="", artist="Xyz"),
    )
    found = newest(file)
    assert [(row.outcome, row.stage) for row in found.values()][:2] == [("matched", "id"), ("matched", "exact")]
    assert (found[1].work, found[2].work) == (songs["chand"], songs["dil"])
    assert found[3].outcome == "queue" and {c["work"] for c in found[3].candidates} >= {
        songs["twin one"].pk,
        songs["twin two"].pk,
    }
    assert found[4].outcome == "none"
    assert queued(file) == [3, 4] and queue_is_right()
    assert file.matched_at == make.NOW
    shares = {(one.outcome, one.stage): (one.texts, one.lines, one.plays) for one in shares_of_stages(file)}
    assert shares["matched", "id"] == (1, 1, 2) and shares["queue", ""] == (1, 1, 2)


def test_matching_twice_writes_nothing_twice(songs) -> None:
    file = make.landed(make.row(), make.row("Unheard of", composer="", artist=""))
    before = UsageMatch.objects.count()
    matching.match_file(file=file, now=make.NOW)
    assert UsageMatch.objects.count() == before and queue_is_right()


def test_a_later_work_answers_what_was_open_with_a_second_revision(songs) -> None:
    file = make.landed(make.row("Naya Geet", composer="Kamran Lodhi", artist=""))
    assert newest(file)[1].outcome in {"none", "queue"}
    new = work("Naya Geet", (party("Kamran Lodhi"), "CA", 100))
    matching.match_file(file=file, now=make.NOW)
    row = newest(file)[1]
    assert (row.revision, row.outcome, row.work) == (2, "matched", new)
    assert queued(file) == [] and queue_is_right()


def test_what_a_person_decided_is_not_touched_by_matching_again(songs) -> None:
    file = make.landed(make.row("Naya Geet", composer="Kamran Lodhi", artist=""))
    decide(file, 1, outcome="none")
    work("Naya Geet", (party("Kamran Lodhi"), "CA", 100))
    matching.match_file(file=file, now=make.NOW)
    row = newest(file)[1]
    assert (row.revision, row.outcome, row.stage) == (2, "none", "person")


def test_a_decision_holds_for_the_group_and_is_remembered_for_the_next_file(songs) -> None:
    first = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    second = make.landed(make.row("YAAD!", composer="", artist="Known Nobody"), of=make.source("TWO"))
    assert queued(first) == queued(second) == [1]
    decide(first, 1, songs["twin two"])
    for file in (first, second):
        row = newest(file)[1]
        assert (row.outcome, row.stage, row.work, row.revision) == ("matched", "person", songs["twin two"], 2)
        assert row.candidates and row.features
    assert MatchMemory.objects.filter(undone_at=None).count() == 2
    third = make.landed(make.row("yaad", composer="", artist="nobody known"), of=make.source("THREE"))
    row = newest(third)[1]
    assert (row.outcome, row.stage, row.work) == ("matched", "memory", songs["twin two"])
    assert queue_is_right()


def test_a_decision_for_one_text_alone_is_not_remembered(songs) -> None:
    first = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    second = make.landed(make.row("Yaad", composer="", artist="Nobody Known"), of=make.source("TWO"))
    decide(first, 1, songs["twin one"], apply_to_group=False)
    assert queued(first) == [] and queued(second) == [1]
    assert not MatchMemory.objects.exists() and queue_is_right()


def test_what_is_not_to_be_paid_needs_a_reason_and_is_remembered(songs) -> None:
    file = make.landed(make.row("News at ten", composer="", artist=""))
    with pytest.raises(ValidationError, match="Say why"):
        decide(file, 1, outcome="ignored")
    decide(file, 1, outcome="ignored", reason="talk")
    row = newest(file)[1]
    assert (row.outcome, row.reason, row.work) == ("ignored", "talk", None)
    again = make.landed(
        make.row("NEWS AT TEN", composer="", artist=""), make.row("x", artist="y"), confirm_overlap=True
    )
    assert newest(again)[1].outcome == "ignored" and 1 not in queued(again)


def test_none_of_ours_leaves_the_queue_and_stays_unidentified(songs) -> None:
    file = make.landed(make.row("Foreign Song", composer="", artist="Abroad"))
    decide(file, 1, outcome="none")
    assert queued(file) == [] and newest(file)[1].outcome == "none" and queue_is_right()


def test_a_decision_is_taken_back_for_every_text_and_forgotten(songs) -> None:
    first = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    second = make.landed(make.row("Yaad", composer="", artist="Nobody Known"), of=make.source("TWO"))
    decision = decide(first, 1, songs["twin two"])
    assert matching.undo_decision(decision=decision, by=person("documentation"), now=make.NOW) == 2
    for file in (first, second):
        row = newest(file)[1]
        assert (row.revision, row.outcome, row.stage, row.undoes) == (3, "queue", "score", decision)
    assert not MatchMemory.objects.filter(undone_at=None).exists()
    assert queued(first) == queued(second) == [1] and queue_is_right()
    assert matching.undo_decision(decision=decision, by=person("documentation"), now=make.NOW) == 0
    assert UsageMatch.objects.filter(file=first).count() == 3


def test_undoing_a_correction_brings_the_earlier_decision_back_to_memory(songs) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    decide(file, 1, songs["twin one"])
    second = decide(file, 1, songs["twin two"])
    assert MatchMemory.objects.get(undone_at=None).work == songs["twin two"]
    matching.undo_decision(decision=second, by=person("documentation"), now=make.NOW)
    assert MatchMemory.objects.get(undone_at=None).work == songs["twin one"]
    assert newest(file)[1].work == songs["twin one"] and queued(file) == [] and queue_is_right()


def test_undo_leaves_a_text_alone_that_was_decided_again_since(songs) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    first = decide(file, 1, songs["twin one"])
    decide(file, 1, songs["twin two"])
    assert matching.undo_decision(decision=first, by=person("documentation"), now=make.NOW) == 0
    assert newest(file)[1].work == songs["twin two"]


def test_undo_takes_the_newest_decision_of_that_person_first(songs) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="A B"), make.row("Other", composer="", artist="C D"))
    clerk = person("documentation")
    one, two = decide(file, 1, songs["twin one"]), decide(file, 2, outcome="none")
    assert matching.last_decision(clerk) == two
    matching.undo_decision(decision=two, by=clerk, now=make.NOW)
    assert matching.last_decision(clerk) == one
    assert matching.last_decision(person("distribution")) is None


def test_a_wrong_automatic_match_is_put_right_and_back(songs) -> None:
    file = make.landed(make.row("Chand Raat", isrc="PKA012600001"))
    decision = decide(file, 1, songs["dil"])
    assert newest(file)[1].work == songs["dil"]
    matching.undo_decision(decision=decision, by=person("documentation"), now=make.NOW)
    row = newest(file)[1]
    assert (row.work, row.stage) == (songs["chand"], "id") and queued(file) == [] and queue_is_right()


def test_a_text_that_was_decided_in_the_meantime_is_not_decided_over(songs) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    seen = newest(file)[1].revision
    decide(file, 1, songs["twin one"], seen=seen)
    with pytest.raises(ValidationError, match="in the meantime by documentation"):
        decide(file, 1, songs["twin two"], seen=seen)
    assert newest(file)[1].work == songs["twin one"]


def test_a_decision_names_a_live_work_exactly_when_it_matches(songs) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    Work.objects.filter(pk=songs["chand"].pk).update(state="refused")
    songs["chand"].refresh_from_db()
    for work_given, outcome in ((None, "matched"), (songs["dil"], "none"), (songs["chand"], "matched"), (None, "lost")):
        with pytest.raises(ValidationError):
            decide(file, 1, work_given, outcome=outcome)
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageMatch.objects.create(file=file, text_no=1, revision=9, outcome="matched", stage="person")


def test_a_revision_stands_once_and_is_never_changed(songs) -> None:
    file = make.landed(make.row())
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageMatch.objects.create(file=file, text_no=1, revision=1, outcome="none", stage="score")
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        UsageMatch.objects.filter(file=file).update(outcome="none", work=None)


def test_a_merged_work_is_followed_from_memory_to_the_work_it_became(songs) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    decide(file, 1, songs["twin one"])
    Work.objects.filter(pk=songs["twin one"].pk).update(state="merged", merged_into=songs["dil"])
    later = make.landed(make.row("Yaad", composer="", artist="Nobody Known"), of=make.source("LATER"))
    assert newest(later)[1].work == songs["dil"]


def test_only_who_may_match_decides(songs) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    for who in ("finance", "auditor", "approver"):
        with pytest.raises(PermissionDenied):
            decide(file, 1, outcome="none", by=person(who))
    decision = decide(file, 1, outcome="none")
    with pytest.raises(PermissionDenied):
        matching.undo_decision(decision=decision, by=person("finance"), now=make.NOW)


def test_every_decision_and_its_undoing_stand_in_the_record_of_acts(songs) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="Nobody Known"))
    decision = decide(file, 1, songs["twin one"])
    matching.undo_decision(decision=decision, by=person("documentation"), now=make.NOW)
    acts = list(Act.objects.filter(verb__in=("decide_match", "undo_match")).order_by("number"))
    assert [act.facts["decision"] for act in acts] == [str(decision)] * 2
    assert acts[0].facts["work"] == songs["twin one"].number


@pytest.mark.parametrize("point", ["match.after_matches", "match.after_write"])
def test_a_fault_while_matching_leaves_nothing_and_the_next_try_succeeds(point: str, songs, settings) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="x"), match=False)
    settings.CMO_FAULT = f"usage.{point}:raise:1"
    faults._passages.clear()
    with pytest.raises(InjectedFault), transaction.atomic():
        matching.match_file(file=file, now=make.NOW)
    settings.CMO_FAULT = ""
    assert UsageMatch.objects.count() == OpenText.objects.count() == 0
    matching.match_file(file=file, now=make.NOW)
    assert queued(file) == [1] and queue_is_right()


@pytest.mark.parametrize("point", ["decide.after_write", "undo.after_write"])
def test_a_fault_in_a_decision_leaves_the_text_as_it_was(point: str, songs, settings) -> None:
    file = make.landed(make.row("Yaad", composer="", artist="x"))
    decision = decide(file, 1, songs["dil"]) if point.startswith("undo") else None
    before = UsageMatch.objects.count()
    settings.CMO_FAULT = f"usage.{point}:raise:1"
    faults._passages.clear()
    with pytest.raises(InjectedFault), transaction.atomic():
        if decision:
            matching.undo_decision(decision=decision, by=person("documentation"), now=make.NOW)
        else:
            decide(file, 1, songs["dil"])
    assert UsageMatch.objects.count() == before and queue_is_right()


def test_matching_waits_until_the_file_is_taken() -> None:
    with pytest.raises(ValidationError, match="not taken yet"):
        matching.match_file(file=make.read(make.table(make.row())), now=make.NOW)


def test_all_open_texts_are_compared_again_in_one_go(songs, run_jobs) -> None:
    files = [make.landed(make.row("Naya Geet", composer="Kamran Lodhi", artist=""), of=make.source(c)) for c in "AB"]
    run_jobs()
    new = work("Naya Geet", (party("Kamran Lodhi"), "CA", 100))
    for _click in range(2):
        assert matching.match_again(by=person("documentation"), now=make.NOW) == 2
    run_jobs()
    assert {newest(file)[1].work for file in files} == {new}
    assert UsageMatch.objects.filter(revision=2).count() == 2


def test_a_matched_file_of_a_set_list_keeps_its_acts_apart(songs) -> None:
    data = make.table("Chand Raat,Headliner,Kamran Lodhi", "Chand Raat,Support,Kamran Lodhi", head="Song,Act,Composer")
    file = make.landed(data=data)
    assert [row.work for row in newest(file).values()] == [songs["chand"]] * 2
    assert usage.start_matching(file) is None
