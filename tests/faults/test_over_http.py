"""F19: the double click, the back button and the refresh in the browser: one effect, and the same page as before."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cmo_portal.audit.models import Act
from licensing.models import Invoice, LicenceApplication, Receipt
from royalties.models import Journal, PaymentBatch, Run
from tests.factories import licensing as money
from tests.faults import stage as acts
from tests.faults.racing import at_once


@pytest.fixture(autouse=True)
def _in_the_time_of_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cmo_portal.common.clock.now", lambda: acts.NOW)


def twin(client: Client) -> Client:
    """The same browser, for a click of its own at the same moment."""
    other = Client()
    other.cookies = client.cookies
    return other


def clicks(client: Client, address: str, form: dict[str, Any]) -> str:
    """A double click, then the back button and the button again; every answer leads to the same page, which opens.
    Returns its address."""
    doubled: list[Callable[[], HttpResponse]] = [lambda c=c: c.post(address, form) for c in (client, twin(client))]
    answers = [*at_once(*doubled), client.post(address, form)]
    assert {answer.status_code for answer in answers} == {302}, [answer.content.decode()[-800:] for answer in answers]
    (result,) = {answer["Location"] for answer in answers}
    for _refresh in range(2):
        assert client.get(result).status_code == 200
    return str(result)


def acted(verb: str) -> int:
    return Act.objects.filter(verb=verb).count()


def test_f19_a_run_is_submitted_and_approved_once(stage: Any, sign_in: Any) -> None:
    assert stage.carry_on(until="calculated") == 0
    run = Run.objects.get()
    page = f"/staff/runs/{run.uid}/"
    maker, approver = sign_in(acts.person("distribution")), sign_in(acts.person("approver"))
    assert clicks(maker, f"{page}review/", {}) == page
    digest = approver.get(page).context["digest"]
    assert clicks(approver, f"{page}approve/", {"digest": digest}) == page
    assert [acted(verb) for verb in ("send_for_review", "approve_run")] == [1, 1]
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("approved", acts.person("approver"))


def test_f19_pay_and_approve_a_payment(stage: Any, sign_in: Any) -> None:
    assert stage.carry_on(until="published") == 0
    finance, approver = sign_in(acts.person("finance")), sign_in(acts.person("approver"))
    blank = finance.get("/staff/payments/new/").context["form"]
    form = {"form_key": blank["form_key"].value(), "pay_on": acts.NOW.date().isoformat()}
    page = clicks(finance, "/staff/payments/new/", form)
    batch = PaymentBatch.objects.get()
    assert page == f"/staff/payments/{batch.uid}/"
    digest = approver.get(page).context["digest"]
    assert clicks(approver, f"{page}approve/", {"digest": digest}) == page
    batch.refresh_from_db()
    assert (batch.state, batch.approved_by) == ("approved", acts.person("approver"))
    assert [acted(verb) for verb in ("make_payment_batch", "approve_payment_batch")] == [1, 1]
    assert Journal.objects.filter(kind="payment_reserve").count() == 1


def test_f19_a_payment_received_is_recorded_once(stage: Any, sign_in: Any) -> None:
    finance = sign_in(acts.person("finance"))
    invoice = Invoice.objects.get(state="issued")
    form = {
        "received_on": "2030-11-28",
        "amount": f"{invoice.total / 100:.2f}",
        "method": "bank",
        "reference": "FT-19",
        "payer": "Station",
        "invoices": [invoice.pk],
        "form_key": finance.get("/staff/receipts/new/").context["form"]["form_key"].value(),
    }
    receipts = Receipt.objects.count()
    clicks(finance, "/staff/receipts/new/", form)
    receipt = Receipt.objects.get(form_key=form["form_key"])
    assert Receipt.objects.count() == receipts + 1
    assert Journal.objects.filter(key=f"receipt:{receipt.uid}").count() == 1


def test_f19_an_application_for_a_licence_is_sent_and_approved_once(stage: Any, sign_in: Any) -> None:
    money.province("PB")
    money.tariff("CAFE")
    visitor, key = Client(), str(uuid.uuid4())
    address = visitor.post("/apply/", {"email": "amna@cafe.example", "form_key": key})["Location"]
    assert visitor.post("/apply/", {"email": "amna@cafe.example", "form_key": key})["Location"] == address
    for section, answers in (("business", money.BUSINESS), ("premises", money.PREMISES)):
        assert visitor.post(f"{address}{section}/", answers).status_code == 302
    use = {"seats": "40", "live_evenings": "0", "from": f"{acts.NOW.year + 1}-01-01"}
    assert visitor.post(f"{address}use/?tariff=CAFE", use).status_code == 302
    assert visitor.post(f"{address}check/").status_code == 302
    shown = visitor.get(f"{address}declare/").context["form"]
    clicks(visitor, f"{address}declare/", {"expected_total": shown["expected_total"].value(), "declared": "on"})
    application = LicenceApplication.objects.get(form_key=key)
    assert (application.state, application.quotes.count()) == ("submitted", 1)
    clerk = sign_in(acts.person("licensing"))
    clicks(clerk, f"/staff/licensing/applications/{application.uid}/approve/", {})
    assert application.licence.invoices.count() == 1
    for verb in ("submit_licence_application", "approve_licence_application"):
        assert Act.objects.filter(verb=verb, object_id=str(application.uid)).count() == 1
