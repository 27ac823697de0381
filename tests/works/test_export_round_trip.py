"""A file of our repertoire taken into an empty register is written from there again, byte for byte."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Party, PartyAffiliation
from members.services.parties import PartyFacts, register_party
from tests.conftest import examples
from tests.factories.works import work
from tests.works.export_files import (
    VERSIONS,
    check_round_trip,
    data_of,
    export,
    make_repertoire,
    member_of,
    take,
    thrown_away,
)
from works.models import Work, WorkShare
from works.rules.identifiers import ipi_name_check_digits
from works.services.registration import NewRecording, NewShare, NewTitle, NewWork, store_works

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


@pytest.mark.parametrize("version", VERSIONS)
def test_export_import_export_gives_the_same_bytes(version: str, by: Any) -> None:
    assert check_round_trip(version, by, make_repertoire).count(b"\nNWR0") == 7


def test_our_own_numbers_come_back_and_are_never_given_again(by: Any) -> None:
    with thrown_away():
        number = f"W{int(work('Dil', (member_of('Sana Ahmed'), 'CA', 100)).number[1:]) + 500:07d}"
        Work.objects.update(number=number)
        file = export(by)
        data, name = data_of(file), file.filename
    take(data, name, by)
    assert Work.objects.get().number == number
    assert work("Next", (None, "CA", 100)).number > number
    assert set(WorkShare.objects.filter(work__number=number).values_list("source", flat=True)) == {"SO362"}


NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ '-", min_size=1, max_size=20).map(
    lambda text: " ".join(text.split())
).filter(lambda text: any(sign.isalpha() for sign in text))  # fmt: skip
TEXTS = st.text("abcdefghijKLMNÄÉñß 0123456789'!?(&", min_size=1, max_size=25).map(
    lambda text: " ".join(text.split())
).filter(bool)  # fmt: skip
SOCIETIES = st.sampled_from(["", "362", "052", "036"])
ROLES = st.sampled_from(["CA", "C", "A", "E"])
PEOPLE = st.lists(st.tuples(NAMES, st.just("") | NAMES, st.booleans(), SOCIETIES), min_size=1, max_size=4)
PARTS = st.lists(st.tuples(st.integers(-1, 3), ROLES, st.integers(1, 1000)), min_size=1, max_size=4)
RANDOM_WORKS = st.lists(
    st.fixed_dictionaries(
        {
            "title": TEXTS,
            "others": st.lists(st.tuples(TEXTS | st.just("شام"), st.sampled_from(["OT", "AT", "TT", "OL"])), max_size=2),
            "PR": PARTS,
            "MR": PARTS | st.just([]),
            "duration": st.none() | st.integers(1, 5000),
            "category": st.sampled_from(["POP", "JAZ", "UNC"]),
            "recordings": st.lists(
                st.tuples(st.integers(0, 5), TEXTS, st.sampled_from(["", "The Band", "A Singer, B Singer"]),
                          st.none() | st.integers(1, 900)), max_size=2, unique_by=lambda each: each[0]
            ),
        }
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@settings(
    max_examples=examples(20, 60),  # of single works tests/works/formats/test_cwr_registrations.py asks more
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(PEOPLE, RANDOM_WORKS, st.sampled_from(VERSIONS))
def test_random_works_survive_the_way_through_a_register(
    by: Any, people: list[Any], works: list[dict[str, Any]], version: str
) -> None:
    with thrown_away():
        store_random(people, works)
        file = export(by, version)
        first, name = (data_of(file), file.filename) if file.file else (b"", "")
        assert file.report["sent"] + file.report["refused"] == len(works)
        assert file.state in ("written", "empty"), file.report
    if not first:
        return
    with thrown_away():
        take(first, name, by)
        assert data_of(export(by, version)).decode() == first.decode()


def store_random(people: list[Any], works: list[dict[str, Any]]) -> None:
    parties = []
    for number, (last, rest, has_ipi, society) in enumerate(people, start=1):
        ipi = f"{number:09d}" + ipi_name_check_digits(f"{number:09d}") if has_ipi else None
        parties.append(register_party(facts=PartyFacts(last_name=last, first_name=rest, ipi_name_number=ipi), by=None))
        if society:
            PartyAffiliation.objects.bulk_create(
                PartyAffiliation(party=parties[-1], right=right, society_code=society) for right in ("PR", "MR")
            )
    store_works(news=[random_work(each, parties) for each in works], source="test")


def random_work(each: dict[str, Any], parties: list[Party]) -> NewWork:
    shares = []
    for right in ("PR", "MR"):
        owners: dict[tuple[int, str], int] = {}
        for place, role, weight in each[right]:
            key = (place if place < 0 else place % len(parties), role)
            owners[key] = owners.get(key, 0) + weight
        total = sum(owners.values())
        shares += [
            NewShare(parties[place] if place >= 0 else None, role, right, max(1, weight * 1_000_000 // total))
            for (place, role), weight in owners.items()
        ]
    return NewWork(
        NewTitle(each["title"], "OT", "UR"),
        other_titles=tuple(NewTitle(text, kind) for text, kind in each["others"]),
        category=each["category"],
        duration=each["duration"],
        shares=tuple(shares),
        recordings=tuple(
            NewRecording(f"PKZZ9260000{place}", title, performer, duration)
            for place, title, performer, duration in each["recordings"]
        ),
    )
