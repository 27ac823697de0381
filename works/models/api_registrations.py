"""Registrations that came through the API: which client sent what, under which key, and what it was answered."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly
from members.models import ApiClient, Party
from works.models.works import Work

LONGEST_KEY = 64
LONGEST_REFERENCE = 40


class ApiRegistration(AppendOnly):
    """One work that a client registered for its owner. The same key of a client is the same registration, for good.

    `request_hash` tells the same request from another under the same key; `answer` is what the client was told.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="registrations")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="api_registrations")
    idempotency_key = models.CharField(max_length=LONGEST_KEY)
    request_hash = models.BinaryField(max_length=32)
    reference = models.CharField(_("the client's own reference"), max_length=LONGEST_REFERENCE, blank=True)
    work = models.OneToOneField(Work, on_delete=models.PROTECT, related_name="api_registration")
    answer = models.JSONField()

    class Meta(AppendOnly.Meta):
        verbose_name = _("registration through the API")
        verbose_name_plural = _("registrations through the API")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["client", "idempotency_key"], name="one_registration_per_key"),
            models.CheckConstraint(
                condition=models.Q(idempotency_key__regex=r"^[\x21-\x7e]{8,64}$"), name="idempotency_key_has_its_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work.number} {self.reference}".strip()
