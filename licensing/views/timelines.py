"""The dated events beside an application, a licence and an invoice."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cmo_portal.common.clock import business_date
from cmo_portal.wording import date_text
from licensing.models import Invoice, Licence, LicenceApplication

Event = dict[str, Any]
LICENSEE_PAGE = "licensing:licensee-invoice-detail"
STAFF_PAGE = "licensing:staff-invoice-detail"


def application_timeline(application: LicenceApplication, invoice_page: str = LICENSEE_PAGE) -> list[Event]:
    """L4: begun, sent, questions and answers, decision, invoice, paid, licensed."""
    events: list[Event] = [{"at": application.created_at, "title": _("Application begun")}]
    if application.submitted_at:
        events.append({"at": application.submitted_at, "title": _("Sent; we look at it"), "tone": "waiting"})
    for note in application.notes.all():
        title = _("We asked you something") if note.kind == "question" else _("You answered")
        events.append({"at": note.created_at, "title": title, "text": note.text, "tone": "waiting"})
    if application.decided_at:
        events.append(_decision(application))
    licence = Licence.objects.filter(application=application).first() if application.state == "approved" else None
    if licence is not None:
        events += licence_timeline(licence, invoice_page)
    return sorted(events, key=_moment)


def _decision(application: LicenceApplication) -> Event:
    if application.state == "refused":
        return {"at": application.decided_at, "title": _("Refused"), "text": application.reason, "tone": "bad"}
    return {"at": application.decided_at, "title": _("Approved"), "tone": "good"}


def licence_timeline(licence: Licence, invoice_page: str = LICENSEE_PAGE) -> list[Event]:
    """Invoices, payments, activation, the last day, an early end."""
    events: list[Event] = []
    for invoice in licence.invoices.all():
        events += invoice_timeline(invoice, invoice_page)
    if licence.activated_at:
        events.append({"at": licence.activated_at, "title": _("Licence active"), "tone": "good"})
    if licence.cancelled_at:
        events.append(
            {"at": licence.cancelled_at, "title": _("Licence cancelled"), "text": licence.reason, "tone": "bad"}
        )
    return sorted(events, key=_moment)


def invoice_timeline(invoice: Invoice, invoice_page: str = LICENSEE_PAGE) -> list[Event]:
    """Issued, paid in parts, credited, due."""
    url = reverse(invoice_page, args=[invoice.uid])
    number = {"number": isolated(invoice.number)}
    events: list[Event] = [{"at": invoice.created_at, "title": _("Invoice %(number)s issued") % number, "url": url}]
    for part in invoice.allocations.select_related("receipt"):
        text = f"{isolated(part.receipt.number)}, {date_text(part.receipt.received_on)}"
        events.append({"at": part.created_at, "title": _("Payment received"), "text": text, "tone": "good"})
    for note in invoice.credit_notes.all():
        events.append({"at": note.issued_on, "title": _("Credit note %(number)s") % {"number": isolated(note.number)}})
    if invoice.credit_approved_at:
        events.append({"at": invoice.credit_approved_at, "title": _("May be paid later, as agreed")})
    if invoice.state in ("issued", "part_paid"):
        events.append({"at": invoice.due_on, "title": _("Last day for payment"), "tone": "waiting"})
    return sorted(events, key=_moment)


def isolated(code: str) -> str:
    """A number that keeps its own direction inside a sentence of a right-to-left page."""
    return f"\N{FIRST STRONG ISOLATE}{code}\N{POP DIRECTIONAL ISOLATE}"


def _moment(event: Event) -> tuple[dt.date, str]:
    """Moments and days in one order; on the same day what has a time goes first."""
    at = event["at"]
    if isinstance(at, dt.datetime):
        return business_date(at), at.isoformat()
    return at, "~"
