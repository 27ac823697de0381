"""What is wrong with the agreements about works, read from the answer of the chains."""

from typing import Any

from hypothesis import given

from cmo_portal.common.money import WHOLE_SHARE
from tests.works.rules.chain_oracle import Link, Owner
from tests.works.rules.test_chains import NAMED, answer, link_rows, owner_rows, resolve
from works.rules.agreement_faults import WorkFault, circle, faults_by_work


def test_a_conflict_names_all_who_give_too_much_and_what_is_held() -> None:
    owners = [Owner(1, 1, 1, 400_000), Owner(2, 1, 9, 600_000)]
    links = [Link(5, 1, 2, 600_000), Link(7, 1, 3, 600_000), Link(8, 9, 3, 600_000)]
    assert faults_by_work(resolve(owners, links, {})) == {1: WorkFault(("conflict",), (5, 7), 400_000)}


def test_a_circle_names_its_agreements_and_not_the_way_to_it() -> None:
    links = [Link(number, number, number % 4 + 1, WHOLE_SHARE) for number in (2, 3)]
    links += [Link(1, 1, 2, WHOLE_SHARE), Link(4, 4, 2, WHOLE_SHARE)]
    found = faults_by_work(resolve([Owner(1, 1, 1, WHOLE_SHARE)], links, {}))
    assert found == {1: WorkFault(("cycle",), (2, 3, 4), WHOLE_SHARE)}


def test_a_gap_holds_nothing() -> None:
    found = resolve([Owner(1, 1, 1, WHOLE_SHARE)], [Link(5, 2, 3, WHOLE_SHARE, specific=True)], {(5, 1): True})
    assert faults_by_work(found) == {1: WorkFault(("gap",), (5,), 0)}


def test_what_is_wrong_at_several_places_of_a_work_is_told_together() -> None:
    owners = [Owner(1, 1, 1, 500_000), Owner(2, 1, 2, 500_000)]
    links = [Link(1, 1, 3, WHOLE_SHARE), Link(2, 1, 4, 1), Link(3, 2, 5, WHOLE_SHARE), Link(4, 5, 2, WHOLE_SHARE)]
    links += [Link(5, 6, 3, WHOLE_SHARE, specific=True)]
    found = faults_by_work(resolve(owners, links, {(5, 1): True}))
    assert found == {1: WorkFault(("conflict", "cycle", "gap"), (1, 2, 3, 4, 5), WHOLE_SHARE)}


@given(owner_rows(), link_rows(), NAMED)
def test_a_work_asked_alone_has_the_faults_that_it_has_among_all(owners: Any, links: Any, named: Any) -> None:
    found = resolve(owners, links, named)
    whole = faults_by_work(found)
    for work in {owner.work for owner in owners}:
        own = [owner for owner in owners if owner.work == work]
        alone = resolve(own, links, {key: said for key, said in named.items() if key[1] == work})
        assert faults_by_work(alone).get(work) == whole.get(work)


@given(owner_rows(), link_rows(), NAMED)
def test_it_holds_what_the_chains_keep_back(owners: Any, links: Any, named: Any) -> None:
    found = resolve(owners, links, named)
    kept: dict[int, int] = {}
    for work, _share, _party, units, state, _path in answer(found):
        if state != "held":
            kept[work] = kept.get(work, 0) + units
    assert {work: fault.units for work, fault in faults_by_work(found).items() if fault.units} == kept


def test_a_circle_begins_where_its_last_link_leads() -> None:
    way = [("Alia", None), ("Indus", "A1"), ("London", "A2"), ("Bombay", "A3")]
    assert circle(way, "Indus") == ["A2", "A3"]
    assert circle(way, "Bombay") == []
