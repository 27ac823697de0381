"""The matcher on the labelled set: what it decides alone is right, and it does not fall below the agreed floor."""

from collections import Counter

import pytest

from royalties.rules.matching.deciding import MATCHED, QUEUE, match_texts
from royalties.rules.matching.repertoire import WorkIndex
from tests.royalties.rules.matching.labelled_set import make_set

# The floor. A change of weights, rules or thresholds that brings a figure below it needs a reason and a decision.
WRONG_LINKS = 0
RECALL_FLOOR = 0.65
TOP_ONE_FLOOR = 0.97


@pytest.fixture(scope="module")
def result():
    songs, labelled = make_set()
    # Every third work is known in Roman letters only, every third in Urdu only: the other script has to be bridged.
    titles = [
        [s.title, s.title_ur] if n % 3 == 0 else [s.title] if n % 3 == 1 else [s.title_ur] for n, s in enumerate(songs)
    ]
    people = [
        [s.performer, s.performer_ur] if n % 3 == 0 else [s.performer] if n % 3 == 1 else [s.performer_ur]
        for n, s in enumerate(songs)
    ]
    writers = [
        [s.writer, s.writer_ur] if n % 3 == 0 else [s.writer] if n % 3 == 1 else [s.writer_ur]
        for n, s in enumerate(songs)
    ]
    index = WorkIndex.from_columns(
        [song.work_id for song in songs],
        titles,
        creators=writers,
        performers=people,
        isrcs=[[song.isrc] for song in songs],
    )
    return labelled, match_texts([item.text for item in labelled], index)


def test_no_text_is_linked_to_the_wrong_work_without_a_person(result):
    wrong = [
        (item.kind, item.text.title, item.text.performers, decision.work_id, decision.reason)
        for item, decision in zip(*result, strict=True)
        if decision.outcome == MATCHED and decision.work_id != item.work_id
    ]
    assert len(wrong) <= WRONG_LINKS, wrong


def test_the_share_of_texts_linked_alone_stays_above_the_floor(result):
    right = Counter(
        decision.outcome == MATCHED
        for item, decision in zip(*result, strict=True)
        if item.work_id and item.kind != "urdu"
    )
    assert right[True] / right.total() >= RECALL_FLOOR


def test_the_right_work_is_nearly_always_the_first_candidate(result):
    first = Counter(
        decision.candidates[0].work_id == item.work_id if decision.candidates else False
        for item, decision in zip(*result, strict=True)
        if item.work_id
    )
    assert first[True] / first.total() >= TOP_ONE_FLOOR


def test_the_other_script_reaches_a_person_with_the_right_work_on_top(result):
    bridged = [
        decision.outcome in {MATCHED, QUEUE} and decision.candidates[0].work_id == item.work_id
        for item, decision in zip(*result, strict=True)
        if item.kind == "urdu" and item.work_id
    ]
    assert sum(bridged) / len(bridged) >= TOP_ONE_FLOOR
