"""Worked example C2 as it happens: a concert pays, the headliner sends a set list, the support act does not."""

import datetime as dt

import pytest

from cmo_portal.common.periods import fiscal_year
from royalties import fsck
from royalties.models import RunPool, Statement, SuspenseLine
from royalties.services.pools import Section
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.stories.desk import Desk

pytestmark = pytest.mark.django_db
ACTS = (Section("headliner", "Headliner", 80), Section("support", "Support act", 20))


def test_the_missing_set_list_is_held_and_the_headliner_is_paid_by_the_minute(run_jobs):
    desk = Desk(run_jobs)
    desk.open_society()
    writer, other = desk.member("Song Writer"), desk.member("Other Writer")
    shelf.work("Five Minutes", (writer, "CA", 100))
    shelf.work("All The Rest", (other, "CA", 100))
    money.tariff("CONCERT")
    assert desk.receive("CONCERT", {"box_office": "5000000.00"}, province="SD", rate="15") == 15_000_000
    file = desk.take(
        [
            ["Act", "Song", "Composer", "Duration"],
            ["headliner", "Five Minutes", "Song Writer", "5:00"],
            ["headliner", "All The Rest", "Other Writer", "55:00"],
            ["headliner", "Poem of old", "", "15:00"],
        ],
        name="set-list.csv",
    )
    # Seventy-five minutes were played; fifteen of them nobody's right protects any more.
    desk.decide(file, "Poem of old", reason="public-domain")
    pool = desk.pool(file, category="live", weights=make.SECONDS, deductions=make.TWENTY_AND_FIVE, sections=ACTS)
    run = desk.distribute(pool)
    assert dict(RunPool.objects.filter(run=run).values_list("section", "amount")) == {
        "headliner": 9_120_000,
        "support": 2_280_000,
    }
    assert dict(Statement.objects.filter(run=run).values_list("payee_name", "earned")) == {
        "Song Writer": 760_000,  # 1,520.00 a minute
        "Other Writer": 8_360_000,
    }
    held = SuspenseLine.objects.get(run=run)
    assert (held.reason, held.amount) == ("no_usage", 2_280_000)
    end = fiscal_year(desk.today).end
    assert held.prescribes_on == dt.date(end.year + 3, end.month, end.day)
    assert desk.pay() == {
        "Song Writer": (760_000, 114_000, 646_000),
        "Other Writer": (8_360_000, 1_254_000, 7_106_000),
    }
    assert desk.balances()["2600"] == -2_280_000
    assert fsck.findings(fsck.Scope()) == []
