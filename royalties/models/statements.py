"""Statements, and money that is held with its reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models import Party
from royalties.models.pools import Pool
from royalties.models.runs import Run

HELD_REASONS = [
    ("unidentified", _("Held: not yet identified")),
    ("dispute", _("Held: in dispute")),
    ("undocumented", _("Held: share not documented")),
    ("unclaimed", _("Held: owner not a member yet")),
    ("no_mandate", _("Held: no mandate for this right")),
    ("no_usage", _("Held: usage not reported yet")),
]
BUCKETS = {"unidentified": -1, "dispute": -2, "undocumented": -3, "unclaimed": -4, "no_mandate": -5, "no_usage": -6}


class Statement(AppendOnly, Public):
    """One party, one run: a snapshot that never changes. Its lines are the run's allocation lines of the party."""

    number = models.CharField(_("number"), max_length=30, unique=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="statements")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="statements")
    payee_name = models.CharField(max_length=200)
    payee_name_original = models.CharField(max_length=200, blank=True)
    member_number = models.CharField(max_length=12, blank=True)
    opening = models.BigIntegerField(_("opening balance"))
    earned = models.BigIntegerField(_("earned"))
    closing = models.BigIntegerField(_("closing balance"))
    line_count = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    held = models.JSONField(default=list)

    class Meta(AppendOnly.Meta):
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["run", "party"], name="one_statement_per_run_and_party"),
            models.CheckConstraint(
                condition=models.Q(closing=models.F("opening") + models.F("earned")), name="statement_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SuspenseLine(Public):
    """Money of a run that could not be paid: its reason, its place, and until when it waits."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="suspense")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    pool_no = models.IntegerField()
    reason = models.CharField(_("reason"), max_length=20, choices=HELD_REASONS)
    work = models.ForeignKey("works.Work", null=True, on_delete=models.PROTECT, related_name="+")
    share_id = models.BigIntegerField(default=0)
    text_key = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(_("amount"))
    units = models.BigIntegerField()
    collected_year_end = models.DateField(_("financial year of collection ends"))
    prescribes_on = models.DateField(_("prescribed after"))
    state = models.CharField(
        max_length=12,
        choices=[("open", _("Waiting")), ("released", _("Released")), ("prescribed", _("Prescribed"))],
        default="open",
    )

    class Meta:
        verbose_name = _("held amount")
        verbose_name_plural = _("held amounts")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["run", "pool_no", "reason", "work", "share_id", "text_key"],
                nulls_distinct=False,
                name="held_once",
            )
        ]
