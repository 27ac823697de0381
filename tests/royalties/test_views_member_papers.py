"""What a member takes home of a statement: CSV and PDF have the totals of the screen; its payment with tax and account."""

import uuid

import pytest
from django.urls import reverse
from django.utils import translation

from members.models import BankAccount
from members.services.bank import approve_account, propose_account
from royalties.models import PaymentBatch, Statement
from royalties.queries.statement_document import statement_data
from royalties.queries.statements import statements_of
from royalties.services import payments, runs
from tests.factories import royalties as make
from tests.factories import works as shelf
from tests.factories.members import iban, make_member
from tests.royalties.statement_pages import PAID_AT, page, rows_of, text_of

pytestmark = pytest.mark.django_db
RATES = [{"tax_class": "resident_active", "rate_percent": "15", "section": "153B", "source": "sample"}]


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
