"""L3: applying for a licence: begun without an account, saved task by task, checked, sent with the price accepted."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.models import Audience
from cmo_portal.common import clock
from cmo_portal.common.words import in_language
from cmo_portal.wording import words_text
from licensing.access import application_page, hold_application, licensees_of, may_ask_for_link
from licensing.forms.apply import DeclareForm, ReturnForm, StartForm
from licensing.forms.price import PriceForm
from licensing.mail import send_return_link
from licensing.models import LicenceApplication, Licensee, Tariff
from licensing.queries.applications import (
    OPEN_STATES,
    SectionState,
    is_complete,
    last_quote,
    needed_document,
    price_of,
    task_states,
)
from licensing.queries.pricing import Price
from licensing.queries.tariffs import terms_of, version_on
from licensing.services import applications
from licensing.views import cards
from licensing.views.apply_answers import answer_groups, task_title, task_url
from licensing.views.apply_sections import use_answers
from licensing.views.timelines import application_timeline


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What is needed, how long it takes, and where the link to come back goes. A price may be carried on."""
    use = _carried_use(request)
    licensee = _licensee_of(request)
    form = StartForm(request.POST or None, initial={"email": _own_email(request)})
    if request.method == "POST" and form.is_valid():
        if not may_ask_for_link(request, form.cleaned_data["email"]):
            return render(request, "licensing/public/too_many.html", status=429)
        with transaction.atomic():
            application, token = applications.start_application(
                form_key=form.cleaned_data["form_key"],
                email=form.cleaned_data["email"],
                language=get_language() or "en",
                use=use,
                licensee=licensee,
                by=request.user if request.user.is_authenticated else None,
            )
            if token:
                send_return_link(application, token)
        if token:
            hold_application(request, application)
        return redirect("licensing:apply-tasks", application.reference)
    context = {"form": form, "use": use, "tariff": Tariff.objects.filter(code=(use or {}).get("tariff")).first()}
    return render(request, "licensing/apply/start.html", context)


def _carried_use(request: HttpRequest) -> dict[str, Any] | None:
    """A price that came along in the address, checked by the same form that the calculator uses."""
    tariff = Tariff.objects.filter(code=request.GET.get("tariff", "")).first()
    today = clock.today()
    version = version_on(tariff, today) if tariff else None
    if tariff is None or version is None:
        return None
    form = PriceForm(request.GET, tariff=tariff, terms=terms_of(version), today=today)
    return use_answers(form) if form.is_valid() else {"tariff": tariff.code}


def _licensee_of(request: HttpRequest) -> Licensee | None:
    if not request.user.is_authenticated or request.user.audience != Audience.LICENSEE:
        return None
    found: Licensee | None = licensees_of(request.user).order_by("pk").first()
    return found


def _own_email(request: HttpRequest) -> str:
    return request.user.email if request.user.is_authenticated else ""


@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest) -> HttpResponse:
    """Send the link again. The answer is the same whether there is such an application or not."""
    form = ReturnForm(request.POST or None, initial={"reference": request.GET.get("reference", "")})
    if request.method == "POST" and form.is_valid():
        if not may_ask_for_link(request, form.cleaned_data["email"]):
            return render(request, "licensing/public/too_many.html", status=429)
        with transaction.atomic():
            if found := applications.renew_link(**form.cleaned_data):
                send_return_link(*found)
        return render(request, "licensing/apply/link_sent.html")
    return render(request, "licensing/apply/return.html", {"form": form})


@require_safe
def resume(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """The secret link of the message: this browser may open the application from now on."""
    application = applications.application_by_link(reference=reference, token=token)
    if application is None:
        return render(request, "licensing/apply/link_invalid.html", status=410)
    hold_application(request, application)
    return redirect("licensing:apply-tasks", application.reference)


@require_safe
@application_page
def tasks(request: HttpRequest, application: LicenceApplication) -> HttpResponse:
    """The task list while it can be changed; after that the status with its timeline (L4)."""
    context = {
        "application": application,
        "tasks": [_task(application, task) for task in task_states(application)],
        "is_open": application.state in OPEN_STATES,
        "events": application_timeline(application),
        "notes": application.notes.all(),
        "quote": last_quote(application),
    }
    return render(request, "licensing/apply/tasks.html", context)


def _task(application: LicenceApplication, task: SectionState) -> dict[str, Any]:
    """A row of the task list; what cannot start yet has no address."""
    hint = ""
    if task.name == "documents":
        hint = in_language(needed_document(application), cards.language()) or _("Optional")
    url = "" if task.state == "cannot_start" else task_url(application, task.name)
    return {"title": task_title(application, task.name), "url": url, "state": task.state, "hint": hint}


@require_http_methods(["GET", "HEAD", "POST"])
@application_page
def check(request: HttpRequest, application: LicenceApplication) -> HttpResponse:
    """Check your answers and the price with its working; each answer can be changed from here."""
    price, elsewhere = _price_to_send(request, application)
    if price is None:
        return elsewhere
    if request.method == "POST":
        applications.confirm_answers(application=application)
        return redirect("licensing:apply-declare", application.reference)
    context = {
        "application": application,
        "groups": answer_groups(application, price),
        "figures": cards.price_figures(price.fee, price.tax, price.total),
        "why": cards.card_of_price(price),
        "version": price.version,
    }
    return render(request, "licensing/apply/check.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@application_page
def declare(request: HttpRequest, application: LicenceApplication) -> HttpResponse:
    """Declare that the answers are right, accept the price, and send."""
    price, elsewhere = _price_to_send(request, application)
    if price is None:
        return elsewhere
    if not application.answers.get("check"):
        messages.warning(request, _("Your answers have changed since you checked them. Check them again, then send."))
        return redirect("licensing:apply-check", application.reference)
    form = DeclareForm(
        request.POST or None, initial={"expected_total": price.total}, with_answer=application.state == "question"
    )
    if request.method == "POST" and form.is_valid():
        try:
            applications.submit_application(
                application=application,
                expected_total=form.cleaned_data["expected_total"],
                answer=form.cleaned_data.get("answer", ""),
                by=request.user if request.user.is_authenticated else None,
                now=clock.now(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("licensing:apply-tasks", application.reference)
    context = {
        "form": form,
        "application": application,
        "figures": cards.price_figures(price.fee, price.tax, price.total),
        "questions": application.notes.filter(kind="question"),
        "submit_label": _("Accept the price and send"),
        "cancel_url": reverse("licensing:apply-check", args=[application.reference]),
    }
    return render(request, "licensing/apply/declare.html", context)


def _price_to_send(request: HttpRequest, application: LicenceApplication) -> tuple[Price | None, HttpResponse]:
    """The price of a complete application that is not sent yet; else None, and the page where it goes on."""
    task_list = redirect("licensing:apply-tasks", application.reference)
    if application.state not in OPEN_STATES or not is_complete(application):
        return None, task_list
    price, complaints = price_of(application, on=clock.today())
    if price is None:
        messages.error(request, " ".join(words_text(complaint.words) for complaint in complaints))
        return None, redirect("licensing:apply-section", application.reference, "use")
    return price, task_list


@require_POST
@application_page
def withdraw(request: HttpRequest, application: LicenceApplication) -> HttpResponse:
    """Take the application back."""
    try:
        applications.withdraw_application(
            application=application, by=request.user if request.user.is_authenticated else None
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Your application is withdrawn."))
    return redirect("licensing:apply-tasks", application.reference)
