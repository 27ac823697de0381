"""The export desk: files of our repertoire for other societies, each with its report of conformance."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from works.forms.exports import ExportForm
from works.models import ExportFile
from works.queries.export_pages import answers_of, export_progress
from works.queries.registrations import spoken
from works.services.exporting import MAY, start_export
from works.views.staff.works import STAFF


@staff_page(MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def export_list(request: HttpRequest) -> HttpResponse:
    """The register of files that were written, and where one is asked for."""
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            file = start_export(by=acting(request), now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("works:staff-export-detail", uid=file.uid)
    context = {
        "page": keyset_page(ExportFile.objects.all(), order=("-pk",), query=request.GET),
        "form": form,
        "empty_text": _("No file of our repertoire was written yet."),
        "layout": STAFF,
    }
    return render(request, "works/staff/export_list.html", context)


@staff_page(MAY)
@require_safe
def export_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a file holds, whether it conforms, what was not sent, and what the receivers said."""
    file = get_object_or_404(ExportFile.objects.select_related("made_by"), uid=uid)
    context = {
        "file": file,
        "page": keyset_page(answers_of(file), order=("pk",), query=request.GET),
        "complaints": spoken(file.report.get("complaints") or []),
        "progress": export_progress(file),
        "poll_url": reverse("works:staff-export-progress", args=[uid]),
        "layout": STAFF,
    }
    return render(request, "works/staff/export_detail.html", context)


@staff_page(MAY)
@require_safe
def export_progress_part(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far the worker is, for the page to show in place; once it is done the page loads anew."""
    progress = export_progress(get_object_or_404(ExportFile, uid=uid))
    context = {"progress": progress, "poll_url": request.path}
    response = render(request, "works/components/file_progress.html", context)
    if progress is None or progress.finished:
        response["HX-Refresh"] = "true"
    return response


@staff_page(MAY)
@require_safe
def export_file(request: HttpRequest, uid: UUID) -> FileResponse:
    """The file itself, once it is fit to be sent."""
    file = get_object_or_404(ExportFile, uid=uid, state="written")
    stream = file.file.open("rb")
    return FileResponse(stream, as_attachment=True, filename=file.filename, content_type="text/plain; charset=us-ascii")


@staff_page(MAY)
@require_safe
def export_complaints(request: HttpRequest, uid: UUID) -> FileResponse:
    """The works that were not sent, and what sent ones leave out, as a table."""
    file = get_object_or_404(ExportFile.objects.exclude(complaints=""), uid=uid)
    name = f"{file.filename}.csv"
    stream = file.complaints.open("rb")
    return FileResponse(stream, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
