"""T7 and T8: the register of usage files, the upload, and one file on its way from bytes to tables."""

import mimetypes
from typing import Any
from urllib.parse import quote
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
from cmo_portal.common.periods import Period
from cmo_portal.jobs.models import Job
from cmo_portal.paging import Page, csv_address, keyset_page
from cmo_portal.wording import grouped
from royalties.exports.usage import file_list_csv, text_list_csv
from royalties.forms.usage import FileFilter, RefuseForm, TextFilter, UploadForm
from royalties.models import UsageFile
from royalties.queries.matches import shares_of_stages
from royalties.queries.usage_pages import file_register, open_texts, texts_of_file, work_on
from royalties.services import matching, usage
from royalties.usage_states import STAGES

LAYOUT = {"layout": "layouts/staff.html"}
PAGE_TEXTS, EXPORTED_TEXTS, EXPORTED_FILES = 50, 100_000, 10_000


@staff_page("royalties.view_usage")
@require_safe
def file_list(request: HttpRequest) -> HttpResponse:
    """T8: every file, newest first."""
    chosen = FileFilter(request.GET)
    given = chosen.cleaned_data if chosen.is_valid() else {}
    source = given.get("source")
    files = file_register(source=source.pk if source else None, state=given.get("state", ""))
    if request.GET.get("format") == "csv":
        return file_list_csv(files.order_by("-pk")[:EXPORTED_FILES])
    context = {
        "page": keyset_page(files, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No usage file of this kind yet. Upload what a station, a venue or a service has reported."),
    }
    return render(request, "royalties/staff/usage_list.html", {**context, **LAYOUT})


@staff_page("royalties.ingest_usage")
@require_http_methods(["GET", "HEAD", "POST"])
def file_new(request: HttpRequest) -> HttpResponse:
    """T7: hand in a file. What was received before is refused with the way to the first upload."""
    form = UploadForm(request.POST or None, request.FILES or None)
    known: list[UsageFile] = []
    if request.method == "POST" and form.is_valid():
        try:
            file = _received(request, form)
        except usage.KnownFile as error:
            known = [error.file]
            form.add_error("file", error)
        except usage.OverlappingFiles as error:
            known = list(error.files)
            form.ask_for_yes()
            form.add_error("confirm_overlap", error)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return _onward(request, file)
    context = {"form": form, "known": known, "submit_label": _("Upload and look at it")}
    context["cancel_url"] = reverse("royalties:staff-usage-list")
    return render(request, "royalties/staff/usage_new.html", {**context, **LAYOUT}, status=400 if form.errors else 200)


def _received(request: HttpRequest, form: UploadForm) -> UsageFile:
    data = form.cleaned_data
    return usage.receive_file(
        source=data["source"],
        upload=data["file"],
        filename=data["file"].name,
        period=Period(data["period_start"], data["period_end"]),
        coverage=data["coverage"],
        confirm_overlap=data["confirm_overlap"],
        form_key=data["form_key"],
        by=acting(request),
        now=clock.now(),
    )


def _onward(request: HttpRequest, file: UsageFile) -> HttpResponse:
    """To the mapping when it has to be confirmed; otherwise the file is read."""
    if file.state == "mapping":
        return redirect("royalties:staff-usage-mapping", uid=file.uid)
    if file.state == "received":
        usage.start_reading(file=file, by=acting(request), now=clock.now())
    return redirect("royalties:staff-usage-detail", uid=file.uid)


@staff_page("royalties.view_usage")
@require_safe
def file_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One file: what was read, what is wrong with it, what may be done next, and what its texts were matched to."""
    return _detail(request, _file(uid), RefuseForm())


@staff_page("royalties.view_usage")
@require_safe
def file_progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The progress bar alone; when the work is done the page loads itself anew."""
    job = work_on(_file(uid))
    if job is None or job.state == "quarantined":
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"progress": _progress(job), "poll_url": request.path}
    return render(request, "components/progress.html", context)


@staff_page("royalties.ingest_usage")
@require_POST
def file_land(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take the file; a second click finds it taken."""
    try:
        file = usage.start_landing(file=_file(uid), by=acting(request), now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        taken = _("The file is taken. Its texts are being matched.")
        messages.success(request, taken if file.state == "landed" else _("The file is being taken."))
    return redirect("royalties:staff-usage-detail", uid=uid)


@staff_page("royalties.ingest_usage")
@require_POST
def file_refuse(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Refuse the file, with a reason."""
    file, form = _file(uid), RefuseForm(request.POST)
    if not form.is_valid():
        return _detail(request, file, form)
    try:
        usage.refuse_file(file=file, reason=form.cleaned_data["reason"], by=acting(request), now=clock.now())
    except ValidationError as error:
        form.add_error("reason", error)
        return _detail(request, file, form)
    messages.success(request, _("The file is refused. Nothing of it is counted."))
    return redirect("royalties:staff-usage-detail", uid=uid)


@staff_page("royalties.ingest_usage")
@require_POST
def file_read(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Read the file again: after a reader was added, or with other words about rows that are here already."""
    file, by, now = _file(uid), acting(request), clock.now()
    try:
        if "repeats" in request.POST:
            usage.allow_repeats(file=file, allowed=request.POST["repeats"] == "take", by=by, now=now)
        else:
            usage.start_reading(file=file, by=by, now=now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("royalties:staff-usage-detail", uid=uid)


@staff_page("royalties.match_usage")
@require_POST
def file_match(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Compare the open texts with the works of today."""
    matching.match_again(by=acting(request), now=clock.now(), file=_file(uid))
    messages.success(request, _("The open texts are being compared with the works of today."))
    return redirect("royalties:staff-usage-detail", uid=uid)


@staff_page("royalties.view_usage")
@require_safe
def file_download(request: HttpRequest, uid: UUID, part: str) -> FileResponse:
    """The file as it was sent, or its refused rows with the reasons; as an attachment only."""
    file = _file(uid)
    stored, name = (
        (file.file, file.filename) if part == "original" else (file.refused_rows, usage.refused_rows_name(file))
    )
    if not stored:
        return redirect("royalties:staff-usage-detail", uid=uid)  # type: ignore[return-value]
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(stored.open("rb"), content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@staff_page("royalties.view_usage")
@require_safe
def file_texts(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The distinct texts of a file with what each was matched to."""
    file, chosen = _file(uid), TextFilter(request.GET)
    given = chosen.cleaned_data if chosen.is_valid() else {}
    outcome, stage = given.get("outcome", ""), given.get("stage", "")
    if request.GET.get("format") == "csv":
        return text_list_csv(texts_of_file(file, outcome=outcome, stage=stage, limit=EXPORTED_TEXTS))
    place = request.GET.get("after", "")
    after = int(place) if place.isascii() and place.isdigit() and len(place) < 10 else 0
    rows = texts_of_file(file, outcome=outcome, stage=stage, after=after, limit=PAGE_TEXTS + 1)
    following = request.GET.copy()
    following["after"] = str(rows[PAGE_TEXTS - 1][0].text_no) if len(rows) > PAGE_TEXTS else ""
    shown: Page[Any] = Page(rows[:PAGE_TEXTS], following.urlencode() if following["after"] else "", "")  # type: ignore[arg-type]
    context = {
        "file": file,
        "page": shown,
        "filter_form": chosen,
        "stages": STAGES,
        "export_url": csv_address(request.GET),
        "empty_text": _("No text of this file has this outcome."),
    }
    return render(request, "royalties/staff/usage_texts.html", {**context, **LAYOUT})


def _detail(request: HttpRequest, file: UsageFile, form: RefuseForm) -> HttpResponse:
    job = work_on(file)
    shares = shares_of_stages(file) if file.matched_at else []
    context = {
        "file": file,
        "form": form,
        "report": usage.spoken(file.report),
        "sha256": bytes(file.sha256).hex(),
        "figures": _figures(file),
        "shares": [(share, STAGES.get(share.stage, "")) for share in shares],
        "matched_percent": _matched_percent(file, shares),
        "open_texts": open_texts(file) if file.matched_at else 0,
        "progress": _progress(job) if job and job.state != "quarantined" else None,
        "quarantined": job if job and job.state == "quarantined" else None,
        "poll_url": reverse("royalties:staff-usage-progress", args=[file.uid]),
    }
    status = 400 if form.errors else 200
    return render(request, "royalties/staff/usage_detail.html", {**context, **LAYOUT}, status=status)


def _file(uid: UUID) -> UsageFile:
    return get_object_or_404(UsageFile.objects.select_related("source", "received_by"), uid=uid)


def _figures(file: UsageFile) -> list[dict[str, Any]]:
    if file.state in {"received", "mapping", "reading"}:
        return []
    figures: list[dict[str, Any]] = [
        {"label": _("Lines"), "text": grouped(file.line_count)},
        {"label": _("Plays"), "text": grouped(file.plays)},
        {"label": _("Distinct texts"), "text": grouped(file.text_count)},
    ]
    refused = {"label": _("Refused rows"), "text": grouped(file.refused_count)}
    if file.refused_rows:
        refused |= {"url": reverse("royalties:staff-usage-refused", args=[file.uid]), "tone": "waiting"}
    return [*figures, refused]


def _matched_percent(file: UsageFile, shares: list[Any]) -> str:
    """The share of the plays that was matched, in whole percent."""
    matched = sum(share.plays for share in shares if share.outcome == "matched")
    return str(matched * 100 // file.plays) if file.plays else ""


def _progress(job: Job) -> dict[str, Any]:
    labels = {
        "read": _("The file is being read"),
        "land": _("The file is being taken"),
        "match": _("Texts are matched"),
    }
    return {
        "label": labels.get(job.step, job.step),
        "done": job.progress_done,
        "total": job.progress_total or 1,
        "since": job.started_at,
        "finished": job.state == "done",
    }
