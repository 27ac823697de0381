"""T14: who is owed what, batches, the bank file and the bank's answer."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from royalties.forms.payments import AnswerForm, BatchFilter, BatchForm, CancelForm, DigestForm
from royalties.models import PaymentBatch
from royalties.queries.payable import Due, due_on
from royalties.services import payments

LAYOUT = {"layout": "layouts/staff.html"}


@staff_page("royalties.view_runs")
@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    """All batches."""
    chosen = BatchFilter(request.GET)
    rows = PaymentBatch.objects.select_related("maker", "approved_by")
    if chosen.is_valid() and chosen.cleaned_data["state"]:
        rows = rows.filter(state=chosen.cleaned_data["state"])
    context = {
        "page": keyset_page(rows, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "empty_text": _("No payment batch yet. Make one when statements are published."),
    }
    return render(request, "royalties/staff/batch_list.html", {**context, **LAYOUT})


@staff_page("royalties.make_payments")
@require_http_methods(["GET", "HEAD", "POST"])
def batch_make(request: HttpRequest) -> HttpResponse:
    """Who would be paid on the date, who waits and why; then the batch is made."""
    now = clock.now()
    form = BatchForm(request.POST or None, initial={"pay_on": clock.business_date(now)})
    if request.method == "POST" and form.is_valid():
        try:
            batch = payments.make_batch(**form.cleaned_data, by=acting(request), now=now)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("royalties:staff-batch-detail", uid=batch.uid)
    dues, fault = _dues(clock.business_date(now))
    paid = [due for due in dues if due.withholding]
    context = {
        "form": form,
        "fault": fault,
        "paid": paid[:200],
        "waiting": [due for due in dues if due.waits][:200],
        "figures": _figures(dues, paid),
    }
    return render(request, "royalties/staff/batch_make.html", {**context, **LAYOUT})


@staff_page("royalties.view_runs")
@require_safe
def batch_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One batch: totals, payments, what may be done next."""
    batch = get_object_or_404(PaymentBatch.objects.select_related("maker", "approved_by"), uid=uid)
    return _detail(request, batch, AnswerForm())


@staff_page("royalties.approve_payments")
@require_POST
def batch_approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A second person approves the digest she looked at."""
    batch = get_object_or_404(PaymentBatch, uid=uid)
    form = DigestForm(request.POST)
    digest = bytes.fromhex(form.cleaned_data["digest"]) if form.is_valid() else b""
    try:
        payments.approve_batch(batch=batch, digest=digest, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The batch is approved and can go to the bank."))
    return redirect("royalties:staff-batch-detail", uid=uid)


@staff_page("royalties.make_payments")
@require_POST
def batch_cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give the reserved money back, with a reason."""
    batch = get_object_or_404(PaymentBatch, uid=uid)
    form = CancelForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        payments.cancel_batch(batch=batch, reason=reason, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The batch is cancelled; the money is payable again."))
    return redirect("royalties:staff-batch-detail", uid=uid)


@staff_page("royalties.make_payments")
@require_POST
def batch_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The bank file; each download is counted and recorded."""
    batch = get_object_or_404(PaymentBatch, uid=uid)
    try:
        data = payments.export_batch(batch=batch, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("royalties:staff-batch-detail", uid=uid)
    headers = {"Content-Disposition": f'attachment; filename="{batch.number}.csv"'}
    return HttpResponse(data, content_type="text/csv; charset=utf-8", headers=headers)


@staff_page("royalties.make_payments")
@require_POST
def batch_answer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The bank's answer: all complaints at once, or everything is settled."""
    batch = get_object_or_404(PaymentBatch, uid=uid)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _detail(request, batch, form)
    upload = form.cleaned_data["file"]
    if upload.size > settings.UPLOAD_LIMIT:
        form.add_error("file", _("This file is too large for a bank's answer."))
        return _detail(request, batch, form)
    try:
        errors = payments.load_bank_answers(
            batch=batch, data=upload.read(), filename=upload.name, by=acting(request), now=clock.now()
        )
    except ValidationError as error:
        form.add_error("file", error)
        return _detail(request, batch, form)
    if errors:
        return _detail(request, batch, form, errors=errors)
    messages.success(request, _("The bank's answer is taken and the ledger is posted."))
    return redirect("royalties:staff-batch-detail", uid=uid)


def _detail(request: HttpRequest, batch: PaymentBatch, form: AnswerForm, errors: object = ()) -> HttpResponse:
    context = {
        "batch": batch,
        "digest": bytes(batch.digest).hex(),
        "page": keyset_page(batch.payments.all(), order=("line_no",), query=request.GET),
        "form": form,
        "cancel_form": CancelForm(),
        "errors": errors,
        "may_approve": request.user.has_perm("royalties.approve_payments") and batch.maker_id != request.user.pk,
        "figures": [
            {"label": _("To the bank"), "amount": batch.control_total},
            {"label": _("Payments"), "text": str(batch.count)},
            {"label": _("Downloads of the file"), "text": str(batch.downloads)},
        ],
    }
    return render(request, "royalties/staff/batch_detail.html", {**context, **LAYOUT}, status=400 if errors else 200)


def _dues(on: dt.date) -> tuple[list[Due], str]:
    try:
        return due_on(on), ""
    except ValidationError as error:
        return [], " ".join(error.messages)


def _figures(dues: list[Due], paid: list[Due]) -> list[dict[str, object]]:
    return [
        {"label": _("Owed in all"), "amount": sum(due.balance for due in dues)},
        {"label": _("Can be paid"), "amount": sum(due.balance for due in paid)},
        {"label": _("Tax kept back"), "amount": sum(due.withholding.withheld for due in paid if due.withholding)},
        {"label": _("Waits"), "amount": sum(due.balance for due in dues if due.waits)},
    ]
