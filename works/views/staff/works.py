"""T5: all works, and one of them from every side."""

import datetime as dt
from dataclasses import fields
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.forms import typed_text
from cmo_portal.paging import csv_address, keyset_page, ranked_page
from members.models.parties import Right
from works.exports import staff_list_csv
from works.forms.search import WorkFilter
from works.forms.staff import DayFilter, DecisionForm
from works.models import Work
from works.queries.as_of import work_as_of
from works.queries.chains import day_of_collection
from works.queries.made_from import source_texts, sources_of_others
from works.queries.repertoire import OUT, found_works, has_namesake, in_order, likest_works, ranked
from works.queries.standing import standing_here
from works.queries.work_pages import acts_on, listed
from works.services.drafts import decide_submitted

STAFF = "layouts/staff.html"
VIEW, EDIT = "works.view_works", "works.edit_works"


@staff_page(VIEW)
@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """All works; the box searches, and ranks, as the public one does. The same rows as a file."""
    chosen = WorkFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    text = wanted.get("q", "")
    likest = likest_works(text)
    works = found_works(text=text, state=wanted.get("state", ""), likest=likest)
    ids = ranked(works, text, likest) if text else None
    if request.GET.get("format") == "csv":
        return staff_list_csv(works.order_by("number", "pk") if ids is None else in_order(works, ids))
    page = (
        keyset_page(works, order=("number",), query=request.GET)
        if ids is None
        else ranked_page(works, ranked=ids, query=request.GET)
    )
    context = {
        "page": page,
        "rows": listed(page.rows, on=clock.today()),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No work matches. Try another spelling, a writer, an ISWC or an ISRC."),
        "layout": STAFF,
    }
    return render(request, "works/staff/work_list.html", context)


@staff_page(VIEW)
@require_safe
def work_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """T5: everything known about one work; shares as of any day."""
    work = get_object_or_404(Work.objects.select_related("registered_by"), uid=uid)
    chosen = DayFilter(request.GET, first_known=timezone.localdate(work.created_at))
    asked = chosen.cleaned_data if chosen.is_valid() else {}
    known_on: dt.date | None = asked.get("known_on")
    on: dt.date = asked.get("on") or known_on or clock.today()
    usual = day_of_collection(on=on, today=clock.today(), known_on=known_on)
    collected_on = max(on, asked.get("collected_on") or usual)
    stood = work_as_of(
        work, on=on, collected_on=collected_on, known_on=known_on, territory=asked.get("country") or None
    )
    context = {
        "work": work,
        "filter_form": chosen,
        "as_of": asked.get("on"),
        "on": on,
        "known_on": known_on,
        "is_known": stood is not None,
        "may_edit": not known_on and work.state not in OUT and request.user.has_perm(EDIT),
        **({field.name: getattr(stood, field.name) for field in fields(stood)} if stood else {}),
        "events": acts_on(work, until=known_on),
        "today": known_on or clock.today(),
        **({} if known_on else _of_today(work)),
    }
    return render(request, "works/staff/work_detail.html", context)


def _of_today(work: Work) -> dict[str, Any]:
    """What the page shows of a work only as it is now, beside what staff may do to it."""
    waits = work.state == "submitted"
    return {
        "all_rights": Right.choices,
        "registrations": work.registrations.select_related("file").order_by("-pk")[:20],
        "reports": work.reports.filter(state="open").order_by("pk")[:20],
        "decision_form": DecisionForm() if waits else None,
        "namesake": waits and has_namesake(work.titles.values_list("text", flat=True)),
        "sources_of_others": sources_of_others(source_texts(work), work.registered_by) if waits else [],
    }


@staff_page(EDIT)
@require_POST
def work_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Register or refuse a work that a member sent and that looks like another."""
    work = get_object_or_404(Work, uid=uid)
    accept = request.POST.get("act") == "accept"
    try:
        reason = typed_text(request, "reason", 500)
        decide_submitted(work=work, accept=accept, reason=reason, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The work is registered.") if accept else _("The work is refused."))
    return redirect("works:staff-work-detail", uid=uid)


def work_with_right(uid: UUID, right: str) -> Work:
    if right not in Right.values:
        raise Http404
    return standing_here(get_object_or_404(Work.objects.select_related("merged_into"), uid=uid))
