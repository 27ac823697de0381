"""Distribution runs: the state machine, and what a run froze when it began."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models.parties import Right
from royalties.models.pools import Pool
from royalties.models.rules import RuleVersion
from royalties.models.usage import UsageFile

RUN_STATES = [
    ("draft", _("Draft")),
    ("frozen", _("Inputs frozen")),
    ("calculated", _("Calculated")),
    ("reviewed", _("Sent for approval")),
    ("approved", _("Approved")),
    ("finalised", _("Finalised")),
    ("published", _("Published")),
    ("cancelled", _("Cancelled")),
    ("reversed", _("Reversed")),
]
MOVES = [
    ("draft", "frozen"),
    ("frozen", "calculated"),
    ("calculated", "reviewed"),
    ("reviewed", "calculated"),
    ("reviewed", "approved"),
    ("approved", "finalised"),
    ("finalised", "published"),
    ("draft", "cancelled"),
    ("frozen", "cancelled"),
    ("calculated", "cancelled"),
    ("reviewed", "cancelled"),
    ("approved", "cancelled"),
    ("finalised", "reversed"),
    ("published", "reversed"),
]


@pghistory.track()
class Run(Public):
    """One distribution run. The approver is another person than the maker and approves a digest (M14, M15)."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to"))
    state = models.CharField(_("state"), max_length=12, choices=RUN_STATES, default="draft")
    form_key = models.UUIDField(unique=True, editable=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="runs_made")
    slices = models.IntegerField(default=1)
    kernel = models.CharField(max_length=20, default="numpy")
    code_version = models.CharField(max_length=40, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    input_digest = models.BinaryField(max_length=32, null=True, editable=False)
    calculated_at = models.DateTimeField(null=True, blank=True)
    digest = models.BinaryField(max_length=32, null=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="runs_approved"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_digest = models.BinaryField(max_length=32, null=True, editable=False)
    finalised_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        verbose_name = _("distribution run")
        verbose_name_plural = _("distribution runs")
        default_permissions = ("view",)
        permissions = [
            ("view_runs", "See distribution runs"),
            ("make_runs", "Make distribution runs"),
            ("approve_runs", "Approve distribution runs"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(approved_by=models.F("maker")), name="run_four_eyes"),
            models.CheckConstraint(
                condition=~models.Q(approved_by=models.F("reviewed_by")), name="run_four_eyes_reviewer"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "finalised", "published"])
                | models.Q(approved_by__isnull=False, approved_digest=models.F("digest")),
                name="approval_names_the_digest",
            ),
        ]
        triggers = [pgtrigger.FSM(name="run_moves", field="state", transitions=MOVES)]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class PoolClaim(Public):
    """A pool is in one live run at a time; a cancelled or reversed run gives it back."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="pool_claims")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="claims")
    released_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["pool"], condition=models.Q(released_at__isnull=True), name="one_live_run_per_pool"
            )
        ]


class UsageClaim(Public):
    """A usage file is paid once per right over all live runs (M07)."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="usage_claims")
    file = models.ForeignKey(UsageFile, on_delete=models.PROTECT, related_name="claims")
    right = models.CharField(max_length=2, choices=Right.choices)
    position = models.IntegerField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["file", "right"], condition=models.Q(released_at__isnull=True), name="usage_paid_once_per_right"
            ),
            models.UniqueConstraint(fields=["run", "file", "right"], name="usage_claimed_once_per_run"),
        ]


class RunPool(AppendOnly):
    """A leaf pool of a run as frozen: a pool, or a section of one. Amounts in whole minor units."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="pools")
    pool_no = models.IntegerField()
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=160)
    gross = models.BigIntegerField()
    deducted = models.BigIntegerField()
    amount = models.BigIntegerField()
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "pool_no"], name="run_pool_numbered_once"),
            models.UniqueConstraint(fields=["run", "pool", "section"], name="run_pool_once"),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("deducted") + models.F("amount")), name="run_pool_adds_up"
            ),
        ]


class RunDeduction(AppendOnly):
    """One deduction from a pool, with its basis and rate as applied."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="deductions")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    order = models.IntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    basis = models.BigIntegerField()
    rate_percent = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "pool", "order"], name="run_deduction_once")]


class RunText(models.Model):
    """A text of a run as frozen: its pool, its work (0 when unidentified). `text_key` = position of the file in the
    run's list, ordered by sha256, in the upper 32 bits and the text number in the lower."""

    app_may = ("SELECT", "INSERT")
    pk = models.CompositePrimaryKey("run_id", "pool_no", "text_key")
    run_id = models.BigIntegerField()
    pool_no = models.IntegerField()
    text_key = models.BigIntegerField()
    file_id = models.BigIntegerField()
    text_no = models.IntegerField()
    work_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()


class RunShare(models.Model):
    """A share of a work as frozen for one right. `payee_id` is the party's id, or a negative bucket: -1 unidentified,
    -2 dispute, -3 undocumented, -4 unclaimed, -5 no mandate, -6 no usage reported. Units add up to 1,000,000."""

    app_may = ("SELECT", "INSERT")
    pk = models.CompositePrimaryKey("run_id", "right", "work_id", "share_id")
    run_id = models.BigIntegerField()
    right = models.CharField(max_length=2)
    work_id = models.BigIntegerField()
    share_id = models.BigIntegerField()
    payee_id = models.BigIntegerField()
    party_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=2)
    units = models.IntegerField()

    class Meta:
        default_permissions = ()


class StepSum(AppendOnly):
    """What a slice of a step hands back: integers that add up in any order. Written under the slice's fencing token."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="sums")
    step = models.CharField(max_length=20)
    slice_no = models.IntegerField()
    job = models.ForeignKey("jobs.Job", on_delete=models.PROTECT, related_name="+")
    token = models.BigIntegerField()
    payload = models.JSONField()

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "step", "slice_no"], name="one_sum_per_slice")]
