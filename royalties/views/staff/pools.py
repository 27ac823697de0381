"""T12: money received, and the pools it goes into."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.common.periods import Period
from cmo_portal.form_keys import form_key_of
from cmo_portal.paging import keyset_page
from licensing.models import Receipt
from royalties.forms.pools import FeedForm, PoolForm, ReceiptForm
from royalties.models import Pool, UsageFile
from royalties.queries.pool_pages import amounts_of, chosen_parts, free_parts
from royalties.services import pools

LAYOUT = {"layout": "layouts/staff.html"}


@staff_page("licensing.record_receipts")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_new(request: HttpRequest) -> HttpResponse:
    """Finance records money that came in; invoices are paid and the ledger is posted in one act."""
    form = ReceiptForm(request.POST or None, initial={"received_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            receipt = pools.receive_payment(
                **{**form.cleaned_data, "invoices": list(form.cleaned_data["invoices"])},
                by=acting(request),
                now=clock.now(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The receipt is recorded and posted."))
            return redirect("licensing:staff-receipt-detail", uid=receipt.uid)
    context = {"form": form, "submit_label": _("Record the receipt"), **LAYOUT}
    return render(request, "royalties/staff/receipt_new.html", context)


@staff_page("royalties.view_runs")
@require_safe
def pool_list(request: HttpRequest) -> HttpResponse:
    """All pools with what they hold."""
    page = keyset_page(Pool.objects.all(), order=("-period_end", "code"), query=request.GET)
    amounts = amounts_of(page.rows)
    context = {
        "page": page,
        "rows": [(pool, amounts.get(pool.pk, 0)) for pool in page.rows],
        "unallocated": Receipt.objects.count(),
        "empty_text": _("No pool yet. A pool is money of one period and right, shared by one rule."),
    }
    return render(request, "royalties/staff/pool_list.html", {**context, **LAYOUT})


@staff_page("royalties.make_runs")
@require_http_methods(["GET", "HEAD", "POST"])
def pool_new(request: HttpRequest) -> HttpResponse:
    """A new pool with its rules."""
    form = PoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        period = Period(data.pop("start"), data.pop("end"))
        try:
            pool = pools.create_pool(**data, period=period, by=acting(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("royalties:staff-pool-detail", uid=pool.uid)
    return render(
        request, "royalties/staff/pool_new.html", {"form": form, "submit_label": _("Make the pool"), **LAYOUT}
    )


@staff_page("royalties.view_runs")
@require_safe
def pool_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A pool: its receipts, its usage, receipts that could go into it, and the runs that had it."""
    pool = get_object_or_404(Pool.objects.select_related("distribution_rule__rule", "deduction_rule__rule"), uid=uid)
    receipts = list(pool.receipts.select_related("allocation__receipt", "allocation__invoice__licensee").order_by("pk"))
    free = free_parts(pool)
    context = {
        "pool": pool,
        "receipts": receipts,
        "free": free,
        "form_key": uuid4(),
        "feeds": pool.usage.select_related("file__source").order_by("pk"),
        "feed_form": FeedForm(),
        "sections": pool.sections.order_by("pk"),
        "claims": pool.claims.select_related("run").order_by("-pk"),
        "figures": [
            {"label": _("In this pool"), "amount": sum(row.amount for row in receipts)},
            {"label": _("Could go into it"), "amount": sum(row.left for row in free)},
        ],
    }
    return render(request, "royalties/staff/pool_detail.html", context)


@staff_page("royalties.allocate_receipts")
@require_POST
def pool_allocate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put the chosen receipts into the pool, each with all that is left of it."""
    pool = get_object_or_404(Pool, uid=uid)
    key = form_key_of(request)
    try:
        if key is None:
            raise ValidationError(_("This page is too old. Load it again and repeat."))
        chosen = request.POST.getlist("part")
        parts = chosen_parts(pool, chosen, key)
        if chosen and not parts:
            raise ValidationError(_("What you chose is in a pool already. The list below shows what is left."))
        pools.allocate_to_pool(pool=pool, parts=parts, form_key=key, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The receipts are in the pool."))
    return redirect("royalties:staff-pool-detail", uid=uid)


@staff_page("royalties.make_runs")
@require_POST
def pool_feed(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let a usage file say how the pool is shared, or take it out again."""
    pool = get_object_or_404(Pool, uid=uid)
    file = UsageFile.objects.filter(pk=request.POST["file"]).first() if request.POST.get("file", "").isdigit() else None
    try:
        if file is None:
            raise ValidationError(_("Choose a usage file."))
        act = pools.unfeed_pool if request.POST.get("act") == "remove" else pools.feed_pool
        act(pool=pool, file=file, by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The usage of the pool is changed."))
    return redirect("royalties:staff-pool-detail", uid=uid)
