"""The documentation desk's recordings: the register, one of them, its works and performers; works that have none."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.forms import typed_text
from cmo_portal.opened import Opened
from cmo_portal.paging import csv_address, keyset_page
from works.exports import recording_list_csv, silent_list_csv
from works.forms.recordings import (
    LinkForm,
    MemberFilter,
    PerformerRows,
    RecordingFilter,
    RecordingForm,
    UnlinkForm,
    known_of,
    performers_of,
)
from works.models import Recording, RecordingWork, Work
from works.queries.link_requests import waiting_with
from works.queries.recordings import found_recordings, silent_parties, silent_works
from works.queries.work_pages import acts_on, listed
from works.services.recordings import link_recording, save_recording, unlink_recording
from works.views.staff.works import EDIT, STAFF, VIEW


@staff_page(VIEW)
@require_safe
def recording_list(request: HttpRequest) -> HttpResponse:
    """All recordings, or those without a work."""
    chosen = RecordingFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    rows = found_recordings(text=wanted.get("q", ""), show=wanted.get("show", ""))
    if request.GET.get("format") == "csv":
        return recording_list_csv(rows.order_by("pk"))
    context = {
        "page": keyset_page(rows, order=("title", "pk"), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("No recording matches. Try another spelling, a performer, or an ISRC."),
        "layout": STAFF,
    }
    return render(request, "works/staff/recording_list.html", context)


@staff_page(VIEW)
@require_safe
def recording_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One recording: what is known, who performs, its works in their order, what was done."""
    recording = get_object_or_404(Recording, uid=uid)
    context = {
        "recording": recording,
        "performers": recording.performers.select_related("party").order_by("position"),
        "parts": recording.parts.select_related("work", "linked_by").order_by("position", "pk"),
        "waiting": waiting_with(recording),
        "link_form": LinkForm(),
        "unlink_form": UnlinkForm(),
        "events": acts_on(recording),
    }
    return render(request, "works/staff/recording_detail.html", context)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def recording_new(request: HttpRequest) -> HttpResponse:
    """Enter a recording; its works are linked on its page."""
    return _edit(request, None)


@staff_page(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def recording_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Correct a recording and its performers."""
    return _edit(request, get_object_or_404(Recording, uid=uid))


def _edit(request: HttpRequest, recording: Recording | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = RecordingForm(sent, initial=known_of(recording) if recording else None)
    performers = PerformerRows(sent, initial=performers_of(recording) if recording else None)
    opened = Opened(request, lambda: _standing(recording))
    if sent is not None and all([form.is_valid(), performers.is_valid()]):
        try:
            with opened.unchanged(recording, [form, *performers]):
                kept = save_recording(recording=recording, new=form.new(performers), by=acting(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The recording is kept."))
            return redirect("works:staff-recording-detail", uid=kept.uid)
    back = reverse("works:staff-recording-list")
    context = {
        "recording": recording,
        "form": form,
        "performers": performers,
        "forms": [form, *performers],
        "opened": opened,
        "submit_label": _("Keep it"),
        "cancel_url": reverse("works:staff-recording-detail", args=[recording.uid]) if recording else back,
        "layout": STAFF,
    }
    return render(request, "works/staff/recording_edit.html", context)


def _standing(recording: Recording | None) -> list[BaseForm]:
    """The forms of a recording as they begin with what stands now."""
    if recording is None:
        return []
    now = Recording.objects.get(pk=recording.pk)
    return [RecordingForm(initial=known_of(now)), *PerformerRows(initial=performers_of(now))]


@staff_page(EDIT)
@require_POST
def recording_link(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Link a work, named by its number, behind those that the recording holds."""
    recording = get_object_or_404(Recording, uid=uid)
    form = LinkForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(fault) for faults in form.errors.values() for fault in faults))
        return redirect("works:staff-recording-detail", uid=uid)
    work = Work.objects.filter(number=form.cleaned_data["number"].strip().upper()).first()
    if work is None:
        messages.error(request, _("No work has this number. It looks like W0000123."))
        return redirect("works:staff-recording-detail", uid=uid)
    try:
        link_recording(recording=recording, work=work, duration=form.cleaned_data["seconds"], by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The work is linked."))
    return redirect("works:staff-recording-detail", uid=uid)


@staff_page(EDIT)
@require_POST
def recording_unlink(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a work out of a recording, with the reason."""
    link = get_object_or_404(RecordingWork.objects.select_related("recording", "work"), uid=uid)
    try:
        unlink_recording(link=link, reason=typed_text(request, "reason", 500), by=acting(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The work is no longer linked."))
    return redirect("works:staff-recording-detail", uid=link.recording.uid)


@staff_page(VIEW)
@require_safe
def silent_list(request: HttpRequest) -> HttpResponse:
    """Works without a recording: of one member, or of all with the members who have most of them."""
    chosen = MemberFilter(request.GET)
    text = chosen.cleaned_data["member"].strip() if chosen.is_valid() else ""
    parties = silent_parties(text)
    works = silent_works(parties=[row.pk for row in parties] if text else None)
    if request.GET.get("format") == "csv":
        return silent_list_csv(works.order_by("title", "pk"))
    page = keyset_page(works, order=("title", "pk"), query=request.GET)
    context = {
        "page": page,
        "rows": listed(page.rows, on=clock.today()),
        "parties": parties,
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "empty_text": _("Every work that fits has a recording."),
        "staff": True,
        "layout": STAFF,
    }
    return render(request, "works/staff/silent_list.html", context)
