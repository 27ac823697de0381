"""The worked examples that a run must meet to the paisa: a radio census pool (C1), a concert without a set list (C2)."""

import datetime as dt

import pytest

from members.models import PartyAffiliation
from royalties.models import AllocationLine, LedgerLine, PayeeTotal, RunDeduction, RunPool, SuspenseLine, TextResult
from royalties.services.pools import Section
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.factories.members import make_member, make_party
from works.models import Dispute, WorkShare

pytestmark = pytest.mark.django_db


def disputed_half(work):
    """Half of the work's performing right, claimed twice."""
    dispute = Dispute.objects.create(
        work=work, right="PR", share=500_000, opened_on=dt.date(2026, 1, 1), deadline=dt.date(2027, 1, 1)
    )
    WorkShare.objects.create(work=work, role="CA", right="PR", share=500_000, state="disputed", dispute=dispute)


@pytest.fixture
def census(run_jobs):
    """C1, posted: the run and its parties."""
    m1, m2, publisher = (make_member(name).party for name in ("Composer", "Lyricist", "Publisher"))
    society, foreign = make_party("SOC-X", kind="society", society_code="072"), make_party("Foreign")
    PartyAffiliation.objects.create(party=foreign, society_code="072", right="PR")
    a = shelf.work("A", (m1, "C", 50), (m2, "A", 25), (publisher, "E", 25))
    b, c = make.song("B", (m1, 50)), shelf.work("C", (foreign, "CA", 100))
    disputed_half(b)
    file = make.usage(
        make.Play("a", a, plays=60, seconds=240, use="feature", daypart="prime"),
        make.Play("a", a, plays=60, seconds=240, use="feature", daypart="off"),
        make.Play("b", b, plays=200, seconds=180, use="feature", daypart="off"),
        make.Play("c", c, plays=1000, seconds=30, use="jingle", daypart="off"),
        make.Play("u", None, plays=70, seconds=190, use="feature", daypart="off"),
    )
    pool = make.pool(125_000_000, weights=make.WEIGHED, deductions=make.TWENTY_AND_FIVE, files=[file])
    return make.finalised_run(run_jobs, pool), m1, m2, publisher, society


def test_the_radio_census_pool_pays_what_the_example_says(census):
    run, m1, m2, publisher, society = census
    assert dict(RunDeduction.objects.filter(run=run).values_list("code", "amount")) == {
        "ADMIN": 25_000_000,
        "SOCIAL": 5_000_000,
    }
    assert RunPool.objects.get(run=run).amount == 95_000_000
    weights = TextResult.objects.filter(run_id=run.pk).order_by("text_key").values_list("weight", "units")
    points = [
        weight // 4 for weight, _units in weights
    ]  # the rule's weights are scaled by 4: a jingle counts a quarter
    assert points == [43_200, 36_000, 7_500, 13_300]
    assert [units // 10_000 for _weight, units in weights] == [41_040_000, 34_200_000, 7_125_000, 12_635_000]
    assert dict(PayeeTotal.objects.filter(run_id=run.pk).values_list("payee_id", "amount")) == {
        m1.pk: 37_620_000,
        m2.pk: 10_260_000,
        publisher.pk: 10_260_000,
        society.pk: 7_125_000,
        -1: 12_635_000,
        -2: 17_100_000,
    }


def test_the_lines_of_the_census_pool_are_those_of_the_example(census):
    run, m1, _m2, _publisher, _society = census
    lines = AllocationLine.objects.filter(run_id=run.pk, payee_id=m1.pk).order_by("work_id")
    assert [line.amount for line in lines] == [20_520_000, 17_100_000]


def test_the_census_pool_is_posted_and_held_to_the_paisa(census):
    run, m1, m2, publisher, society = census
    owed = LedgerLine.objects.filter(run=run, account__code="2500").values_list("party_id", "amount")
    assert dict(owed) == {
        m1.pk: -37_620_000,
        m2.pk: -10_260_000,
        publisher.pk: -10_260_000,
        society.pk: -7_125_000,
    }
    held = SuspenseLine.objects.filter(run=run).values_list("reason", "amount")
    assert dict(held) == {"unidentified": 12_635_000, "dispute": 17_100_000}
    assert {line.prescribes_on for line in SuspenseLine.objects.filter(run=run)} == {dt.date(2030, 6, 30)}


def test_a_support_act_without_a_set_list_is_held_whole(run_jobs):
    sections = [Section("headliner", "Headliner", 80), Section("support", "Support act", 20)]
    owner, other = make_member("Owner").party, make_member("Other").party
    song, rest = shelf.work("Song", (owner, "CA", 100)), shelf.work("Rest", (other, "CA", 100))
    file = make.usage(
        make.Play("song", song, seconds=5 * 60, section="headliner"),
        make.Play("rest", rest, seconds=55 * 60, section="headliner"),
    )
    pool = make.pool(15_000_000, sections=sections, deductions=make.TWENTY_AND_FIVE, files=[file])
    run = make.finalised_run(run_jobs, pool)
    leaves = dict(RunPool.objects.filter(run=run).values_list("section", "amount"))
    assert leaves == {"headliner": 9_120_000, "support": 2_280_000}
    assert dict(PayeeTotal.objects.filter(run_id=run.pk).values_list("payee_id", "amount")) == {
        owner.pk: 760_000,
        other.pk: 8_360_000,
        -6: 2_280_000,
    }
    assert SuspenseLine.objects.get(run=run).reason == "no_usage"
