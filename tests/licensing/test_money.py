"""Receipts and invoices in figures: parts, rests, tax to the paisa, and what the royalties app reads."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_portal.audit.models import Act
from cmo_portal.common.periods import Period
from cmo_portal.form_keys import KeyReused
from licensing import queries
from licensing.models import Invoice, Licence, Receipt, ReceiptAllocation
from licensing.services.invoices import approve_credit, credit_invoice
from licensing.services.receipts import allocate_receipt
from tests.conftest import examples
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db


def credit(invoice: Invoice, amount: int) -> Any:
    return credit_invoice(
        invoice=invoice,
        amount=amount,
        reason="fewer seats",
        form_key=uuid.uuid4(),
        by=make.person("finance"),
        now=make.NOW,
    )


def test_parts_pay_fee_and_tax_in_proportion_and_the_last_leaves_nothing() -> None:
    invoice = make.approved().invoice
    for amount in (1, 99_999, 333_333, 2_350_667):
        make.pay(invoice, amount)
    parts = list(ReceiptAllocation.objects.order_by("pk"))
    assert sum(part.net_amount for part in parts) == invoice.net == 2_400_000
    assert sum(part.tax_amount for part in parts) == invoice.tax == 384_000
    assert Licence.objects.get().state == "active"


@settings(max_examples=examples(12, 50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 900_000), min_size=1, max_size=6))
def test_any_row_of_payments_keeps_every_paisa(amounts: list[int]) -> None:
    from django.db import transaction

    with transaction.atomic():
        invoice = make.approved(email=f"{uuid.uuid4()}@x.example").invoice
        for amount in amounts:
            make.pay(invoice, amount)
        parts = list(ReceiptAllocation.objects.filter(invoice=invoice))
        assert sum(part.amount for part in parts) == min(sum(amounts), invoice.total)
        assert all(part.net_amount >= 0 and part.tax_amount >= 0 for part in parts)
        transaction.set_rollback(True)


def test_an_overpayment_stays_as_credit_and_can_pay_the_next_invoice() -> None:
    first = make.approved()
    receipt = make.pay(first.invoice, 3_000_000)
    (row,) = queries.money.with_rest(Receipt.objects.all())
    assert row.rest == 216_000
    second = make.approved(use={**make.CAFE_USE, "answers": {"seats": "20"}})
    assert second.licence.licensee_id != first.licence.licensee_id
    with pytest.raises(ValidationError, match="another licensee"):
        spend(receipt, second.invoice, 216_000)


def spend(receipt: Receipt, invoice: Invoice, amount: int, key: uuid.UUID | None = None) -> ReceiptAllocation:
    return allocate_receipt(
        receipt=receipt,
        invoice=invoice,
        amount=amount,
        form_key=key or uuid.uuid4(),
        by=make.person("finance"),
        now=make.NOW,
    )


def test_unallocated_money_is_spent_later_and_only_once() -> None:
    invoice = make.approved().invoice
    receipt = make.pay(invoice, invoices=[], licensee=invoice.licensee)
    assert Invoice.objects.get().state == "issued"
    key = uuid.uuid4()
    assert spend(receipt, invoice, 2_000_000, key) == spend(receipt, invoice, 2_000_000, key)
    with pytest.raises(KeyReused):
        spend(receipt, invoice, 1, key)
    with pytest.raises(ValidationError, match="7,840"):
        spend(receipt, invoice, 2_000_000)
    spend(receipt, invoice, 784_000)
    assert Invoice.objects.get().state == "paid"


def test_one_receipt_pays_several_invoices_in_the_order_given() -> None:
    first = make.approved()
    licensee = first.licence.licensee
    application = make.application(use={**make.CAFE_USE, "answers": {"seats": "20"}}, email="b@x.example")
    application.licensee = licensee
    application.save()
    from licensing.services.applications import submit_application
    from licensing.services.approval import approve_application

    submit_application(application=application, expected_total=1_392_000, now=make.NOW)
    second = approve_application(application=application, by=make.person("licensing"), now=make.NOW)
    assert second.licence.licensee == licensee and second.user is None
    make.pay(first.invoice, 3_000_000, invoices=[second.invoice, first.invoice])
    assert {row.number: row.state for row in Invoice.objects.all()} == {
        first.invoice.number: "part_paid",
        second.invoice.number: "paid",
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": 0}, "more than nothing"),
        ({"amount": -5}, "more than nothing"),
        ({"received_on": dt.date(2026, 11, 23)}, "future"),
        ({"method": "barter"}, "how the money came in"),
        ({"payer": "  "}, "who paid"),
    ],
)
def test_a_wrong_receipt_is_refused_with_a_reason(changes: dict[str, Any], words: str) -> None:
    invoice = make.approved().invoice
    with pytest.raises(ValidationError, match=words):
        make.pay(invoice, **changes)
    assert not Receipt.objects.exists()


def test_a_float_is_no_amount() -> None:
    with pytest.raises(TypeError):
        make.pay(make.approved().invoice, amount=1.5)


def test_the_same_bank_reference_is_not_recorded_twice() -> None:
    invoice = make.approved().invoice
    make.pay(invoice, 500, reference="IBFT-77")
    with pytest.raises(ValidationError, match="recorded before"):
        make.pay(invoice, 500, reference="IBFT-77")


def test_a_form_sent_again_with_other_figures_is_refused_M21() -> None:
    invoice, key = make.approved().invoice, uuid.uuid4()
    make.pay(invoice, 500, form_key=key, reference="A")
    with pytest.raises(KeyReused):
        make.pay(invoice, 600, form_key=key, reference="A")


def test_only_finance_records_money() -> None:
    invoice = make.approved().invoice
    with pytest.raises(PermissionDenied):
        make.pay(invoice, by=make.person("licensing"))


def test_a_credit_note_lowers_what_is_owed_and_the_rest_makes_the_licence_active() -> None:
    approval = make.approved()
    note = credit(approval.invoice, 1_000_000)
    assert (note.net_amount, note.tax_amount) == (862_069, 137_931)
    make.pay(approval.invoice, 1_784_000)
    assert Invoice.objects.get().state == "paid" and Licence.objects.get().state == "active"
    parts = ReceiptAllocation.objects.get()
    assert note.net_amount + parts.net_amount == 2_400_000 and note.tax_amount + parts.tax_amount == 384_000


def test_an_invoice_credited_whole_makes_no_licence_active() -> None:
    approval = make.approved()
    credit(approval.invoice, approval.invoice.total)
    assert Invoice.objects.get().state == "credited"
    assert Licence.objects.get().state == "awaiting_payment"


def test_agreed_later_payment_makes_the_licence_active_and_the_invoice_stays_open() -> None:
    approval = make.approved()
    for _ in range(2):
        approve_credit(invoice=approval.invoice, reason="city hall", by=make.person("finance"), now=make.NOW)
    assert Licence.objects.get().state == "active" and Invoice.objects.get().state == "issued"
    assert Act.objects.filter(verb="approve_credit").count() == 1


def test_royalties_read_net_amounts_by_day_category_and_right() -> None:
    approval = make.approved()
    make.pay(approval.invoice, 1_160_000, received_on=dt.date(2026, 11, 1))
    make.pay(approval.invoice, 3_000_000, received_on=dt.date(2026, 11, 20))
    november = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    parts = queries.receipts_available(period=november, category="background", right="PR")
    assert [(part.net_amount, part.tax_amount) for part in parts] == [(1_000_000, 160_000), (1_400_000, 224_000)]
    assert parts[0].premises == "Cafe Sitar Gulberg" and parts[0].tariff_code == "CAFE"
    assert queries.receipts_available(period=november, category="radio") == []
    assert len(queries.receipts_available(period=Period(dt.date(2026, 11, 1), dt.date(2026, 11, 1)))) == 1


def test_outstanding_invoices_say_how_late_they_are() -> None:
    approval = make.approved()
    make.pay(approval.invoice, 784_000)
    (row,) = queries.invoices_outstanding(today=dt.date(2026, 12, 31))
    assert (row.outstanding, row.days_overdue) == (2_000_000, 9)
    assert queries.invoices_outstanding(today=make.TODAY)[0].days_overdue == 0


def test_numbers_of_documents_have_no_holes_even_after_a_failure() -> None:
    from django.db import transaction

    from licensing.services.numbers import next_number

    def abandoned() -> None:
        with transaction.atomic():
            next_number("INV-2026")
            raise RuntimeError

    with transaction.atomic():
        first = next_number("INV-2026")
    with pytest.raises(RuntimeError):
        abandoned()
    with transaction.atomic():
        assert (first, next_number("INV-2026")) == ("INV-2026-000001", "INV-2026-000002")


def test_every_act_on_money_leaves_its_record() -> None:
    make.pay(make.approved().invoice)
    verbs = set(Act.objects.values_list("verb", flat=True))
    assert {"approve_licence_application", "issue_invoice", "record_receipt", "activate_licence"} <= verbs
