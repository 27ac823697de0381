"""T5: works that may be one, the dearest first; each pair with what speaks for it and what hangs on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from royalties.exports.duplicates import duplicate_list_csv
from royalties.forms.regrouping import ApartForm, DuplicateFilter
from royalties.queries.duplicates import FIND, reasons, stakes
from royalties.queries.stakes import stakes_of
from royalties.queries.sweeps import last_sweep
from royalties.services.duplicates import start_sweep
from works.models import DuplicatePair
from works.queries.regrouping import field_choices, right_choices
from works.queries.titles import read_own_titles
from works.services.duplicates import tell_apart

VIEW, EDIT = "works.view_works", "works.edit_works"


@staff_page(VIEW)
@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """The pairs, ordered by the money that hangs on them; the same rows as a file."""
    chosen = DuplicateFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    rows = stakes(wanted.get("state") or "open", wanted.get("q", ""))
    if request.GET.get("format") == "csv":
        return duplicate_list_csv(rows.order_by("-at_stake", "pair"))
    page = keyset_page(rows, order=("-at_stake", "pair"), query=request.GET)
    job = last_sweep(FIND)
    context = {
        "page": page,
        "rows": [(row, reasons(row.pair.evidence)) for row in page.rows],
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "job": job,
        "is_working": job is not None and job.state in ("pending", "running"),
        "empty_text": _("No pair of this kind. Compare the works, or take another state."),
        "layout": "layouts/staff.html",
    }
    return render(request, "royalties/staff/duplicate_list.html", context)


@staff_page(EDIT)
@require_POST
def duplicate_find(request: HttpRequest) -> HttpResponse:
    """Have the workers compare all works."""
    start_sweep(by=acting(request), now=clock.now())
    messages.success(request, _("The workers compare the works. This page shows how far they are."))
    return redirect("royalties:staff-duplicate-list")


@staff_page(VIEW)
@require_safe
def duplicate_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Two works side by side."""
    pair = get_object_or_404(DuplicatePair.objects.select_related("first", "second", "decided_by"), uid=uid)
    return render(request, "royalties/staff/duplicate_detail.html", _side_by_side(pair, ApartForm()))


def _side_by_side(pair: DuplicatePair, form: ApartForm) -> dict[str, Any]:
    money = stakes_of([pair.first_id, pair.second_id])
    read_own_titles([pair.first, pair.second])
    return {
        "pair": pair,
        "reasons": reasons(pair.evidence),
        "sides": [(work, money[work.pk]) for work in (pair.first, pair.second)],
        "fields": field_choices(pair.first, pair.second),
        "rights": right_choices(pair.first, pair.second),
        "form": form,
        "may_merge": pair.state == "open" and "merged" not in (pair.first.state, pair.second.state),
    }


@staff_page(EDIT)
@require_POST
def duplicate_apart(request: HttpRequest, uid: UUID) -> HttpResponse:
    """These are two works: remembered for good."""
    pair = get_object_or_404(DuplicatePair.objects.select_related("first", "second"), uid=uid)
    form = ApartForm(request.POST)
    if not form.is_valid():  # what was typed stays, with what is wrong with it
        return render(request, "royalties/staff/duplicate_detail.html", _side_by_side(pair, form))
    try:
        tell_apart(pair=pair, reason=form.cleaned_data["reason"], by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("royalties:staff-duplicate-detail", uid=uid)
    messages.success(request, _("Remembered: these are two works. The pair is not shown again."))
    return redirect("royalties:staff-duplicate-list")
