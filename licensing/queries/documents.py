"""What stands on an invoice and on a licence certificate, in the language of the reader, from their snapshots."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cmo_portal.common.words import in_language
from cmo_portal.documents import qr_svg, state_mark
from cmo_portal.wording import date_text, money_parts, money_text, period_text, words_text
from licensing.models import Invoice, Licence
from licensing.models.tariffs import UseCategory
from licensing.queries.money import Balanced
from licensing.queries.pricing import steps_of, tax_reckoning
from licensing.rules.tariff_pricing import Step
from members.models.parties import Right


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _both(names: dict[str, Any]) -> dict[str, str]:
    """A name in the language of the reader and, below it, in the other script."""
    english, urdu = str(names["name"]), str(names.get("name_ur") or "")
    if _language() == "ur" and urdu:
        return {"name": urdu, "other": english}
    return {"name": english, "other": urdu}


def _plain(amount: int) -> str:
    return str(money_parts(amount))


def invoice_data(invoice: Balanced) -> dict[str, Any]:
    """The data of templates/licensing/documents/invoice.typ."""
    snapshot, licence = invoice.snapshot, invoice.licence
    return {
        "society": snapshot["society"],
        "number": invoice.number,
        "state": state_mark(invoice.state, "invoice"),
        "issued": date_text(invoice.issued_on),
        "due": date_text(invoice.due_on),
        "licence": licence.number,
        "period": period_text(licence.starts_on, licence.ends_on),
        "to": {**_both(snapshot["to"]), **{key: snapshot["to"][key] for key in ("address", "ntn", "number")}},
        "premises": {**_both(snapshot["premises"]), "address": snapshot["premises"]["address"]},
        "lines": _invoice_lines(invoice),
        "total": money_text(invoice.total),
        "settled": _settled(invoice),
        "outstanding": money_text(invoice.outstanding),
        "steps": [_step(step) for step in steps_of(licence.quote)],
        "texts": _invoice_texts(invoice),
    }


def _invoice_lines(invoice: Invoice) -> list[dict[str, str]]:
    charges = {charge["rate_id"]: charge for charge in invoice.licence.quote.tax_lines}
    rows: list[dict[str, str]] = []
    for line in invoice.lines.all():
        text = line.text_ur if _language() == "ur" and line.text_ur else line.text
        if line.kind == "fee":
            text = _("Music licence: %(tariff)s") % {"tariff": text}
            note = _("Tariff %(version)s") % {"version": invoice.tariff_version}
        else:
            note = words_text(tax_reckoning(charges[line.tax_rate_id])) if line.tax_rate_id in charges else ""
        rows.append({"text": text, "note": note, "amount": _plain(line.amount)})
    return rows


def _settled(invoice: Invoice) -> list[dict[str, str]]:
    """Payments and credit notes so far."""
    rows = [
        {
            "text": _("Received on %(day)s, receipt %(number)s")
            % {"day": date_text(part.receipt.received_on), "number": part.receipt.number},
            "amount": _plain(-part.amount),
        }
        for part in invoice.allocations.select_related("receipt").order_by("pk")
    ]
    rows += [
        {"text": _("Credit note %(number)s") % {"number": note.number}, "amount": _plain(-note.amount)}
        for note in invoice.credit_notes.order_by("pk")
    ]
    return rows


def _step(step: Step) -> dict[str, str]:
    shown = "" if step.kind == "working" or step.amount is None else _plain(step.amount)
    return {
        "name": in_language(step.names, _language()),
        "text": words_text(step.words),
        "rule": step.rule,
        "amount": shown,
    }


def _invoice_texts(invoice: Invoice) -> dict[str, str]:
    version = invoice.tariff_version
    amount = _("Amount (%(code)s)") % {"code": settings.CURRENCY["code"]}
    return {
        "title": _("Invoice"),
        "to": _("Billed to"),
        "ntn": _("NTN"),
        "licensee_number": _("Licensee"),
        "issued": _("Issued"),
        "due": _("Please pay by"),
        "licence": _("Licence"),
        "period": _("Period"),
        "premises": _("Premises"),
        "what": _("For"),
        "amount": amount,
        "total": _("Total with tax"),
        "received": _("Paid and credited"),
        "outstanding": _("Still to pay"),
        "how": _("How the fee was worked out"),
        "how_note": _("Tariff %(version)s, valid from %(day)s")
        % {"version": version, "day": date_text(version.valid_from)},
        "step": _("Step"),
        "pay": _("How to pay"),
        "pay_text": _(
            "Pay by bank transfer, Raast or cheque and name the invoice number %(number)s. Your licence becomes "
            "active when the whole amount has arrived."
        )
        % {"number": invoice.number},
    }


def licence_data(licence: Licence) -> dict[str, Any]:
    """The data of templates/licensing/documents/licence.typ, for an active (or once active) licence."""
    facts = licence.certificate or {}
    tariff = facts["tariff"]
    tariff_name = _both(tariff)["name"]
    path = reverse("licensing:public-check-code", args=[licence.code])
    return {
        "society": facts["society"],
        "number": licence.number,
        "licensee": _both(facts["licensee"]),
        "premises": {**_both(facts["premises"]), "address": facts["premises"]["address"]},
        "period": period_text(licence.starts_on, licence.ends_on),
        "use": str(UseCategory(facts["use_category"]).label),
        "rights": str(Right(facts["right"]).label),
        "territory": _("Only the premises, channel or event named here"),
        "tariff": f"{tariff['code']} v{tariff['version']}: {tariff_name}",
        "sample": _("Sample tariff: this certificate is a demonstration and gives no permission.")
        if tariff["sample"]
        else "",
        "issued": date_text(dt.date.fromisoformat(facts["issued_on"])),
        "covers": _("The whole repertoire of the society, in the use, place and period named here."),
        "not_covers": _(
            "Copying music, adding music to film or advertising, broadcasting to other places, other premises, and the "
            "rights of performers and producers of recordings."
        ),
        "code": licence.code,
        "qr": qr_svg(f"{settings.BASE_URL}{path}"),
        "check_url": f"{settings.BASE_URL}{reverse('licensing:public-check')}",
        "texts": _licence_texts(facts),
    }


def _licence_texts(facts: dict[str, Any]) -> dict[str, str]:
    return {
        "title": _("Music licence"),
        "grants": _("%(society)s permits the public use of music at") % {"society": _both(facts["society"])["name"]},
        "number": _("Licence number"),
        "period": _("Valid"),
        "licensee": _("Licensee"),
        "use": _("Use"),
        "rights": _("Right"),
        "territory": _("Place"),
        "tariff": _("Tariff"),
        "issued": _("Issued"),
        "qr_alt": _("QR code that leads to the check of this licence"),
        "scan": _("Scan to check this licence"),
        "covers": _("What it covers"),
        "not_covers": _("What it does not cover"),
        "signed": _("Signed code of the society, the same as in the QR code"),
    }
