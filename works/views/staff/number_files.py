"""Files of requests for the agencies, and their answers."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.paging import csv_address, keyset_page
from works.forms.numbers import AnswerFileForm, AnswerFilter, MakeFileForm
from works.models import AnswerFile, NumberAnswer, RequestFile
from works.number_exports import answer_list_csv
from works.queries.number_requests import READ_ANSWERS, in_words, job_of
from works.queries.registrations import Progress
from works.services import numbers
from works.views.staff.works import STAFF

SEND = "works.import_works"
EXPORTED = 100_000


@staff_page(SEND)
@require_http_methods(["GET", "HEAD", "POST"])
def number_file_list(request: HttpRequest) -> HttpResponse:
    """The files that were sent; a new one is made here, by a worker."""
    form = MakeFileForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        system, _colon, layout = form.cleaned_data["file"].partition(":")
        try:
            file = numbers.start_request_file(system=system, layout=layout, by=acting(request))
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("works:staff-number-file-detail", uid=file.uid)
    context = {
        "page": keyset_page(RequestFile.objects.select_related("made_by"), order=("-number",), query=request.GET),
        "form": form,
        "empty_text": _("No file was made yet."),
        "layout": STAFF,
    }
    return render(request, "works/staff/number_file_list.html", context, status=400 if form.errors else 200)


@staff_page(SEND)
@require_safe
def number_file_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One file of requests: how far it is, its lines, its download."""
    file = get_object_or_404(RequestFile.objects.select_related("made_by"), uid=uid)
    lines = file.lines.select_related("request__work", "request__name")
    context = {
        "file": file,
        "page": keyset_page(lines, order=("line_no",), query=request.GET),
        "sha256": bytes(file.sha256 or b"").hex(),
        "progress": _progress(job_of(file)) if file.state == "making" else None,
        "poll_url": reverse("works:staff-number-file-progress", args=[uid]),
        "empty_text": _("This file holds no request."),
        "layout": STAFF,
    }
    return render(request, "works/staff/number_file_detail.html", context)


@staff_page(SEND)
@require_safe
def number_file_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far the worker is with a file of requests."""
    return _poll(request, job_of(get_object_or_404(RequestFile, uid=uid)))


@staff_page(SEND)
@require_safe
def number_file_download(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The file, made again from what was kept: the same bytes as the first time."""
    file = get_object_or_404(RequestFile.objects.filter(state="made"), uid=uid)
    try:
        body = numbers.file_again(file)
    except RuntimeError:
        messages.error(request, _("What was kept of this file is not what was sent. Tell an administrator at once."))
        return redirect("works:staff-number-file-detail", uid=uid)
    kind = "text/csv; charset=utf-8" if file.layout == "csv" else "text/plain; charset=us-ascii"
    headers = {"Content-Disposition": f'attachment; filename="{file.filename}"'}
    return HttpResponse(body, content_type=kind, headers=headers)


@staff_page(SEND)
@require_http_methods(["GET", "HEAD", "POST"])
def answer_file_list(request: HttpRequest) -> HttpResponse:
    """The answers of the agencies; a further one is handed in here."""
    form = AnswerFileForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload, before = form.cleaned_data["file"], AnswerFile.objects.order_by("-pk").values_list("pk", flat=True)[:1]
        newest = next(iter(before), 0)
        try:
            file = numbers.receive_answers(
                upload=upload,
                filename=upload.name,
                system=form.cleaned_data["system"],
                by=acting(request),
                now=clock.now(),
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            if file.pk <= newest:
                messages.info(request, _("The same file was read before. Nothing was changed."))
            return redirect("works:staff-answer-file-detail", uid=file.uid)
    context = {
        "page": keyset_page(AnswerFile.objects.select_related("received_by"), order=("-pk",), query=request.GET),
        "form": form,
        "empty_text": _("No answer was handed in yet."),
        "layout": STAFF,
    }
    return render(request, "works/staff/answer_file_list.html", context, status=400 if form.errors else 200)


@staff_page(SEND)
@require_safe
def answer_file_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a file answered, row by row, and what became of each answer; the same rows as a file."""
    file = get_object_or_404(AnswerFile.objects.select_related("received_by"), uid=uid)
    chosen = AnswerFilter(request.GET)
    rows = NumberAnswer.objects.filter(file=file).select_related("request__work", "request__name")
    if chosen.is_valid() and (outcome := chosen.cleaned_data["outcome"]):
        rows = rows.filter(outcome=outcome)
    if request.GET.get("format") == "csv":
        return answer_list_csv(rows.order_by("row")[:EXPORTED])
    page = keyset_page(rows, order=("row",), query=request.GET)
    context = {
        "file": file,
        "page": page,
        "rows": [(row, in_words(row.message)) for row in page.rows],
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "progress": _progress(job_of(file)) if file.state == "received" else None,
        "poll_url": reverse("works:staff-answer-file-progress", args=[uid]),
        "empty_text": _("No answer of this kind."),
        "layout": STAFF,
    }
    return render(request, "works/staff/answer_file_detail.html", context)


@staff_page(SEND)
@require_safe
def answer_file_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far the worker is with a file of answers."""
    return _poll(request, job_of(get_object_or_404(AnswerFile, uid=uid)))


def _poll(request: HttpRequest, job: Job | None) -> HttpResponse:
    progress = _progress(job)
    context = {"progress": progress, "poll_url": request.path}
    response = render(request, "works/components/file_progress.html", context)
    if progress is None or progress.finished:
        response["HX-Refresh"] = "true"
    return response


def _progress(job: Job | None) -> Progress | None:
    if job is None:
        return None
    label = _("The answers are being read") if job.kind == READ_ANSWERS else _("The file is being made")
    stopped = {
        "quarantined": _("The work stopped after three attempts. Ask an administrator to look at the background jobs."),
        "cancelled": _("The work was given up."),
    }.get(job.state, "")
    total = job.progress_total or max(job.progress_done, 1)
    return Progress(label, job.progress_done, total, job.started_at, job.state == "done" or bool(stopped), stopped)
