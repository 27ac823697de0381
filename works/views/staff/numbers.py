"""The queue of requests for ISWC and IPI numbers, and one request."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.forms import typed_text
from cmo_portal.paging import csv_address, keyset_page
from members.models import PartyName
from works.forms.numbers import RequestFilter, SettleForm
from works.models import NumberRequest, Work
from works.number_exports import request_list_csv
from works.queries.number_requests import counts_by_state, found_requests, in_words, late
from works.queries.titles import own_titles
from works.queries.work_pages import acts_on
from works.services import numbers
from works.views.staff.works import EDIT, STAFF, VIEW

EXPORTED = 100_000


@staff_page(VIEW)
@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """What waits, what was sent, what needs a person; the same rows as a file."""
    query = request.GET.copy()
    query.setdefault("state", "open")
    chosen = RequestFilter(query)
    wanted = chosen.cleaned_data if chosen.is_valid() else {"state": "open"}
    found = found_requests(
        now=clock.now(), text=wanted.get("q", ""), kind=wanted.get("kind", ""), state=wanted.get("state", "")
    ).select_related("work", "other_work", "name__party")
    if request.GET.get("format") == "csv":
        return request_list_csv(found.order_by("-pk")[:EXPORTED])
    page = keyset_page(found.prefetch_related(own_titles("work__")), order=("-pk",), query=request.GET)
    late_ones = set(
        NumberRequest.objects.filter(late(clock.now()), pk__in=[row.pk for row in page.rows]).values_list(
            "pk", flat=True
        )
    )
    context = {
        "page": page,
        "rows": [(row, in_words(row.message), row.pk in late_ones) for row in page.rows],
        "counts": counts_by_state(),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No request of this kind."),
        "layout": STAFF,
    }
    return render(request, "works/staff/request_list.html", context)


@staff_page(VIEW)
@require_safe
def request_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One request: what for, what was sent, what was answered, what stands in the way."""
    row = _request(uid)
    context = {
        "row": row,
        "message": in_words(row.message),
        "is_late": NumberRequest.objects.filter(late(clock.now()), pk=row.pk).exists(),
        "lines": row.lines.select_related("file").order_by("-pk"),
        "answers": [
            (answer, in_words(answer.message)) for answer in row.answers.select_related("file").order_by("-pk")
        ],
        "may_merge": bool(row.work and row.conflict and row.work.iswc and row.conflict.iswc),
        "form": SettleForm(),
        "events": acts_on(row),
    }
    return render(request, "works/staff/request_detail.html", context)


@staff_page(EDIT)
@require_POST
def request_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put a request back into the queue, withdraw it, or ask the agency to merge the two numbers."""
    row, by, act = _request(uid), acting(request), request.POST.get("act")
    try:
        if act == "withdraw":
            numbers.withdraw_request(request=row, reason=typed_text(request, "reason", 300), by=by)
            messages.success(request, _("The request is withdrawn."))
        elif act == "merge" and row.work and row.conflict:
            row = numbers.request_iswc_merge(work=row.work, other=row.conflict, by=by)
            messages.success(request, _("The merge waits for the next file."))
        else:
            numbers.put_back(request=row, by=by)
            messages.success(request, _("The request waits for the next file."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("works:staff-request-detail", uid=row.uid)


@staff_page(EDIT)
@require_POST
def missing_queue(request: HttpRequest, system: str) -> HttpResponse:
    """Put everything that lacks its number into the queue."""
    if system not in ("iswc", "ipi"):
        raise Http404
    add = numbers.queue_missing_ipis if system == "ipi" else numbers.queue_missing_iswcs
    count = add(by=acting(request))
    text = ngettext("%(count)s request was added.", "%(count)s requests were added.", count)
    messages.success(request, text % {"count": count})
    return redirect("works:staff-request-list")


@staff_page(EDIT)
@require_POST
def work_number(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask for the ISWC of one work: a new one, or the one that others may have got for it."""
    work = get_object_or_404(Work, uid=uid)
    try:
        row = numbers.request_iswc(work=work, by=acting(request), search=request.POST.get("act") == "search")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("works:staff-work-detail", uid=uid)
    messages.success(request, _("The request waits for the next file."))
    return redirect("works:staff-request-detail", uid=row.uid)


@staff_page(EDIT)
@require_POST
def name_number(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask for the IPI number of one name."""
    name = get_object_or_404(PartyName, uid=uid)
    try:
        row = numbers.request_ipi(name=name, by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(reverse("works:staff-request-list"))
    messages.success(request, _("The request waits for the next file."))
    return redirect("works:staff-request-detail", uid=row.uid)


def _request(uid: UUID) -> NumberRequest:
    rows = NumberRequest.objects.select_related("work", "other_work", "conflict", "name__party", "requested_by")
    return get_object_or_404(rows, uid=uid)
