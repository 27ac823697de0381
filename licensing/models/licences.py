"""Licences: permission for stated uses, a place and a period, proved by a signed code."""

import datetime as dt
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from licensing.models.applications import LicenceApplication, Quote
from licensing.models.guards import fixed_once
from licensing.models.licensees import Licensee, Premises
from licensing.models.tariffs import KEPT, TariffVersion

LICENCE_STATES = [
    ("awaiting_payment", _("Not paid yet")),
    ("active", _("Active")),
    ("cancelled", _("Cancelled")),
]

# M16: a licence becomes active only when its invoice is settled, or when a credit for it was approved.
ACTIVE_ONLY_WHEN_PAID = """
    IF NEW.state = 'active' AND (TG_OP = 'INSERT' OR OLD.state <> 'active') THEN
        IF NOT EXISTS (
            SELECT 1 FROM licensing_invoice i
            WHERE i.licence_id = NEW.id AND (i.state = 'paid' OR i.credit_approved_by_id IS NOT NULL)
        ) OR EXISTS (
            SELECT 1 FROM licensing_invoice i
            WHERE i.licence_id = NEW.id AND i.state NOT IN ('paid', 'credited') AND i.credit_approved_by_id IS NULL
        ) THEN
            RAISE EXCEPTION 'licence %: it is not paid and no credit was approved', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'licence_active_only_when_paid';
        END IF;
    END IF;
    RETURN NEW;
"""
# The enforcement block: no licence rests on a tariff version that the society never approved.
TARIFF_APPROVED = """
    IF NOT EXISTS (
        SELECT 1 FROM licensing_tariffversion v
        WHERE v.id = NEW.tariff_version_id AND v.legal_status NOT IN ('draft', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'licence %: its tariff version is a draft or withdrawn', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'licence_rests_on_approved_tariff';
    END IF;
    RETURN NEW;
"""


class LicenceQuerySet(models.QuerySet["Licence"]):
    """Filters on licences alone."""

    def seen_by(self, user: Any) -> "LicenceQuerySet":
        """Licences of the licensees for whom this person acts."""
        return self.filter(licensee__access__user=user, licensee__access__ended_at=None)


@pghistory.track()
class Licence(Public):
    """A licence. The content is a snapshot of the quote; what may change is its state, and each change is an act."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    number = models.CharField(_("licence number"), max_length=20, unique=True)
    licensee = models.ForeignKey(Licensee, on_delete=models.PROTECT, related_name="licences")
    premises = models.ForeignKey(Premises, on_delete=models.PROTECT, related_name="licences")
    tariff_version = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, related_name="licences")
    application = models.OneToOneField(LicenceApplication, on_delete=models.PROTECT, related_name="licence")
    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="licence")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    state = models.CharField(_("state"), max_length=16, choices=LICENCE_STATES, default="awaiting_payment")
    activated_at = models.DateTimeField(_("active since"), null=True, blank=True)
    certificate = models.JSONField(_("certificate"), null=True, blank=True)
    code = models.TextField(_("signed code"), max_length=600, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="licence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | (Q(activated_at__isnull=False) & ~Q(code="")),
                name="active_licence_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | (Q(cancelled_at__isnull=False) & ~Q(reason="")),
                name="cancelled_licence_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="licence_active_only_when_paid",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=ACTIVE_ONLY_WHEN_PAID,
            ),
            pgtrigger.Trigger(
                name="licence_rests_on_approved_tariff",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=TARIFF_APPROVED,
            ),
            pgtrigger.FSM(
                name="licence_moves",
                field="state",
                transitions=[
                    ("awaiting_payment", "active"),
                    ("awaiting_payment", "cancelled"),
                    ("active", "cancelled"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="licence_content_fixed",
                fields=[
                    "number",
                    "licensee",
                    "premises",
                    "tariff_version",
                    "application",
                    "quote",
                    "starts_on",
                    "ends_on",
                ],
            ),
            fixed_once(
                "licence_proof_fixed",
                past=pgtrigger.Q(old__state__df="awaiting_payment"),
                fields=["certificate", "code", "activated_at"],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def status_on(self, day: dt.date) -> str:
        """awaiting_payment, cancelled, not_yet, valid or expired on that day."""
        if self.state != "active":
            return self.state
        if day < self.starts_on:
            return "not_yet"
        return "valid" if day <= self.ends_on else "expired"
