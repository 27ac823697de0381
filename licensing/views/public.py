"""P2, P3, P4 and P7: do I need a licence, what does it cost, the tariffs, and whether a licence is good."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cmo_portal.common import clock
from cmo_portal.forms import DayField
from licensing.access import limited
from licensing.forms.price import PriceForm
from licensing.models import Tariff, TariffVersion
from licensing.models.tariffs import UseCategory
from licensing.queries.checks import licence_status, public_key
from licensing.queries.pricing import Price, Use, work_out
from licensing.queries.tariffs import offers_on, shown_versions, terms_of, version_on
from licensing.views import cards
from licensing.views.need import ANSWERS, NeedForm, advice


@require_safe
def tariff_list(request: HttpRequest) -> HttpResponse:
    """P4: every tariff that counts on a day, by use."""
    day = _asked_day(request)
    offers = offers_on(day)
    groups = [
        (label, [offer for offer in offers if offer.tariff.use_category == value])
        for value, label in UseCategory.choices
    ]
    context = {"groups": [group for group in groups if group[1]], "day": day, "is_demo": settings.DEMO_MODE}
    return render(request, "licensing/public/tariff_list.html", context)


@require_safe
def tariff_detail(request: HttpRequest, code: str) -> HttpResponse:
    """P4: one tariff in words and figures as of a day, beside another day where one is asked for."""
    tariff = get_object_or_404(Tariff, code=code)
    day = _asked_day(request)
    shown = _shown_on(tariff, day)
    versions = list(shown_versions(tariff).order_by("-valid_from", "-version"))
    if not versions:
        raise Http404
    other_day = _day(request.GET.get("and", ""))
    other = _shown_on(tariff, other_day) if other_day else None
    context = {
        "tariff": tariff,
        "day": day,
        "other_day": other_day,
        "versions": versions,
        "columns": [_version_column(version) for version in (shown, other) if version is not None],
        "usable": version_on(tariff, day) is not None,
    }
    return render(request, "licensing/public/tariff_detail.html", context)


@require_safe
def tariff_file(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """P4: a version as data, exactly as the engine reads it."""
    tariff = get_object_or_404(Tariff, code=code)
    found = get_object_or_404(shown_versions(tariff), version=version)
    body = {"legal_status": found.legal_status, "valid_to": found.valid_to, **found.definition}
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{tariff.code}-v{found.version}.json"'
    return response


def _shown_on(tariff: Tariff, day: dt.date) -> TariffVersion | None:
    """The version that counts on the day; where none may be used, the latest one that was approved for it."""
    usable = version_on(tariff, day)
    return usable or shown_versions(tariff).filter(valid_from__lte=day).order_by("-valid_from", "-version").first()


def _version_column(version: TariffVersion) -> dict[str, Any]:
    terms = terms_of(version)
    return {
        "version": version,
        "rows": cards.schedule_rows(terms),
        "examples": cards.example_rows(terms),
        "steps": version.steps.order_by("on", "pk"),
    }


def _asked_day(request: HttpRequest) -> dt.date:
    return _day(request.GET.get("on", "")) or clock.today()


def _day(text: str) -> dt.date | None:
    try:
        return DayField(required=False).clean(text)
    except ValidationError:  # a damaged date in an address means today
        return None


# --- P3 --------------------------------------------------------------------------------------------------------------


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """P3, first page: which tariff?"""
    offers = offers_on(clock.today())
    groups = [
        (label, [offer for offer in offers if offer.tariff.use_category == value])
        for value, label in UseCategory.choices
    ]
    return render(
        request,
        "licensing/public/calculator.html",
        {"groups": [group for group in groups if group[1]], "is_demo": settings.DEMO_MODE},
    )


@require_safe
def price(request: HttpRequest, code: str) -> HttpResponse:
    """P3: the questions of a tariff and, once they are answered, the price with its whole working. All answers are in
    the address, so that the page can be shared, printed and kept."""
    today = clock.today()
    tariff = get_object_or_404(Tariff, code=code)
    first = _day(request.GET.get("from", "")) or today
    version = version_on(tariff, first) or version_on(tariff, today)
    if version is None:
        raise Http404
    asked = "from" in request.GET
    form = PriceForm(
        request.GET if asked else None,
        tariff=tariff,
        terms=terms_of(version),
        today=today,
        initial={"from": today, **request.GET.dict()},
    )
    found: Price | None = None
    if asked and form.is_valid():
        found, complaints = work_out(form.use(), on=today)
        form.complain(complaints)
    context = {
        "tariff": tariff,
        "version": version,
        "form": form,
        "price": found,
        "is_sample": version.legal_status == "sample",
        **(_price_parts(request, found, today) if found else {}),
    }
    return render(request, "licensing/public/price.html", context)


def _price_parts(request: HttpRequest, price: Price, today: dt.date) -> dict[str, Any]:
    query = urlencode(use_query(price.use))
    return {
        "figures": cards.price_figures(price.fee, price.tax, price.total),
        "why": cards.card_of_price(price),
        "answers": cards.answer_rows(price.terms, price.use.answers),
        "valid_until": today + dt.timedelta(days=settings.LICENSING_QUOTE_DAYS),
        "share_url": request.build_absolute_uri(
            f"{reverse('licensing:public-price', args=[price.use.tariff.code])}?{query}"
        ),
        "apply_url": f"{reverse('licensing:apply-start')}?{urlencode({'tariff': price.use.tariff.code})}&{query}",
        "on": today,
    }


def use_query(use: Use) -> list[tuple[str, str]]:
    """A use as the address of a page writes it; PriceForm reads it back."""
    pairs = [
        (name, "on" if value is True else str(value))
        for name, value in use.answers.items()
        if value not in (None, False)
    ]
    pairs += [("place", use.province.code), ("from", use.starts_on.isoformat())]
    return [*pairs, ("to", use.ends_on.isoformat())] if use.ends_on else pairs


# --- P7 --------------------------------------------------------------------------------------------------------------


@require_safe
@limited("check", "LICENSING_CHECKS_PER_MINUTE")
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """P7: is this licence good? By the number typed in, or by the signed code of the QR code."""
    asked = code or request.GET.get("number", "").strip()[:1000]
    context: dict[str, Any] = {"asked": "" if code else asked, "by_code": bool(code)}
    if asked:
        today = clock.today()
        context |= {"verdict": licence_status(asked, today=today), "today": today}
    response = render(request, "licensing/public/check.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def check_key(request: HttpRequest) -> HttpResponse:
    """The public key with which a code can be checked without the portal."""
    return HttpResponse(public_key(), content_type="application/x-pem-file")


# --- P2 --------------------------------------------------------------------------------------------------------------


@require_safe
def need(request: HttpRequest) -> HttpResponse:
    """P2: four questions, one page each; the answers stay in the address."""
    given = {name: request.GET[name] for name in ANSWERS if request.GET.get(name) in dict(ANSWERS[name].choices)}
    question = next((name for name in ANSWERS if name not in given), None)
    outcome = advice(given)
    if outcome is None and question is not None:
        form = NeedForm(question=question, missing="answer" in request.GET)
        context = {"form": form, "given": given, "number": len(given) + 1, "count": len(ANSWERS)}
        return render(request, "licensing/public/need.html", context)
    offers = [
        offer for offer in offers_on(clock.today()) if outcome and offer.tariff.use_category in outcome.categories
    ]
    context = {"outcome": outcome, "offers": offers, "given": given}
    return render(request, "licensing/public/need_answer.html", context)
