"""Tables of cue sheets: handed in, mapped, checked, taken on a yes, undone."""

import mimetypes
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
from cmo_portal.forms import typed_text
from cmo_portal.kept_words import spoken
from cmo_portal.paging import keyset_page
from works.forms.cue_sheets import CueFileForm, CueMappingForm, WhyForm
from works.models import CueFile, CueSheet, Episode
from works.services import cue_sheets
from works.services.cue_sheets.files import refused_rows_name
from works.views.staff.works import STAFF

IMPORT = "works.import_works"
SHOWN_ROWS = 3  # of the sample: a table of many columns is shown on its side


@staff_page(IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def cue_file_list(request: HttpRequest) -> HttpResponse:
    """The register of files, and where one is handed in; `episode` in the address: for this episode alone."""
    episode = _wanted_episode(request.GET.get("episode", ""))
    form = CueFileForm(request.POST if request.method == "POST" else None, request.FILES or None)
    known: CueFile | None = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            file = cue_sheets.receive_cue_file(
                upload=upload,
                filename=upload.name,
                source=form.cleaned_data["source"],
                by=acting(request),
                today=clock.today(),
                episode=episode,
            )
        except ValidationError as error:
            known = error.file if isinstance(error, cue_sheets.KnownCueFile) else None
            form.add_error("file", error)
        else:
            page = "works:staff-cue-file-mapping" if file.state == "mapping" else "works:staff-cue-file-detail"
            return redirect(page, uid=file.uid)
    context = {
        "page": keyset_page(CueFile.objects.all(), order=("-pk",), query=request.GET),
        "form": form,
        "known": known,
        "episode": episode,
        "empty_text": _("No table of cue sheets was handed in yet."),
        "layout": STAFF,
    }
    return render(request, "works/staff/cue_file_list.html", context, status=400 if form.errors else 200)


@staff_page(IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def cue_file_mapping(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Which column is what: proposed, looked at, confirmed, saved for the next table with these headings."""
    file = _file(uid)
    if file.state not in ("mapping", "checked"):
        return redirect("works:staff-cue-file-detail", uid=uid)
    headings, rows, guess = cue_sheets.look_at_cue_file(file)
    form = CueMappingForm(
        request.POST if request.method == "POST" else None,
        headings=headings,
        guess=guess,
        of_one_episode=file.episode is not None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            cue_sheets.confirm_cue_mapping(file=file, columns=form.chosen(), by=acting(request), today=clock.today())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("works:staff-cue-file-detail", uid=uid)
    context = {
        "file": file,
        "form": form,
        "shown_rows": rows[:SHOWN_ROWS],
        "sample": [
            (heading, [row.cells[place] for row in rows[:SHOWN_ROWS]]) for place, heading in enumerate(headings)
        ],
        "report": spoken(file.report),
        "submit_label": _("Yes, check the file like this"),
        "cancel_url": reverse("works:staff-cue-file-detail", args=[uid]),
        "layout": STAFF,
    }
    return render(request, "works/staff/cue_file_mapping.html", context, status=400 if form.errors else 200)


@staff_page(IMPORT)
@require_safe
def cue_file_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One file: what would be taken, what is wrong, what may be done next."""
    file = _file(uid)
    sheets = CueSheet.objects.filter(file=file).select_related("episode__production").order_by("pk")
    context = {
        "file": file,
        "report": spoken(file.report),
        "sheets": sheets[:300] if file.state in ("imported", "undone") else [],
        "sha256": bytes(file.sha256).hex(),
        "why_form": WhyForm(),
    }
    return render(request, "works/staff/cue_file_detail.html", context)


@staff_page(IMPORT)
@require_POST
def cue_file_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take the file, undo its import, or refuse it; a second click changes nothing."""
    file, by, act = _file(uid), acting(request), request.POST.get("act")
    reason = typed_text(request, "reason", 300)
    try:
        if act == "undo":
            cue_sheets.undo_cue_import(file=file, reason=reason, by=by)
            done = _("The import is undone: its cue sheets are withdrawn.")
        elif act == "refuse":
            cue_sheets.refuse_cue_file(file=file, reason=reason, by=by)
            done = _("The file is refused. Nothing of it is counted.")
        else:
            cue_sheets.import_cue_file(file=file, by=by, now=clock.now(), today=clock.today())
            done = _("The cue sheets are taken. Look at the cues without a work, then confirm each sheet.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("works:staff-cue-file-detail", uid=uid)


@staff_page(IMPORT)
@require_safe
def cue_file_download(request: HttpRequest, uid: UUID, part: str) -> HttpResponse | FileResponse:
    """The file as it was sent, or its refused rows with the reasons; as an attachment only."""
    file = _file(uid)
    stored, name = (file.refused_rows, refused_rows_name(file)) if part == "refused" else (file.file, file.filename)
    if not stored:
        return redirect("works:staff-cue-file-detail", uid=uid)
    response = FileResponse(stored.open("rb"), content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _file(uid: UUID) -> CueFile:
    rows = CueFile.objects.select_related("received_by", "episode__production")
    return get_object_or_404(rows, uid=uid)


def _wanted_episode(text: str) -> Episode | None:
    try:
        uid = UUID(text)
    except ValueError:
        return None
    return Episode.objects.select_related("production").filter(uid=uid).first()
