"""P9, joining as a creator: what is needed, one page for each part, come back by a secret link, send, follow."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.common import clock
from members.access import APPLICATION_IN_SESSION, application_page, hold_application, may_ask_for_link
from members.forms import apply as forms
from members.forms.fields import add_errors
from members.models import MembershipApplication
from members.policy import policy
from members.queries.applications import STEP_TITLES, missing_of, steps_of
from members.services import answers, apply
from members.services.documents import size_refusal
from members.uploads import limited_upload, was_too_large
from members.views.summaries import answer_sections, timeline_of

Save = Callable[..., None]
SENT = ("submitted", "admitted", "refused")


@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """What joining needs, how long it takes, what the society may then do."""
    held = request.session.get(APPLICATION_IN_SESSION, "")
    context = {"held": bool(held), "exclusive": policy().mandate_exclusive}
    return render(request, "members/public/join.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def join_begin(request: HttpRequest) -> HttpResponse:
    """Who applies and where the link goes; then the task list."""
    form = forms.BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not may_ask_for_link(request, form.cleaned_data["email"]):
            return render(request, "429.html", status=429)
        application = apply.begin_application(**form.cleaned_data, language=get_language() or "en", now=clock.now())
        hold_application(request, application)
        messages.success(request, _("We sent a link to your e-mail address. With it you can come back at any time."))
        return redirect("members:public-join-tasks")
    context = {"form": form, "submit_label": _("Save and continue"), "layout": "layouts/public.html"}
    return render(request, "members/public/join_begin.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def join_return(request: HttpRequest) -> HttpResponse:
    """Have the link sent again; the answer is the same whether or not there is such an application (S37)."""
    form = forms.ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not may_ask_for_link(request, form.cleaned_data["email"]):
            return render(request, "429.html", status=429)
        apply.send_link_again(**form.cleaned_data, now=clock.now())
        messages.success(
            request, _("If there is an application with this reference and address, a new link is on its way to it.")
        )
        return redirect("members:public-join-return")
    context = {"form": form, "submit_label": _("Send the link again"), "layout": "layouts/public.html"}
    return render(request, "members/public/join_return.html", context)


@require_safe
def join_resume(request: HttpRequest, token: str) -> HttpResponse:
    """The secret link of the message: this browser holds the application from now on."""
    application = apply.application_of_link(token=token, now=clock.now())
    if application is None:
        messages.error(request, _("This link is no longer valid. Have a new one sent to you here."))
        return redirect("members:public-join-return")
    hold_application(request, application)
    return redirect(_page_for(application))


@application_page
@require_safe
def join_tasks(request: HttpRequest) -> HttpResponse:
    """The parts of the application and their states."""
    application = _application(request)
    if application.state in SENT:
        return redirect("members:public-join-status")
    steps = steps_of(application)
    tasks: list[dict[str, Any]] = [
        {"title": step.title, "state": step.state, "url": _step_url(step.code), "hint": ""} for step in steps
    ]
    ready = all(step.state == "done" for step in steps)
    tasks.append(
        {
            "title": _("Check your answers and send"),
            "state": "not_started" if ready else "cannot_start",
            "url": reverse("members:public-join-check") if ready else "",
            "hint": "" if ready else _("Possible when every part above is done."),
        }
    )
    done = sum(step.state == "done" for step in steps)
    context = {"application": application, "tasks": tasks, "done": done, "total": len(steps)}
    return render(request, "members/public/join_tasks.html", context)


@sensitive_post_parameters("cnic", "iban")
@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def join_step(request: HttpRequest, step: str) -> HttpResponse:
    """One page of the application: saved, then on to the next part that is not done."""
    application = _application(request)
    if application.state in SENT:
        return redirect("members:public-join-status")
    form_class, save = _step(application, step)
    form = form_class(request.POST or None, application=application)
    if request.method == "POST" and form.is_valid():
        try:
            save(application=application, now=clock.now(), **_facts(form))
        except ValidationError as error:
            add_errors(form, error)
        else:
            application.refresh_from_db()
            return redirect(_next_page(application, request.GET.get("from") == "check"))
    context = {
        "form": form,
        "application": application,
        "step": step,
        "title": STEP_TITLES[step],
        "cancel_url": reverse("members:public-join-tasks"),
        "submit_label": _("Save and continue"),
        "layout": "layouts/public.html",
    }
    return render(request, "members/public/join_step.html", context)


@limited_upload
@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def join_documents(request: HttpRequest) -> HttpResponse:
    """Documents of the application: added one by one, removed while it is not sent."""
    application = _application(request)
    if application.state in SENT:
        return redirect("members:public-join-status")
    form = forms.DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and was_too_large(request):
        form.errors.pop("file", None)
        form.add_error("file", size_refusal())
    if request.method == "POST" and form.is_valid():
        try:
            document = apply.add_document(
                application=application,
                kind=form.cleaned_data["kind"],
                upload=form.cleaned_data["file"],
                now=clock.now(),
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            if document.quarantined:
                messages.error(request, _("A virus was found in the file. It was locked away; send another file."))
            else:
                messages.success(request, _("The document is saved."))
            return redirect("members:public-join-documents")
    context = {
        "form": form,
        "application": application,
        "documents": application.documents.filter(quarantined=False).order_by("pk"),
        "layout": "layouts/public.html",
    }
    return render(request, "members/public/join_documents.html", context)


@application_page
@require_POST
def join_document_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a document back."""
    application = _application(request)
    if not application.documents.filter(uid=uid, quarantined=False).exists():
        raise Http404
    try:
        apply.remove_document(application=application, uid=uid, now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The document is removed."))
    return redirect("members:public-join-documents")


@application_page
@require_safe
def join_check(request: HttpRequest) -> HttpResponse:
    """Every answer, each with a way to change it."""
    application = _application(request)
    if application.state in SENT:
        return redirect("members:public-join-status")
    if missing_of(application):
        return redirect("members:public-join-tasks")
    context = {"application": application, "sections": answer_sections(application, change=True)}
    return render(request, "members/public/join_check.html", context)


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def join_declare(request: HttpRequest) -> HttpResponse:
    """The declaration; then the application is sent."""
    application = _application(request)
    if application.state in SENT:
        return redirect("members:public-join-status")
    if missing_of(application):
        return redirect("members:public-join-tasks")
    form = forms.DeclareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            apply.submit_application(
                application=application, declared_name=form.cleaned_data["declared_name"], now=clock.now()
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("members:public-join-status")
    context = {
        "form": form,
        "application": application,
        "submit_label": _("Send the application"),
        "cancel_url": reverse("members:public-join-check"),
        "layout": "layouts/public.html",
    }
    return render(request, "members/public/join_declare.html", context)


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def join_status(request: HttpRequest) -> HttpResponse:
    """After sending: where the application stands, what happens next, and the answer to a question."""
    application = _application(request)
    if application.state == "draft":
        return redirect("members:public-join-tasks")
    form = forms.AnswerForm(request.POST or None) if application.state == "question" else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            apply.answer_question(application=application, text=form.cleaned_data["text"], now=clock.now())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Your answer is sent. The application is in review again."))
            return redirect("members:public-join-status")
    question = application.notes.filter(kind="question").order_by("-pk").first()
    context = {
        "application": application,
        "form": form,
        "question": question if application.state == "question" else None,
        "events": timeline_of(application),
        "sections": answer_sections(application, change=application.state == "question"),
    }
    return render(request, "members/public/join_status.html", context)


def _application(request: HttpRequest) -> MembershipApplication:
    application: MembershipApplication = request.application  # type: ignore[attr-defined]
    return application


def _step(application: MembershipApplication, step: str) -> tuple[type[forms.StepForm], Save]:
    """The form of a step and the act that saves it; a company has pages of its own for its name and number."""
    company = application.kind == "organisation"
    known: dict[str, tuple[type[forms.StepForm], Save]] = {
        "names": (forms.CompanyNamesForm if company else forms.NamesForm, answers.save_names),
        "identity": (forms.CompanyIdentityForm if company else forms.IdentityForm, answers.save_identity),
        "contact": (forms.ContactForm, answers.save_contact),
        "roles": (forms.RolesForm, answers.save_roles),
        "bank": (forms.BankForm, answers.save_bank),
        "mandate": (forms.MandateForm, answers.save_mandate),
    }
    if step not in known:
        raise Http404
    return known[step]


def _facts(form: forms.StepForm) -> dict[str, Any]:
    """The form's answers as the act takes them."""
    if isinstance(form, forms.MandateForm):
        return {"scope": form.scope()}
    if isinstance(form, forms.IdentityForm | forms.CompanyIdentityForm):
        return {**form.cleaned_data, "today": clock.today()}
    return form.cleaned_data


def _next_page(application: MembershipApplication, was_checking: bool) -> str:
    """The check page for who came from there; else the first part not done, or the task list when all are."""
    missing = missing_of(application)
    if was_checking and not missing:
        return reverse("members:public-join-check" if application.state == "draft" else "members:public-join-status")
    return _step_url(missing[0].code) if missing else reverse("members:public-join-tasks")


def _page_for(application: MembershipApplication) -> str:
    return "members:public-join-tasks" if application.state == "draft" else "members:public-join-status"


def _step_url(step: str) -> str:
    if step == "documents":
        return reverse("members:public-join-documents")
    return reverse("members:public-join-step", args=[step])
