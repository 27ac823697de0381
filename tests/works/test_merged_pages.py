"""Work 360 of a merged work: where it went and what it was; nothing of it is edited, its old addresses lead on."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from cmo_portal.common import clock
from tests.factories.licensing import person
from tests.factories.works import PERCENT, party, work
from works.models import Work, WorkIdentifier
from works.queries.as_of import work_as_of
from works.queries.regrouping import works_digest
from works.services import regrouping as acts
from works.services.recordings import NewRecording, link_recordings
from works.services.registration import NewShare
from works.services.shares import replace_shares

pytestmark = pytest.mark.django_db
NUMBERS = ("T9000000011", "T9000000022")


@pytest.fixture
def merged() -> tuple[Work, Work]:
    """The second work went into the first, with its shares, its titles, its numbers and its recording."""
    one = work("Chandni Raat", (party("Noor Jehan"), "CA", 100), iswc=NUMBERS[0])
    goes = work("Chandni Raatein", (party("Asha Posley"), "C", 60), (None, "A", 40), original="چاندنی راتیں")
    Work.objects.filter(pk=goes.pk).update(iswc=NUMBERS[1])
    WorkIdentifier.objects.create(work=goes, issuer="ALPHA", value="A-77")
    link_recordings([(goes, NewRecording("PKABC2600001", "Studio"))])
    goes.refresh_from_db()
    now = clock.now()
    choices = {"fields": {"iswc": "other"}, "rights": {"PR": "other", "MR": "work"}}
    made = acts.propose_merge(
        work=one, other=goes, choices=choices, reason="one song", by=person("documentation"), now=now,
        form_key=uuid.uuid4(),
    )  # fmt: skip
    acts.merge_works(regrouping=made, seen=works_digest([one.pk, goes.pk]), by=person("approver"), now=now)
    goes.refresh_from_db()
    return one, goes


@pytest.fixture
def desk(sign_in: Any) -> Client:
    browser: Client = sign_in(person("documentation"))
    return browser


def main_of(desk: Client, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, address
    found = re.search(r"<main.*?</main>", answer.content.decode(), re.S)
    assert found
    return found[0]


def test_the_page_says_where_the_work_went_and_shows_what_it_was(desk: Client, merged: tuple[Work, Work]) -> None:
    one, goes = merged
    shown = main_of(desk, f"/staff/works/{goes.uid}/")
    assert f'<a href="/staff/works/{one.uid}/"><bdi>Chandni Raat</bdi>' in shown
    for text in ("Asha Posley", "60\N{NO-BREAK SPACE}%", "چاندنی راتیں", "A-77", "Studio", "T-900.000.002-2"):
        assert text in shown, text


def test_an_urdu_page_calls_it_by_the_title_that_went_on(desk: Client, merged: tuple[Work, Work]) -> None:
    desk.post("/language/setlang/", {"language": "ur"})
    shown = main_of(desk, f"/staff/works/{merged[1].uid}/")
    assert "<h1><bdi>چاندنی راتیں</bdi>" in shown


def test_the_page_offers_nothing_to_correct_and_asks_for_no_shares(desk: Client, merged: tuple[Work, Work]) -> None:
    shown = main_of(desk, f"/staff/works/{merged[1].uid}/")
    for text in ("Enter the missing shares", "Correct", "Enter shares", "Open a dispute", "Merge another work", "Pays"):
        assert text not in shown, text
    assert "Correct these shares" in main_of(desk, f"/staff/works/{merged[0].uid}/"), "the one that stands can be"


def test_what_it_was_stays_as_it_was_when_the_other_work_is_corrected(merged: tuple[Work, Work]) -> None:
    one, goes = merged
    today = clock.today()
    shares = [NewShare(party("Somebody Else"), "CA", "PR", 100 * PERCENT)]
    replace_shares(
        work=one, right="PR", shares=shares, territory="2136", valid_from=None, valid_to=None, reason="proof",
        by=person("documentation"),
    )  # fmt: skip
    told = work_as_of(goes, on=today)
    assert told is not None
    parts = {table.right: [(str(row.party or ""), row.share // PERCENT) for row in table.rows] for table in told.rights}
    assert parts["PR"] == parts["MR"] and [units for _name, units in parts["PR"]] == [60, 40]
    assert work_as_of(goes, on=today, known_on=today - dt.timedelta(days=1)) is None


@pytest.mark.parametrize(
    "page", ["facts/", "description/titles/", "proposal/PR/", "shares/PR/", "disputes/PR/", "merge/", "split/"]
)
def test_its_editing_pages_lead_on_to_the_work_that_stands(desk: Client, merged: tuple[Work, Work], page: str) -> None:
    one, goes = merged
    answer = desk.get(f"/staff/works/{goes.uid}/{page}", follow=True)
    assert answer.redirect_chain == [(f"/staff/works/{one.uid}/{page}", 302)]
    assert f"{goes.number} was merged into this work." in answer.content.decode()


def test_what_was_typed_for_a_merged_work_is_not_done_to_the_other(desk: Client, merged: tuple[Work, Work]) -> None:
    one, goes = merged
    before = list(one.shares.order_by("pk").values())
    answer = desk.post(f"/staff/works/{goes.uid}/shares/PR/", {"reason": "mine"}, follow=True)
    assert "Nothing was changed there." in answer.content.decode()
    assert list(one.shares.order_by("pk").values()) == before


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_editing_pages_of_a_work_that_is_out_say_so_on_its_page(desk: Client, state: str) -> None:
    song = work("Song", (party("Noor Jehan"), "CA", 100))
    Work.objects.filter(pk=song.pk).update(state=state)
    answer = desk.get(f"/staff/works/{song.uid}/shares/PR/", follow=True)
    assert answer.redirect_chain == [(f"/staff/works/{song.uid}/", 302)]
    page = answer.content.decode()
    assert "nothing of it is changed any more" in page and "Correct these shares" not in page


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_the_page_of_a_work_that_is_out_asks_for_no_shares(desk: Client, state: str) -> None:
    song = work("Undone")
    assert "Enter shares" in desk.get(f"/staff/works/{song.uid}/").content.decode()
    Work.objects.filter(pk=song.pk).update(state=state)
    page = desk.get(f"/staff/works/{song.uid}/").content.decode()
    assert "Enter shares" not in page and "Enter the missing shares" not in page and "registered anew" in page
