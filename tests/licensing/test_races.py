"""Two sessions at once: one effect; and the twins that show the race is real."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from licensing.models import Invoice, Licence, Licensee, Receipt, ReceiptAllocation
from licensing.services.approval import approve_application
from licensing.services.receipts import allocate_receipt
from tests.factories import licensing as make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do the acts in threads that start together; results or exceptions in order."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def work(position: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            results[position] = act()
        except Exception as error:
            results[position] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_people_approve_at_once_and_one_licence_and_one_invoice_come_of_it() -> None:
    make.tariff("CAFE")
    application = make.submitted()
    clerk, other = make.person("licensing"), make.person("licensing", "auditor")
    results = at_once(
        lambda: approve_application(application=application, by=clerk, now=make.NOW),
        lambda: approve_application(application=application, by=other, now=make.NOW),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert results[0].invoice == results[1].invoice
    assert (Licence.objects.count(), Invoice.objects.count(), Licensee.objects.count()) == (1, 1, 1)
    assert sorted(bool(result.token) for result in results) == [False, True]


def test_the_same_receipt_form_sent_twice_at_once_records_one_receipt() -> None:
    invoice = make.approved().invoice
    finance, key = make.person("finance"), uuid.uuid4()
    results = at_once(*[lambda: make.pay(invoice, form_key=key, by=finance, reference="IBFT-1")] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len({result.pk for result in results}) == 1
    assert Receipt.objects.count() == ReceiptAllocation.objects.count() == 1


def test_two_receipts_for_one_invoice_at_once_never_pay_it_twice() -> None:
    invoice = make.approved().invoice
    finance = make.person("finance")
    results = at_once(*[lambda: make.pay(invoice, by=finance)] * 3)
    assert not [result for result in results if isinstance(result, Exception)]
    assert sum(part.amount for part in ReceiptAllocation.objects.all()) == invoice.total
    assert Receipt.objects.count() == 3


def test_one_receipt_is_not_spent_on_two_invoices_at_once() -> None:
    first = make.approved().invoice
    second = make.approved(email="amna2@cafe.example", name="Other").invoice
    finance = make.person("finance")
    receipt = make.pay(first, 3_000_000, invoices=[], licensee=None, by=finance)

    def spend(invoice: Invoice) -> Any:
        return allocate_receipt(
            receipt=receipt, invoice=invoice, amount=2_000_000, form_key=uuid.uuid4(), by=finance, now=make.NOW
        )

    results = at_once(lambda: spend(first), lambda: spend(second))
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert sum(part.amount for part in ReceiptAllocation.objects.all()) == 2_000_000


def bare_allocation(receipt: Receipt, invoice: Invoice) -> ReceiptAllocation:
    """What a program without any guard of its own would do."""
    return ReceiptAllocation.objects.create(
        receipt=receipt,
        invoice=invoice,
        form_key=uuid.uuid4(),
        amount=2_000_000,
        net_amount=2_000_000,
        tax_amount=0,
        by=make.person("finance"),
    )


def overspend(superuser_cursor: Any, *, guarded: bool) -> int:
    first = make.approved().invoice
    second = make.approved(email="amna2@cafe.example", name="Other").invoice
    receipt = make.pay(first, 3_000_000, invoices=[], licensee=None, by=make.person("finance"))
    if not guarded:
        superuser_cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_allocation_within_bounds_%'"
        )
        (name,) = superuser_cursor.fetchone()
        superuser_cursor.execute(f'ALTER TABLE licensing_receiptallocation DISABLE TRIGGER "{name}"')
    at_once(lambda: bare_allocation(receipt, first), lambda: bare_allocation(receipt, second))
    return sum(part.amount for part in ReceiptAllocation.objects.all())


def test_the_database_alone_holds_a_receipt_together_in_a_race(superuser_cursor: Any) -> None:
    assert overspend(superuser_cursor, guarded=True) == 2_000_000


def test_twin_without_the_trigger_the_race_spends_a_receipt_twice(superuser_cursor: Any) -> None:
    assert overspend(superuser_cursor, guarded=False) == 4_000_000
