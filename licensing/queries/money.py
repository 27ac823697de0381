"""Money that came in and money that is owed: what the royalties app and the finance pages read."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from cmo_portal.common.periods import Period
from licensing.models import CreditNote, Invoice, Receipt, ReceiptAllocation

Balanced = Any  # an Invoice of `with_balance`: it carries paid, credited and outstanding
Rested = Any  # a Receipt of `with_rest`: it carries allocated and rest


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """The part of one receipt that paid one invoice. `net_amount` is licence fee, ready to be distributed; the sales
    tax beside it belongs to the province. Amounts in minor units."""

    allocation_id: int
    receipt_id: int
    receipt_number: str
    invoice_id: int
    invoice_number: str
    licensee_id: int
    licensee: str
    premises_id: int
    premises: str
    premises_kind: str
    tariff_code: str
    use_category: str
    right: str
    received_on: dt.date
    net_amount: int
    tax_amount: int


@dataclass(frozen=True, slots=True)
class OutstandingInvoice:
    """An invoice with something still to pay, in minor units; `days_overdue` is 0 until the due date has passed."""

    invoice_id: int
    number: str
    licensee_id: int
    licensee: str
    issued_on: dt.date
    due_on: dt.date
    total: int
    outstanding: int
    days_overdue: int


def receipts_available(*, period: Period, category: str | None = None, right: str | None = None) -> list[ReceiptPart]:
    """What came in during the period (by the day of receipt) and paid invoices, by use category and right.

    Money that is not allocated to an invoice is a licensee's credit and is not in the list. Ordered by day and id.
    """
    found = ReceiptAllocation.objects.filter(
        receipt__received_on__gte=period.start, receipt__received_on__lte=period.end, net_amount__gt=0
    )
    if category:
        found = found.filter(invoice__tariff_version__tariff__use_category=category)
    if right:
        found = found.filter(invoice__tariff_version__tariff__right=right)
    rows = found.order_by("receipt__received_on", "pk").values_list(
        "pk",
        "receipt_id",
        "receipt__number",
        "invoice_id",
        "invoice__number",
        "invoice__licensee_id",
        "invoice__licensee__name",
        "invoice__licence__premises_id",
        "invoice__licence__premises__name",
        "invoice__licence__premises__kind",
        "invoice__tariff_version__tariff__code",
        "invoice__tariff_version__tariff__use_category",
        "invoice__tariff_version__tariff__right",
        "receipt__received_on",
        "net_amount",
        "tax_amount",
    )
    return [ReceiptPart(*row) for row in rows]


def _sum(rows: QuerySet[ReceiptAllocation] | QuerySet[CreditNote], key: str, field: str = "amount") -> Coalesce:
    """The sum of a field of the rows that belong to the outer row, 0 where there are none."""
    summed = rows.filter(**{key: OuterRef("pk")}).values(key).annotate(sum=Sum(field)).values("sum")
    return Coalesce(Subquery(summed), Value(0))


def with_balance(invoices: QuerySet[Invoice]) -> Any:
    """The invoices with `paid`, `credited` and `outstanding`, worked out from receipts and credit notes."""
    return invoices.annotate(
        paid=_sum(ReceiptAllocation.objects.all(), "invoice"),
        credited=_sum(CreditNote.objects.all(), "invoice"),
    ).annotate(outstanding=F("total") - F("paid") - F("credited"))


def with_rest(receipts: QuerySet[Receipt]) -> Any:
    """The receipts with `allocated` and `rest`, the part that pays no invoice yet."""
    return receipts.annotate(allocated=_sum(ReceiptAllocation.objects.all(), "receipt")).annotate(
        rest=F("amount") - F("allocated")
    )


def invoices_outstanding(*, today: dt.date) -> list[OutstandingInvoice]:
    """Every invoice with something still to pay, the longest overdue first."""
    found = with_balance(Invoice.objects.open()).select_related("licensee").order_by("due_on", "pk")
    return [
        OutstandingInvoice(
            invoice_id=invoice.pk,
            number=invoice.number,
            licensee_id=invoice.licensee_id,
            licensee=invoice.licensee.name,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            total=invoice.total,
            outstanding=invoice.outstanding,
            days_overdue=max((today - invoice.due_on).days, 0),
        )
        for invoice in found
    ]
