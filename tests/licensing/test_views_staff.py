"""Staff pages of licensing: review, decide, invoices, receipts, licences, licensees."""

import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from licensing.models import CreditNote, Invoice, Licence, LicenceApplication
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cmo_portal.common.clock.now", lambda: make.NOW)


@pytest.fixture
def clerk(sign_in) -> Client:
    return sign_in(make.person("licensing"))


@pytest.fixture
def finance(sign_in) -> Client:
    return sign_in(make.person("finance"))


def url(name: str, *args: object) -> str:
    return reverse(f"licensing:staff-{name}", args=args)


def test_an_approval_makes_everything_once_and_invites_once(clerk: Client, django_capture_on_commit_callbacks) -> None:
    make.tariff("CAFE")
    application = make.submitted()
    assert "27,840" in clerk.get(url("application-detail", application.uid)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        first = clerk.post(url("application-approve", application.uid))
        second = clerk.post(url("application-approve", application.uid))
    assert first.url == second.url == url("invoice-detail", Invoice.objects.get().uid)
    assert Licence.objects.count() == 1
    invitations = [message for message in mail.outbox if "/account/invitation/" in message.body]
    assert [message.to for message in invitations] == [["amna@cafe.example"]]
    assert "27,840" not in invitations[0].body and "Cafe Sitar" not in invitations[0].body


def test_an_existing_licensee_gets_no_second_account(clerk: Client) -> None:
    first = make.approved()
    second = make.approved(name="Second Branch")
    assert second.user == first.user and not second.token
    assert first.user.licensee_access.count() == 2


def test_a_question_and_a_refusal_reach_the_applicant(
    clerk: Client, run_jobs, django_capture_on_commit_callbacks
) -> None:
    make.tariff("CAFE")
    application = make.submitted()
    page = url("application-answer", application.uid)
    assert clerk.post(page, {"text": " ", "act": "ask"}).status_code == 422
    clerk.post(page, {"text": "How many seats are on the terrace?", "act": "ask"})
    application.refresh_from_db()
    assert application.state == "question"
    clerk.post(page, {"text": "No reply for ninety days", "act": "refuse"})
    application.refresh_from_db()
    assert (application.state, application.reason) == ("refused", "No reply for ninety days")
    run_jobs()
    assert [message.subject.partition(" your")[0] for message in mail.outbox] == ["A question about", "Our decision on"]
    assert "terrace" not in mail.outbox[0].body


def test_a_quote_that_no_longer_holds_is_not_approved(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    make.tariff("CAFE")
    application = make.submitted()
    monkeypatch.setattr("cmo_portal.common.clock.now", lambda: make.NOW + dt.timedelta(days=31))
    assert "has ended" in clerk.get(url("application-detail", application.uid)).content.decode()
    clerk.post(url("application-approve", application.uid))
    assert not Invoice.objects.exists()


def test_lists_filter_and_export_exactly_what_is_seen(clerk: Client) -> None:
    paid, open_one = make.approved(), make.approved(email="b@cafe.example", name="=HYPERLINK(1)")
    make.pay(paid.invoice)
    text = clerk.get(url("invoice-list"), {"state": "paid"}).content.decode()
    assert paid.invoice.number in text and open_one.invoice.number not in text
    rows = clerk.get(url("invoice-list"), {"state": "issued", "format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2 and "'=HYPERLINK(1)" in rows[1] and "27840.00" in rows[1]
    assert open_one.invoice.number not in clerk.get(url("invoice-list"), {"overdue": "on"}).content.decode()


def test_overdue_invoices_are_found_by_one_tick(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    invoice = make.approved().invoice
    monkeypatch.setattr("cmo_portal.common.clock.now", lambda: make.NOW + dt.timedelta(days=31))
    text = clerk.get(url("invoice-list"), {"overdue": "on"}).content.decode()
    assert invoice.number in text and "Overdue" in text


@pytest.mark.parametrize("name", ["application-list", "licence-list", "licensee-list", "invoice-list", "receipt-list"])
@pytest.mark.parametrize("query", [{}, {"format": "csv"}])
def test_a_list_of_many_rows_takes_as_many_queries_as_one_of_few(clerk: Client, name: str, query: dict) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as found:
            assert clerk.get(url(name), query).status_code == 200
        return [row["sql"] for row in found.captured_queries if "licensing_" in row["sql"]]

    make.pay(make.approved().invoice)
    few = queries()
    for number in range(6):
        make.pay(make.approved(email=f"a{number}@cafe.example", name=f"Cafe {number}").invoice)
    assert len(queries()) == len(few) <= 3


def test_finance_credits_an_invoice_once(finance: Client) -> None:
    invoice = make.approved().invoice
    form = {"form_key": str(uuid.uuid4()), "amount": "7,840.00", "reason": "fewer seats"}
    for _ in range(2):
        assert finance.post(url("invoice-credit-note", invoice.uid), form).status_code == 302
    note = CreditNote.objects.get()
    assert (note.amount, note.net_amount + note.tax_amount) == (784_000, 784_000)
    too_much = finance.post(
        url("invoice-credit-note", invoice.uid), {**form, "form_key": str(uuid.uuid4()), "amount": "27840"}
    )
    assert too_much.status_code == 422 and CreditNote.objects.count() == 1


def test_later_payment_is_agreed_by_somebody_else_than_the_issuer(finance: Client, sign_in) -> None:
    approval = make.approved()
    both = make.person("licensing", "finance")
    Invoice.objects.filter(pk=approval.invoice.pk)
    page = url("invoice-give-credit", approval.invoice.uid)
    assert finance.post(page, {"text": "government hall, pays in January"}).status_code == 302
    licence = Licence.objects.get()
    assert licence.state == "active" and approval.invoice.issued_by != both
    own = make.approval_by(both, email="c@cafe.example", name="Third")
    refused = sign_in(both).post(url("invoice-give-credit", own.invoice.uid), {"text": "mine"})
    assert refused.status_code == 422
    own.licence.refresh_from_db()
    assert own.licence.state == "awaiting_payment"


def test_a_cancelled_licence_says_so_to_whoever_checks_it(clerk: Client, client: Client) -> None:
    approval = make.approved()
    make.pay(approval.invoice)
    code = Licence.objects.get().code
    assert clerk.post(url("licence-cancel", approval.licence.uid), {"text": ""}).status_code == 422
    clerk.post(url("licence-cancel", approval.licence.uid), {"text": "closed for good"})
    text = client.get(reverse("licensing:public-check-code", args=[code])).content.decode()
    assert "was cancelled" in text and "closed for good" not in text


def test_the_invitation_can_be_sent_again_until_a_password_is_set(
    clerk: Client, django_capture_on_commit_callbacks
) -> None:
    approval = make.approved()
    page = url("licensee-detail", approval.licence.licensee.uid)
    with django_capture_on_commit_callbacks(execute=True):
        clerk.post(page)
    assert len(mail.outbox) == 1
    approval.user.set_password("a long enough password 9")
    approval.user.save()
    with django_capture_on_commit_callbacks(execute=True):
        clerk.post(page)
    assert len(mail.outbox) == 1


DESKS = {
    "application-approve": "licensing",
    "application-answer": "licensing",
    "licence-cancel": "licensing",
    "invoice-credit-note": "finance",
    "invoice-give-credit": "finance",
}


@pytest.mark.parametrize("name", DESKS)
@pytest.mark.parametrize("role", ["auditor", "finance", "licensing", "documentation"])
def test_only_the_right_desk_acts(name: str, role: str, sign_in) -> None:
    approval = make.approved()
    target = {
        "application": LicenceApplication.objects.get().uid,
        "licence": approval.licence.uid,
        "invoice": approval.invoice.uid,
    }[name.partition("-")[0]]
    response = sign_in(make.person(role)).post(url(name, target), {"text": "x", "act": "ask"})
    assert (response.status_code != 403) == (DESKS[name] == role)


@pytest.mark.parametrize(
    "name",
    [
        "application-detail",
        "licence-detail",
        "licensee-detail",
        "invoice-detail",
        "receipt-detail",
        "invoice-pdf",
        "licence-pdf",
    ],
)
def test_what_does_not_exist_is_not_found(name: str, clerk: Client) -> None:
    assert clerk.get(url(name, uuid.uuid4())).status_code == 404


def test_staff_pages_open_in_urdu(clerk: Client) -> None:
    approval = make.approved()
    receipt = make.pay(approval.invoice)
    clerk.cookies["django_language"] = "ur"
    pages = [
        url(name)
        for name in ("application-list", "licence-list", "licensee-list", "invoice-list", "receipt-list", "tariff-list")
    ]
    pages += [
        url("application-detail", LicenceApplication.objects.get().uid),
        url("licence-detail", approval.licence.uid),
        url("licensee-detail", approval.licence.licensee.uid),
        url("invoice-detail", approval.invoice.uid),
        url("receipt-detail", receipt.uid),
        url("version-detail", "CAFE", 1),
    ]
    for page in pages:
        response = clerk.get(page)
        assert response.status_code == 200 and 'dir="rtl"' in response.content.decode(), page
