"""Applications: what is filled in, what is missing, and the use they ask a licence for."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cmo_portal.common.ruledata import Complaint, Names
from cmo_portal.common.words import gettext_noop, say
from licensing.models import ApplicationDocument, LicenceApplication, Province, Quote, Tariff
from licensing.models.tariffs import Term
from licensing.queries.pricing import Price, Use, work_out
from licensing.queries.tariffs import terms_of, version_on

SECTIONS = ("business", "premises", "use", "events")
NEEDED: dict[str, tuple[str, ...]] = {
    "business": ("name", "contact_name", "telephone", "address", "city"),
    "premises": ("kind", "name", "address", "city", "province"),
    "use": ("tariff", "starts_on", "answers"),
    "events": ("starts_on",),
}
NEEDED_OF_AN_EVENT = ("tariff", "answers")  # its days are asked in the section `events`
OPEN_STATES = ("draft", "question")  # the applicant may change her answers


@dataclass(frozen=True, slots=True)
class SectionState:
    """A task of the list: not_started, in_progress, cannot_start or done."""

    name: str
    state: str


def tariff_of(application: LicenceApplication) -> Tariff | None:
    """The tariff that the applicant chose."""
    return Tariff.objects.filter(code=(application.answers.get("use") or {}).get("tariff", "")).first()


def is_event(application: LicenceApplication) -> bool:
    """Whether the chosen tariff is paid for each event."""
    tariff = tariff_of(application)
    return tariff is not None and tariff.term == Term.EVENT


def section_states(application: LicenceApplication) -> list[SectionState]:
    """How far each section of answers is; events only where the tariff is paid for each event."""
    needed = dict(NEEDED)
    if is_event(application):
        needed["use"] = NEEDED_OF_AN_EVENT
    else:
        del needed["events"]
    return [SectionState(name, _state(application.answers.get(name), needed[name])) for name in needed]


def task_states(application: LicenceApplication) -> list[SectionState]:
    """Every task of the list in its order: the sections, the documents, the check, the declaration."""
    checked = is_complete(application) and bool(application.answers.get("check"))
    check = "done" if checked else "not_started" if is_complete(application) else "cannot_start"
    return [
        *section_states(application),
        SectionState("documents", "done" if kept_documents(application).exists() else "not_started"),
        SectionState("check", check),
        SectionState("declare", "not_started" if checked else "cannot_start"),
    ]


def _state(answers: Any, needed: tuple[str, ...]) -> str:
    if not isinstance(answers, dict) or not any(answers.values()):
        return "not_started"
    return "done" if all(answers.get(name) not in (None, "") for name in needed) else "in_progress"


def kept_documents(application: LicenceApplication) -> QuerySet[ApplicationDocument]:
    """The documents that count as given: those in quarantine do not."""
    return application.documents.filter(quarantined=False).order_by("pk")


def needed_document(application: LicenceApplication) -> Names:
    """What the tariff wants to see with the application; empty where documents are left to the applicant."""
    tariff = tariff_of(application)
    use = use_of(application)
    version = version_on(tariff, use.starts_on if use else dt.date.max) if tariff else None  # undated: the newest
    return terms_of(version).document if version else ()


def is_complete(application: LicenceApplication) -> bool:
    """Whether every section is filled in, and the document is there where the tariff wants one."""
    if not all(section.state == "done" for section in section_states(application)):
        return False
    return not needed_document(application) or kept_documents(application).exists()


def use_of(application: LicenceApplication) -> Use | None:
    """The use that the answers describe; None while tariff, place or first day are missing."""
    asked = application.answers.get("use") or {}
    tariff = tariff_of(application)
    days = application.answers.get("events") or {} if is_event(application) else asked
    code = (application.answers.get("premises") or {}).get("province") or asked.get("province") or ""
    province = Province.objects.prefetch_related("tax_rates").filter(code=code).first()
    first = _day(days.get("starts_on"))
    if tariff is None or province is None or first is None:
        return None
    return Use(tariff, dict(asked.get("answers") or {}), province, first, _day(days.get("ends_on")))


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
