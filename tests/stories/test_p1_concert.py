"""Worked example P1 as it happens: one concert, from the ticket to the song, with the exact figures and their rounding.

A thousand visitors at 30.00, ten per cent; 15 % administration; of the rest 7.5 % social and 2.5 % culture; a hundred
protected minutes, one song of four.
"""

import pytest

from royalties import fsck
from royalties.models import RunDeduction, RunPool, Statement, TextResult
from royalties.queries.payable import due_on
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.stories.desk import Desk
from works.services.registration import NewShare, NewTitle, NewWork, register_work

pytestmark = pytest.mark.django_db
TEN_PERCENT = {
    "inputs": [{"name": "box_office", "type": "money", "label": {"en": "Receipts"}, "minimum": "0"}],
    "components": [
        {"kind": "percent", "code": "BOX", "name": {"en": "Receipts"}, "rule": "K", "base": "box_office",
         "rates_percent": "10"}
    ],
    "modifiers": [],
    "examples": [{"answers": {"box_office": "30000.00"}, "fee": "3000.00", "note": "1,000 visitors at 30.00"}],
}  # fmt: skip
FIFTEEN_AND_TEN = {
    "deductions": [
        {"order": "1", "code": "ADMIN", "rate_percent": "15", "basis_after_order": "0", "purpose": "administration"},
        {"order": "2", "code": "SOCIAL", "rate_percent": "7.5", "basis_after_order": "1", "purpose": "social"},
        {"order": "3", "code": "CULTURE", "rate_percent": "2.5", "basis_after_order": "1", "purpose": "cultural"},
    ]
}


def test_a_concert_is_followed_from_the_ticket_to_the_song(run_jobs):
    desk = Desk(run_jobs)
    desk.open_society()
    three = [desk.member(f"Party {name}") for name in ("One", "Two", "Three")]
    rest = desk.member("Everybody Else")
    shares = zip(three, (333_400, 333_300, 333_300), strict=True)
    new = NewWork(
        title=NewTitle("Four Minutes"), shares=tuple(NewShare(party, "CA", "PR", share) for party, share in shares)
    )
    register_work(new=new, by=None, source="story")
    shelf.work("The Other Songs", (rest, "CA", 100))
    money.tariff("CONCERT", **TEN_PERCENT)
    assert desk.receive("CONCERT", {"box_office": "30000.00"}, province="GB", rate="0") == 300_000
    file = desk.take(
        [
            ["Act", "Song", "Composer", "Duration"],
            ["", "Four Minutes", "Party One; Party Two; Party Three", "4:00"],
            ["", "The Other Songs", "Everybody Else", "96:00"],
        ],
        name="concert.csv",
    )
    run = desk.distribute(desk.pool(file, category="live", weights=make.SECONDS, deductions=FIFTEEN_AND_TEN))
    deducted = RunDeduction.objects.filter(run=run).order_by("order").values_list("amount", flat=True)
    assert list(deducted) == [45_000, 19_125, 6_375]
    assert RunPool.objects.get(run=run).amount == 229_500
    units = sorted(TextResult.objects.filter(run_id=run.pk).values_list("units", flat=True))
    assert units[0] == 9_180 * 10_000  # 91.80 for the song: 22.95 a minute, not the 23 of the page
    assert dict(Statement.objects.filter(run=run).values_list("payee_name", "earned")) == {
        "Party One": 3_060,
        "Party Two": 3_060,
        "Party Three": 3_060,
        "Everybody Else": 220_320,
    }
    assert desk.pay() == {"Everybody Else": (220_320, 33_048, 187_272)}
    waiting = {due.payee.name: due.balance for due in due_on(desk.today)}
    assert waiting == {"Party One": 3_060, "Party Two": 3_060, "Party Three": 3_060}
    assert fsck.findings(fsck.Scope()) == []
