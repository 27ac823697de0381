"""Finding works that may be one: by numbers, by likeness, only what changed, and never what a person told apart."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.licensing import person
from tests.factories.works import party, work
from works.models import DuplicatePair, LinkRequest, Work, WorkIdentifier
from works.rules.likeness import WorkFacts, compare
from works.services.duplicates import sweep_works, tell_apart
from works.services.recordings import NewRecording, link_recordings

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)


def sweep() -> int:
    return sweep_works(told=lambda done, total: None, held=lambda: None)


def found() -> set[frozenset[str]]:
    return {frozenset((pair.first.title, pair.second.title)) for pair in DuplicatePair.objects.filter(state="open")}


def fields(pair: DuplicatePair) -> dict[str, int]:
    return {field: value for field, value, _values in pair.evidence}


@pytest.mark.django_db
def test_works_of_one_recording_with_like_titles_are_found() -> None:
    work("Chandni Raat", (party("Alia Rahman"), "C", 100), isrc="PKA012500001")
    twin = work("Chandni Raat (Live)")
    twin.recordings.add(Work.objects.first().recordings.get(), through_defaults={"decided_by": person("documentation")})
    sweep()
    assert found() == {frozenset(("Chandni Raat", "Chandni Raat (Live)"))}
    assert fields(DuplicatePair.objects.get())["isrc"] == 10_000


@pytest.mark.django_db
def test_a_work_that_waits_for_the_recording_of_another_is_held_against_it() -> None:
    work("Chandni Raat", (party("Alia Rahman"), "C", 100), isrc="PKA012500001")
    link_recordings([(work("Chandni Raat (Live)"), NewRecording("PKA012500001"))])
    assert LinkRequest.objects.count() == 1
    sweep()
    assert fields(DuplicatePair.objects.get())["isrc"] == 10_000


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["Chandni Raat", "Chaandni Raat", "چاندنی رات", "Chandni Rat"])
def test_a_like_title_of_the_same_writer_is_found(other: str) -> None:
    alia = party("Alia Rahman")
    work("Chandni Raat", (alia, "C", 100))
    work(other, (alia, "C", 100))
    sweep()
    assert found() == {frozenset(("Chandni Raat", other))}


@pytest.mark.django_db
def test_a_writer_who_stands_twice_in_the_register_is_one_voice() -> None:
    work("Chandni Raat", (party("Alia Rahman"), "C", 100))
    work("Chandni Raat", (party("Aliya Rehman"), "C", 100))
    sweep()
    assert len(DuplicatePair.objects.all()) == 1


@pytest.mark.django_db
def test_one_title_of_different_writers_is_two_songs() -> None:
    work("Chandni Raat", (party("Alia Rahman"), "C", 100))
    work("Chandni Raat", (party("Bilal Hussain"), "C", 100))
    sweep()
    assert found() == set()


@pytest.mark.django_db
def test_parts_of_a_series_are_different_works() -> None:
    alia = party("Alia Rahman")
    work("Raag Number 1", (alia, "C", 100))
    work("Raag Number 2", (alia, "C", 100))
    sweep()
    assert found() == set()


@pytest.mark.django_db
def test_a_title_of_a_work_without_writers_is_found() -> None:
    work("Chandni Raat", (party("Alia Rahman"), "C", 100))
    work("Chandni Raat")
    sweep()
    assert fields(DuplicatePair.objects.get())["writers"] == -1


@pytest.mark.django_db
def test_the_same_number_under_two_senders_is_found() -> None:
    for title, issuer in (("Chandni Raat", "DMP"), ("Chandni Rat", "ABC")):
        WorkIdentifier.objects.create(work=work(title), issuer=issuer, value="WK-0077")
    sweep()
    assert "number" in fields(DuplicatePair.objects.get())


@pytest.mark.django_db
def test_only_new_and_changed_works_are_compared_again() -> None:
    alia = party("Alia Rahman")
    one = work("Chandni Raat", (alia, "C", 100))
    work("Sitara", (alia, "C", 100))
    assert sweep() == 2
    assert sweep() == 0
    work("Chandni Raat", (alia, "C", 100))
    assert sweep() == 1 and len(found()) == 1
    one.titles.update(text="Suraj", key="suraj", skeleton="srj")
    assert sweep() == 1
    assert found() == set(), "a pair that is alike no more is dropped"


@pytest.mark.django_db
def test_a_pair_that_was_told_apart_is_remembered_for_good() -> None:
    alia, clerk = party("Alia Rahman"), person("documentation")
    one, two = work("Chandni Raat", (alia, "C", 100)), work("Chandni Raat", (alia, "C", 100))
    sweep()
    pair = DuplicatePair.objects.get()
    with pytest.raises(ValidationError, match="how you know"):
        tell_apart(pair=pair, reason=" ", by=clerk, now=NOW)
    tell_apart(pair=pair, reason="one is the film version", by=clerk, now=NOW)
    for song in (one, two):
        song.duration = 200
        song.save()
    assert sweep() == 2
    pair.refresh_from_db()
    assert pair.state == "different" and DuplicatePair.objects.count() == 1


@pytest.mark.django_db
def test_a_pair_that_was_told_apart_is_kept_when_the_two_are_alike_no_more() -> None:
    alia = party("Alia Rahman")
    one, _two = work("Chandni Raat", (alia, "C", 100)), work("Chandni Raat", (alia, "C", 100))
    sweep()
    tell_apart(pair=DuplicatePair.objects.get(), reason="one is the film version", by=person("documentation"), now=NOW)
    one.titles.update(text="Suraj", key="suraj", skeleton="srj")
    assert sweep() == 1
    assert DuplicatePair.objects.get().state == "different", "a person's decision is not the comparison's to drop"


def facts_of(title: str, **more: tuple[str, ...]) -> WorkFacts:
    told = {"voices": ("l rmn",), "seconds": 200, "iswcs": (), "isrcs": (), "numbers": ()} | more
    return WorkFacts(work=1, keys=(title,), skeletons=(title,), **told)  # type: ignore[arg-type]


def test_different_iswcs_speak_against_two_works_being_one_and_cost_a_quarter() -> None:
    silent = compare(facts_of("chandni raat", iswcs=("T1",)), facts_of("chandni raat"))
    differ = compare(facts_of("chandni raat", iswcs=("T1",)), facts_of("chandni raat", iswcs=("T2",)))
    assert (silent.score, differ.score) == (10_000, 7_500)
    assert [item.values for item in differ.evidence if item.field == "iswc-differs"] == [("T1", "T2")]
    weaker = facts_of("chandni raat", voices=(), iswcs=("T2",))
    assert not compare(facts_of("chandni raat", iswcs=("T1",)), weaker).is_shown
    assert compare(facts_of("chandni raat", iswcs=("T1",)), facts_of("chandni raat", voices=())).is_shown


def test_the_same_iswc_is_evidence_enough_to_ask_a_person_whatever_the_titles() -> None:
    one = facts_of("chandni raat", iswcs=("T1",))
    other = facts_of("sitara", voices=("bll hsn",), iswcs=("T1",))
    found = compare(one, other)
    assert (found.score, found.is_shown) == (7_000, True)
    assert [(item.likeness, item.values) for item in found.evidence if item.field == "iswc"] == [(10_000, ("T1",))]
    assert compare(one, facts_of("chandni raat", voices=(), iswcs=("T1",))).score >= 9_000
    assert not compare(facts_of("chandni raat"), facts_of("sitara", voices=("bll hsn",))).is_shown


words = st.sampled_from(["chandni", "raat", "dil", "mera", "1", "2", ""])
facts = st.builds(
    WorkFacts,
    work=st.integers(1, 9),
    keys=st.lists(words, max_size=2).map(tuple),
    skeletons=st.lists(words, max_size=2).map(tuple),
    voices=st.lists(st.sampled_from(["l rmn", "bll hsn"]), max_size=2, unique=True).map(tuple),
    seconds=st.integers(0, 400),
    iswcs=st.lists(st.sampled_from(["T1", "T2"]), max_size=1).map(tuple),
    isrcs=st.lists(st.sampled_from(["A", "B"]), max_size=2, unique=True).map(tuple),
    numbers=st.lists(st.sampled_from(["7", "8"]), max_size=1).map(tuple),
)


@given(facts, facts)
def test_likeness_is_the_same_from_both_sides_and_within_its_range(one: WorkFacts, other: WorkFacts) -> None:
    there, back = compare(one, other), compare(other, one)
    assert there.score == back.score and 0 <= there.score <= 10_000
    assert {item.field for item in there.evidence} == {item.field for item in back.evidence}


@given(facts)
def test_a_work_is_never_less_like_itself_than_its_titles_allow(one: WorkFacts) -> None:
    if any(one.keys) and one.voices:
        assert compare(one, one).is_shown
