"""The stages of a match: what is linked alone, what goes to a person and why, and that order changes nothing."""

import random

import pytest

from royalties.rules.matching.deciding import IGNORED, MATCHED, NONE, QUEUE, match_texts
from royalties.rules.matching.memory import MatchMemory, Remembered
from royalties.rules.matching.repertoire import WorkIndex
from royalties.rules.matching.settings import FULL, MatchSettings
from royalties.rules.matching.texts import UsageText, memory_key

WORKS = [
    # id, titles, creators, performers, isrcs, iswc, number
    (1, ["Ranjish Hi Sahi", "رنجش ہی سہی"], ["Nisar Bazmi", "Ahmad Faraz"], ["Mehdi Hassan", "مہدی حسن"], ["PKA019900001"], "T0000000010", "W1"),
    (2, ["Chaap Tilak"], ["Amir Khusrau"], ["Abida Parveen"], ["PKA019900002"], "T0000000020", "W2"),
    (3, ["Chaap Tilak"], ["Amir Khusrau"], ["Nusrat Fateh Ali Khan"], ["PKA019900003"], "", "W3"),
    (4, ["Allah Hoo"], ["Trad"], ["Nusrat Fateh Ali Khan"], [], "", "W4"),
    (5, ["Symphony of Rain, Part 1"], ["Kamran Lodhi"], ["City Orchestra"], [], "", "W5"),
    (6, ["Tanhai"], ["Zarina Butt"], [], [], "", "W6"),
    (7, ["Medley One"], ["A Writer"], ["Somebody"], ["PKA019900007"], "", "W7"),
    (8, ["Medley Two"], ["B Writer"], ["Somebody"], ["PKA019900007"], "", "W8"),
    (9, ["Gulab"], ["Kamran Lodhi"], ["Shabnam Malik"], [], "", "W9"),
    (10, ["Gulab"], ["Kamran Lodhi"], ["Shabnam Malik"], [], "", "W10"),
]  # fmt: skip


def index_of(works=WORKS):
    columns = list(zip(*works, strict=True))
    return WorkIndex.from_columns(
        columns[0],
        columns[1],
        creators=columns[2],
        performers=columns[3],
        isrcs=columns[4],
        iswcs=columns[5],
        numbers=columns[6],
    )


INDEX = index_of()


def decide(*args, memory=None, source=None, settings=None, **fields):
    return match_texts(
        [UsageText(*args, **fields)], INDEX, memory=memory or MatchMemory(), source=source, settings=settings
    )[0]


def outcome(decision):
    return decision.outcome, decision.work_id, decision.stage, decision.reason


@pytest.mark.parametrize(
    "ids", [{"isrc": "pk-a01-99-00001"}, {"iswc": "T-000.000.001-0"}, {"own_number": "w1"}, {"iswc": "0000000010"}]
)
def test_an_identifier_links_when_the_title_agrees(ids):
    decision = decide("Ranjesh hi sahi (Live)", performers="Somebody Else", **ids)
    assert outcome(decision) == (MATCHED, 1, "id", "identifier")
    assert decision.score == FULL


def test_an_identifier_whose_work_has_another_title_goes_to_a_person():
    decision = decide("Completely Different Song", performers="Mehdi Hassan", isrc="PKA019900001")
    assert outcome(decision) == (QUEUE, None, "score", "identifier-title")
    assert 1 in [candidate.work_id for candidate in decision.candidates]


def test_an_identifier_with_another_title_keeps_even_an_exact_key_from_linking():
    decision = decide("Chaap Tilak", performers="Abida Parveen", isrc="PKA019900001")
    assert decision.outcome == QUEUE


def test_an_identifier_without_any_title_goes_to_a_person():
    assert decide("", isrc="PKA019900001").outcome == QUEUE


def test_two_identifiers_of_two_works_go_to_a_person():
    decision = decide("Chaap Tilak", isrc="PKA019900002", own_number="W3")
    assert outcome(decision) == (QUEUE, None, "score", "identifiers-differ")


def test_a_recording_of_two_works_goes_to_a_person_with_both():
    decision = decide("Medley One", performers="Somebody", isrc="PKA019900007")
    assert decision.outcome == QUEUE
    assert {7, 8} <= {candidate.work_id for candidate in decision.candidates}


@pytest.mark.parametrize(
    ("title", "people"),
    [
        ("RANJISH HI SAHI!", {"performers": "Hassan Mehdi"}),
        ("رنجش ہی سہی", {"performers": "مہدی حسن|Mehdi Hassan"}),
        ("Ranjish Hi Sahi", {"creators": "Ahmad Faraz; Nisar Bazmi"}),
        ("Chaap Tilak", {"performers": "Abida Parveen"}),
    ],
)
def test_title_and_set_of_names_of_one_work_link(title, people):
    decision = decide(title, **people)
    assert (decision.outcome, decision.stage) == (MATCHED, "exact")


def test_two_works_with_the_same_title_and_names_are_a_tie_and_never_linked_alone():
    decision = decide("Gulab", performers="Shabnam Malik")
    assert outcome(decision) == (QUEUE, None, "score", "tie")
    assert [candidate.work_id for candidate in decision.candidates[:2]] == [9, 10]
    assert decision.gap == 0


def test_a_misspelt_text_is_linked_by_its_score_with_the_features_that_say_why():
    decision = decide("Ranjsh Hi Sahe", performers="Mehdi Hasan")
    assert outcome(decision) == (MATCHED, 1, "score", "score")
    facts = decision.features()
    assert facts["features"]["title"] > 8_000
    assert facts["features"]["length"] == -1
    assert facts["vetoes"] == []
    assert facts["model"] == "hand-1"
    assert decision.candidates[0].as_dict()["work"] == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ({"title": "Allah Hoo", "performers": "Rahat Fateh Ali Khan"}, "names-differ"),
        ({"title": "Symphony of Rain, Part 2", "performers": "City Orchestra"}, "numbers-differ"),
        ({"title": "Tanhai"}, "no-names"),
    ],
)
def test_what_looks_right_but_has_one_thing_against_it_goes_to_a_person(text, reason):
    decision = decide(**text)
    assert decision.outcome == QUEUE
    assert reason in decision.features()["vetoes"] or decision.reason == reason


def test_the_sound_alone_never_decides():
    works = [(1, ["رنجش ہی سہی"], [], ["مہدی حسن"], [], "", "")]
    decision = match_texts([UsageText("Ranjish Hi Sahi", performers="Mehdi Hassan")], index_of(works))[0]
    assert decision.outcome == QUEUE
    assert decision.candidates[0].work_id == 1
    assert "sound-only" in decision.candidates[0].vetoes


def test_a_text_about_nothing_known_is_not_found():
    assert decide("Zzyzx Qwrtp", performers="Unheard").outcome == NONE
    assert decide("unknown", performers="various artists").outcome == NONE
    assert decide("").outcome == NONE


def test_the_own_memory_of_a_source_comes_before_that_for_all_and_that_of_others():
    key = memory_key(UsageText("Mystery Song", performers="Some Band"))
    other, own, all_sources = (
        Remembered(key, 9, MATCHED, 4),
        Remembered(key, 5, MATCHED, 2),
        Remembered(key, None, MATCHED, 3),
    )
    text = {"title": "MYSTERY song", "performers": "Some Band"}
    assert decide(**text, memory=MatchMemory([other, own, all_sources]), source=5).work_id == 2
    assert decide(**text, memory=MatchMemory([other, all_sources]), source=5).work_id == 3
    assert decide(**text, memory=MatchMemory([other]), source=5).work_id == 4
    assert outcome(decide(**text, memory=MatchMemory([other]), source=5))[2:] == ("memory", "remembered")


def test_sources_that_disagree_and_bare_titles_of_other_sources_are_not_remembered():
    key = memory_key(UsageText("Mystery Song", performers="Some Band"))
    disagree = MatchMemory([Remembered(key, 8, MATCHED, 4), Remembered(key, 9, MATCHED, 2)])
    assert decide("Mystery Song", performers="Some Band", memory=disagree, source=5).outcome != MATCHED
    bare = MatchMemory([Remembered(memory_key(UsageText("Mystery Song", performers="")), 9, MATCHED, 4)])
    assert decide("Mystery Song", memory=bare, source=5).outcome != MATCHED
    assert decide("Mystery Song", memory=bare, source=9).work_id == 4


def test_it_is_remembered_too_that_a_text_is_not_ours_or_not_to_be_paid():
    for remembered in (NONE, IGNORED):
        memory = MatchMemory(
            [Remembered(memory_key(UsageText("Chaap Tilak", performers="Abida Parveen")), 5, remembered)]
        )
        decision = decide("Chaap Tilak", performers="Abida Parveen", memory=memory, source=5)
        assert outcome(decision) == (remembered, None, "memory", "remembered")


def test_a_remembered_work_that_is_no_longer_there_is_passed_over():
    memory = MatchMemory(
        [Remembered(memory_key(UsageText("Chaap Tilak", performers="Abida Parveen")), 5, MATCHED, 999)]
    )
    assert decide("Chaap Tilak", performers="Abida Parveen", memory=memory, source=5).work_id == 2


def test_memory_outranks_an_identifier_that_disagrees_with_the_title():
    memory = MatchMemory([Remembered(memory_key(UsageText("Odd Title", performers="X Band")), 5, MATCHED, 2)])
    assert decide("Odd Title", performers="X Band", isrc="PKA019900001", memory=memory, source=5).work_id == 2


def test_texts_with_many_plays_go_to_a_person_whatever_their_score_but_for_memory():
    settings = MatchSettings(auto_up_to_plays=100)
    text = {"title": "Chaap Tilak", "performers": "Abida Parveen"}
    assert decide(**text, plays=100, settings=settings).outcome == MATCHED
    assert outcome(decide(**text, plays=101, settings=settings)) == (QUEUE, None, "exact", "large")
    assert decide("Ranjsh Hi Sahe", performers="Mehdi Hasan", plays=101, settings=settings).reason == "large"
    memory = MatchMemory([Remembered(memory_key(UsageText("Chaap Tilak", performers="Abida Parveen")), 5, MATCHED, 2)])
    assert decide(**text, plays=101, settings=settings, memory=memory, source=5).outcome == MATCHED


def test_the_thresholds_of_the_settings_rule():
    text = {"title": "Ranjsh Hi Sahe", "performers": "Mehdi Hasan"}
    assert decide(**text, settings=MatchSettings(auto_score=9_990)).reason == "score"
    assert decide(**text, settings=MatchSettings(auto_gap=9_990)).reason == "gap"
    assert decide(**text, settings=MatchSettings(auto_score=9_990, queue_score=9_980)).outcome == NONE


def test_neither_the_order_of_works_nor_of_texts_changes_a_decision():
    texts = [
        UsageText("Gulab", performers="Shabnam Malik"),
        UsageText("Chaap Tilak"),
        UsageText("Ranjsh Hi Sahe", performers="Mehdi Hasan"),
        UsageText("Allah Hoo", performers="Rahat Fateh Ali Khan"),
    ]
    expected = dict(zip(texts, match_texts(texts, INDEX), strict=True))
    for seed in range(5):
        works, shuffled = WORKS.copy(), texts.copy()
        random.Random(seed).shuffle(works)
        random.Random(seed + 9).shuffle(shuffled)
        again = dict(zip(shuffled, match_texts(shuffled, index_of(works)), strict=True))
        assert again == expected


def test_a_performer_with_another_title_of_mostly_the_same_words_is_not_linked():
    works = [(1, ["Yaad Tanhai Gulab"], [], ["Naveed Farooqi"], [], "", "")]
    decision = match_texts([UsageText("Yaad Tanhai Khushbu", performers="Naveed Farooqi")], index_of(works))[0]
    assert decision.outcome == QUEUE
    assert decision.reason in {"title-differs", "score"}


def test_the_length_of_the_play_speaks_for_or_against():
    works = WorkIndex.from_columns(
        [1, 2], [["Tanhai"], ["Tanhai"]], performers=[["Band A"], ["Band A"]], seconds=[180, 300]
    )
    decision = match_texts([UsageText("Tanhai", performers="Band A", seconds=181)], works)[0]
    assert decision.candidates[0].work_id == 1
    assert decision.candidates[0].features["length"] > decision.candidates[1].features["length"] == 0


def test_a_title_column_that_slid_gives_way_to_the_album():
    decision = decide("004", performers="Mehdi Hassan", album="Ranjish Hi Sahi (1978)")
    assert decision.candidates[0].work_id == 1
