"""Links of recordings that wait: a recording of works of others is asked for another work. The oldest come first."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from works.exports import link_request_list_csv
from works.forms.recordings import LinkDecisionForm, LinkRequestFilter
from works.models import LinkRequest
from works.queries.link_requests import link_requests, owners_of, standing_parts
from works.queries.titles import own_titles
from works.services.link_requests import accept_link_request, refuse_link_request
from works.views.staff.works import EDIT, STAFF


@staff_page(EDIT)
@require_safe
def link_request_list(request: HttpRequest) -> HttpResponse:
    """Links that wait, or all that were ever asked for."""
    chosen = LinkRequestFilter(request.GET)
    state = (chosen.cleaned_data["state"] if chosen.is_valid() else "") or "open"
    rows = link_requests(state="" if state == "all" else state)
    if request.GET.get("format") == "csv":
        return link_request_list_csv(rows.order_by("pk"))
    context = {
        "page": keyset_page(rows, order=("pk",), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No link waits. One comes here when a recording of works of others is asked for another work."),
        "layout": STAFF,
    }
    return render(request, "works/staff/link_request_list.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def link_request_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One link that waits: what is asked and why, which works hold the recording, and the decision."""
    rows = LinkRequest.objects.select_related("recording", "work", "asked_by", "decided_by")
    asked = get_object_or_404(rows.prefetch_related(own_titles("work__")), uid=uid)
    parts = standing_parts(asked)
    form = LinkDecisionForm(request.POST if request.method == "POST" else None, parts=[one.link for one in parts])
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, asked, form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("works:staff-link-request-detail", uid=uid)
    context = {
        "asked": asked,
        "parts": parts,
        "owners": owners_of(asked.work),
        "performers": asked.recording.performers.order_by("position"),
        "form": form,
        "layout": STAFF,
    }
    return render(request, "works/staff/link_request_detail.html", context)


def _decide(request: HttpRequest, asked: LinkRequest, form: LinkDecisionForm) -> None:
    outcome, by, now = form.cleaned_data["outcome"], acting(request), clock.now()
    act = request.POST.get("act")
    if act not in ("accept", "refuse"):
        raise ValidationError(_("Choose whether to link it or to refuse the link."))
    if act == "accept":
        accept_link_request(request=asked, outcome=outcome, removed=form.removed, by=by, now=now)
        messages.success(request, _("The recording is linked. Plays of it now reach this work too."))
    else:
        refuse_link_request(request=asked, outcome=outcome, by=by, now=now)
        messages.success(request, _("The link is refused. Nothing changes for the works that hold the recording."))
