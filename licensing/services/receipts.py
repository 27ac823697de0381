"""Money that comes in: recorded once, spent on invoices, the rest kept as the licensee's credit."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.money import allocate, require_int
from cmo_portal.form_keys import KeyReused, lock_form_key
from cmo_portal.wording import money_text
from licensing.models import Invoice, Licensee, Receipt, ReceiptAllocation
from licensing.models.receipts import METHODS, RECEIPT_LOCK
from licensing.services.invoices import open_parts
from licensing.services.licences import activate_when_settled
from licensing.services.numbers import next_number


@transaction.atomic
def record_receipt(
    *,
    form_key: UUID,
    received_on: dt.date,
    amount: int,
    method: str,
    reference: str,
    payer: str,
    invoices: Sequence[Invoice] = (),
    licensee: Licensee | None = None,
    by: User,
    now: dt.datetime,
) -> Receipt:
    """Record `amount` minor units received and pay the invoices from it, in the order given, as far as it reaches.

    What is over stays unallocated: the licensee's credit. Without invoices all of it does. A licence whose invoice is
    now paid becomes active. The same form key again returns the receipt that exists; with other figures it raises
    KeyReused. Raises ValidationError for an amount that is not positive, a day in the future, invoices of several
    licensees, or a bank reference that was recorded before.
    """
    require(by, "licensing.record_receipts")
    reference, payer = reference.strip(), payer.strip()
    lock_form_key(form_key)
    if existing := Receipt.objects.filter(form_key=form_key).first():
        return _same(existing, (received_on, amount, method, reference))
    invoices = _locked_invoices(invoices)
    owner = _owner(invoices, licensee)
    _check_receipt(received_on, amount, method, payer, now)
    if (
        reference
        and Receipt.objects.filter(method=method, reference=reference, received_on=received_on, amount=amount).exists()
    ):
        raise ValidationError(_("A receipt with this bank reference, day and amount was recorded before."))
    faultpoint("licensing.receipt.before_write")
    receipt = Receipt.objects.create(
        number=next_number(f"R-{business_date(now).year}"),
        form_key=form_key,
        licensee=owner,
        received_on=received_on,
        amount=amount,
        method=method,
        reference=reference,
        payer=payer,
        recorded_by=by,
    )
    left = amount
    for invoice in invoices:
        net, tax = open_parts(invoice)
        if part := min(left, net + tax):
            _allocate(receipt, invoice, part, form_key, by, now)
            left -= part
    faultpoint("licensing.receipt.after_write")
    record_act(by=by, verb="record_receipt", on=receipt, facts={"amount": amount, "unallocated": left})
    return receipt


@transaction.atomic
def allocate_receipt(
    *, receipt: Receipt, invoice: Invoice, amount: int, form_key: UUID, by: User, now: dt.datetime
) -> ReceiptAllocation:
    """Pay `amount` minor units of an invoice from what is left of a receipt. The same form key again has one effect."""
    require(by, "licensing.record_receipts")
    _lock_receipt(receipt)
    if existing := ReceiptAllocation.objects.filter(form_key=form_key, invoice=invoice).first():
        if (existing.receipt_id, existing.amount) != (receipt.pk, amount):
            raise KeyReused
        return existing
    (locked,) = _locked_invoices([invoice])
    if receipt.licensee_id not in (None, locked.licensee_id):
        raise ValidationError(_("This receipt belongs to another licensee."))
    left = receipt.amount - sum(part.amount for part in receipt.allocations.all())
    outstanding = sum(open_parts(locked))
    if not 0 < require_int(amount) <= min(left, outstanding):
        raise ValidationError(
            _("Of this receipt %(left)s is left, and %(open)s is open on the invoice. Choose at most the smaller one.")
            % {"left": money_text(left), "open": money_text(outstanding)}
        )
    allocation = _allocate(receipt, locked, amount, form_key, by, now)
    record_act(by=by, verb="allocate_receipt", on=receipt, facts={"invoice": locked.number, "amount": amount})
    return allocation


def _allocate(
    receipt: Receipt, invoice: Invoice, amount: int, form_key: UUID, by: User, now: dt.datetime
) -> ReceiptAllocation:
    """Fee and tax in proportion to what is open of each, so that the last payment leaves nothing of either."""
    net, tax = open_parts(invoice)
    parts = allocate(amount, [("net", net), ("tax", tax)])
    allocation = ReceiptAllocation.objects.create(
        receipt=receipt,
        invoice=invoice,
        form_key=form_key,
        amount=amount,
        net_amount=parts["net"],
        tax_amount=parts["tax"],
        by=by,
    )
    faultpoint("licensing.allocation.after_write")
    activate_when_settled(licence=invoice.licence, by=by, now=now)
    return allocation


def _check_receipt(received_on: dt.date, amount: int, method: str, payer: str, now: dt.datetime) -> None:
    problems: list[str] = []
    if require_int(amount) <= 0:
        problems.append(_("The amount must be more than nothing."))
    if received_on > business_date(now):
        problems.append(_("The day of receipt lies in the future."))
    if method not in dict(METHODS):
        problems.append(_("Choose how the money came in."))
    if not payer:
        problems.append(_("Write who paid, as the bank names the payer."))
    if problems:
        raise ValidationError(problems)


def _same(existing: Receipt, given: tuple[dt.date, int, str, str]) -> Receipt:
    if (existing.received_on, existing.amount, existing.method, existing.reference) != given:
        raise KeyReused
    return existing


def _owner(invoices: Sequence[Invoice], licensee: Licensee | None) -> Licensee | None:
    owners = {invoice.licensee for invoice in invoices} | ({licensee} if licensee else set())
    if len(owners) > 1:
        raise ValidationError(_("These invoices belong to different licensees. Record one receipt for each."))
    return next(iter(owners), None)


def _locked_invoices(invoices: Sequence[Invoice]) -> list[Invoice]:
    """The same invoices in the same order, locked in the order of their ids so that two sessions cannot deadlock."""
    keys = [invoice.pk for invoice in invoices]
    found = Invoice.objects.select_for_update(of=("self",)).select_related("licensee", "licence").filter(pk__in=keys)
    rows = {invoice.pk: invoice for invoice in found.order_by("pk")}
    return [rows[key] for key in dict.fromkeys(keys)]


def _lock_receipt(receipt: Receipt) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, (%s %% 2147483647)::int)", [RECEIPT_LOCK, receipt.pk])
