"""T6, review of applications: the list, the form beside the documents, and the three decisions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.paging import csv_address, keyset_page
from cmo_portal.wording import date_text
from members.access import fresh_sign_in
from members.forms.fields import add_errors
from members.forms.staff import NEW, AdmissionForm, ApplicationFilter, QuestionForm, RefusalForm, RevealForm
from members.models import MembershipApplication
from members.queries.applications import Alarm, alarms_of, filtered_applications, possible_parties
from members.services.members import reveal_number
from members.services.review import Admission, admit_application, ask_question, refuse_application
from members.views.downloads import csv_download
from members.views.summaries import answer_sections, state_text, timeline_of

REVIEW = "members.review_applications"


@staff_page(REVIEW)
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """Applications that were sent, newest first; filters in the address; the same rows as a file."""
    chosen = ApplicationFilter(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    rows = filtered_applications(text=wanted.get("q", ""), state=wanted.get("state", ""), since=wanted.get("since"))
    if request.GET.get("format") == "csv":
        return _as_file(rows.order_by("-submitted_at", "-pk"))
    context = {
        "page": keyset_page(rows, order=("-submitted_at", "-pk"), query=request.GET),
        "filter_form": chosen,
        "export_url": csv_address(request.GET),
        "waiting": filtered_applications(state="submitted").count(),
        "empty_text": _("No application fits. Sent applications appear here; drafts stay with their applicants."),
        "layout": "layouts/staff.html",
    }
    return render(request, "members/staff/application_list.html", context)


@staff_page(REVIEW)
@require_safe
def application(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One application: answers beside the documents, alarms, what may be decided."""
    found = _application(uid)
    return render(request, "members/staff/application.html", _context(found))


@staff_page(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def application_ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask the applicant a question."""
    found = _application(uid)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_question(application=found, text=form.cleaned_data["text"], by=acting(request), now=clock.now())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The question is on its way to the applicant."))
            return redirect("members:staff-application", uid=uid)
    return _decision(request, found, form, _("Ask a question"), _("Send the question"))


@staff_page(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def application_refuse(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Refuse with a reason."""
    found = _application(uid)
    form = RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            refuse_application(
                application=found, reason=form.cleaned_data["reason"], by=acting(request), now=clock.now()
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The application is refused, and the applicant is told why."))
            return redirect("members:staff-application", uid=uid)
    return _decision(request, found, form, _("Refuse the application"), _("Refuse"), danger=True)


@staff_page(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def application_admit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Admit: the member, her mandates, account, tax status and sign-in come into being together."""
    found = _application(uid)
    alarms = alarms_of(found) if found.state == "submitted" else []
    form = AdmissionForm(
        request.POST or None,
        parties=possible_parties(found) if found.state == "submitted" else [],
        has_alarms=bool(alarms),
        initial=_tax_initial(found),
    )
    if request.method == "POST" and (found.state == "admitted" or form.is_valid()):
        try:
            member = admit_application(
                application=found, admission=_admission(form), by=acting(request), now=clock.now()
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(
                request, _("%(number)s is admitted. The invitation is on its way.") % {"number": member.number}
            )
            return redirect("members:staff-member", uid=member.uid)
    return _decision(request, found, form, _("Admit the applicant"), _("Admit"), alarms=alarms)


@staff_page(REVIEW)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def application_reveal(request: HttpRequest, uid: UUID, number: str) -> HttpResponse:
    """Open a masked number of the application, with a reason."""
    found = _application(uid)
    form, shown = RevealForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            shown = reveal_number(row=found, number=number, reason=form.cleaned_data["reason"], by=acting(request))
        except ValidationError as error:
            add_errors(form, error)
    context = {"form": form, "shown": shown, "number": number, "subject": found.reference, "back": _back(found)}
    return render(request, "members/staff/reveal.html", {**context, "layout": "layouts/staff.html"})


def _application(uid: UUID) -> MembershipApplication:
    """An application that was sent: a draft is its applicant's own."""
    rows = MembershipApplication.objects.exclude(state="draft").select_related("member", "decided_by")
    return get_object_or_404(rows, uid=uid)


def _back(application: MembershipApplication) -> str:
    return f"/staff/applications/{application.uid}/"


def _context(application: MembershipApplication, alarms: list[Alarm] | None = None) -> dict[str, Any]:
    open_to_review = application.state == "submitted"
    if alarms is None:
        alarms = alarms_of(application) if open_to_review else []
    return {
        "application": application,
        "sections": answer_sections(application, change=False),
        "documents": application.documents.order_by("pk"),
        "alarms": alarms,
        "blocked": any(alarm.blocking for alarm in alarms),
        "parties": possible_parties(application) if open_to_review else [],
        "events": timeline_of(application, named=True),
        "layout": "layouts/staff.html",
    }


def _decision(
    request: HttpRequest,
    application: MembershipApplication,
    form: Any,
    title: str,
    submit_label: str,
    *,
    danger: bool = False,
    alarms: list[Alarm] | None = None,
) -> HttpResponse:
    """The application again, with the form of one decision."""
    context = {
        **_context(application, alarms),
        "form": form,
        "decision": title,
        "submit_label": submit_label,
        "danger": danger,
        "cancel_url": _back(application),
    }
    return render(request, "members/staff/application_decide.html", context)


def _admission(form: AdmissionForm) -> Admission:
    data = getattr(form, "cleaned_data", {})
    return Admission(
        tax_class=data.get("tax_class", ""),
        tax_evidence=data.get("tax_evidence", ""),
        party=form.chosen_party() if data else None,
        alarms_seen=data.get("alarms_seen", ""),
    )


def _tax_initial(application: MembershipApplication) -> dict[str, str]:
    """What the applicant declared; nobody is on the taxpayers' list before somebody looked."""
    abroad = application.answers.get("residence") == "abroad"
    return {
        "party": NEW,
        "tax_class": "non_resident" if abroad else "resident_not_active",
        "tax_evidence": _("Declared in application %(reference)s; taxpayers' list not yet looked at")
        % {"reference": application.reference},
    }


def _as_file(rows: Any) -> HttpResponse:
    headings = [_("Reference"), _("Name"), _("Kind"), _("State"), _("Sent"), _("Decided")]
    cells = (
        [
            row.reference,
            row.display_name,
            row.get_kind_display(),
            state_text(row.state, "application_review"),
            date_text(clock.business_date(row.submitted_at)),
            date_text(clock.business_date(row.decided_at)) if row.decided_at else "",
        ]
        for row in rows.iterator(chunk_size=1000)
    )
    return csv_download("applications", headings, cells)
