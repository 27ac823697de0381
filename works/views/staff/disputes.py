"""Disputes: open one about a part of a right, follow its deadline, settle it with awarded shares."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from members.models.parties import Right
from works.exports import dispute_list_csv
from works.forms.staff import ContestedForm, DisputeFilter, OutcomeForm
from works.models import Dispute
from works.queries.work_pages import acts_on, filtered_disputes, in_force
from works.services.disputes import close_dispute, open_dispute
from works.views.staff.owners import is_being_edited, owner_editor
from works.views.staff.works import EDIT, STAFF, VIEW, work_with_right


@staff_page(VIEW)
@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """T10, thin: disputes by deadline, the nearest first."""
    chosen = DisputeFilter(request.GET)
    state = (chosen.cleaned_data["state"] if chosen.is_valid() else "") or "open"
    rows = filtered_disputes(state)
    if request.GET.get("format") == "csv":
        return dispute_list_csv(rows.order_by("deadline", "pk"))
    query = request.GET.copy()
    query["format"] = "csv"
    context = {
        "page": keyset_page(rows, order=("deadline", "pk"), query=request.GET),
        "filter_form": chosen,
        "export_url": f"?{query.urlencode()}",
        "today": clock.today(),
        "empty_text": _("No dispute of this kind. One is opened from the page of its work."),
        "layout": STAFF,
    }
    return render(request, "works/staff/dispute_list.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_open(request: HttpRequest, uid: UUID, right: str) -> HttpResponse:
    """Open a dispute about a part of a right of a work."""
    work, today = work_with_right(uid, right), clock.today()
    standing = work.shares.filter(in_force(today), right=right, territory="2136").exclude(state="disputed")
    rows = list(standing.select_related("party").order_by("-share", "pk"))
    editor = owner_editor(request, [])
    sent = request.method == "POST" and not is_being_edited(request)
    typed = {"share": request.POST.get("share", "")[:12], "taken_from": request.POST.getlist("taken_from")}
    form = ContestedForm(request.POST if sent else None, rows=rows, initial=typed)
    if sent and all([form.is_valid(), editor.rows.is_valid()]):
        chosen = form.cleaned_data["taken_from"]
        try:
            dispute = open_dispute(
                work=work,
                right=right,
                share=form.cleaned_data["share"],
                claims=editor.claims("desk"),
                by=acting(request),
                on=today,
                taken_from=[row for row in rows if str(row.uid) in chosen],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The dispute is open and its part is held."))
            return redirect("works:staff-dispute-detail", uid=dispute.uid)
    context = {
        "work": work,
        "right": Right(right),
        "editor": editor,
        "form": form,
        "forms": [form, *editor.rows],
        "cancel_url": reverse("works:staff-work-detail", args=[uid]),
    }
    return render(request, "works/staff/dispute_open.html", context)


@staff_page(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One dispute: who claims what, until when; staff who may edit works settle it here."""
    dispute = get_object_or_404(Dispute.objects.select_related("work"), uid=uid)
    may_settle = dispute.closed_on is None and request.user.has_perm(EDIT)
    claims = list(dispute.claims.select_related("party").order_by("pk"))
    editor = owner_editor(request, [{"party": str(claim.party.uid), "role": claim.role} for claim in claims])
    sent = request.method == "POST" and not is_being_edited(request)
    form = OutcomeForm(request.POST if sent else None, initial={"outcome": request.POST.get("outcome", "")[:2000]})
    if sent and may_settle and all([form.is_valid(), editor.rows.is_valid()]):
        try:
            close_dispute(
                dispute=dispute,
                awarded=editor.claims("dispute settled"),
                by=acting(request),
                on=clock.today(),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The dispute is settled. The part pays again from the next distribution."))
            return redirect("works:staff-dispute-detail", uid=uid)
    context = {
        "dispute": dispute,
        "claims": claims,
        "right": Right(dispute.right),
        "editor": editor if may_settle else None,
        "form": form,
        "forms": [form, *editor.rows],
        "today": clock.today(),
        "events": acts_on(dispute),
    }
    return render(request, "works/staff/dispute_detail.html", context)
