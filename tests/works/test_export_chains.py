"""Publisher chains in files of ours: who collects where, by the agreements in force, as 2.x can say it."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Party
from tests.conftest import examples
from tests.factories.works import work
from tests.works.export_files import (
    NOW,
    START,
    VERSIONS,
    agree,
    check_round_trip,
    complaints,
    data_of,
    export,
    member_of,
    sent,
    sides_of,
    take,
    thrown_away,
)
from works.formats.cwr.work import WorkTransaction
from works.models import ImportedTransaction, Work
from works.services import imports
from works.services.agreements import NewAgreement, Terms, record_agreement
from works.services.cwr_differences import collected_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def chains_of(only: WorkTransaction) -> list[list[tuple[str, str, list[str]]]]:
    """Name, type and territories of every publisher, by chain."""
    return [
        [
            (
                each.publisher_name,
                each.publisher_type,
                [f"{'+' if line.is_include else '-'}{line.tis_code}" for line in each.territories],
            )
            for each in chain
        ]
        for chain in only.chains()
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_administrators_and_sub_publishers_stand_in_the_chain_of_the_owner(version: str, by: Any) -> None:
    sana, indus = member_of("Sana Ahmed"), member_of("INDUS HOUSE")
    admin, london, bombay = member_of("ADMIN CO"), member_of("LONDON MUSIC", "052"), member_of("BOMBAY SONGS", "036")
    work("Dil", (sana, "CA", 50), (indus, "E", 50))
    agree(by, indus, admin)
    agree(by, admin, london, territory="2136-0586")
    agree(by, london, bombay, territory="0356")
    only = sent(export(by, version))[0]
    assert chains_of(only) == [
        [
            ("INDUS HOUSE", "E", []),
            ("ADMIN CO", "AM", ["+0586"]),
            ("LONDON MUSIC", "SE", ["+2136", "-0356", "-0586"]),
            ("BOMBAY SONGS", "AM", ["+0356"]),
        ]
    ]
    assert {publisher.publisher_seq for publisher in only.publishers} == {1}
    assert only.publishers[1].territories[0].collection == (500_000, 500_000, 0)


def test_an_agreement_of_a_writer_links_him_by_its_number(by: Any) -> None:
    sana, ali = member_of("Sana Ahmed"), member_of("Ali Khan")
    one, two = member_of("FIRST HOUSE"), member_of("SECOND HOUSE")
    song = work("Dil", (sana, "CA", 25), (ali, "CA", 25), (one, "E", 25), (two, "E", 25))
    first = agree(by, sana, one, 50, agreement_type="OG")
    second = agree(by, ali, two, 50, song, agreement_type="OS")
    only = sent(export(by))[0]
    links = {writer.last_name: [(link.publisher_name, link.submitter_agreement_no) for link in writer.links]
             for writer in only.writers}  # fmt: skip
    assert links == {"AHMED": [("FIRST HOUSE", first.number)], "KHAN": [("SECOND HOUSE", second.number)]}


def test_a_publisher_who_has_a_writers_part_by_agreement_owns_it_in_the_file(by: Any) -> None:
    sana, house = member_of("Sana Ahmed"), member_of("INDUS HOUSE")
    london = member_of("LONDON MUSIC", "052")
    work("Dil", (sana, "CA", 100))
    agree(by, sana, house, 40, agreement_type="OG")
    agree(by, house, london, territory="0826")
    only = sent(export(by))[0]
    assert (only.writers[0].pr_ownership, only.publishers[0].pr_ownership) == (600_000, 400_000)
    assert chains_of(only) == [[("INDUS HOUSE", "E", ["+2136", "-0826"]), ("LONDON MUSIC", "SE", ["+0826"])]]


def test_what_a_chain_cannot_say_keeps_the_work_back_with_its_place(by: Any) -> None:
    sana, house, london = member_of("Sana Ahmed"), member_of("INDUS HOUSE"), member_of("LONDON MUSIC", "052")
    moved = work("Moved", (sana, "CA", 50), (house, "E", 50))
    agree(by, sana, london, 100, moved, agreement_type="PS", shares_change=True)
    local = work("Local", (sana, "CA", 100))
    agree(by, sana, london, 50, local, agreement_type="OS", territory="0826")
    told = {row[0]: row[2:5] + [row[5]] for row in complaints(export(by))}
    assert told[moved.number] == ["not sent", "SWT", "tis_code", "2136"]
    assert told[local.number][:3] == ["not sent", "SPU", "pr_ownership"]


def test_an_owner_whose_part_several_collect_stands_in_several_chains(by: Any) -> None:
    sana, house, london = member_of("Sana Ahmed"), member_of("INDUS HOUSE"), member_of("LONDON MUSIC", "052")
    work("Dil", (sana, "CA", 50), (house, "E", 50))
    agree(by, house, london, 60, territory="0826")
    only = sent(export(by, "2.2"))[0]
    assert chains_of(only) == [
        [("INDUS HOUSE", "E", ["+2136"])],
        [("INDUS HOUSE", "E", ["+2136", "-0826"]), ("LONDON MUSIC", "SE", ["+0826"])],
    ]
    assert [publisher.pr_ownership for publisher in only.publishers] == [200_000, 300_000, 0]
    assert [link.publisher_seq for link in only.writers[0].links] == [1]


def test_a_chain_without_anybody_of_ours_tells_ownership_and_says_so(by: Any) -> None:
    sana = member_of("Sana Ahmed")
    other, london = member_of("OTHER HOUSE", "036"), member_of("LONDON MUSIC", "052")
    work("Dil", (sana, "CA", 50), (other, "E", 50))
    agree(by, other, london, territory="0826")
    file = export(by)
    assert chains_of(sent(file)[0]) == [[("OTHER HOUSE", "E", [])]]
    assert [row[2:6] for row in complaints(file)] == [["sent without it", "OPU", "publisher_name", "HOUSE"]]


def test_an_agreement_that_has_ended_says_nothing(by: Any) -> None:
    sana, house, london = member_of("Sana Ahmed"), member_of("INDUS HOUSE"), member_of("LONDON MUSIC", "052")
    work("Dil", (sana, "CA", 50), (house, "E", 50))
    agree(by, house, london, end_date=dt.date(2025, 12, 31))
    assert chains_of(sent(export(by))[0]) == [[("INDUS HOUSE", "E", ["+2136"])]]


# -- the way through a register


def make_chains(by: Any) -> None:
    sana, ali = member_of("Sana Ahmed"), member_of("Ali Khan")
    house, admin = member_of("INDUS HOUSE"), member_of("ADMIN CO")
    london, bombay = member_of("LONDON MUSIC", "052"), member_of("BOMBAY SONGS", "036")
    for place in range(3):
        work(f"Song {place}", (sana, "CA", 50), (house, "E", 50))
    work("Two houses", (sana, "CA", 25), (ali, "CA", 25), (house, "E", 25), (bombay, "E", 25))
    work("By agreement", (ali, "CA", 100))
    agree(by, sana, house, 50, agreement_type="OG")
    agree(by, ali, house, 50, agreement_type="OG")
    agree(by, house, admin)
    agree(by, admin, london, territory="2123+0826")
    agree(by, london, bombay, territory="0356+0826")
    agree(by, bombay, admin, territory="0586")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_register_made_from_a_file_writes_the_same_chains_again(version: str, by: Any) -> None:
    data = check_round_trip(version, by, lambda: make_chains(by))
    assert data.count(b"\nNWR0") == 5 and data.count(b"\nPWR0") == 6


BOTH = {6: (0, 1), 7: (2, 3)}  # both writers, two houses
AREAS = st.sampled_from(["2136", "2136-0586", "0826", "0356", "0586", "2123", "2136-0826-0356", "2100+0156"])
AGREED = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(0, 7), st.sampled_from([100, 100, 100, 40]), AREAS,
        st.sampled_from(["PG", "PG", "PS", "OG", "OS"]), st.sampled_from([(1, 1), (1, 1), (1, 0), (0, 1)]),
        st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True),
    ),
    max_size=6,
)  # fmt: skip


def collected_here() -> dict[str, dict[str, list[int]]]:
    """Who collects here: work number → name → shares."""
    numbers = dict(Work.objects.values_list("pk", "number"))
    names = {party.pk: party.display_name.upper() for party in Party.objects.all()}
    found = collected_in(list(numbers), "0586", NOW.date())
    return {numbers[work]: {names[party]: held for party, held in by_party.items() if party}
            for work, by_party in found.items()}  # fmt: skip


SPLITS = st.lists(
    st.sampled_from([
        ((0, "CA", 50), (2, "E", 50)), ((0, "CA", 60), (1, "A", 40)), ((0, "CA", 25), (1, "C", 25), (2, "E", 30),
        (3, "E", 20)), ((1, "CA", 50), (3, "E", 50)), ((0, "C", 67), (5, "E", 33)), ((0, "CA", 100),), ((0, "CA", 50), (4, "AQ", 50)),
        ((1, "CA", 50), (4, "E", 25), (5, "AQ", 25)),
    ]), min_size=1, max_size=3,
)  # fmt: skip


def make_random(by: Any, splits: list[Any], agreed: list[Any]) -> None:
    """Six parties, of whom the first two are writers; not every agreement makes sense, as in life."""
    parties = [member_of(name, code) for name, code in (
        ("Sana Ahmed", "362"), ("Ali Khan", "362"), ("INDUS HOUSE", "362"), ("ADMIN CO", "362"),
        ("LONDON MUSIC", "052"), ("BOMBAY SONGS", "036"))]  # fmt: skip
    works = [work(f"Song {place}", *((parties[who], role, part) for who, role, part in split))
             for place, split in enumerate(splits)]  # fmt: skip
    for giver, taker, percent, territory, kind, rights, listed in agreed:
        givers, takers = BOTH.get(giver, (giver,)), BOTH.get(taker, (taker,))
        if set(givers) & set(takers) or min(takers) < 2 or (kind[0] == "O") != (min(givers) < 2):
            continue
        sides = sides_of([parties[each] for each in givers], [parties[each] for each in takers], percent, rights)
        named = tuple({works[place % len(works)] for place in listed}) if kind[1] == "S" else ()
        terms = Terms(agreement_type=kind, start_date=START, territory=territory)
        record_agreement(new=NewAgreement(terms, sides, named), by=by)


@settings(
    max_examples=examples(20, 60),  # of chains themselves tests/works/rules/test_chains.py asks more
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(SPLITS, AGREED, st.sampled_from(VERSIONS), st.sampled_from([1, imports.SLICE]))
def test_random_agreements_survive_the_way_through_a_register(
    by: Any, splits: list[Any], agreed: list[Any], version: str, size: int
) -> None:
    with thrown_away():
        make_random(by, splits, agreed)
        file = export(by, version)
        first, name = (data_of(file), file.filename) if file.file else (b"", "")
        assert file.state in ("written", "empty"), file.report
        assert file.report["sent"] + file.report["refused"] == len(splits)
        assert file.report["refused"] == 0 or complaints(file)
        before = collected_here()
        left_out = {row[0] for row in complaints(file) if row[3] == "OPU"}
    if not first:
        return
    with thrown_away(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(imports, "SLICE", size)
        take(first, name, by)
        for row in ImportedTransaction.objects.all():
            assert row.complaints == []
        after = collected_here()
        for number, held in after.items():
            if number in left_out:
                continue
            assert held.keys() <= before[number].keys()
            for name, parts in before[number].items():
                found = held.get(name, [0, 0, 0])
                assert all(abs(one - other) <= 100 for one, other in zip(parts, found, strict=True))
        assert data_of(export(by, version)).decode() == first.decode()
