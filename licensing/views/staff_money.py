"""Invoices and receipts of licensing as staff see them. Money is recorded where pools and receipts are worked on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from cmo_portal.wording import plain_amount
from licensing.exports import csv_response
from licensing.forms.staff import CreditNoteForm, InvoiceFilter, ReceiptFilter, TextForm
from licensing.models import Invoice, Receipt
from licensing.queries.money import Balanced, Rested, with_balance, with_rest
from licensing.services import invoices
from licensing.views import cards
from licensing.views.licensee import invoice_file
from licensing.views.staff import LAYOUT, wants_csv
from licensing.views.timelines import STAFF_PAGE, invoice_timeline


def _invoices(form: InvoiceFilter) -> QuerySet[Balanced]:
    found: QuerySet[Balanced] = with_balance(Invoice.objects.all()).select_related("licensee")
    if not form.is_valid():
        return found
    if text := form.cleaned_data["q"].strip():
        found = found.filter(Q(number__iexact=text) | Q(licensee__name__icontains=text))
    if form.cleaned_data["state"]:
        found = found.filter(state=form.cleaned_data["state"])
    if form.cleaned_data["overdue"]:
        found = found.filter(state__in=["issued", "part_paid"], due_on__lt=clock.today())
    return found


@staff_page("licensing.view_licensing")
@require_safe
def invoice_list(request: HttpRequest) -> HttpResponse:
    """All invoices; overdue ones by one tick."""
    form = InvoiceFilter(request.GET)
    found = _invoices(form)
    if wants_csv(request):
        heads = [_("Number"), _("Licensee"), _("Issued"), _("Due"), _("Fee"), _("Sales tax")]
        heads += [_("Total"), _("Still to pay"), _("State")]
        return csv_response("invoices.csv", heads, (_cells(row) for row in found.order_by("-pk")))
    context = {
        "page": keyset_page(found, order=("-issued_on", "-pk"), query=request.GET),
        "filter_form": form,
        "export_url": csv_address(request.GET),
        "empty_text": _("No invoice matches."),
        "today": clock.today(),
    }
    return render(request, "licensing/staff/invoice_list.html", {**context, **LAYOUT})


def _cells(row: Balanced) -> list[Any]:
    days = [row.issued_on.isoformat(), row.due_on.isoformat()]
    sums = [plain_amount(row.net), plain_amount(row.tax), plain_amount(row.total), plain_amount(row.outstanding)]
    return [row.number, row.licensee.name, *days, *sums, row.get_state_display()]


def _invoice(uid: UUID) -> Balanced:
    found = with_balance(Invoice.objects.all()).select_related(
        "licensee", "licence__quote", "licence__premises", "tariff_version__tariff", "issued_by", "credit_approved_by"
    )
    return get_object_or_404(found, uid=uid)


@staff_page("licensing.view_licensing")
@require_safe
def invoice_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Lines by rule, what was paid from which receipt, credit notes, and the two acts of finance."""
    return _page(request, _invoice(uid))


def _page(
    request: HttpRequest, invoice: Balanced, *, note: CreditNoteForm | None = None, credit: TextForm | None = None
) -> HttpResponse:
    may_act = request.user.has_perm("licensing.record_receipts") and invoice.outstanding > 0
    context = {
        "invoice": invoice,
        "lines": invoice.lines.select_related("tax_rate__province"),
        "allocations": invoice.allocations.select_related("receipt").order_by("pk"),
        "credit_notes": invoice.credit_notes.select_related("by").order_by("pk"),
        "why": cards.card_of_quote(invoice.licence.quote),
        "events": invoice_timeline(invoice, STAFF_PAGE),
        "figures": [
            {"label": _("Still to pay"), "amount": invoice.outstanding},
            {"label": _("Total"), "amount": invoice.total},
            {"label": _("Paid"), "amount": invoice.paid},
            {"label": _("Credited"), "amount": invoice.credited},
        ],
        "may_act": may_act,
        "may_give_credit": may_act and invoice.credit_approved_by_id is None and invoice.issued_by != request.user,
        "note_form": note or CreditNoteForm(initial={"amount": plain_amount(invoice.outstanding)}),
        "credit_form": credit or TextForm(label=_("Why it may be paid later")),
        "forms": [form for form in (note, credit) if form],
    }
    return render(request, "licensing/staff/invoice_detail.html", context, status=422 if note or credit else 200)


@staff_page("licensing.view_licensing")
@require_safe
def invoice_pdf(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The invoice as the licensee gets it."""
    return invoice_file(_invoice(uid))


@staff_page("licensing.record_receipts")
@require_POST
def invoice_credit_note(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take back what is open, in whole or in part. A double click makes one credit note."""
    invoice = _invoice(uid)
    form = CreditNoteForm(request.POST)
    if form.is_valid():
        try:
            made = invoices.credit_invoice(invoice=invoice, by=acting(request), now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Credit note %(number)s is issued.") % {"number": made.number})
            return redirect("licensing:staff-invoice-detail", invoice.uid)
    return _page(request, invoice, note=form)


@staff_page("licensing.record_receipts")
@require_POST
def invoice_give_credit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let the licence begin before the invoice is paid; never by the person who issued it."""
    invoice = _invoice(uid)
    form = TextForm(request.POST, label=_("Why it may be paid later"))
    if form.is_valid():
        try:
            reason = form.cleaned_data["text"][:300]
            invoices.approve_credit(invoice=invoice, reason=reason, by=acting(request), now=clock.now())
        except PermissionDenied:
            form.add_error(None, _("You issued this invoice. Another person must agree to later payment."))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Later payment is agreed; the licence is active."))
            return redirect("licensing:staff-invoice-detail", invoice.uid)
    return _page(request, invoice, credit=form)


@staff_page("licensing.view_licensing")
@require_safe
def receipt_list(request: HttpRequest) -> HttpResponse:
    """All receipts, read only."""
    form = ReceiptFilter(request.GET)
    found = with_rest(Receipt.objects.select_related("licensee"))
    if form.is_valid():
        if text := form.cleaned_data["q"].strip():
            found = found.filter(
                Q(number__iexact=text)
                | Q(payer__icontains=text)
                | Q(reference__iexact=text)
                | Q(licensee__name__icontains=text)
            )
        if form.cleaned_data["unallocated"]:
            found = found.filter(allocated__lt=F("amount"))
    if wants_csv(request):
        heads = [_("Number"), _("Received"), _("Payer"), _("Licensee"), _("Method"), _("Bank reference")]
        heads += [_("Amount"), _("Not allocated")]
        return csv_response("receipts.csv", heads, (_receipt_cells(row) for row in found.order_by("-pk")))
    context = {
        "page": keyset_page(found, order=("-received_on", "-pk"), query=request.GET),
        "filter_form": form,
        "export_url": csv_address(request.GET),
        "empty_text": _("No receipt matches."),
    }
    return render(request, "licensing/staff/receipt_list.html", {**context, **LAYOUT})


def _receipt_cells(row: Rested) -> list[Any]:
    licensee = row.licensee.name if row.licensee else ""
    names = [row.payer, licensee, row.get_method_display(), row.reference]
    return [row.number, row.received_on.isoformat(), *names, plain_amount(row.amount), plain_amount(row.rest)]


@staff_page("licensing.view_licensing")
@require_safe
def receipt_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One receipt and the invoices it pays."""
    found = with_rest(Receipt.objects.select_related("licensee", "recorded_by"))
    receipt = get_object_or_404(found, uid=uid)
    context = {
        "receipt": receipt,
        "allocations": receipt.allocations.select_related("invoice__licensee").order_by("pk"),
        "figures": [
            {"label": _("Received"), "amount": receipt.amount},
            {"label": _("Not allocated"), "amount": receipt.rest, "tone": "waiting" if receipt.rest else ""},
        ],
    }
    return render(request, "licensing/staff/receipt_detail.html", context)
