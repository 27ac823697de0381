"""Applications: what is filled in, what is missing, and the use they ask a licence for."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cmo_portal.common.ruledata import Complaint
from cmo_portal.common.words import gettext_noop, say
from licensing.models import LicenceApplication, Province, Quote, Tariff
from licensing.queries.pricing import Price, Use, work_out

SECTIONS = ("business", "premises", "use")
NEEDED = {
    "business": ("name", "contact_name", "telephone", "address", "city"),
    "premises": ("kind", "name", "address", "city", "province"),
    "use": ("tariff", "starts_on", "answers"),
}
OPEN_STATES = ("draft", "question")  # the applicant may change her answers


@dataclass(frozen=True, slots=True)
class SectionState:
    """A section of the task list: not_started, in_progress or done."""

    name: str
    state: str


def section_states(application: LicenceApplication) -> list[SectionState]:
    """How far each section is."""
    return [SectionState(name, _state(application.answers.get(name), NEEDED[name])) for name in SECTIONS]


def _state(answers: Any, needed: tuple[str, ...]) -> str:
    if not isinstance(answers, dict) or not any(answers.values()):
        return "not_started"
    return "done" if all(answers.get(name) not in (None, "") for name in needed) else "in_progress"


def is_complete(application: LicenceApplication) -> bool:
    """Whether every section is filled in."""
    return all(section.state == "done" for section in section_states(application))


def use_of(application: LicenceApplication) -> Use | None:
    """The use that the answers describe; None while tariff, place or first day are missing."""
    asked = application.answers.get("use") or {}
    tariff = Tariff.objects.filter(code=asked.get("tariff", "")).first()
    code = (application.answers.get("premises") or {}).get("province") or asked.get("province") or ""
    province = Province.objects.prefetch_related("tax_rates").filter(code=code).first()
    first = _day(asked.get("starts_on"))
    if tariff is None or province is None or first is None:
        return None
    return Use(tariff, dict(asked.get("answers") or {}), province, first, _day(asked.get("ends_on")))


def _day(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def price_of(application: LicenceApplication, *, on: dt.date) -> tuple[Price | None, list[Complaint]]:
    """The price of what the application asks for, as of a day."""
    use = use_of(application)
    if use is None:
        return None, [Complaint("tariff", "", say(gettext_noop("Choose a tariff, a place and the first day.")))]
    return work_out(use, on=on)


def last_quote(application: LicenceApplication) -> Quote | None:
    """The quote that counts: the latest."""
    return application.quotes.select_related("tariff_version__tariff", "province").order_by("-pk").first()
