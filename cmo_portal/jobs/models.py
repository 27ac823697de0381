"""One row for each piece of background work, written in the transaction that needs it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Recorded

STATES = [
    ("pending", _("Waiting")),
    ("running", _("Running")),
    ("done", _("Done")),
    ("quarantined", _("Quarantined")),
    ("cancelled", _("Cancelled")),
]


class Job(Recorded):
    """A piece of work with a lease. `token` is the fencing token: it grows each time a worker takes the job, and
    whatever an older holder still tries to write is refused."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    queue = models.CharField(max_length=20, default="default")
    args = models.JSONField(default=dict)
    subject = models.CharField(max_length=80, blank=True)
    step = models.CharField(max_length=30, blank=True)
    slice_no = models.IntegerField(default=0)
    state = models.CharField(max_length=12, choices=STATES, default="pending")
    attempt = models.IntegerField(default=0)
    token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    available_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["subject", "step", "slice_no"]),
            models.Index(fields=["available_at"], condition=models.Q(state="pending"), name="job_waiting"),
            models.Index(fields=["lease_until"], condition=models.Q(state="running"), name="job_running"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(attempt__gte=0, attempt__lte=10), name="job_attempts_bounded"),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False), name="job_running_has_lease"
            ),
        ]
        default_permissions = ()
        permissions = [("view_jobs", "See background jobs"), ("handle_jobs", "Retry or give up jobs")]
        triggers = [
            pgtrigger.FSM(
                name="job_moves",
                field="state",
                transitions=[
                    ("pending", "running"),
                    ("pending", "cancelled"),
                    ("pending", "quarantined"),
                    ("running", "pending"),
                    ("running", "done"),
                    ("running", "quarantined"),
                    ("running", "cancelled"),
                    ("quarantined", "pending"),
                    ("quarantined", "cancelled"),
                ],
            ),
            pgtrigger.Trigger(
                name="job_token_grows",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__token__lt=pgtrigger.F("old__token")),
                func=(
                    "RAISE EXCEPTION 'the fencing token of job % may only grow', OLD.id"
                    " USING ERRCODE = 'check_violation';"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Heartbeat(models.Model):
    """When a kind of process was last alive, by the database's clock."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
