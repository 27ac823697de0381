"""What a run freezes when it begins, and what its slices hand back.

Frozen tables are written while the run is a draft and never again; a slice's result needs the live fencing token of its
job. The larger guards (sealing, conservation at finalising) are functions of the migration `guards`.
"""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly
from members.models.parties import Right
from royalties.models.ledger import on_new_rows
from royalties.models.pools import Pool
from royalties.models.rules import RuleVersion
from royalties.models.runs import Run, frozen_stands

# What a deduction is for; the words of royalties.rules.deductions.
PURPOSES = [
    ("administration", _("Administration")),
    ("social", _("Social")),
    ("cultural", _("Cultural")),
    ("educational", _("Educational")),
    ("reserve", _("Reserve for late claims")),
    ("tax", _("Tax")),
    ("bank", _("Bank charges")),
    ("other", _("Other")),
]
# M05, M06: the frozen shares of a work come in one statement and make exactly 100 %; a share that is
# disputed or not agreed by all sides pays nobody.
SHARES_WHOLE = """
    SELECT work_id INTO bad FROM new_rows GROUP BY run_id, "right", work_id HAVING sum(units) <> 1000000 LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'the frozen shares of work % do not make 100 percent', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'run_shares_whole';
    END IF;
    SELECT n.work_id INTO bad FROM new_rows n JOIN works_workshare s ON s.id = n.share_id & 1099511627775
        WHERE n.payee_id > 0 AND s.state IN ('disputed', 'unconfirmed') LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'work % has a disputed or unconfirmed share with a payee', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disputed_share_held';
    END IF;
"""
# M18: a deduction is what its rule version says: its rate, not above its ceiling, rounded once, halves away from zero.
DEDUCTION_BY_RULE = """
    SELECT rule INTO said FROM royalties_ruleversion v, jsonb_array_elements(v.parameters -> 'deductions') rule
        WHERE v.id = NEW.rule_version_id AND v.state = 'approved' AND rule ->> 'code' = NEW.code;
    IF said IS NULL OR (said ->> 'rate_percent')::numeric <> NEW.rate_percent::numeric
        OR (said ->> 'rate_percent')::numeric > coalesce((said ->> 'ceiling_percent')::numeric, 100)
        OR NEW.amount <> round(NEW.basis * (said ->> 'rate_percent')::numeric / 100) THEN
        RAISE EXCEPTION 'deduction % is not what its rule version says', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deduction_by_rule';
    END IF;
    RETURN NEW;
"""
# F04: a slice may hand back its result only while it holds the lease of its job. The job is locked, so that the lease
# cannot be lost between this check and the commit.
LIVE_LEASE = """
    PERFORM 1 FROM jobs_job WHERE id IN (SELECT job_id FROM new_rows) ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM new_rows n JOIN jobs_job j ON j.id = n.job_id
            WHERE j.state <> 'running' OR j.token <> n.token) THEN
        RAISE EXCEPTION 'another worker holds this slice now'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'live_lease';
    END IF;
    RETURN NULL;
"""


class RunPool(AppendOnly):
    """A leaf pool of a run as frozen: a pool, or a section of one. Amounts in whole minor units.

    `weight_scale` is what a point counts as weight: the rule's own scale, times what makes the parts of recordings with
    several works whole.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="pools")
    pool_no = models.IntegerField()
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=160)
    right = models.CharField(max_length=2, choices=Right.choices)
    territory = models.CharField(max_length=4)
    gross = models.BigIntegerField()
    deducted = models.BigIntegerField()
    amount = models.BigIntegerField()
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    weight_scale = models.BigIntegerField(default=1)

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "pool_no"], name="run_pool_numbered_once"),
            models.UniqueConstraint(fields=["run", "pool", "section"], name="run_pool_once"),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("deducted") + models.F("amount")), name="run_pool_adds_up"
            ),
        ]
        triggers = [*AppendOnly.Meta.triggers, frozen_stands()]


class RunDeduction(AppendOnly):
    """One deduction from a pool, with its basis and rate as applied."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="deductions")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    order = models.IntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=20, choices=PURPOSES)
    basis = models.BigIntegerField()
    rate_percent = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "pool", "order"], name="run_deduction_once")]
        triggers = [
            *AppendOnly.Meta.triggers,
            frozen_stands(),
            pgtrigger.Trigger(
                name="deduction_by_rule",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("said", "JSONB")],
                func=DEDUCTION_BY_RULE,
            ),
        ]


class RunText(models.Model):
    """A text of a run as frozen: its pool, its work (0 when unidentified). `text_key` = position of the file in the
    run's list, ordered by sha256, in the upper 32 bits and the text number in the lower."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    pk = models.CompositePrimaryKey("run_id", "pool_no", "text_key")
    run_id = models.BigIntegerField()
    pool_no = models.IntegerField()
    text_key = models.BigIntegerField()
    file_id = models.BigIntegerField()
    text_no = models.IntegerField()
    work_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        triggers = [*AppendOnly.Meta.triggers, frozen_stands()]


class RunShare(models.Model):
    """A share of a work as frozen for one right. `payee_id` is the party's id, or a negative bucket: -1 unidentified,
    -2 dispute, -3 undocumented, -4 unclaimed, -5 no mandate, -6 no usage reported, -7 not agreed by all sides,
    -8 words or music that belong to nobody.
    Units add up to 1,000,000.

    A share that agreements divide has a row for each part: above bit 40 `share_id` has the number of the part, below it
    the number of the share in the register. `holders` are the parties on the way, the owner first, without the party
    that collects; `agreements` the agreements that led from each to the next.
    """

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    pk = models.CompositePrimaryKey("run_id", "right", "work_id", "share_id")
    run_id = models.BigIntegerField()
    right = models.CharField(max_length=2)
    work_id = models.BigIntegerField()
    share_id = models.BigIntegerField()
    payee_id = models.BigIntegerField()
    party_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=2)
    units = models.IntegerField()
    holders = ArrayField(models.BigIntegerField(), db_default=[])
    agreements = ArrayField(models.BigIntegerField(), db_default=[])

    class Meta:
        default_permissions = ()
        triggers = [*AppendOnly.Meta.triggers, frozen_stands(SHARES_WHOLE)]


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
        triggers = [*AppendOnly.Meta.triggers, on_new_rows("live_lease", LIVE_LEASE)]
