"""T17: tariffs drafted by one person, tested on their own examples, weighed, and approved by another."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cmo_portal.accounts.access import acting, staff_page
from cmo_portal.common import clock
from cmo_portal.forms import typed_text
from cmo_portal.wording import words_text
from licensing.forms.staff import StepForm, TariffForm, VersionForm
from licensing.models import Tariff, TariffVersion
from licensing.models.tariffs import STATUS_MOVES, LegalStatus
from licensing.queries.impact import impact_of
from licensing.queries.tariffs import terms_of
from licensing.services import tariffs
from licensing.services.tariffs import TariffRefused, failed_examples
from licensing.views import cards

LAYOUT = {"layout": "layouts/staff.html"}
FIELD_ORDER = (
    *("code", "kind", "version", "name", "type", "label", "unit", "help", "rule", "when", "input", "is", "value"),
    *("charged_per", "valid_from", "valid_to", "minimum", "maximum", "places", "choices", "default"),
    *("quantity", "on", "column", "mode", "base", "per", "started", "times", "up_to", "rates", "rates_percent"),
    *("bands", "above", "factors", "fund", "by", "percent", "of", "amounts", "constant", "inputs", "funds"),
    *("components", "modifiers", "rounding", "examples", "answers", "fee", "period", "start", "end", "note", "source"),
)
STARTING_POINT = {
    "name": {"en": "", "ur": ""},
    "charged_per": "year",
    "inputs": [{"name": "seats", "type": "integer", "label": {"en": "Seats", "ur": "نشستیں"}, "maximum": "5000"}],
    "components": [
        {"kind": "per_unit", "code": "SEATS", "name": "Seats", "rule": "1", "quantity": "seats", "rates": "100.00"}
    ],
    "modifiers": [{"kind": "minimum", "code": "MIN", "name": "Least fee", "rule": "2", "amounts": "1000.00"}],
    "examples": [{"answers": {"seats": "40"}, "fee": "4000.00"}],
}


@staff_page("licensing.view_licensing")
@require_safe
def tariff_list(request: HttpRequest) -> HttpResponse:
    """The register of tariffs with the versions of each."""
    context = {
        "tariffs": Tariff.objects.prefetch_related("versions"),
        "may_edit": request.user.has_perm("licensing.edit_tariffs"),
        "waiting": TariffVersion.objects.filter(legal_status=LegalStatus.DRAFT).count(),
    }
    return render(request, "licensing/staff/tariff_list.html", context)


@staff_page("licensing.edit_tariffs")
@require_http_methods(["GET", "HEAD", "POST"])
def tariff_new(request: HttpRequest) -> HttpResponse:
    """Add a tariff to the register; what it costs comes with its first version."""
    form = TariffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tariff = tariffs.save_tariff(by=acting(request), **form.cleaned_data)
        return redirect("licensing:staff-version-new", tariff.code)
    return render(request, "licensing/staff/tariff_new.html", {"form": form, **LAYOUT})


@staff_page("licensing.edit_tariffs")
@require_http_methods(["GET", "HEAD", "POST"])
def version_new(request: HttpRequest, code: str) -> HttpResponse:
    """A new draft, from the latest version where there is one."""
    tariff = get_object_or_404(Tariff, code=code)
    latest = tariff.versions.order_by("-version").first()
    start = latest.definition if latest else {**STARTING_POINT, "name": {"en": tariff.name, "ur": tariff.name_ur}}
    initial = {"definition": pretty(start), "source": latest.source if latest else ""}
    form = VersionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            version = tariffs.draft_version(tariff=tariff, by=acting(request), **form.cleaned_data)
        except TariffRefused as refused:
            form.add_error("definition", refused)
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("licensing:staff-version-detail", tariff.code, version.version)
    return render(request, "licensing/staff/version_edit.html", {"form": form, "tariff": tariff, **LAYOUT})


@staff_page("licensing.edit_tariffs")
@require_http_methods(["GET", "HEAD", "POST"])
def version_edit(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Change a draft; whoever does so becomes its maker."""
    version = _version(code, number)
    initial = {
        "definition": pretty(version.definition),
        "source": version.source,
        "valid_from": version.valid_from,
    }
    form = VersionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            tariffs.change_draft(version=version, by=acting(request), **form.cleaned_data)
        except TariffRefused as refused:
            form.add_error("definition", refused)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("licensing:staff-version-detail", code, number)
    context = {"form": form, "tariff": version.tariff, "version": version, **LAYOUT}
    return render(request, "licensing/staff/version_edit.html", context)


def pretty(definition: dict[str, Any]) -> str:
    """A definition as people edit it: the database keeps no order of fields, so they are put in that of the manual."""
    return json.dumps(_ordered(definition), ensure_ascii=False, indent=2)


def _ordered(data: Any) -> Any:
    if isinstance(data, list):
        return [_ordered(entry) for entry in data]
    if not isinstance(data, dict):
        return data
    places = {name: place for place, name in enumerate(FIELD_ORDER)}
    return {name: _ordered(data[name]) for name in sorted(data, key=lambda name: places.get(name, len(places)))}


def _version(code: str, number: int) -> TariffVersion:
    found = TariffVersion.objects.select_related("tariff", "proposed_by", "approved_by")
    return get_object_or_404(found, tariff__code=code, version=number)


@staff_page("licensing.view_licensing")
@require_safe
def version_detail(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One version: the schedule in words, its examples green or red, its effect beside the version that counts now."""
    return _page(request, _version(code, number))


def _page(request: HttpRequest, version: TariffVersion, form: StepForm | None = None) -> HttpResponse:
    terms = terms_of(version)
    moves = [to for here, to in STATUS_MOVES if here == version.legal_status and to != LegalStatus.APPROVED]
    is_draft = version.legal_status == LegalStatus.DRAFT
    may_approve = request.user.has_perm("licensing.approve_tariffs")
    context = {
        "version": version,
        "tariff": version.tariff,
        "rows": cards.schedule_rows(terms),
        "examples": cards.example_rows(terms),
        "failures": [(c.place, words_text(c.words)) for c in failed_examples(version.definition)],
        "impact": impact_of(version),
        "steps": version.steps.select_related("by").order_by("pk"),
        "may_edit": is_draft and request.user.has_perm("licensing.edit_tariffs"),
        "may_approve": is_draft and may_approve and version.proposed_by != request.user,
        "is_own_draft": is_draft and may_approve and version.proposed_by == request.user,
        "form": form or (StepForm(moves=moves, initial={"on": clock.today()}) if moves and may_approve else None),
    }
    return render(request, "licensing/staff/version_detail.html", context, status=422 if form else 200)


@staff_page("licensing.approve_tariffs")
@require_POST
def version_approve(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The second person approves, naming the resolution."""
    version = _version(code, number)
    reference = typed_text(request, "reference", 300)
    if not reference:
        messages.error(request, _("Name the resolution by which the society approved this version."))
        return redirect("licensing:staff-version-detail", code, number)
    try:
        tariffs.approve_version(
            version=version, reference=reference, by=acting(request), now=clock.now(), on=clock.today()
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Approved. It can be filed now."))
    return redirect("licensing:staff-version-detail", code, number)


@staff_page("licensing.approve_tariffs")
@require_POST
def version_move(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The next step in the legal life."""
    version = _version(code, number)
    moves = [to for here, to in STATUS_MOVES if here == version.legal_status]
    form = StepForm(request.POST, moves=moves)
    if form.is_valid():
        try:
            tariffs.move_version(version=version, by=acting(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The step is recorded."))
            return redirect("licensing:staff-version-detail", code, number)
    return _page(request, version, form)
