"""T13: the control panel of distribution runs."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.common.periods import Period
from cmo_portal.form_keys import form_key_of
from cmo_portal.paging import keyset_page
from royalties.forms.runs import ApprovalForm, ReasonForm, RunFilter, RunForm
from royalties.models import Run
from royalties.queries import run_pages
from royalties.queries.frozen_shares import changes_since
from royalties.services import runs
from royalties.services.runs.deciding import changed_words

LAYOUT = {"layout": "layouts/staff.html"}
BUSY = {"draft", "frozen"}


@staff_page("royalties.view_runs")
@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs, the newest first."""
    chosen = RunFilter(request.GET)
    rows = Run.objects.select_related("maker", "approved_by")
    if chosen.is_valid() and chosen.cleaned_data["state"]:
        rows = rows.filter(state=chosen.cleaned_data["state"])
    context = {
        "page": keyset_page(rows, order=("-pk",), query=request.GET),
        "filter_form": chosen,
        "empty_text": _("No distribution run yet. Put receipts into a pool, feed it with usage, then make a run."),
    }
    return render(request, "royalties/staff/run_list.html", {**context, **LAYOUT})


@staff_page("royalties.make_runs")
@require_http_methods(["GET", "HEAD", "POST"])
def run_new(request: HttpRequest) -> HttpResponse:
    """A draft run that claims its pools."""
    key = form_key_of(request)
    if key and (made := Run.objects.filter(form_key=key).first()):  # a double click shows the same run
        return redirect("royalties:staff-run-detail", uid=made.uid)
    form = RunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            run = runs.create_run(
                form_key=data["form_key"],
                name=data["name"],
                period=Period(data["start"], data["end"]),
                pools=list(data["pools"]),
                by=acting(request),
                now=clock.now(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("royalties:staff-run-detail", uid=run.uid)
    context = {"form": form, "submit_label": _("Make the draft"), **LAYOUT}
    return render(request, "royalties/staff/run_new.html", context)


@staff_page("royalties.view_runs")
@require_safe
def run_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Everything about one run, from the database; while it works the page refreshes itself."""
    run = get_object_or_404(Run.objects.select_related("maker", "reviewed_by", "approved_by"), uid=uid)
    steps = run_pages.progress_of(run)
    is_working = run.state in BUSY and any(not step.finished for step in steps)
    checks = [] if is_working else run_pages.checks_of(run)
    changed = len(changes_since(run).works) if run.state == "reviewed" else 0
    context = {
        "run": run,
        "digest": bytes(run.digest or b"").hex(),
        "input_digest": bytes(run.input_digest or b"").hex(),
        "steps": steps,
        "is_working": is_working,
        "worker_away": is_working and run_pages.worker_is_away(),
        "pools": run_pages.pools_of_run(run),
        "claims": run.pool_claims.select_related("pool") if run.state == "draft" else [],
        "payees": run_pages.top_payees(run),
        "held": run_pages.held_by_reason(run),
        "checks": checks,
        "is_red": run_pages.is_red(checks),
        "changed": changed_words(changed) if changed else "",
        "figures": _figures(run),
        "events": run_pages.history_of(run),
        "reason_form": ReasonForm(),
        "is_own": request.user.pk in (run.maker_id, run.reviewed_by_id),
    }
    return render(request, "royalties/staff/run_detail.html", context)


@staff_page("royalties.make_runs")
@require_POST
def run_freeze(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Freeze the inputs."""
    return _act(request, uid, runs.start_freeze, _("The inputs are frozen; nothing that changes now reaches this run."))


@staff_page("royalties.make_runs")
@require_POST
def run_calculate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Hand the calculation to the workers."""
    return _act(
        request, uid, runs.start_calculation, _("The workers are calculating. This page shows how far they are.")
    )


@staff_page("royalties.make_runs")
@require_POST
def run_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send for approval."""
    return _act(request, uid, runs.send_for_review, _("The run waits for a second person now."))


@staff_page("royalties.approve_runs")
@require_POST
def run_approve(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A second person approves the digest on the page."""
    form = ApprovalForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {"digest": "", "accept_changes": False}
    return _act(request, uid, runs.approve_run, _("The run is approved."), **given)


@staff_page("royalties.approve_runs")
@require_POST
def run_return(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Give the run back to its maker."""
    given = {"reason": _reason(request), "seen": request.POST.get("seen", "")}
    return _act(request, uid, runs.return_to_maker, _("The run is back with its maker."), **given)


@staff_page("royalties.make_runs")
@require_POST
def run_finalise(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Post what was approved."""
    digest = request.POST.get("digest", "")
    return _act(request, uid, runs.start_finalise, _("The run is posted to the ledger."), digest=digest)


@staff_page("royalties.make_runs")
@require_POST
def run_publish(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Open the statements to the members."""
    return _act(request, uid, runs.publish_run, _("The statements are open to the members."))


@staff_page("royalties.make_runs")
@require_POST
def run_cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Stop a run that is not posted."""
    return _act(request, uid, runs.cancel_run, _("The run is cancelled; its pools are free."), reason=_reason(request))


@staff_page("royalties.approve_runs")
@require_POST
def run_reverse(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Post the exact negative of a posted run."""
    return _act(request, uid, runs.reverse_run, _("The run is reversed line by line."), reason=_reason(request))


def _act(request: HttpRequest, uid: UUID, act: Callable[..., Any], done: str, **given: Any) -> HttpResponse:
    run = get_object_or_404(Run, uid=uid)
    try:
        act(run=run, by=acting(request), now=clock.now(), **given)
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    else:
        messages.success(request, done)
    return redirect("royalties:staff-run-detail", uid=uid)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


def _figures(run: Run) -> list[dict[str, Any]]:
    totals = run_pages.totals_of(run)
    return [
        {"label": _("Receipts in the pools"), "amount": totals["gross"]},
        {"label": _("Deductions"), "amount": totals["deducted"]},
        {"label": _("To right holders"), "amount": totals["payable"]},
        {"label": _("Held, with reasons"), "amount": totals["held"]},
    ]
