"""A member's pages: every figure of her own, nothing of anybody else's, four clicks from home to the row of a file."""

import csv
import datetime as dt
import io
import re
import uuid
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cmo_portal.accounts.models import Audience
from cmo_portal.common import clock
from cmo_portal.wording import date_text
from licensing.models import Licensee
from members.models import BankAccount
from members.services.bank import approve_account, propose_account
from royalties.models import PaymentBatch, RunDeduction, Statement, UsageFile
from royalties.queries.statement_document import statement_data
from royalties.queries.statements import statements_of, summary
from royalties.services import payments, runs
from tests.factories import census as example
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.factories.members import iban, make_member, make_user
from works.models import Dispute

pytestmark = pytest.mark.django_db

PAGES = ("detail", "breakdown", "why", "receipts", "shares", "rows", "row")
KILOBYTE = 1024
PAID_AT = dt.datetime(2030, 11, 29, 9, tzinfo=dt.UTC)  # after the accounts of the tests were approved
RATES = [{"tax_class": "resident_active", "rate_percent": "15", "section": "153B", "source": "sample"}]


@pytest.fixture
def census(run_jobs):
    return example.published(run_jobs)


@pytest.fixture
def m1(census, sign_in):
    """The client of M1."""
    return sign_in(census.parties["M1"].member.user)


def page(name, statement=None, **query):
    address = reverse(f"royalties:member-{name}", args=[statement.uid] if statement else [])
    return f"{address}?{urlencode(query)}" if query else address


def text_of(response):
    """The text of a page as a reader sees it."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2].partition("</main>")[0])
    return re.sub(r"\s+", " ", body.replace("\N{NO-BREAK SPACE}", " ")).replace(" .", ".")


def rows_of(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


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
    Dispute.objects.update(deadline=today)
    shown = text_of(client.get(page("home")))
    assert f"Answer and send your evidence on disputed songs 1 song, by {date_text(today)} Not started" in shown
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


def test_the_breakdown_drills_by_song_source_and_right_in_any_order(census, m1):
    statement, number = census.statement("M1"), census.works["A"].number
    by_song = text_of(m1.get(page("statement-breakdown", statement)))
    assert by_song.index("Aaj Jane Ki Zid") < by_song.index("Bol Ke Lab") and "376,200.00" in by_song
    by_name = text_of(m1.get(page("statement-breakdown", statement, by="work", sort="name")))
    assert by_name.index("Aaj Jane Ki Zid") < by_name.index("Bol Ke Lab")
    assert "Performing" in text_of(m1.get(page("statement-breakdown", statement, by="right")))
    by_territory = text_of(m1.get(page("statement-breakdown", statement, by="territory")))
    assert "Territory Songs Earned (PKR) Pakistan 2 376,200.00" in by_territory
    chosen = text_of(m1.get(page("statement-breakdown", statement, by="work", territory="0586")))
    assert "Chosen: Pakistan" in chosen and "376,200.00" in chosen
    assert "Nothing fits" in text_of(m1.get(page("statement-breakdown", statement, by="work", territory="2136")))
    by_source = m1.get(page("statement-breakdown", statement, by="pool", work=number))
    assert "205,200.00" in text_of(by_source) and "Chosen: Aaj Jane Ki Zid" in text_of(by_source)
    assert page("statement-why", statement, pool=1, work=number).replace("&", "&amp;") in by_source.content.decode()


def test_the_deductions_of_a_section_are_its_own_part_on_page_and_document(run_jobs, sign_in):
    """A pool of 150,000.01 in 80 : 20; administration 20 % and 5 % of the rest."""
    member = make_member("Head")
    song = shelf.work("Encore", (member.party, "CA", 100))
    plays = [make.Play("e", song, section="headliner"), make.Play("e2", song, section="support")]
    sections = (make.pools.Section("headliner", "Headliner", 80), make.pools.Section("support", "Support", 20))
    pool = make.pool(150_000_01, files=[make.usage(*plays)], deductions=make.TWENTY_AND_FIVE, sections=sections)
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    statement = statements_of(member.party).get()
    found = {line.section: line for line in summary(statement).pools}
    taken = {code: [term.amount for term in line.deductions] for code, line in found.items()}
    assert {code: sum(parts) for code, parts in taken.items()} == {code: line.deducted for code, line in found.items()}
    whole = list(RunDeduction.objects.order_by("order").values_list("amount", flat=True))
    assert [sum(parts) for parts in zip(*taken.values(), strict=True)] == whole
    shown = text_of(sign_in(member.user).get(page("statement-detail", statement)))
    with translation.override("en"):
        document = {row["name"]: row["deducted"] for row in statement_data(statement, today=PAID_AT.date())["pools"]}
    for line in found.values():
        for term in line.deductions:
            figure = f"{term.amount // 100:,}.{term.amount % 100:02d}"
            assert figure in shown and figure in document[line.name]
    why = text_of(sign_in(member.user).get(page("statement-why", statement), follow=True))
    assert f"{pool.name} brought in" in why and "Headliner brought in" not in why


def test_lists_are_read_page_by_page_in_both_directions(run_jobs, sign_in):
    member = make_member("Many")
    songs = [shelf.work(f"Song {number:03d}", (member.party, "CA", 100)) for number in range(120)]
    plays = [make.Play(song.title, song, plays=1 + place % 7) for place, song in enumerate(songs)]
    more = [make.Play(songs[0].title, songs[0]) for _ in range(130)]
    pool = make.pool(1_000_000_00, files=[make.usage(*plays, *more)])
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    client, statement = sign_in(member.user), Statement.objects.get(party=member.party)
    for sort in ("amount", "name"):
        address = page("statement-breakdown", statement, sort=sort)
        assert walk(client, address, r"Song \d{3}</bdi></a>") == [50, 50, 20]
    address = page("statement-rows", statement, work=songs[0].number)
    assert walk(client, address, r"/row/\?") == [50, 50, 31]


def walk(client, address, pattern):
    """How many rows each page has, walking to the last page and back again to the first."""
    base, counts, seen = address.partition("?")[0], [], []
    while address:
        body = client.get(address).content.decode()
        counts.append(len(re.findall(pattern, body)))
        seen.append(body.partition("<tbody")[2].partition("</tbody>")[0])
        following = re.search(r'rel="next" href="(\?[^"]+)"', body)
        previous = re.search(r'rel="prev" href="(\?[^"]+)"', body)
        address = base + following[1].replace("&amp;", "&") if following else ""
    for expected in reversed(seen[:-1]):
        body = client.get(base + previous[1].replace("&amp;", "&")).content.decode()
        assert body.partition("<tbody")[2].partition("</tbody>")[0] == expected
        previous = re.search(r'rel="prev" href="(\?[^"]+)"', body)
    assert previous is None
    return counts


def test_the_explanation_shows_every_term_with_its_link(census, m1):
    statement = census.statement("M1")
    response = m1.get(page("statement-why", statement, pool=1, work=census.works["A"].number))
    shown, body = text_of(response), response.content.decode()
    for words in (
        "Rs 1,250,000.00",
        "Administration: 20 % of Rs 1,250,000.00",
        "− Rs 250,000.00",
        "Social: 5 % of Rs 1,000,000.00",
        "= Rs 950,000.00",
        "100,000 points of all music",
        "one point is worth A point: plays × seconds × weight of the use × weight of the time of day, by rule version 1 = Rs 9.50",
        "43,200 points of your song (120 plays, in 2 rows of the usage files)",
        "= Rs 410,400.00",
        "your share as composer: 50 %",
        "= Rs 205,200.00",
        "Your amount = Rs 205,200.00",
    ):
        assert words in shown, words
    rule = census.run.deductions.first().rule_version
    assert f'href="{reverse("royalties:public-rule-detail", args=[rule.uid])}"' in body
    assert f'href="{reverse("works:public-work-detail", args=[census.works["A"].uid])}"' in body
    receipts = page("statement-receipts", statement, pool=1)
    assert f'href="{receipts}"' in body
    shown = m1.get(receipts)
    assert "Total of 1 1,250,000.00" in text_of(shown) or "Total of all" in text_of(shown)
    assert Licensee.objects.exists()
    assert not [one.name for one in Licensee.objects.all() if one.name in shown.content.decode()]
    share = re.search(r'href="([^"]+/shares/[^"]+)#share-(\d+)"', body)
    frozen = m1.get(share[1].replace("&amp;", "&"))
    assert f'id="share-{share[2]}" class="is-current"' in frozen.content.decode()
    assert "your share composer The whole world" in text_of(frozen) and "50 %" in text_of(frozen)
    assert m1.get(page("statement-receipts", statement, pool=999)).status_code == 404
    rows = page("statement-rows", statement, pool=1, work=census.works["A"].number).replace("&", "&amp;")
    assert f'href="{rows}"' in body


def test_rounding_is_shown_where_it_happened(run_jobs, sign_in):
    members = [make_member(f"Third {number}") for number in range(3)]
    song = shelf.work(
        "Three", *((member.party, "CA", share) for member, share in zip(members, (34, 33, 33), strict=True))
    )
    pool = make.pool(1_000_01, files=[make.usage(make.Play("t", song, plays=3), make.Play("other", plays=4))])
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    words = []
    for member in members:
        statement = Statement.objects.get(party=member.party)
        words.append(text_of(sign_in(member.user).get(page("statement-why", statement), follow=True)))
    assert all("Rounded up to Rs 0.01" in text or "Rounded down to Rs 0.01" in text for text in words)
    assert all("largest remainders" in text for text in words)


def test_a_row_is_shown_as_sent_with_its_match_and_its_points(census, m1):
    statement, file = census.statement("M1"), UsageFile.objects.get()
    rows = text_of(m1.get(page("statement-rows", statement, pool=1, work=census.works["A"].number)))
    assert "Radio , row 2" in rows and "60 × 240 × 1 × 2 = 28,800" in rows and "273,600.000000" in rows
    shown = text_of(m1.get(page("statement-row", statement, pool=1, file=file.uid, row=2)))
    for words in (
        "radio-jul-sep.csv",
        "text A,60,240",
        "60 × 240 × 1 × 2 = 28,800",
        "Aaj Jane Ki Zid",
        file.sha256.hex(),
    ):
        assert words in shown, words


def test_from_home_to_the_row_of_the_file_there_are_four_clicks(census, m1):
    """Home → statement → song's rows → row; and home → statement → why → rows → row."""
    paths = [(r"/my/statements/[^/\"]+/", r"/rows/\?[^\"]+", r"/row/\?[^\"]+")]
    paths += [(r"/my/statements/[^/\"]+/", r"/why/\?[^\"]+", r"/rows/\?[^\"]+", r"/row/\?[^\"]+")]
    for steps in paths:
        body, clicks = m1.get(page("home")).content.decode(), 0
        for step in steps:
            link = re.search(rf'href="([^"]*{step})"', body)
            assert link, step
            body, clicks = m1.get(link[1].replace("&amp;", "&")).content.decode(), clicks + 1
        assert clicks <= 4 and "The row as it was sent" in body


def test_the_rule_behind_a_term_is_readable_by_everybody_and_a_draft_by_nobody(census, client):
    deductions = census.run.deductions.first().rule_version
    shown = text_of(client.get(reverse("royalties:public-rule-detail", args=[deductions.uid])))
    assert "Administration 20 % the money received, without sales tax" in shown
    assert "Social 5 % what is left after: Administration" in shown
    weights = census.run.pools.first().rule_version
    shown = text_of(client.get(reverse("royalties:public-rule-detail", args=[weights.uid])))
    assert "plays × seconds" in shown and "jingle 0.25" in shown and "prime – 2" in shown
    draft = make.rules.draft_version(
        rule=weights.rule, valid_from=make.QUARTER.end, text="x", parameters=make.SECONDS, source="x", by=make.maker()
    )
    assert client.get(reverse("royalties:public-rule-detail", args=[draft.uid])).status_code == 404


# --- M11: one total everywhere ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("party", ["M1", "M2", "PUB1"])
def test_m11_pdf_csv_screen_and_ledger_have_one_total(census, sign_in, party):
    statement = census.statement(party)
    client = sign_in(census.parties[party].member.user)
    table = rows_of(client.get(page("statement-csv", statement)))
    lines = sum(round(float(row[-1]) * 100) for row in table[1:-1])
    data = statement_data(statements_of(census.parties[party]).get(), today=PAID_AT.date())
    book = -sum(census.run.pk and line.amount for line in ledger_lines(census, party))
    shown = f"{statement.earned // 100:,}.{statement.earned % 100:02d}"
    plain = f"{statement.earned // 100:,}.{statement.earned % 100:02d}"
    assert lines == statement.earned == book
    assert table[-1][-1] == plain.replace(",", "")
    assert (data["lines_total"], data["pools_total"]) == (plain, plain)
    for name in ("detail", "breakdown"):
        assert shown in text_of(client.get(page(f"statement-{name}", statement)))


def ledger_lines(census, party):
    from royalties.models import LedgerLine

    return LedgerLine.objects.filter(party=census.parties[party], run=census.run, account__code="2500")


def test_a_csv_file_is_harmless_to_a_spreadsheet(run_jobs, sign_in):
    member = make_member("Evil")
    song = shelf.work('=HYPERLINK("http://x","y")', (member.party, "CA", 100))
    pool = make.pool(100_00, files=[make.usage(make.Play("e", song))])
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)
    table = rows_of(sign_in(member.user).get(page("statement-csv", Statement.objects.get(party=member.party))))
    assert table[1][4] == '\'=HYPERLINK("http://x","y")'


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_pdf_is_set_in_both_languages(census, m1, language):
    m1.cookies["django_language"] = language
    response = m1.get(page("statement-pdf", census.statement("M1")))
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF-")
    assert f"{census.statement('M1').number}.pdf" in response["Content-Disposition"]
    assert response.content == m1.get(page("statement-pdf", census.statement("M1"))).content


def test_the_pdf_names_account_and_owner_by_masks_and_snapshots_only(census):
    with translation.override("en"):
        data = statement_data(statements_of(census.parties["M1"]).get(), today=PAID_AT.date())
    assert data["to"] == {"name": "Jahan Noor", "other": "نور جہاں", "number": "T000001"}
    iban = BankAccount.objects.get(party=census.parties["M1"]).iban_masked
    assert "****" in iban and data["payments"] == []
    assert data["code"] == bytes(census.statement("M1").sha256).hex()
    assert [card["steps"][-1]["value"].replace("\N{NO-BREAK SPACE}", " ") for card in data["why"]] == [
        "Rs 205,200.00",
        "Rs 171,000.00",
    ]


# --- payment and tax --------------------------------------------------------------------------------------------------


def pay(*states):
    """A batch over everything that can be paid, answered by the bank line by line."""
    batch = payments.make_batch(form_key=uuid.uuid4(), pay_on=PAID_AT.date(), by=make.finance(), now=PAID_AT)
    payments.approve_batch(batch=batch, digest=bytes(batch.digest), by=make.approver(), now=PAID_AT)
    payments.export_batch(batch=batch, by=make.finance(), now=PAID_AT)
    if states:
        rows = ["batch,line,status,reference,reason"]
        rows += [f"{batch.number},{n},{s},R{n},{'closed' if s == 'REJECTED' else ''}" for n, s in enumerate(states, 1)]
        data = "\n".join(rows).encode()
        assert (
            payments.load_bank_answers(batch=batch, data=data, filename="a.csv", by=make.finance(), now=PAID_AT) == []
        )


def earn(run_jobs, song, amount):
    pool = make.pool(amount, files=[make.usage(make.Play("s", song))])
    runs.publish_run(run=make.finalised_run(run_jobs, pool), by=make.maker(), now=make.NOW)


def test_a_payment_shows_its_tax_and_account_and_closes_the_statement(run_jobs, sign_in):
    member = make_member("Sadiq")
    song = shelf.work("Geet", (member.party, "CA", 100))
    make.rule("withholding", {"rates": RATES})
    make.rule("payment", {"minimum_payment": "2000.00"})
    client = sign_in(member.user)
    earn(run_jobs, song, 1_450_50)
    first = statements_of(member.party).get()
    assert "The balance of Rs 1,450.50 is below the minimum of Rs 2,000.00 and is carried." in text_of(
        client.get(page("home"))
    )
    earn(run_jobs, song, 730_25)
    pay("PAID")
    second = statements_of(member.party).first()
    assert (second.opening, second.state, statements_of(member.party).get(pk=first.pk).state) == (
        1_450_50,
        "paid",
        "paid",
    )
    for statement in (first, second):
        shown = text_of(client.get(page("statement-detail", statement)))
        assert "Tax withheld Rs 327.11 Paid out Rs 1,853.64 Owed to you today Rs 0.00" in shown
        assert "2,180.75" in shown and "327.11 15 %" in shown and "1,853.64" in shown and "****" in shown
    assert f"with statement {second.number}" in text_of(client.get(page("statement-detail", first)))
    shown = text_of(client.get(page("statement-detail", second)))
    day = "29 November 2030"
    assert (
        "Closing balance of this statement 2,180.75 "
        f"Tax withheld on {day} −327.11 Paid to your bank on {day} −1,853.64 Owed to you today over all statements 0.00"
    ) in shown
    shown = text_of(client.get(page("statement-detail", first)))  # the later statement stands between
    assert "Closing balance of this statement 1,450.50 Distributed on" in shown and "+730.25" in shown
    data = statement_data(second, today=PAID_AT.date())
    assert [amount for _text, amount in data["since"]] == ["2,180.75", "−327.11", "−1,853.64"]
    assert data["owed"].replace("\N{NO-BREAK SPACE}", " ") == "Rs 0.00"
    assert [(row["gross"], row["net"]) for row in data["payments"]] == [("2,180.75", "1,853.64")]
    earn(run_jobs, song, 100_00)
    shown = text_of(client.get(page("statement-detail", statements_of(member.party).first())))
    assert f"Tax withheld on {day} −327.11 Paid to your bank on {day} −1,853.64 Opening balance 0.00" in shown


def test_a_rejected_payment_is_shown_with_its_reason_and_waits_again(run_jobs, sign_in):
    member = make_member("Nusrat")
    song = shelf.work("Dhun", (member.party, "CA", 100))
    make.rule("withholding", {"rates": RATES})
    make.rule("payment", {"minimum_payment": "0.00"})
    earn(run_jobs, song, 500_00)
    pay()
    assert statements_of(member.party).get().state == "on_its_way"
    client = sign_in(member.user)
    assert "Owed to you now Rs 0.00" in text_of(client.get(page("home")))
    batch = PaymentBatch.objects.get()
    data = f"batch,line,status,reference,reason\n{batch.number},1,REJECTED,R1,account closed".encode()
    payments.load_bank_answers(batch=batch, data=data, filename="a.csv", by=make.finance(), now=PAID_AT)
    assert statements_of(member.party).get().state == "waiting"
    shown = text_of(client.get(page("statement-detail", statements_of(member.party).get())))
    assert "Rejected by the bank account closed" in shown
    assert "Returned by your bank on 29 November 2030 +500.00 Owed to you today over all statements 500.00" in shown
    response = client.get(page("home"))
    shown = text_of(response)
    assert "The bank sent your last payment back: account closed." in shown and "nothing stands in its way" not in shown
    assert (
        "Give us another bank account" in shown
        and f'href="{reverse("members:member-bank")}"' in response.content.decode()
    )
    confirm(member)
    shown = text_of(client.get(page("home")))
    assert "Rs 500.00 is owed to you and nothing stands in its way" in shown and "account closed" not in shown


def confirm(member):
    """The account in use, proposed again by finance and approved by a second person."""
    number = int(member.number[1:])
    account = propose_account(
        party=member.party, iban=iban(number), title="N", by=make.finance(), form_key=uuid.uuid4(), now=PAID_AT
    )
    approve_account(account=account, by=make.approver(), now=PAID_AT)


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
