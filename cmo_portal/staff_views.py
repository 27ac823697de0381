"""Staff pages of the ground floor: the start page with its doors, jobs (T23), acts (T22)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cmo_portal.accounts.access import audience_page, staff_page
from cmo_portal.accounts.models import Audience
from cmo_portal.audit.models import Act
from cmo_portal.audit.services import verify_chain
from cmo_portal.jobs import services as jobs
from cmo_portal.jobs.models import STATES, Job

PAGE = 50


@audience_page(Audience.STAFF)
@require_GET
def staff_home(request: HttpRequest) -> HttpResponse:
    """The doors this member of staff may open, and what waits there (filled by apps through navigation)."""
    return render(request, "home/staff_home.html")


@staff_page("jobs.view_jobs")
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """T23: waiting, running, done and quarantined work, with attempts and causes."""
    state = request.GET.get("state", "")
    rows = Job.objects.order_by("-pk")
    if state in dict(STATES):
        rows = rows.filter(state=state)
    if request.GET.get("before", "").isdigit():
        rows = rows.filter(pk__lt=int(request.GET["before"]))
    page = list(rows[: PAGE + 1])
    return render(
        request,
        "jobs/staff/job_list.html",
        {
            "jobs": page[:PAGE],
            "next_before": page[PAGE - 1].pk if len(page) > PAGE else "",
            "state": state,
            "states": STATES,
            "waiting": Job.objects.filter(state="pending").count(),
            "quarantined": Job.objects.filter(state="quarantined").count(),
            "pulse": jobs.heartbeat_age("worker"),
        },
    )


@staff_page("jobs.handle_jobs")
@require_POST
def job_act(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a quarantined job back to work, or give it up with a reason."""
    job = get_object_or_404(Job, pk=job_id)
    if request.POST.get("act") == "retry":
        jobs.retry_job(job=job, by=request.user)
        messages.success(request, _("The job is waiting for a worker again."))
    elif request.POST.get("reason", "").strip():
        jobs.give_up_job(job=job, reason=request.POST["reason"].strip()[:500], by=request.user)
        messages.success(request, _("The job was given up."))
    else:
        messages.error(request, _("Say why you give this job up."))
    return redirect("staff-jobs")


@staff_page("audit.view_acts")
@require_GET
def act_list(request: HttpRequest) -> HttpResponse:
    """T22: who did what on what; the chain can be verified here."""
    rows = Act.objects.select_related("actor").order_by("-number")
    if wanted := request.GET.get("q", "").strip():
        rows = rows.filter(verb__icontains=wanted) | rows.filter(object_name__icontains=wanted)
    if request.GET.get("before", "").isdigit():
        rows = rows.filter(number__lt=int(request.GET["before"]))
    page = list(rows[: PAGE + 1])
    faults = verify_chain() if "verify" in request.GET else None
    context = {
        "acts": page[:PAGE],
        "next_before": page[PAGE - 1].number if len(page) > PAGE else "",
        "q": wanted,
        "faults": faults,
    }
    return render(request, "audit/staff/act_list.html", context)
