"""Staff pages of the ground floor: the start page with its doors, jobs (T23), acts (T22)."""

import csv
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cmo_portal import navigation
from cmo_portal.accounts.access import audience_page, staff_page
from cmo_portal.accounts.models import Audience
from cmo_portal.audit.models import Act
from cmo_portal.audit.services import verify_chain
from cmo_portal.audit.words import ACT_WORDS
from cmo_portal.common.tables.writing import inert
from cmo_portal.forms import DayField, TextField, typed_text
from cmo_portal.jobs import services as jobs
from cmo_portal.jobs.models import STATES, Job
from cmo_portal.jobs.words import JOB_WORDS
from cmo_portal.paging import csv_address, keyset_page
from cmo_portal.queues import waiting_for

LATE_PULSE = dt.timedelta(minutes=2)


class JobFilter(forms.Form):
    """Which jobs to show."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *STATES])
    kind = forms.ChoiceField(
        label=gettext_lazy("Job"), required=False, choices=[("", gettext_lazy("All")), *JOB_WORDS.items()]
    )


class ActFilter(forms.Form):
    """Which acts to show."""

    q = TextField(label=gettext_lazy("On what"), required=False, max_length=100)
    who = TextField(label=gettext_lazy("Who (e-mail address)"), required=False, max_length=100)
    verb = forms.ChoiceField(
        label=gettext_lazy("Act"), required=False, choices=[("", gettext_lazy("All")), *ACT_WORDS.items()]
    )
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)


@audience_page(Audience.STAFF)
@require_safe
def staff_home(request: HttpRequest) -> HttpResponse:
    """T1: what waits for this member of staff, and the pages she may open."""
    doors = [link for link in navigation.links("staff", request.user, "") if link.url != request.path]
    return render(request, "home/staff_home.html", {"doors": doors, "queues": waiting_for(request.user)})


@staff_page("jobs.view_jobs")
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """T23: waiting, running, done and quarantined work, with attempts and causes."""
    chosen = JobFilter(request.GET)
    rows = Job.objects.all()
    if chosen.is_valid() and chosen.cleaned_data["state"]:
        rows = rows.filter(state=chosen.cleaned_data["state"])
    if chosen.is_valid() and chosen.cleaned_data["kind"]:
        rows = rows.filter(kind=chosen.cleaned_data["kind"])
    context = {
        "page": keyset_page(rows, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "figures": _job_figures(),
        "empty_text": _(
            "No job of this kind. Jobs appear here when files are read, runs calculated or documents made."
        ),
    }
    return render(request, "jobs/staff/job_list.html", {**context, "layout": "layouts/staff.html"})


def _job_figures() -> list[dict[str, Any]]:
    """How much waits, runs and stands still, and whether the workers are alive."""
    counts = dict(Job.objects.values_list("state").annotate(number=Count("pk")))
    stuck = counts.get("quarantined", 0)
    pulse = jobs.heartbeat_age("worker")
    is_late = pulse is None or pulse > LATE_PULSE
    return [
        {"label": _("Waiting"), "text": str(counts.get("pending", 0)), "url": "?state=pending"},
        {"label": _("Running"), "text": str(counts.get("running", 0)), "url": "?state=running"},
        {
            "label": _("Quarantined"),
            "text": str(stuck),
            "url": "?state=quarantined",
            "tone": "bad" if stuck else "",
        },
        {
            "label": _("Seconds since the workers’ last pulse"),
            "text": str(int(pulse.total_seconds())) if pulse else "–",
            "tone": "bad" if is_late else "",
            "note": _("The workers do not answer: waiting work stands still.") if is_late else "",
        },
    ]


@staff_page("jobs.handle_jobs")
@require_POST
def job_act(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a quarantined job back to work, or give it up with a reason."""
    job = get_object_or_404(Job, pk=job_id)
    reason = typed_text(request, "reason", 2000)
    if request.POST.get("act") == "retry":
        jobs.retry_job(job=job, by=request.user)
        messages.success(request, _("The job is waiting for a worker again."))
    elif reason:
        jobs.give_up_job(job=job, reason=reason[:500], by=request.user)
        messages.success(request, _("The job was given up."))
    else:
        messages.error(request, _("Say why you give this job up."))
    return redirect("staff-jobs")


@staff_page("audit.view_acts")
@require_safe
def act_list(request: HttpRequest) -> HttpResponseBase:
    """T22: who did what on what and when; the chain can be verified here; the same rows as a file."""
    chosen = ActFilter(request.GET)
    rows = _acts(chosen.cleaned_data if chosen.is_valid() else {})
    if request.GET.get("format") == "csv":
        return _acts_as_file(rows)
    context = {
        "page": keyset_page(rows, order=("-number",), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "faults": verify_chain() if "verify" in request.GET else None,
        "empty_text": _("No act matches. Try a shorter word or more days."),
    }
    return render(request, "audit/staff/act_list.html", {**context, "layout": "layouts/staff.html"})


def _acts(wanted: dict[str, Any]) -> QuerySet[Act]:
    rows = Act.objects.select_related("actor")
    if text := wanted.get("q"):
        rows = rows.filter(object_name__icontains=text) | rows.filter(object_id__iexact=text)
    if who := wanted.get("who"):
        rows = rows.filter(actor__email__icontains=who)
    if verb := wanted.get("verb"):
        rows = rows.filter(verb=verb)
    zone = ZoneInfo(settings.TIME_ZONE)
    if since := wanted.get("since"):
        rows = rows.filter(at__gte=dt.datetime.combine(since, dt.time.min, zone))
    if until := wanted.get("until"):
        rows = rows.filter(at__lt=dt.datetime.combine(until + dt.timedelta(days=1), dt.time.min, zone))
    return rows


def _acts_as_file(rows: QuerySet[Act]) -> StreamingHttpResponse:
    """The acts as CSV, however many; cells that look like formulas are harmless."""
    head = ["number", "at", "actor", "verb", "object_type", "object_id", "object_name", "facts", "hash"]

    def lines() -> Iterator[str]:
        writer = csv.writer(Echo())
        yield "\ufeff" + writer.writerow(head)
        for act in rows.order_by("-number").iterator(chunk_size=2000):
            cells = [
                str(act.number),
                act.at.isoformat(),
                act.actor.email if act.actor else "",
                act.verb,
                act.object_type,
                act.object_id,
                act.object_name,
                json.dumps(act.facts, ensure_ascii=False, sort_keys=True),
                bytes(act.hash).hex(),
            ]
            yield writer.writerow([inert(cell) for cell in cells])

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="acts.csv"'},
    )


class Echo:
    """A file that hands back what is written to it, so that rows are made as they are sent."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text
