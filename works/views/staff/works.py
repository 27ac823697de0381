"""T5: all works, one of them from every side, and the correction of its shares."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from members.models.parties import Right
from members.models.territories import own_territory
from works.exports import staff_list_csv
from works.forms.search import WorkFilter
from works.forms.staff import CorrectionForm, DayFilter, DecisionForm, rows_of_shares
from works.models import Work
from works.queries.agreements import agreements_of
from works.queries.as_of import work_as_known
from works.queries.chains import Collection, collection_of
from works.queries.descriptions import work_description
from works.queries.disputes import told_disputes
from works.queries.distributable import status_of_work
from works.queries.recordings import recordings_of
from works.queries.regrouping import regroupings_of
from works.queries.repertoire import found_works
from works.queries.work_pages import acts_on, in_force, listed, share_table
from works.services.drafts import decide_submitted
from works.services.registration import NewShare
from works.services.shares import contested, replace_shares
from works.views.staff.owners import is_being_edited, owner_editor

STAFF = "layouts/staff.html"
VIEW, EDIT = "works.view_works", "works.edit_works"


@staff_page(VIEW)
@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """All works; the box searches as the public one does. The same rows as a file."""
    chosen = WorkFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    works = found_works(text=wanted.get("q", ""), state=wanted.get("state", ""))
    if request.GET.get("format") == "csv":
        return staff_list_csv(works.order_by("number", "pk"))
    page = keyset_page(works, order=("number",), query=request.GET)
    query = request.GET.copy()
    query["format"] = "csv"
    context = {
        "page": page,
        "rows": listed(page.rows, on=clock.today()),
        "filter_form": chosen,
        "export_url": f"?{query.urlencode()}",
        "empty_text": _("No work matches. Try another spelling, a writer, an ISWC or an ISRC."),
        "layout": STAFF,
    }
    return render(request, "works/staff/work_list.html", context)


@staff_page(VIEW)
@require_safe
def work_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """T5: everything known about one work; shares as of any day."""
    work = get_object_or_404(Work.objects.select_related("registered_by"), uid=uid)
    chosen = DayFilter(request.GET)
    asked = chosen.cleaned_data if chosen.is_valid() else {}
    day: dt.date = asked.get("on") or clock.today()
    known_on: dt.date | None = asked.get("known_on")
    context = {
        "work": work,
        "filter_form": chosen,
        "as_of": asked.get("on"),
        "known_on": known_on,
        "known": work_as_known(work, on=day, known_on=known_on) if known_on else None,
        "described": work_description(work, on=day, for_staff=True),
        "rights": share_table(work, on=day),
        "statuses": status_of_work(work, on=day),
        "collections": _collections(work, asked.get("country") or own_territory(), day, known_on),
        "agreements": agreements_of(work),
        "all_rights": Right.choices,
        "recordings": recordings_of(work),
        "disputes": told_disputes(work, on=clock.today(), with_files=True),
        "split": work.splits.order_by("-round").first(),
        "registrations": work.registrations.select_related("file").order_by("-pk")[:20],
        "reports": work.reports.filter(state="open").order_by("pk")[:20],
        "regroupings": regroupings_of(work),
        "events": acts_on(work),
        "decision_form": DecisionForm() if work.state == "submitted" else None,
        "today": clock.today(),
    }
    return render(request, "works/staff/work_detail.html", context)


@staff_page(EDIT)
@require_POST
def work_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Register or refuse a work that a member sent and that looks like another."""
    work = get_object_or_404(Work, uid=uid)
    accept = request.POST.get("act") == "accept"
    try:
        reason = request.POST.get("reason", "")[:500]
        decide_submitted(work=work, accept=accept, reason=reason, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The work is registered.") if accept else _("The work is refused."))
    return redirect("works:staff-work-detail", uid=uid)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def share_edit(request: HttpRequest, uid: UUID, right: str) -> HttpResponse:
    """Replace the shares of one right, with the reason; contested parts stay where they are."""
    work = work_with_right(uid, right)
    today = clock.today()
    rows = work.shares.filter(in_force(today), right=right, territory="2136").exclude(state="disputed")
    editor = owner_editor(request, rows_of_shares(rows.select_related("party").order_by("-share", "pk")))
    sent = request.method == "POST" and not is_being_edited(request)
    form = CorrectionForm(request.POST if sent else None, initial=_typed(request))
    if sent and all([form.is_valid(), editor.rows.is_valid()]):
        shares = [NewShare(party, role, right, share) for party, role, share in editor.named()]
        try:
            replace_shares(work=work, right=right, shares=shares, by=acting(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The shares are replaced."))
            return redirect("works:staff-work-detail", uid=uid)
    context = {
        "work": work,
        "right": Right(right),
        "editor": editor,
        "form": form,
        "forms": [form, *editor.rows],
        "contested": contested(work, right),
        "cancel_url": reverse("works:staff-work-detail", args=[uid]),
    }
    return render(request, "works/staff/share_edit.html", context)


def _collections(work: Work, country: str, on: dt.date, known_on: dt.date | None) -> list[tuple[Right, Collection]]:
    """Who collects each right of which something is documented."""
    found = [
        (right, collection_of(work_id=work.pk, right=right, territory=country, on=on, known_on=known_on))
        for right in Right
    ]
    return [(right, collection) for right, collection in found if collection.total]


def work_with_right(uid: UUID, right: str) -> Work:
    if right not in Right.values:
        raise Http404
    return get_object_or_404(Work.objects.exclude(state="merged"), uid=uid)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What was typed beside the rows when a button of the editor was pressed."""
    return {name: request.POST.get(name, "")[:2000] for name in ("valid_from", "reason")}
