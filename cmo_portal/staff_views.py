"""Staff pages of the ground floor: the start page with its doors, jobs (T23), acts (T22)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cmo_portal import navigation
from cmo_portal.accounts.access import audience_page, staff_page
from cmo_portal.accounts.models import Audience
from cmo_portal.audit.models import Act
from cmo_portal.audit.services import verify_chain
from cmo_portal.jobs import services as jobs
from cmo_portal.jobs.models import STATES, Job
from cmo_portal.paging import keyset_page


class JobFilter(forms.Form):
    """Which jobs to show."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All")), *STATES])


class ActFilter(forms.Form):
    """Which acts to show."""

    q = forms.CharField(label=gettext_lazy("Act or object"), required=False, max_length=100)


@audience_page(Audience.STAFF)
@require_GET
def staff_home(request: HttpRequest) -> HttpResponse:
    """The doors this member of staff may open."""
    doors = [link for link in navigation.links("staff", request.user, "") if link.url != request.path]
    return render(request, "home/staff_home.html", {"doors": doors})


@staff_page("jobs.view_jobs")
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """T23: waiting, running, done and quarantined work, with attempts and causes."""
    chosen = JobFilter(request.GET)
    rows = Job.objects.all()
    if chosen.is_valid() and chosen.cleaned_data["state"]:
        rows = rows.filter(state=chosen.cleaned_data["state"])
    pulse = jobs.heartbeat_age("worker")
    figures = [
        {"label": _("Waiting"), "text": str(Job.objects.filter(state="pending").count())},
        {"label": _("Running"), "text": str(Job.objects.filter(state="running").count())},
        {"label": _("Quarantined"), "text": str(Job.objects.filter(state="quarantined").count())},
        {
            "label": _("Seconds since the workers' last pulse"),
            "text": str(int(pulse.total_seconds())) if pulse else "–",
        },
    ]
    context = {
        "page": keyset_page(rows, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "figures": figures,
        "empty_text": _(
            "No job of this kind. Jobs appear here when files are read, runs calculated or documents made."
        ),
    }
    return render(request, "jobs/staff/job_list.html", {**context, "layout": "layouts/staff.html"})


@staff_page("jobs.handle_jobs")
@require_POST
def job_act(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a quarantined job back to work, or give it up with a reason."""
    job = get_object_or_404(Job, pk=job_id)
    reason = request.POST.get("reason", "").strip()
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
@require_GET
def act_list(request: HttpRequest) -> HttpResponse:
    """T22: who did what on what; the chain can be verified here."""
    chosen = ActFilter(request.GET)
    rows = Act.objects.select_related("actor")
    if chosen.is_valid() and (wanted := chosen.cleaned_data["q"]):
        rows = rows.filter(verb__icontains=wanted) | rows.filter(object_name__icontains=wanted)
    context = {
        "page": keyset_page(rows, order=("-number",), query=request.GET),
        "filter_form": chosen,
        "faults": verify_chain() if "verify" in request.GET else None,
        "empty_text": _("No act matches. Try a shorter word."),
    }
    return render(request, "audit/staff/act_list.html", {**context, "layout": "layouts/staff.html"})
