"""Undoing an import that somebody asked for: what it takes back, its effect in rupees, and a second person's yes."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from royalties.forms.import_undos import ImportUndoFilter
from royalties.queries.import_undos import stakes_of_undo
from works.models import ImportUndo
from works.queries.registrations import undone_text
from works.queries.undone_agreements import undone_agreements
from works.services.undoing import do_undo, refuse_undo, undo_plan

CONFIRM = "works.confirm_undos"
LAYOUT = {"layout": "layouts/staff.html"}
MOST_RESTING = 200  # works that stay, named on the page


@staff_page(CONFIRM)
@require_safe
def import_undo_list(request: HttpRequest) -> HttpResponse:
    """Every undoing that was asked for, the newest first."""
    rows = ImportUndo.objects.select_related("file", "asked_by", "decided_by")
    chosen = ImportUndoFilter(request.GET)
    if chosen.is_valid() and (state := chosen.cleaned_data["state"]):
        rows = rows.filter(state=state)
    context = {
        "page": keyset_page(rows, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "empty_text": _("Nobody asked for an import to be undone."),
        **LAYOUT,
    }
    return render(request, "royalties/staff/import_undo_list.html", context)


@staff_page(CONFIRM)
@require_safe
def import_undo_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One undoing: why, of which file, what goes and what stays by what rests on it now, and the money."""
    rows = ImportUndo.objects.select_related("file__received_by", "file__party", "asked_by", "decided_by")
    undo = get_object_or_404(rows, uid=uid)
    plan = undo_plan(undo.file) if undo.state == "asked" else None
    context = {
        "undo": undo,
        "file": undo.file,
        "plan": plan,
        "resting": plan.resting[:MOST_RESTING] if plan else (),
        "more_resting": max(0, len(plan.resting) - MOST_RESTING) if plan else 0,
        "kept": plan.kept_societies[:MOST_RESTING] if plan else (),
        "more_kept": max(0, len(plan.kept_societies) - MOST_RESTING) if plan else 0,
        **(undone_agreements(plan.agreements, plan.resting_agreements) if plan else {}),
        "stakes": stakes_of_undo(plan) if plan else None,
        "is_own": request.user.pk == undo.asked_by_id,
        **LAYOUT,
    }
    return render(request, "royalties/staff/import_undo_detail.html", context)


@staff_page(CONFIRM)
@require_POST
def import_undo_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The second person undoes the import, or refuses to; the first one takes the request back."""
    undo = get_object_or_404(ImportUndo, uid=uid)
    decide = do_undo if request.POST.get("act") == "do" else refuse_undo
    try:
        undo = decide(undo=undo, by=acting(request), now=clock.now())
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    else:
        messages.success(request, _told(undo))
    return redirect("royalties:staff-import-undo-detail", uid=uid)


def _told(undo: ImportUndo) -> str:
    if undo.state == "refused":
        return _("The import stays as it is.")
    return undone_text(undo)
