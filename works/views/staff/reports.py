"""What people say is wrong about works: a queue, the oldest first."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from works.forms.search import ReportFilter
from works.forms.staff import OutcomeForm
from works.models import WorkReport
from works.queries.titles import own_titles
from works.services.reports import settle_report
from works.views.staff.works import EDIT, STAFF


@staff_page(EDIT)
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """Reports, the oldest first."""
    chosen = ReportFilter(request.GET)
    state = (chosen.cleaned_data["state"] if chosen.is_valid() else "") or "open"
    rows = WorkReport.objects.select_related("work").prefetch_related(own_titles("work__"))
    if state != "all":
        rows = rows.filter(state=state)
    context = {
        "page": keyset_page(rows, order=("pk",), query=request.GET),
        "filter_form": chosen,
        "empty_text": _("No report waits. People send them from the page of a work."),
        "layout": STAFF,
    }
    return render(request, "works/staff/report_list.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def report_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One report, and what was done about it."""
    report = get_object_or_404(WorkReport.objects.select_related("work", "settled_by"), uid=uid)
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    form.fields["outcome"].label = _("What was done about it")
    if request.method == "POST" and form.is_valid():
        outcome = form.cleaned_data["outcome"]
        try:
            settle_report(report=report, outcome=outcome, by=acting(request), now=clock.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The report is settled."))
            return redirect("works:staff-report-detail", uid=uid)
    context = {"report": report, "form": form, "submit_label": _("Settle the report"), "layout": STAFF}
    return render(request, "works/staff/report_detail.html", context)
