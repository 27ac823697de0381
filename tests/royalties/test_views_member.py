"""A member's statement pages: every figure of her own, nothing of anybody else's."""

import datetime as dt

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmo_portal.accounts.models import Audience
from cmo_portal.common import clock
from cmo_portal.wording import date_text
from royalties.models import Statement, UsageFile
from royalties.queries.statements import statements_of, summary
from royalties.services import runs
from tests.factories import census as example
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.factories.members import make_member, make_user
from tests.royalties.statement_pages import page, rows_of, text_of
from works.models import Dispute

pytestmark = pytest.mark.django_db
PAGES = ("detail", "breakdown", "why", "receipts", "shares", "rows", "row")
KILOBYTE = 1024


# --- whose pages ------------------------------------------------------------------------------------------------------


def test_a_statement_of_somebody_else_answers_like_one_that_does_not_exist(census, m1):
    foreign, mine = census.statement("M2"), census.statement("M1")
    for name in (*PAGES, "pdf", "csv"):
        theirs = m1.get(page(f"statement-{name}", foreign))
        nobodys = m1.get(reverse(f"royalties:member-statement-{name}", args=["00000000-0000-4000-8000-000000000000"]))
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert m1.get(page(f"statement-{name}", mine), follow=True).status_code == 200


def test_statements_are_shown_only_once_their_run_is_published(run_jobs, sign_in):
    census = example.finalised(run_jobs)
    client = sign_in(census.parties["M1"].member.user)
    assert client.get(page("statement-detail", census.statement("M1"))).status_code == 404
    assert "There is no statement here yet" in text_of(client.get(page("statement-list")))
    assert list(statements_of(census.parties["M1"])) == []
    runs.publish_run(run=census.run, by=make.maker(), now=make.NOW)
    assert client.get(page("statement-detail", census.statement("M1"))).status_code == 200


def test_a_statement_stays_in_sight_when_its_run_is_taken_back(census, m1):
    runs.reverse_run(run=census.run, reason="A station was counted twice", by=make.approver(), now=make.NOW)
    shown = text_of(m1.get(page("statement-detail", census.statement("M1"))))
    assert "This distribution was taken back." in shown and "A station was counted twice" in shown
    home = text_of(m1.get(page("home")))
    assert "You have no statement yet" in home


def test_only_members_reach_these_pages(census, client, sign_in):
    statement = census.statement("M1")
    addresses = [page("home"), page("waiting-list"), page("statement-list")]
    addresses += [page(f"statement-{name}", statement) for name in (*PAGES, "pdf", "csv")]
    licensee = sign_in(make_user(Audience.LICENSEE))
    for address in addresses:
        assert client.get(address)["Location"].startswith("/account/login/")
        assert licensee.get(address).status_code == 403


def test_a_row_or_song_of_somebody_else_is_not_found_through_ones_own_statement(census, sign_in):
    client, statement = sign_in(census.parties["M2"].member.user), census.statement("M2")
    file = UsageFile.objects.get()
    assert client.get(page("statement-why", statement, pool=1, work=census.works["B"].number)).status_code == 404
    assert client.get(page("statement-rows", statement, pool=1, work=census.works["B"].number)).status_code == 404
    assert client.get(page("statement-row", statement, pool=1, file=file.uid, row=2)).status_code == 200
    assert client.get(page("statement-row", statement, pool=1, file=file.uid, row=4)).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"pool": "9" * 30, "work": "x"},
        {"pool": "-1", "work": "W"},
        {"pool": "1", "work": "'; --"},
        {"pool": "١", "work": "W"},
        {"file": "no", "pool": "1", "row": "2"},
        {"file": "00000000-0000-4000-8000-000000000000", "pool": "1", "row": "99999999999"},
        {"after": "bm90IGpzb24", "before": "WzEsMl0"},
        {"after": "WzEsdHJ1ZV0", "by": "nothing", "sort": "nothing"},
        {"year": "1e3", "state": "x", "right": "x", "reason": "x"},
    ],
)
def test_a_damaged_address_is_never_an_error(census, m1, query):
    statement = census.statement("M1")
    for name in PAGES:
        assert m1.get(page(f"statement-{name}", statement, **query), follow=True).status_code in (200, 404)
    for name in ("home", "waiting-list", "statement-list"):
        assert m1.get(page(name, **query)).status_code == 200


# --- what they show ---------------------------------------------------------------------------------------------------


def test_home_shows_the_last_statement_and_what_is_owed(census, m1):
    shown = text_of(m1.get(page("home")))
    assert "Your last statement Rs 376,200.00" in shown and "Owed to you now Rs 376,200.00" in shown
    assert "Rs 376,200.00 is owed to you and nothing stands in its way" in shown


def test_home_says_that_there_is_no_bank_account_and_where_to_give_one(run_jobs, sign_in):
    member = make_member("Sabri", account=False, tax_class=None)
    song = shelf.work("Qawwali", (member.party, "CA", 100))
    pool = make.pool(500_00, files=[make.usage(make.Play("q", song))])
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    response = sign_in(member.user).get(page("home"))
    assert "We have no bank account of yours to pay to." in text_of(response)
    assert "Your tax status is not recorded" in text_of(response)
    assert f'href="{reverse("members:member-bank-change")}"' in response.content.decode()


def test_the_day_for_evidence_is_named_and_once_it_has_passed_what_happens_now(census, sign_in):
    client = sign_in(census.parties["X1"].member.user)
    today = clock.today()
    with pgtrigger.ignore("works.Dispute:dispute_deadline_as_extended"):
        Dispute.objects.update(deadline=today)
    shown = text_of(client.get(page("home")))
    assert f"Answer and send your evidence on disputed songs 1 song, by {date_text(today)} Not started" in shown
    with pgtrigger.ignore("works.Dispute:dispute_deadline_as_extended"):
        Dispute.objects.update(deadline=today - dt.timedelta(days=1))
    shown = text_of(client.get(page("home")))
    assert "send your evidence" not in shown and "The day for evidence has passed" in shown
    assert f"evidence was due by {date_text(today - dt.timedelta(days=1))}. We decide now on what we have" in shown
    assert "; we decide now on what we have" in text_of(client.get(page("waiting-list", reason="dispute")))


def test_a_side_of_a_dispute_sees_the_held_amount_and_its_song(census, sign_in):
    client = sign_in(census.parties["X1"].member.user)
    home = text_of(client.get(page("home")))
    assert "1 song of yours is disputed" in home and "171,000.00" in home
    waiting = text_of(client.get(page("waiting-list", reason="dispute")))
    assert "Bol Ke Lab" in waiting and "171,000.00" in waiting and "50 %" in waiting


def test_a_share_without_a_mandate_waits_with_its_reason_in_home_and_statement(run_jobs, sign_in):
    member = make_member("Faiz", rights=("PR",))
    song = shelf.work("Nazm", (member.party, "CA", 100))
    radio, discs = (make.usage(make.Play("n", song), name=name) for name in ("radio.csv", "discs.csv"))
    pools = make.pool(100_00, files=[radio]), make.pool(70_00, right="MR", files=[discs])
    runs.publish_run(run=make.finalised_run(run_jobs, *pools), by=make.maker(), now=make.NOW)
    client = sign_in(member.user)
    assert "For 1 song we have no mandate of yours for the right that was used." in text_of(client.get(page("home")))
    statement = Statement.objects.get(party=member.party)
    assert [(group["reason"], group["amount"]) for group in statement.held] == [("no_mandate", 70_00)]
    assert "No mandate for this right" in text_of(client.get(page("statement-detail", statement)))


def test_the_list_is_filtered_by_year_state_and_right_and_exported_as_seen(census, m1):
    number = census.statement("M1").number
    for query in ({}, {"year": 2026}, {"state": "waiting"}, {"right": "PR"}, {"category": "radio"}):
        assert number in text_of(m1.get(page("statement-list", **query))), query
    for query in ({"state": "paid"}, {"right": "MR"}, {"right": "MR", "category": "radio"}):
        assert number not in text_of(m1.get(page("statement-list", **query))), query
    assert len(rows_of(m1.get(page("statement-list", format="csv")))) == 2
    assert len(rows_of(m1.get(page("statement-list", format="csv", state="paid")))) == 1


def test_the_summary_shows_balances_sources_deductions_and_the_four_dates(census, m1):
    shown = text_of(m1.get(page("statement-detail", census.statement("M1"))))
    for words in (
        "Opening balance Rs 0.00",
        "Earned Rs 376,200.00",
        "1,250,000.00 300,000.00",
        "Administration 20 %",
        "Social 5 %",
        "950,000.00 376,200.00",
        "Music used Jul–Sep 2026",
        "Money collected",
        "Distributed 22 November 2026",
        "Paid not yet",
        census.statement("M1").sha256.hex() if hasattr(census.statement("M1").sha256, "hex") else "",
    ):
        assert words in shown, words


def test_the_opening_balance_of_the_second_statement_is_the_closing_balance_of_the_first(run_jobs, sign_in):
    member = make_member("Iqbal")
    song = shelf.work("Shikwa", (member.party, "CA", 100))
    for amount in (100_00, 250_00):
        pool = make.pool(amount, files=[make.usage(make.Play("s", song))])
        runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    first, second = Statement.objects.filter(party=member.party).order_by("pk")
    assert (second.opening, second.earned, second.closing) == (100_00, 250_00, 350_00)
    found = summary(statements_of(member.party).get(pk=second.pk))
    assert (found.previous.number, found.previous.closing, found.movements) == (first.number, 100_00, ())
    assert (found.since, found.balance) == ((), 350_00)
    shown = text_of(sign_in(member.user).get(page("statement-detail", second)))
    assert f"Closing balance of the statement before {first.number} 100.00" in shown


# --- weight -----------------------------------------------------------------------------------------------------------


def test_every_page_asks_at_most_ten_queries_and_is_light(census, m1):
    statement, number = census.statement("M1"), census.works["A"].number
    file = UsageFile.objects.get()
    addresses = [page("home"), page("waiting-list"), page("statement-list"), page("statement-detail", statement)]
    addresses += [page("statement-breakdown", statement, by="right", pool=1, work=number)]
    addresses += [page(f"statement-{name}", statement, pool=1, work=number) for name in ("why", "rows", "shares")]
    addresses += [page("statement-receipts", statement, pool=1)]
    addresses += [page("statement-row", statement, pool=1, file=file.uid, row=2)]
    m1.get(addresses[0])  # the first visit writes down the session
    for address in addresses:
        with CaptureQueriesContext(connection) as captured:
            response = m1.get(address)
        asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
        assert response.status_code == 200 and len(asked) <= 10, (address, asked)
        assert len(response.content) < 60 * KILOBYTE, address
