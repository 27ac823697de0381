"""More days for evidence: asked for by a side and agreed to by the others, or given by the society with a reason."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models import Party
from works.models.claims import Dispute

# The other sides have to agree before more days are given that a side has asked for: those that still claim a part.
GIVEN_BY_ALL = """
    IF EXISTS (SELECT 1 FROM works_claim c WHERE c.dispute_id = NEW.dispute_id AND c.share > 0
            AND c.party_id <> NEW.asked_by_id AND NOT EXISTS (SELECT 1 FROM works_extensionconsent y
                WHERE y.extension_id = NEW.id AND y.party_id = c.party_id)) THEN
        RAISE EXCEPTION 'a side has not agreed to the more days of dispute %', NEW.dispute_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'extension_agreed_by_all';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class DisputeExtension(Public):
    """A later day for evidence: `until` in the place of `was`. `asked_by` is the side that asked; without one the
    society gave the days (`given_by`)."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="extensions")
    asked_by = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("asked on"))
    was = models.DateField(_("evidence was due"))
    until = models.DateField(_("evidence due"))
    reason = models.TextField(_("reason"))
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[
            ("asked", _("The other sides have not all agreed yet")),
            ("given", _("Given")),
            ("refused", _("A side did not agree")),
            ("lapsed", _("Not decided in time")),
        ],
        default="asked",
    )
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(_("decided on"), null=True)

    class Meta:
        verbose_name = _("extension of the days for evidence")
        verbose_name_plural = _("extensions of the days for evidence")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("was")), name="extension_is_later"),
            models.CheckConstraint(condition=~Q(reason__regex=r"^\s*$"), name="extension_has_its_reason"),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False, given_by__isnull=True)
                | Q(asked_by__isnull=True, given_by__isnull=False, state="given"),
                name="extension_by_the_sides_or_the_society",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_on__isnull=True) | ~Q(state="asked") & Q(decided_on__isnull=False),
                name="extension_decided_on_a_day",
            ),
            models.UniqueConstraint(fields=["dispute"], condition=Q(state="asked"), name="one_extension_asked_at_once"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="extension_moves",
                field="state",
                transitions=[("asked", "given"), ("asked", "refused"), ("asked", "lapsed")],
            ),
            pgtrigger.ReadOnly(name="extension_stands", exclude=["state", "decided_on"]),
            pgtrigger.Protect(name="extension_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="extension_agreed_by_all",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state="given"),
                func=GIVEN_BY_ALL,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.until}"


class ExtensionConsent(AppendOnly):
    """A side agreed to more days; `by` is who said so: its own account, or the desk by letter."""

    extension = models.ForeignKey(DisputeExtension, on_delete=models.PROTECT, related_name="consents")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["extension", "party"], name="one_consent_per_side")]
