"""The import desk: registration files are checked first and taken on a yes."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from works.exports import file_list_csv, refused_rows_response, template_response
from works.formats.bulk import COLUMNS
from works.forms.search import FileFilter, StatusFilter
from works.forms.staff import RegistrationFileForm
from works.models import ImportedTransaction, RegistrationFile
from works.queries.registrations import TABLES, filtered_files, hash_text, progress_of, spoken
from works.queries.titles import own_titles
from works.services import bulk, imports
from works.services.file_keeping import KnownFile
from works.views.staff.works import STAFF

IMPORT = "works.import_works"
ORDERS = {"": ("-pk",), "oldest": ("pk",), "name": ("filename", "pk"), "sender": ("sender", "pk")}


@staff_page(IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def file_list(request: HttpRequest) -> HttpResponse:
    """The import register: every file with its hash, source, state and counts; and where one is handed in, which is
    checked first, never taken at once."""
    known: RegistrationFile | None = None
    form = RegistrationFileForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        receive = imports.receive_registration_file if form.is_cwr else bulk.receive_table
        try:
            file = receive(upload=upload, filename=upload.name, by=acting(request))
        except ValidationError as error:
            known = error.file if isinstance(error, KnownFile) else None
            form.add_error("file", error)
        else:
            return redirect("works:staff-file-detail", uid=file.uid)
    chosen = FileFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    rows, order = filtered_files(wanted), ORDERS[wanted.get("sort") or ""]
    if request.GET.get("format") == "csv":
        return file_list_csv(rows.order_by(*order))
    context = {
        "page": keyset_page(rows, order=order, query=request.GET),
        "form": form,
        "known": known,
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "columns": [(column, _(column.help)) for column in COLUMNS],
        "empty_text": _("No registration file fits. Clear the filter, or hand one in."),
        "layout": STAFF,
    }
    return render(request, "works/staff/file_list.html", context)


@staff_page(IMPORT)
@require_safe
def file_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a file holds and what became of each transaction; while a worker is at it, how far it is."""
    file = get_object_or_404(RegistrationFile.objects.select_related("received_by", "party"), uid=uid)
    chosen = StatusFilter(request.GET)
    rows = (
        ImportedTransaction.objects.filter(file=file)
        .select_related("work", "agreement")
        .prefetch_related(own_titles("work__"))
    )
    if chosen.is_valid() and (status := chosen.cleaned_data["status"]):
        rows = rows.filter(status=status)
    page = keyset_page(rows, order=("number",), query=request.GET)
    context = {
        "file": file,
        "is_table": file.format in TABLES,
        "hash": hash_text(file),
        "page": page,
        "rows": [(row, spoken(row.complaints)) for row in page.rows],
        "complaints": spoken(file.report.get("complaints") or []),
        "filter_form": chosen,
        "undo": file.undos.select_related("asked_by", "decided_by").order_by("-pk").first(),
        "progress": progress_of(file),
        "poll_url": reverse("works:staff-file-progress", args=[uid]),
        "empty_text": _("This file holds no transaction of this kind."),
        "layout": STAFF,
    }
    return render(request, "works/staff/file_detail.html", context)


@staff_page(IMPORT)
@require_safe
def file_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far the worker is, for the page to show in place; once it is done the page loads anew."""
    file = get_object_or_404(RegistrationFile, uid=uid)
    progress = progress_of(file)
    context = {"progress": progress, "poll_url": request.path}
    response = render(request, "works/components/file_progress.html", context)
    if progress is None or progress.finished:
        response["HX-Refresh"] = "true"
    return response


@staff_page(IMPORT)
@require_POST
def file_import(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take what passed; a second click finds it taken."""
    file = get_object_or_404(RegistrationFile, uid=uid)
    try:
        start = bulk.start_taking if file.format in TABLES else imports.start_import
        file = start(file=file, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if file.state == "imported":
            messages.success(request, _("The accepted works are registered and the answer file is ready."))
    return redirect("works:staff-file-detail", uid=uid)


@staff_page(IMPORT)
@require_safe
def file_answer(request: HttpRequest, uid: UUID) -> FileResponse:
    """The answer (ACK) for the sender."""
    file = get_object_or_404(RegistrationFile.objects.exclude(answer=""), uid=uid)
    name = str(file.report.get("answer_name") or "answer.txt")
    return FileResponse(
        file.answer.open("rb"), as_attachment=True, filename=name, content_type="text/plain; charset=us-ascii"
    )


@staff_page(IMPORT)
@require_safe
def file_refused(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The works of a table that were not accepted, as a file of the same form."""
    files = RegistrationFile.objects.filter(format__in=TABLES).exclude(state="received")
    return refused_rows_response(get_object_or_404(files, uid=uid))


@staff_page(IMPORT)
@require_safe
def file_template(request: HttpRequest, ending: str) -> HttpResponse:
    """The template of the table, as XLSX or CSV."""
    return template_response(ending)
