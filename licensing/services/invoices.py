"""Invoices: issued once from an accepted quote, taken back by credit notes, let go on credit by a second person."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.money import allocate
from cmo_portal.form_keys import KeyReused
from licensing.models import CreditNote, Invoice, InvoiceLine, Licence, SalesTaxRate
from licensing.queries.tariffs import usable_statuses
from licensing.services.licences import activate_when_settled, premises_snapshot
from licensing.services.numbers import next_number


@transaction.atomic
def issue_invoice(*, licence: Licence, by: User, today: dt.date) -> Invoice:
    """The invoice of a licence, from its quote: the fee by its tariff version, each tax by its rate.

    Refused under a tariff version that may not be used (the enforcement block).
    """
    require(by, "licensing.review_applications")
    version, quote = licence.tariff_version, licence.quote
    if version.legal_status not in usable_statuses():
        raise ValidationError(
            _("%(version)s is not filed and published: nothing may be invoiced under it.") % {"version": version}
        )
    invoice = Invoice.objects.create(
        number=next_number(f"INV-{today.year}"),
        licensee=licence.licensee,
        licence=licence,
        tariff_version=version,
        issued_on=today,
        due_on=today + dt.timedelta(days=settings.LICENSING_PAYMENT_DAYS),
        net=quote.fee,
        tax=quote.tax,
        total=quote.total,
        snapshot=_snapshot(licence),
        issued_by=by,
    )
    faultpoint("licensing.invoice.after_write")
    InvoiceLine.objects.bulk_create(_lines(invoice, licence))
    record_act(by=by, verb="issue_invoice", on=invoice, facts={"total": invoice.total, "licence": licence.number})
    return invoice


def _lines(invoice: Invoice, licence: Licence) -> list[InvoiceLine]:
    tariff, quote = licence.tariff_version.tariff, licence.quote
    lines = [
        InvoiceLine(
            invoice=invoice,
            position=1,
            kind="fee",
            text=tariff.name,
            text_ur=tariff.name_ur,
            base=quote.fee,
            amount=quote.fee,
        )
    ]
    for position, charge in enumerate(quote.tax_lines, start=2):
        rate = SalesTaxRate.objects.get(pk=charge["rate_id"])
        lines.append(
            InvoiceLine(
                invoice=invoice,
                position=position,
                kind="tax",
                text=rate.name,
                text_ur=rate.name_ur,
                base=charge["base"],
                rate=Decimal(charge["rate"]),
                tax_rate=rate,
                amount=charge["amount"],
            )
        )
    return lines


def _snapshot(licence: Licence) -> dict[str, object]:
    """Names and addresses of the day: whatever changes later, the invoice stays as it was sent."""
    licensee = licence.licensee
    return {
        "to": {
            "number": licensee.number,
            "name": licensee.name,
            "name_ur": licensee.name_ur,
            "address": f"{licensee.address}, {licensee.city}",
            "ntn": licensee.ntn,
        },
        "premises": premises_snapshot(licence.premises),
        "society": {key: str(value) for key, value in settings.SOCIETY.items()},
    }


@transaction.atomic
def credit_invoice(
    *, invoice: Invoice, amount: int, reason: str, form_key: UUID, by: User, now: dt.datetime
) -> CreditNote:
    """Take back `amount` (minor units) of what is still open: fee and tax in proportion to what is open of each.

    The same form key again gives the credit note that exists; with other figures it raises KeyReused.
    """
    require(by, "licensing.record_receipts")
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if existing := CreditNote.objects.filter(form_key=form_key).first():
        if (existing.invoice_id, existing.amount) != (invoice.pk, amount):
            raise KeyReused
        return existing
    net, tax = open_parts(invoice)
    if not reason.strip():
        raise ValidationError(_("Say why the invoice is credited."))
    if not 0 < amount <= net + tax:
        raise ValidationError(_("Credit at most what is still open on this invoice, and more than nothing."))
    parts = allocate(amount, [("net", net), ("tax", tax)])
    faultpoint("licensing.credit.before_write")
    note = CreditNote.objects.create(
        number=next_number(f"CN-{business_date(now).year}"),
        form_key=form_key,
        invoice=invoice,
        issued_on=business_date(now),
        amount=amount,
        net_amount=parts["net"],
        tax_amount=parts["tax"],
        reason=reason.strip(),
        by=by,
    )
    activate_when_settled(licence=invoice.licence, by=by, now=now)
    record_act(by=by, verb="credit_invoice", on=invoice, facts={"note": note.number, "amount": amount})
    return note


def open_parts(invoice: Invoice) -> tuple[int, int]:
    """What is still open of the fee and of the tax, in minor units. Call it with the invoice locked."""
    settled = [(part.net_amount, part.tax_amount) for part in invoice.allocations.all()]
    settled += [(note.net_amount, note.tax_amount) for note in invoice.credit_notes.all()]
    return invoice.net - sum(net for net, _tax in settled), invoice.tax - sum(tax for _net, tax in settled)


@transaction.atomic
def approve_credit(*, invoice: Invoice, reason: str, by: User, now: dt.datetime) -> Invoice:
    """Let the licence begin before the invoice is paid; a second person answers for it. Twice has one effect."""
    require(by, "licensing.record_receipts")
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if invoice.credit_approved_by_id is not None:
        return invoice
    if invoice.issued_by_id == by.pk:
        raise PermissionDenied("the person who issued an invoice does not approve credit for it")
    if invoice.state not in ("issued", "part_paid"):
        raise ValidationError(_("Nothing is open on this invoice."))
    if not reason.strip():
        raise ValidationError(_("Say why credit is given."))
    invoice.credit_approved_by, invoice.credit_approved_at, invoice.credit_reason = by, now, reason.strip()
    invoice.save(update_fields=["credit_approved_by", "credit_approved_at", "credit_reason"])
    activate_when_settled(licence=invoice.licence, by=by, now=now)
    record_act(by=by, verb="approve_credit", on=invoice, facts={"reason": invoice.credit_reason})
    return invoice
