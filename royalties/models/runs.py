"""Distribution runs: the state machine, and what a run claims.

Each state lets only its own columns change, and what a run claims it holds until it is cancelled or reversed: by
triggers as well as by the services. What a run freezes stands in royalties.models.frozen.
"""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models.parties import Right
from royalties.models.ledger import on_new_rows
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
    ("approved", "calculated"),
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


# M15: which columns each state lets change; all others stand for ever. A move to `calculated` needs sealed results
# (M01, M10), a move to `finalised` a ledger that conserves every pool (M01).
RUN_STANDS = """
    may := CASE OLD.state
        WHEN 'draft' THEN ARRAY['state', 'reason', 'name', 'period_start', 'period_end', 'frozen_at', 'input_digest',
            'claim_rule_id']
        WHEN 'frozen' THEN ARRAY['state', 'reason', 'slices', 'kernel', 'code_version', 'calculated_at', 'digest']
        WHEN 'calculated' THEN ARRAY['state', 'reason', 'reviewed_by_id']
        WHEN 'reviewed' THEN
            ARRAY['state', 'reason', 'reviewed_by_id', 'approved_by_id', 'approved_at', 'approved_digest',
                'accepted_changes']
        WHEN 'approved' THEN ARRAY['state', 'reason', 'finalised_at'] || CASE NEW.state WHEN 'calculated' THEN
            ARRAY['reviewed_by_id', 'approved_by_id', 'approved_at', 'approved_digest', 'accepted_changes'] END
        WHEN 'finalised' THEN ARRAY['state', 'reason', 'published_at']
        ELSE ARRAY['state', 'reason'] END;
    IF (to_jsonb(NEW) - may) IS DISTINCT FROM (to_jsonb(OLD) - may) THEN
        RAISE EXCEPTION 'run % is %: this part of it stands', OLD.number, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'run_stands';
    END IF;
    IF NEW.state = 'calculated' AND OLD.state = 'frozen' THEN
        PERFORM royalties_require_sealed(OLD.id);
    ELSIF NEW.state = 'finalised' AND OLD.state = 'approved' THEN
        PERFORM royalties_require_conserved(OLD.id);
    ELSIF NEW.state = 'reversed' AND royalties_overdrawn_by(OLD.id) IS NOT NULL THEN
        RAISE EXCEPTION 'M13: money of run % was paid; it cannot be reversed', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reversed_before_paid';
    END IF;
    RETURN NEW;
"""
# A claim is given back only by a run that is cancelled or reversed, and once.
CLAIM_HELD = """
    IF OLD.released_at IS NOT NULL OR (to_jsonb(NEW) - 'released_at') IS DISTINCT FROM (to_jsonb(OLD) - 'released_at')
        OR NOT EXISTS (SELECT 1 FROM royalties_run WHERE id = OLD.run_id AND state IN ('cancelled', 'reversed')) THEN
        RAISE EXCEPTION 'a claim stands as long as its run does'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_held';
    END IF;
    RETURN NEW;
"""
# M09: what a run freezes is written while it is a draft and never added to. The run is locked before it is asked.
ONLY_WHILE_DRAFT = """
    PERFORM 1 FROM royalties_run WHERE id IN (SELECT run_id FROM new_rows) ORDER BY id FOR SHARE;
    SELECT number INTO late FROM royalties_run
        WHERE id IN (SELECT DISTINCT run_id FROM new_rows) AND state <> 'draft' LIMIT 1;
    IF late IS NOT NULL THEN
        RAISE EXCEPTION 'run % has frozen its inputs; nothing is added to %', late, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_stands';
    END IF;
"""


def frozen_stands(*more: str) -> pgtrigger.Trigger:
    """The trigger of tables that a run freezes, with further checks of the same rows."""
    declare = [("late", "TEXT"), ("bad", "BIGINT")]
    return on_new_rows("frozen_stands", ONLY_WHILE_DRAFT + "".join(more) + "RETURN NULL;", *declare)


@pghistory.track()
class Run(Public):
    """One distribution run. The approver is another person than the maker and approves a digest (M14, M15)."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
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
    claim_rule = models.ForeignKey(RuleVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
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
    # sha256 of how shares differed from the frozen ones when it was approved: finalising finds the same, or refuses
    accepted_changes = models.BinaryField(max_length=32, null=True, editable=False)
    finalised_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

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
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "cancelled"])
                | models.Q(frozen_at__isnull=False, input_digest__isnull=False, claim_rule__isnull=False),
                name="run_frozen_has_digest",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "frozen", "cancelled"])
                | models.Q(calculated_at__isnull=False, digest__isnull=False),
                name="run_calculated_has_digest",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["reviewed", "approved", "finalised", "published"])
                | models.Q(reviewed_by__isnull=False),
                name="run_reviewed_names_reviewer",
            ),
            models.CheckConstraint(
                condition=models.Q(period_end__gte=models.F("period_start"), slices__gte=1), name="run_has_a_period"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="run_moves", field="state", transitions=MOVES),
            pgtrigger.Trigger(
                name="run_begins_as_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="draft"),
                func="RAISE EXCEPTION 'a run begins as a draft' USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="run_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("may", "TEXT[]")],
                func=RUN_STANDS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


@pghistory.track()
class PoolClaim(Public):
    """A pool is in one live run at a time; a cancelled or reversed run gives it back."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="pool_claims")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="claims")
    released_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["pool"], condition=models.Q(released_at__isnull=True), name="one_live_run_per_pool"
            ),
            models.UniqueConstraint(fields=["run", "pool"], name="pool_claimed_once_per_run"),
        ]
        triggers = [
            frozen_stands(),
            pgtrigger.Trigger(name="claim_held", when=pgtrigger.Before, operation=pgtrigger.Update, func=CLAIM_HELD),
        ]


@pghistory.track()
class UsageClaim(Public):
    """A usage file is paid once per right over all live runs (M07)."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
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
        triggers = [
            frozen_stands(),
            pgtrigger.Trigger(name="claim_held", when=pgtrigger.Before, operation=pgtrigger.Update, func=CLAIM_HELD),
        ]
