"""L3: applying for a licence: begun without an account, saved task by task, sent with the price accepted."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.models import Audience
from cmo_portal.common import clock
from cmo_portal.wording import period_text, words_text
from licensing.access import application_page, hold_application, licensees_of, may_ask_for_link
from licensing.forms.apply import BusinessForm, DeclareForm, PremisesForm, ReturnForm, StartForm, TariffChoiceForm
from licensing.forms.price import PriceForm
from licensing.mail import send_return_link
from licensing.models import LicenceApplication, Licensee, Province, Tariff
from licensing.queries.applications import (
    OPEN_STATES,
    is_complete,
    last_quote,
    price_of,
    section_states,
    use_of,
)
from licensing.queries.pricing import Price, licence_period
from licensing.queries.tariffs import terms_of, version_on
from licensing.services import applications
from licensing.views import cards
from licensing.views.timelines import application_timeline

FORMS: dict[str, Any] = {"business": BusinessForm, "premises": PremisesForm}


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
    return _use_answers(form) if form.is_valid() else {"tariff": tariff.code}


def _use_answers(form: PriceForm) -> dict[str, Any]:
    """What the section `use` of an application keeps."""
    use = form.use()
    return {
        "tariff": use.tariff.code,
        "answers": use.answers,
        "province": use.province.code,
        "starts_on": use.starts_on.isoformat(),
        "ends_on": use.ends_on.isoformat() if use.ends_on else "",
    }


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
    titles = {
        "business": _("Your business"),
        "premises": _("Premises, channel or event"),
        "use": _("Music use and dates"),
    }
    rows = [
        {
            "title": titles[section.name],
            "url": reverse("licensing:apply-section", args=[application.reference, section.name]),
            "state": section.state,
        }
        for section in section_states(application)
    ]
    complete = is_complete(application)
    check_url = reverse("licensing:apply-check", args=[application.reference])
    rows.append(
        {
            "title": _("Check your answers, accept the price and send"),
            "url": check_url if complete else "",
            "state": "not_started" if complete else "cannot_start",
        }
    )
    context = {
        "application": application,
        "tasks": rows,
        "is_open": application.state in OPEN_STATES,
        "events": application_timeline(application),
        "notes": application.notes.all(),
        "quote": last_quote(application),
    }
    return render(request, "licensing/apply/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@application_page
def section(request: HttpRequest, application: LicenceApplication, name: str) -> HttpResponse:
    """One task of the list; it is saved as soon as it is sent."""
    if application.state not in OPEN_STATES:
        return redirect("licensing:apply-tasks", application.reference)
    if name == "use":
        return _use_section(request, application)
    if name not in FORMS:
        raise Http404
    form = FORMS[name](request.POST or None, initial=application.answers.get(name) or {})
    if request.method == "POST" and form.is_valid():
        applications.save_answers(application=application, section=name, answers=form.cleaned_data)
        return redirect("licensing:apply-tasks", application.reference)
    context = {"form": form, "application": application, "section": name, "cancel_url": _tasks_url(application)}
    return render(request, "licensing/apply/section.html", context)


def _use_section(request: HttpRequest, application: LicenceApplication) -> HttpResponse:
    """First which tariff, then its questions."""
    today = clock.today()
    chosen = request.GET.get("tariff") or (application.answers.get("use") or {}).get("tariff", "")
    tariff = Tariff.objects.filter(code=chosen).first() if "choose" not in request.GET else None
    version = version_on(tariff, today) if tariff else None
    if tariff is None or version is None:
        choice = TariffChoiceForm(
            request.GET if "tariff" in request.GET else None, today=today, initial={"tariff": chosen}
        )
        context = {"form": choice, "application": application, "cancel_url": _tasks_url(application)}
        return render(request, "licensing/apply/choose_tariff.html", context)
    province = _province_of(application)
    form = PriceForm(
        request.POST or None,
        tariff=tariff,
        terms=terms_of(version),
        today=today,
        province=province,
        initial=_use_initial(application, tariff),
    )
    if request.method == "POST" and form.is_valid():
        applications.save_answers(application=application, section="use", answers=_use_answers(form))
        price, complaints = price_of(application=_fresh(application), on=today)
        if price is not None:
            return redirect("licensing:apply-tasks", application.reference)
        form.complain(complaints)
    context = {
        "form": form,
        "application": application,
        "tariff": tariff,
        "version": version,
        "cancel_url": _tasks_url(application),
        "choose_url": f"{reverse('licensing:apply-section', args=[application.reference, 'use'])}?choose=1",
    }
    return render(request, "licensing/apply/use.html", context)


def _province_of(application: LicenceApplication) -> Province | None:
    code = (application.answers.get("premises") or {}).get("province", "")
    return Province.objects.prefetch_related("tax_rates").filter(code=code).first()


def _use_initial(application: LicenceApplication, tariff: Tariff) -> dict[str, Any]:
    kept = application.answers.get("use") or {}
    if kept.get("tariff") != tariff.code:
        return {}
    last = kept.get("ends_on") or ""
    return {**(kept.get("answers") or {}), "place": kept.get("province"), "from": kept.get("starts_on"), "to": last}


def _fresh(application: LicenceApplication) -> LicenceApplication:
    application.refresh_from_db()
    return application


def _tasks_url(application: LicenceApplication) -> str:
    return reverse("licensing:apply-tasks", args=[application.reference])


@require_http_methods(["GET", "HEAD", "POST"])
@application_page
def check(request: HttpRequest, application: LicenceApplication) -> HttpResponse:
    """Check your answers, see the price with its working, declare and send."""
    if application.state not in OPEN_STATES or not is_complete(application):
        return redirect("licensing:apply-tasks", application.reference)
    price, complaints = price_of(application, on=clock.today())
    if price is None:
        messages.error(request, " ".join(words_text(complaint.words) for complaint in complaints))
        return redirect("licensing:apply-section", application.reference, "use")
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
        "groups": answer_groups(application, price),
        "figures": cards.price_figures(price.fee, price.tax, price.total),
        "why": cards.card_of_price(price),
        "version": price.version,
        "questions": application.notes.filter(kind="question"),
    }
    return render(request, "licensing/apply/check.html", context)


def answer_groups(application: LicenceApplication, price: Price | None = None) -> list[dict[str, Any]]:
    """All answers in words, group by group, with the address where each group can be changed."""
    groups: list[dict[str, Any]] = []
    for name, title in (("business", _("Your business")), ("premises", _("Premises, channel or event"))):
        form = FORMS[name]()
        kept = application.answers.get(name) or {}
        rows = [{"label": field.label, "value": _shown(field, kept.get(key, ""))} for key, field in form.fields.items()]
        groups.append({"name": name, "title": title, "rows": rows})
    groups.append({"name": "use", "title": _("Music use and dates"), "rows": _use_rows(application, price)})
    for group in groups:
        group["change_url"] = reverse("licensing:apply-section", args=[application.reference, group["name"]])
    return groups


def _shown(field: Any, value: Any) -> Any:
    return dict(getattr(field, "choices", [])).get(value, value)


def _use_rows(application: LicenceApplication, price: Price | None) -> list[dict[str, Any]]:
    use = price.use if price else use_of(application)
    if use is None:
        return []
    version = price.version if price else version_on(use.tariff, use.starts_on)
    rows: list[dict[str, Any]] = [{"label": _("Tariff"), "value": str(use.tariff)}]
    if version is not None:
        terms = terms_of(version)
        rows += cards.answer_rows(terms, use.answers)
        period = price.period if price else licence_period(use, terms)[0]
        if period is not None:
            rows.append({"label": _("Period"), "value": period_text(period.start, period.end)})
    return rows


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
