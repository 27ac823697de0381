"""C13: a member registers many works by a table: dry run, the accepted ones on her yes, the rest back as a file."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting
from cmo_portal.common import clock
from cmo_portal.paging import keyset_page
from members.models import Party
from works.access import member_page
from works.exports import refused_rows_response, template_response
from works.formats.bulk import COLUMNS
from works.forms.bulk import MemberFileForm
from works.forms.search import StatusFilter
from works.models import ImportedTransaction, RegistrationFile
from works.queries.registrations import TABLES, progress_of, spoken
from works.queries.titles import own_titles
from works.services import bulk, imports
from works.services.file_keeping import KnownFile


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def file_list(request: HttpRequest, party: Party) -> HttpResponse:
    """My tables, the template, and where a table is handed in: it is checked first, never taken at once."""
    known: RegistrationFile | None = None
    form = MemberFileForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        receive = imports.receive_registration_file if form.is_cwr else bulk.receive_table
        try:
            file = receive(upload=upload, filename=upload.name, by=acting(request), party=party)
        except ValidationError as error:
            known = error.file if isinstance(error, KnownFile) else None
            form.add_error("file", error)
        else:
            return redirect("works:member-file-detail", uid=file.uid)
    context = {
        "page": keyset_page(party.registration_files.all(), order=("-pk",), query=request.GET),
        "form": form,
        "known": known if known and known.party_id == party.pk else None,
        "columns": [(column, _(column.help)) for column in COLUMNS],
        "empty_text": _("You have not handed in a table yet."),
        "layout": "layouts/member.html",
    }
    return render(request, "works/member/file_list.html", context)


@member_page
@require_safe
def file_template(request: HttpRequest, party: Party, ending: str) -> HttpResponse:
    """The template to fill in, as XLSX or CSV."""
    return template_response(ending)


@member_page
@require_safe
def file_detail(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """What would become, or became, of each work of a table."""
    file = get_object_or_404(party.registration_files, uid=uid)
    chosen = StatusFilter(request.GET)
    rows = ImportedTransaction.objects.filter(file=file).select_related("work").prefetch_related(own_titles("work__"))
    if chosen.is_valid() and (status := chosen.cleaned_data["status"]):
        rows = rows.filter(status=status)
    page = keyset_page(rows, order=("number",), query=request.GET)
    context = {
        "file": file,
        "is_table": file.format in TABLES,
        "page": page,
        "rows": [(row, spoken(row.complaints)) for row in page.rows],
        "complaints": spoken(file.report.get("complaints") or []),
        "filter_form": chosen,
        "progress": progress_of(file),
        "poll_url": reverse("works:member-file-progress", args=[uid]),
        "empty_text": _("This file holds no work of this kind."),
        "layout": "layouts/member.html",
        "party": party,
    }
    return render(request, "works/member/file_detail.html", context)


@member_page
@require_safe
def file_progress(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """How far the worker is, for the page to show in place; once it is done the page loads anew."""
    progress = progress_of(get_object_or_404(party.registration_files, uid=uid))
    context = {"progress": progress, "poll_url": request.path}
    response = render(request, "works/components/file_progress.html", context)
    if progress is None or progress.finished:
        response["HX-Refresh"] = "true"
    return response


@member_page
@require_POST
def file_take(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """Register what passed; a second click finds it registered."""
    file = get_object_or_404(party.registration_files.filter(format__in=TABLES), uid=uid)
    try:
        file = bulk.start_taking(file=file, by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if file.state == "imported":
            messages.success(request, _("The accepted works are registered. Co-writers are asked to agree."))
    return redirect("works:member-file-detail", uid=uid)


@member_page
@require_safe
def file_refused(request: HttpRequest, party: Party, uid: UUID) -> HttpResponse:
    """The works that were not accepted, as a file of the same form with what is wrong beside each row."""
    files = RegistrationFile.objects.filter(party=party, format__in=TABLES).exclude(state="received")
    return refused_rows_response(get_object_or_404(files, uid=uid))
