"""What pages of applicants, members and staff show alike: answers in words, events in order, tax classes in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmo_portal import states
from cmo_portal.audit.models import Act
from cmo_portal.common.texts import Text
from cmo_portal.wording import comma_list, date_text
from members.forms.apply import LANGUAGE_NAMES
from members.forms.staff import TAX_CLASSES
from members.models import MembershipApplication
from members.queries.applications import (
    RESIDENCE_TITLES,
    ROLE_TITLES,
    STEP_TITLES,
    mandate_rows,
    mandate_scope,
)

ACT_TITLES: Mapping[str, Text] = {
    "begin_application": gettext_lazy("Application begun"),
    "send_link_again": gettext_lazy("Link sent again"),
    "submit_application": gettext_lazy("Application sent"),
    "ask_question": gettext_lazy("Question asked"),
    "refuse_application": gettext_lazy("Application refused"),
    "remove_document": gettext_lazy("Document taken back"),
    "admit_member": gettext_lazy("Admitted"),
    "change_contact": gettext_lazy("Contact details changed"),
    "set_tax_status": gettext_lazy("Tax class set"),
    "change_mandate": gettext_lazy("Mandate changed"),
    "member_suspended": gettext_lazy("Suspended"),
    "member_active": gettext_lazy("Suspension ended"),
    "member_resigned": gettext_lazy("Resigned"),
    "member_deceased": gettext_lazy("Death recorded"),
    "reveal_number": gettext_lazy("Whole number looked at"),
    "propose_bank": gettext_lazy("Bank details proposed"),
    "approve_bank": gettext_lazy("Bank details approved"),
    "refuse_bank": gettext_lazy("Bank details refused"),
    "withdraw_bank": gettext_lazy("Bank details withdrawn"),
}
TONES = {"question": "waiting", "refused": "bad", "admitted": "good"}


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an application with its answers."""

    title: Text
    rows: list[dict[str, Any]] = field(default_factory=list)


def answer_sections(application: MembershipApplication, *, change: bool) -> list[Section]:
    """All answers in words; numbers by their masks; with a way to change each while that is allowed."""
    return [
        Section(STEP_TITLES[step], [_row(step, label, value, change) for label, value in rows])
        for step, rows in (
            ("names", [*_name_rows(application), *_signature_rows(application)]),
            ("identity", _identity_rows(application)),
            ("contact", _contact_rows(application)),
            ("roles", [(_("Roles"), role_text(application.answers.get("roles", [])))]),
            ("bank", _bank_rows(application)),
            ("mandate", [(label, str(where)) for label, where in mandate_rows(mandate_scope(application))]),
            ("documents", _document_rows(application)),
        )
    ]


def timeline_of(application: MembershipApplication, *, named: bool = False) -> list[dict[str, Any]]:
    """What happened, newest first; staff see who did it."""
    return [
        {
            "at": note.at,
            "title": note.get_kind_display(),
            "text": note.text,
            "who": str(note.by or "") if named else "",
            "tone": TONES.get(note.kind, ""),
        }
        for note in application.notes.select_related("by").order_by("-pk")
    ]


def events_of(acts: Iterable[Act]) -> list[dict[str, Any]]:
    """Acts in words, with their reason and who did them."""
    return [
        {
            "at": act.at,
            "title": ACT_TITLES.get(act.verb, act.verb),
            "text": str(act.facts.get("reason", "")),
            "who": str(act.actor or ""),
        }
        for act in acts
    ]


def role_text(roles: Iterable[str]) -> str:
    """Roles in words, without their explanations."""
    return comma_list(str(ROLE_TITLES[role]).split(":")[0] for role in roles if role in ROLE_TITLES)


def tax_text(tax_class: str) -> str:
    """A tax class in words; its code when the society has classes of its own."""
    return str(dict(TAX_CLASSES).get(tax_class, tax_class))


def state_text(code: str, kind: str) -> str:
    """The word of a state, for downloads."""
    return str(states.look_up(code, kind).label)


def _name_rows(application: MembershipApplication) -> list[tuple[Text, str]]:
    answers = application.answers
    if application.kind == "organisation":
        return [
            (_("Company"), answers.get("last_name", "")),
            (_("In its own script"), answers.get("original_name", "")),
        ]
    return [
        (_("Name"), application.display_name),
        (_("In your own script"), answers.get("original_name", "")),
        (_("Pen name"), answers.get("pen_name", "")),
        (_("Pen name in your own script"), answers.get("pen_name_original", "")),
    ]


def _signature_rows(application: MembershipApplication) -> list[tuple[Text, str]]:
    """The name under which the answers were declared true, once they were."""
    signed = application.answers.get("declared_name")
    return [(_("Signed as"), signed)] if signed else []


def _identity_rows(application: MembershipApplication) -> list[tuple[Text, str]]:
    if application.kind == "organisation":
        return [(_("NTN"), application.answers.get("ntn", ""))]
    born = date_text(application.born_on) if application.born_on else ""
    return [(_("CNIC"), application.cnic_masked), (_("Date of birth"), born)]


def _contact_rows(application: MembershipApplication) -> list[tuple[Text, str]]:
    answers = application.answers
    return [
        (_("E-mail address"), application.email),
        (_("Telephone"), answers.get("telephone", "")),
        (_("Postal address"), answers.get("address", "")),
        (_("Residence for tax"), str(RESIDENCE_TITLES.get(answers.get("residence", ""), ""))),
        (_("Language of messages"), LANGUAGE_NAMES.get(application.language, application.language)),
    ]


def _bank_rows(application: MembershipApplication) -> list[tuple[Text, str]]:
    answers = application.answers
    return [
        (_("IBAN"), application.iban_masked),
        (_("Title of the account"), answers.get("account_title", "")),
        (_("Bank"), answers.get("bank_name", "")),
    ]


def _document_rows(application: MembershipApplication) -> list[tuple[Text, str]]:
    documents = application.documents.filter(quarantined=False).order_by("pk")
    return [(document.get_kind_display(), document.original_name) for document in documents]


def _row(step: str, label: Text, value: str, change: bool) -> dict[str, Any]:
    # An e-mail address is the way in: it is not changed on a page.
    url = ""
    if change and label != _("E-mail address"):
        page = (
            reverse("members:public-join-documents")
            if step == "documents"
            else reverse("members:public-join-step", args=[step])
        )
        url = f"{page}?from=check"
    return {"label": label, "value": value, "change_url": url}
