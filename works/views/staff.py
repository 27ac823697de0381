"""T5 and the import desk: works, their shares and disputes, registration files."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from works.forms import RegistrationFileForm, SearchForm
from works.models import ImportedTransaction, RegistrationFile, Work
from works.queries.repertoire import search_works
from works.queries.work_pages import share_table
from works.services import imports

LAYOUT = {"layout": "layouts/staff.html"}


@staff_page("works.view_works")
@require_GET
def work_list(request: HttpRequest) -> HttpResponse:
    """All works; the box searches as the public one does."""
    chosen = SearchForm(request.GET)
    wanted = chosen.cleaned_data["q"].strip() if chosen.is_valid() else ""
    works = Work.objects.all()
    if wanted:
        works = works.filter(pk__in=[work.pk for work in search_works(wanted, limit=200)])
    context = {
        "page": keyset_page(works, order=("number",), query=request.GET),
        "filter_form": chosen,
        "empty_text": _("No work matches. Try another spelling, a writer, an ISWC or an ISRC."),
    }
    return render(request, "works/staff/work_list.html", {**context, **LAYOUT})


@staff_page("works.view_works")
@require_GET
def work_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """T5: everything known about one work."""
    work = get_object_or_404(Work, uid=uid)
    context = {
        "work": work,
        "titles": work.titles.order_by("pk"),
        "rights": share_table(work),
        "recordings": work.recordings.order_by("pk"),
        "identifiers": work.identifiers.order_by("pk"),
        "disputes": work.disputes.prefetch_related("claims__party"),
        "registrations": work.registrations.select_related("file").order_by("-pk")[:20],
    }
    return render(request, "works/staff/work_detail.html", context)


@staff_page("works.import_works")
@require_http_methods(["GET", "POST"])
def file_list(request: HttpRequest) -> HttpResponse:
    """The register of registration files, and where one is handed in: it is checked first, never taken at once."""
    form = RegistrationFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            file = imports.check_registration_file(upload=upload, filename=upload.name, by=acting(request))
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("works:staff-file-detail", uid=file.uid)
    context = {
        "page": keyset_page(RegistrationFile.objects.all(), order=("-pk",), query=request.GET),
        "form": form,
        "empty_text": _("No registration file was handed in yet."),
    }
    return render(request, "works/staff/file_list.html", {**context, **LAYOUT})


@staff_page("works.import_works")
@require_GET
def file_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a file holds and what became of each transaction."""
    file = get_object_or_404(RegistrationFile, uid=uid)
    rows = ImportedTransaction.objects.filter(file=file).select_related("work")
    context = {
        "file": file,
        "page": keyset_page(rows, order=("number",), query=request.GET),
        "empty_text": _("This file holds no transaction that could be read."),
    }
    return render(request, "works/staff/file_detail.html", {**context, **LAYOUT})


@staff_page("works.import_works")
@require_POST
def file_import(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take what passed; a second click finds it taken."""
    file = get_object_or_404(RegistrationFile, uid=uid)
    try:
        imports.import_registration_file(file=file, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The accepted works are registered and the answer file is ready."))
    return redirect("works:staff-file-detail", uid=uid)


@staff_page("works.import_works")
@require_GET
def file_answer(request: HttpRequest, uid: UUID) -> FileResponse:
    """The answer (ACK) for the sender."""
    file = get_object_or_404(RegistrationFile.objects.exclude(answer=""), uid=uid)
    name = str(file.report.get("answer_name") or "answer.txt")
    return FileResponse(
        file.answer.open("rb"), as_attachment=True, filename=name, content_type="text/plain; charset=us-ascii"
    )
