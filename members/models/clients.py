"""API clients: programs of somebody else that read or register works with a token of their own."""

import datetime as dt
from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models.parties import KEPT, Party


class Scope(models.TextChoices):
    """What a token opens."""

    WORKS_READ = "works:read", _("Search and read works")
    WORKS_REGISTER = "works:register", _("Register works of its owner")
    REGISTRATIONS_READ = "registrations:read", _("See what became of registrations")


OWN_SCOPES = (Scope.WORKS_REGISTER, Scope.REGISTRATIONS_READ)  # these act for a party, so the client names one
CLIENT_STATES = [
    ("proposed", _("Waiting for approval")),
    ("active", _("Active")),
    ("refused", _("Refused")),
    ("revoked", _("Revoked")),
]
CLIENT_MOVES = [("proposed", "active"), ("proposed", "refused"), ("active", "revoked")]


@pghistory.track(exclude=["token_hash", "last_used_at"])
class ApiClient(Public):
    """One program with one token. Proposed by one person, approved by another (M14); only the token's hash is kept."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    name = models.CharField(_("name"), max_length=100)
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="api_clients")
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("scopes"))
    state = models.CharField(_("state"), max_length=10, choices=CLIENT_STATES, default="proposed")
    expires_on = models.DateField(_("last day"))
    purpose = models.CharField(_("purpose"), max_length=300)
    decision = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    token_hash = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    token_made_at = models.DateTimeField(_("token made"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        default_permissions = ("view",)
        permissions = [
            ("manage_clients", "Propose API clients and make their tokens"),
            ("approve_clients", "Approve API clients"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values) & ~models.Q(scopes=[]),
                name="client_scopes_are_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(scopes__overlap=[scope.value for scope in OWN_SCOPES])
                | models.Q(party__isnull=False),
                name="client_that_acts_has_an_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | (models.Q(made_by__isnull=False) & ~models.Q(approved_by=models.F("made_by"))),
                name="client_is_approved_by_another",
            ),
            # Without a maker it was made at the server itself, where nobody has signed in who could approve.
            models.CheckConstraint(
                condition=~models.Q(state="active")
                | models.Q(approved_by__isnull=False)
                | models.Q(made_by__isnull=True),
                name="active_client_was_approved",
            ),
            models.CheckConstraint(
                condition=models.Q(token_hash__isnull=True) | models.Q(state="active"),
                name="token_belongs_to_an_active_client",
            ),
        ]
        triggers = [pgtrigger.FSM(name="client_moves", field="state", transitions=CLIENT_MOVES)]

    def __str__(self) -> str:
        return self.name

    def is_open(self, on: dt.date) -> bool:
        """Whether its token opens anything on this day."""
        return self.state == "active" and on <= self.expires_on
