"""The tasks of an application by name, and its answers in words."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cmo_portal.wording import period_text
from licensing.forms.apply import BusinessForm, PremisesForm
from licensing.models import LicenceApplication
from licensing.queries.applications import is_event, kept_documents, use_of
from licensing.queries.pricing import Price, licence_period
from licensing.queries.tariffs import terms_of, version_on
from licensing.views import cards

FORMS: dict[str, Any] = {"business": BusinessForm, "premises": PremisesForm}
OWN_PAGES = ("documents", "check", "declare")


def task_title(application: LicenceApplication, name: str) -> str:
    """What a task of the list is called."""
    titles = {
        "business": _("Your business"),
        "premises": _("Premises, channel or event"),
        "use": _("Music use") if is_event(application) else _("Music use and dates"),
        "events": _("The event"),
        "documents": _("Documents"),
        "check": _("Check your answers"),
        "declare": _("Declare and send"),
    }
    return titles[name]


def task_url(application: LicenceApplication, name: str) -> str:
    """Where a task is done."""
    if name in OWN_PAGES:
        return reverse(f"licensing:apply-{name}", args=[application.reference])
    return reverse("licensing:apply-section", args=[application.reference, name])


def answer_groups(application: LicenceApplication, price: Price | None = None) -> list[dict[str, Any]]:
    """All answers in words, group by group, with the address where each group can be changed."""
    rows = {
        "business": _form_rows(application, "business"),
        "premises": _form_rows(application, "premises"),
        "use": _use_rows(application, price),
    }
    if is_event(application):
        rows["events"] = _event_rows(application, price)
    rows["documents"] = [
        {"label": document.get_kind_display(), "value": document.original_name}
        for document in kept_documents(application)
    ] or [{"label": _("Documents"), "value": ""}]
    return [
        {
            "name": name,
            "title": task_title(application, name),
            "rows": given,
            "change_url": task_url(application, name),
        }
        for name, given in rows.items()
    ]


def _form_rows(application: LicenceApplication, name: str) -> list[dict[str, Any]]:
    kept = application.answers.get(name) or {}
    fields = FORMS[name]().fields
    return [{"label": field.label, "value": _shown(field, kept.get(key, ""))} for key, field in fields.items()]


def _shown(field: Any, value: Any) -> Any:
    return dict(getattr(field, "choices", [])).get(value, value)


def _use_rows(application: LicenceApplication, price: Price | None) -> list[dict[str, Any]]:
    use = price.use if price else use_of(application)
    if use is None:
        return []
    version = price.version if price else version_on(use.tariff, use.starts_on)
    rows: list[dict[str, Any]] = [{"label": _("Tariff"), "value": str(use.tariff)}]
    if version is not None:
        rows += cards.answer_rows(terms_of(version), use.answers)
    return rows if is_event(application) else rows + _period_rows(application, price)


def _event_rows(application: LicenceApplication, price: Price | None) -> list[dict[str, Any]]:
    about = (application.answers.get("events") or {}).get("about", "")
    return [*_period_rows(application, price), {"label": _("What takes place?"), "value": about}]


def _period_rows(application: LicenceApplication, price: Price | None) -> list[dict[str, Any]]:
    use = price.use if price else use_of(application)
    version = version_on(use.tariff, use.starts_on) if use else None
    if use is None or version is None:
        return []
    period = price.period if price else licence_period(use, terms_of(version))[0]
    return [{"label": _("Period"), "value": period_text(period.start, period.end)}] if period else []
