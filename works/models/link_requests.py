"""Links of recordings that wait for a person: the recording stands with a work in which others own shares."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import Party
from works.models.history import documented
from works.models.recordings import Recording
from works.models.works import Work

REQUEST_STATES = [
    ("open", _("Waiting for the society")),
    ("accepted", _("Linked")),
    ("refused", _("Refused")),
    ("withdrawn", _("Withdrawn")),
]


@documented
class LinkRequest(Public):
    """A link that was asked for and changes nothing until the documentation desk has decided. `asked_by` is the member
    who asks, herself or by a registration; `source` says what brought it."""

    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="link_requests")
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="link_requests")
    asked_by = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=40)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=REQUEST_STATES, default="open")
    outcome = models.CharField(_("outcome"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("link of a recording that waits")
        verbose_name_plural = _("links of recordings that wait")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "work"], condition=Q(state="open"), name="one_open_request_of_a_link"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(outcome__regex=r"^\s*$"),
                name="link_decided_by_a_person_with_words",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="link_request_moves",
                field="state",
                transitions=[("open", "accepted"), ("open", "refused"), ("open", "withdrawn")],
            ),
            pgtrigger.ReadOnly(
                name="link_request_stands", exclude=["state", "outcome", "decided_by", "decided_at"]
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.recording}: {self.work}"
