"""The sections of an application for a licence (L3): one task of the list each, saved as soon as it is sent."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cmo_portal.common import clock
from licensing.access import application_page
from licensing.forms.apply import TariffChoiceForm
from licensing.forms.price import EventForm, PriceForm
from licensing.models import LicenceApplication, Province, Tariff
from licensing.models.tariffs import Term
from licensing.queries.applications import OPEN_STATES, is_event, price_of, tariff_of
from licensing.queries.pricing import work_out
from licensing.queries.tariffs import terms_of, version_on
from licensing.services import applications
from licensing.views.apply_answers import FORMS, task_title


@require_http_methods(["GET", "HEAD", "POST"])
@application_page
def section(request: HttpRequest, application: LicenceApplication, name: str) -> HttpResponse:
    """One task of the list; it is saved as soon as it is sent."""
    if application.state not in OPEN_STATES:
        return redirect("licensing:apply-tasks", application.reference)
    if name == "use":
        return _use_section(request, application)
    if name == "events":
        return _events_section(request, application)
    if name not in FORMS:
        raise Http404
    form = FORMS[name](request.POST or None, initial=application.answers.get(name) or {})
    if request.method == "POST" and form.is_valid():
        applications.save_answers(application=application, section=name, answers=form.cleaned_data)
        return redirect("licensing:apply-tasks", application.reference)
    return _section_page(request, application, name, form)


def _section_page(request: HttpRequest, application: LicenceApplication, name: str, form: Any) -> HttpResponse:
    context = {
        "form": form,
        "application": application,
        "heading": task_title(application, name),
        "cancel_url": _tasks_url(application),
    }
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
    form = PriceForm(
        request.POST or None,
        tariff=tariff,
        terms=terms_of(version),
        today=today,
        province=_province_of(application),
        with_days=tariff.term != Term.EVENT,
        initial=_use_initial(application, tariff),
    )
    if request.method == "POST" and form.is_valid():
        applications.save_answers(application=application, section="use", answers=use_answers(form))
        price, complaints = work_out(form.use(), on=today)
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


def _events_section(request: HttpRequest, application: LicenceApplication) -> HttpResponse:
    """The days of an event, judged together with what the tariff asks once that is known."""
    today = clock.today()
    tariff = tariff_of(application) if is_event(application) else None
    version = version_on(tariff, today) if tariff else None
    if tariff is None or version is None:
        return redirect("licensing:apply-section", application.reference, "use")
    kept = application.answers.get("events") or {}
    initial = {"from": kept.get("starts_on"), "to": kept.get("ends_on"), "about": kept.get("about")}
    form = EventForm(request.POST or None, tariff=tariff, terms=terms_of(version), today=today, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        answers = {
            "starts_on": given["from"].isoformat(),
            "ends_on": given["to"].isoformat() if given["to"] else "",
            "about": given["about"],
        }
        applications.save_answers(application=application, section="events", answers=answers)
        price, complaints = price_of(application=_fresh(application), on=today)
        if price is not None or not form.complain_of_days(complaints):
            return redirect("licensing:apply-tasks", application.reference)
    return _section_page(request, application, "events", form)


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


def use_answers(form: PriceForm) -> dict[str, Any]:
    """What the section `use` of an application keeps."""
    use = form.use()
    kept: dict[str, Any] = {"tariff": use.tariff.code, "answers": use.answers, "province": use.province.code}
    if "from" in form.fields:
        kept["starts_on"] = use.starts_on.isoformat()
        kept["ends_on"] = use.ends_on.isoformat() if use.ends_on else ""
    return kept
