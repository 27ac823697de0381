"""Worked example C1 as it happens: a radio station pays, its log is taken, money is shared, held, taxed and paid.

Deductions, weights of use and daypart, a dispute, an unidentified title, a sister society and three rates of tax: every
figure to the paisa, from the receipt to the account of the bank.
"""

import pytest

from cmo_portal.audit.services import verify_chain
from royalties import fsck
from royalties.models import RunDeduction, Statement, SuspenseLine, TextResult
from royalties.queries.payable import due_on
from royalties.services.runs import reverse_run
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.stories.desk import Desk
from works.services.disputes import NewClaim, open_dispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def census(run_jobs):
    """The society of the example with its receipt, its log and its published distribution."""
    desk = Desk(run_jobs)
    desk.open_society()
    m1 = desk.member("Composer One")
    m2 = desk.member("Lyricist Two", "resident_not_active")
    publisher = desk.member("Publisher House")
    claimants = [desk.member("Claimant Left"), desk.member("Claimant Right")]
    _society, (foreign,) = desk.society("Society Abroad", "901", "Foreign Writer")
    shelf.work("Aangan", (m1, "C", 50), (m2, "A", 25), (publisher, "E", 25), original="آنگن")
    b = shelf.work("Barsaat", (m1, "C", 50), (None, "A", 50), original="برسات")
    shelf.work("Chai Jingle", (foreign, "CA", 100))
    open_dispute(
        work=b,
        right="PR",
        claims=[NewClaim(party, "A", 500_000) for party in claimants],
        by=money.person("documentation"),
        on=desk.quarter.start,
    )
    money.tariff("RADIO")
    assert desk.receive("RADIO", {"revenue": "62500000.00", "music_share": "50"}) == 125_000_000
    file = desk.take(
        [
            ["Title", "Composer", "Plays", "Seconds", "Use", "Daypart"],
            ["آنگن", "Composer One", 60, 240, "feature", "prime"],
            ["آنگن", "Composer One", 60, 240, "feature", "off"],
            ["Barsaat", "Composer One", 200, 180, "feature", "off"],
            ["Chai Jingle", "Foreign Writer", 1000, 30, "jingle", "off"],
            ["Unheard Of", "", 70, 190, "feature", "off"],
        ]
    )
    pool = desk.pool(file, category="radio", weights=make.WEIGHED, deductions=make.TWENTY_AND_FIVE)
    return desk, desk.distribute(pool)


def test_the_census_is_shared_as_the_example_says(census):
    _desk, run = census
    assert list(RunDeduction.objects.filter(run=run).order_by("order").values_list("amount", flat=True)) == [
        25_000_000,
        5_000_000,
    ]
    points = sorted(weight // 4 for (weight,) in TextResult.objects.filter(run_id=run.pk).values_list("weight"))
    assert points == [7_500, 13_300, 36_000, 43_200]  # weights are scaled by 4: a jingle counts a quarter
    earned = dict(Statement.objects.filter(run=run).values_list("payee_name", "earned"))
    assert earned == {
        "Composer One": 37_620_000,
        "Lyricist Two": 10_260_000,
        "Publisher House": 10_260_000,
        "Society Abroad": 7_125_000,
    }
    held = dict(SuspenseLine.objects.filter(run=run).values_list("reason", "amount"))
    assert held == {"dispute": 17_100_000, "unidentified": 12_635_000}
    assert sum(earned.values()) + sum(held.values()) == 95_000_000


def test_the_census_is_taxed_and_paid_as_the_example_says_and_the_books_close(census):
    desk, _run = census
    assert desk.pay() == {
        "Composer One": (37_620_000, 5_643_000, 31_977_000),
        "Lyricist Two": (10_260_000, 3_078_000, 7_182_000),
        "Publisher House": (10_260_000, 1_539_000, 8_721_000),
        "Society Abroad": (7_125_000, 1_068_750, 6_056_250),
    }
    assert desk.balances() == {
        "1000": 145_000_000 - 53_936_250,  # bank: received with tax, less what was paid out
        "2100": -20_000_000,  # sales tax
        "2600": -29_735_000,  # held
        "2700": -11_328_750,  # tax kept back
        "2800": -5_000_000,  # social fund
        "4000": -25_000_000,  # administration
    }
    assert due_on(desk.today) == []
    assert fsck.findings(fsck.Scope()) == []
    assert verify_chain() == []


def test_the_census_reversed_before_payment_leaves_the_money_in_its_pool(census):
    desk, run = census
    reverse_run(run=run, reason="A wrong log", by=make.approver(), now=desk.now)
    assert desk.balances() == {"1000": 145_000_000, "2100": -20_000_000, "2400": -125_000_000}
    assert fsck.findings(fsck.Scope()) == []
