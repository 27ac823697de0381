"""What an import kept for a person: looked at, and taken into the books by the desk."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from works.models import ImportedTransaction
from works.models.registrations import DECIDED_HERE
from works.queries.registrations import spoken
from works.services.agreements import Contradicts
from works.services.kept import take_kept
from works.views.staff.works import EDIT, STAFF


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def file_kept(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One transaction that waits: what it says and why it waits; taken once its contradictions are read."""
    rows = ImportedTransaction.objects.select_related("file", "work")
    row = get_object_or_404(rows, uid=uid, status="RA", kind__in=DECIDED_HERE)
    form, contradicts = Form(request.POST if request.method == "POST" else None), None
    cancel_url = reverse("works:staff-file-detail", args=[row.file.uid])
    if request.method == "POST":
        try:
            taken = take_kept(row=row, by=acting(request), now=clock.now(), accepted=request.POST.get("accept", ""))
        except Contradicts as error:
            form.add_error(None, error)
            contradicts = error
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(cancel_url)
        else:
            messages.success(request, _told(taken))
            return redirect(cancel_url)
    context = {
        "file": row.file,
        "row": row,
        "complaints": spoken(row.complaints),
        "contradicts": contradicts,
        "forms": [form],
        "cancel_url": cancel_url,
        "layout": STAFF,
    }
    return render(request, "works/staff/file_kept.html", context)


def _told(taken: ImportedTransaction) -> str:
    if taken.status == "CO":
        return _("Beside what others hold, its shares make more than the whole: a dispute is open.")
    return _("Taken into the books. Send the answer file anew: it says so now.")
