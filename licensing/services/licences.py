"""Licences come alive when their invoice is settled, carry a signed code from then on, and may be cancelled."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.services import add_job
from licensing.formats.licence_code import LicenceFacts, encode, shortened, signing_key
from licensing.models import Licence, Premises


@transaction.atomic
def activate_when_settled(*, licence: Licence, by: User, now: dt.datetime) -> Licence:
    """Sign and activate the licence once nothing is open on its invoices, or credit was approved for what is open.

    Called by every act that moves the money of an invoice; does nothing where money is still missing. The database
    holds the same rule (M16).
    """
    licence = Licence.objects.select_for_update(of=("self",)).get(pk=licence.pk)
    invoices = list(licence.invoices.all())
    on_credit = [invoice.credit_approved_by_id is not None for invoice in invoices]
    settled = all(i.state in ("paid", "credited") or credit for i, credit in zip(invoices, on_credit, strict=True))
    earned = any(i.state == "paid" or credit for i, credit in zip(invoices, on_credit, strict=True))
    if licence.state != "awaiting_payment" or not (settled and earned):
        return licence
    facts = LicenceFacts(licence.number, shortened(str(licence.premises)), licence.starts_on, licence.ends_on)
    faultpoint("licensing.activate.before_write")
    licence.code = encode(facts, signing_key(settings.SIGNING_SEED))
    licence.certificate = _certificate(licence, now)
    licence.state, licence.activated_at = "active", now
    licence.save(update_fields=["code", "certificate", "state", "activated_at"])
    add_job(
        kind="licensing.notice",
        key=f"licensing.notice:licensed:{licence.pk}",
        args={"application": licence.application_id, "what": "licensed"},
    )
    record_act(by=by, verb="activate_licence", on=licence, facts={"number": licence.number})
    return licence


def premises_snapshot(premises: Premises) -> dict[str, str]:
    """Name and address of premises as they are now."""
    return {
        "kind": premises.kind,
        "name": premises.name,
        "name_ur": premises.name_ur,
        "address": f"{premises.address}, {premises.city}",
        "province": premises.province.name,
        "province_ur": premises.province.name_ur,
    }


def _certificate(licence: Licence, now: dt.datetime) -> dict[str, Any]:
    """What the certificate says, kept with the licence: it never changes, whatever happens to names and tariffs."""
    version = licence.tariff_version
    return {
        "licensee": {"name": licence.licensee.name, "name_ur": licence.licensee.name_ur},
        "premises": premises_snapshot(licence.premises),
        "tariff": {
            "code": version.tariff.code,
            "name": version.tariff.name,
            "name_ur": version.tariff.name_ur,
            "version": version.version,
            "sample": version.legal_status == "sample",
        },
        "use_category": version.tariff.use_category,
        "right": version.tariff.right,
        "society": {key: str(value) for key, value in settings.SOCIETY.items()},
        "issued_on": business_date(now).isoformat(),
    }


@transaction.atomic
def cancel_licence(*, licence: Licence, reason: str, by: User, now: dt.datetime) -> Licence:
    """End a licence early, with a reason; its code then says so. Cancelling again changes nothing."""
    require(by, "licensing.review_applications")
    licence = Licence.objects.select_for_update(of=("self",)).get(pk=licence.pk)
    if licence.state == "cancelled":
        return licence
    if not reason.strip():
        raise ValidationError(_("Say why the licence is cancelled."))
    licence.state, licence.reason = "cancelled", reason.strip()
    licence.cancelled_at, licence.cancelled_by = now, by
    licence.save(update_fields=["state", "reason", "cancelled_at", "cancelled_by"])
    record_act(by=by, verb="cancel_licence", on=licence, facts={"reason": licence.reason})
    return licence
