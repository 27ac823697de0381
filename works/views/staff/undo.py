"""Asking for an import to be undone: what it would do, and what stands in the way. Another person confirms it where the
money is shown (royalties)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from works.forms.bulk import UndoForm
from works.models import ImportUndo, RegistrationFile
from works.queries.registrations import undone_text
from works.queries.undone_agreements import undone_agreements
from works.services.undoing import ask_undo, undo_plan
from works.views.staff.works import STAFF

IMPORT = "works.import_works"
SHOWN = 200  # works that stand in the way, named on the page


@staff_page(IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def file_undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What undoing would do, works that stand in the way with their reasons, and asking for it."""
    file = get_object_or_404(RegistrationFile.objects.filter(state="imported"), uid=uid)
    plan = undo_plan(file)
    form = UndoForm(request.POST if request.method == "POST" else None, rests=plan.is_partial)
    if request.method == "POST" and form.is_valid():
        leaves = bool(form.cleaned_data.get("leaves_rest"))
        reason = form.cleaned_data["reason"]
        try:
            undo = ask_undo(file=file, reason=reason, leaves_rest=leaves, by=acting(request), now=clock.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _told(undo))
            return redirect("works:staff-file-detail", uid=uid)
    context = {
        "file": file,
        "plan": plan,
        "resting": plan.resting[:SHOWN],
        "more": max(0, len(plan.resting) - SHOWN),
        "kept": plan.kept_societies[:SHOWN],
        "more_kept": max(0, len(plan.kept_societies) - SHOWN),
        **undone_agreements(plan.agreements, plan.resting_agreements),
        "form": form,
        "danger": True,
        "cancel_url": reverse("works:staff-file-detail", args=[uid]),
        "layout": STAFF,
    }
    return render(request, "works/staff/file_undo.html", context)


def _told(undo: ImportUndo) -> str:
    if undo.state == "asked":
        return _("Asked. What this import brought could have paid somebody, so a second person has to do it.")
    return undone_text(undo)
