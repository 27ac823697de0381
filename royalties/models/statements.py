"""Statements, money that is held with its reason, and what is kept so that every amount can be explained for ever.

All of it is written once, when a run is finalised. What a statement shows of a work (`StatedWork`), how the roundings
of a pool fell (`PoolWorking`) and who waits for a held amount (`HeldClaim`) are copied then, because titles, claims
and owners change later and the statement must not.
"""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public, never_emptied
from members.models import Party
from royalties.models.ledger import on_new_rows
from royalties.models.pools import Pool
from royalties.models.runs import Run
from royalties.rules import kernel

HELD_REASONS = [
    ("unidentified", _("Held: not yet identified")),
    ("dispute", _("Held: in dispute")),
    ("undocumented", _("Held: share not documented")),
    ("unclaimed", _("Held: owner not a member yet")),
    ("no_mandate", _("Held: no mandate for this right")),
    ("no_usage", _("Held: usage not reported yet")),
    ("unconfirmed", _("Held: waiting for the co-writers’ agreement")),
    ("public_domain", _("Held: belongs to nobody (public domain)")),
]
# Held money is written when its run is posted, and waits from then on.
HELD_BY_POSTING = """
    SELECT n.id INTO bad FROM new_rows n LEFT JOIN royalties_run r ON r.id = n.run_id
        WHERE n.state <> 'open' OR r.state IS DISTINCT FROM 'approved' LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'held line % does not begin open, with the posting of its run', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'held_by_posting';
    END IF;
    RETURN NULL;
"""
BUCKETS = {reason: bucket for bucket, reason in kernel.HELD_REASONS.items()}  # the payee that a run gives it to


class Statement(AppendOnly, Public):  # type: ignore[misc]  # both bases know when a row was written
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


class StatedWork(models.Model):
    """A work as the statements of a run name it: number and titles on the day the run was finalised."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    pk = models.CompositePrimaryKey("run_id", "work_id")
    run_id = models.BigIntegerField()
    work_id = models.BigIntegerField()
    number = models.CharField(max_length=14)
    title = models.CharField(max_length=400)
    title_original = models.CharField(max_length=400, blank=True)
    iswc = models.CharField(max_length=11, blank=True)

    class Meta:
        default_permissions = ()
        triggers = [*AppendOnly.Meta.triggers]


class PoolWorking(AppendOnly):
    """What a leaf pool weighed as a whole, and where the largest remainders ended in it.

    A split rounds every part down and gives one unit more to the largest remainders, ties to the lower key. The last
    part that received one is kept: with it every rounding of the pool can be repeated from one row (royalties.rules.
    explaining). `text_…`: the pool's ten-thousandths of a minor unit over its usage texts; `payee_…`: its minor units
    over its payees. A remainder is null where every part was whole.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="workings")
    pool_no = models.IntegerField()
    texts = models.BigIntegerField()
    weight = models.DecimalField(max_digits=40, decimal_places=0)
    text_remainder = models.DecimalField(max_digits=40, decimal_places=0, null=True)
    text_key = models.BigIntegerField(default=0)
    payee_remainder = models.DecimalField(max_digits=40, decimal_places=0, null=True)
    payee_key = models.BigIntegerField(default=0)

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "pool_no"], name="one_working_per_pool")]


@pghistory.track(pghistory.UpdateEvent())  # every line begins open: its changes alone are its history
class SuspenseLine(Public):
    """Money of a run that could not be paid: its reason, its place, and until when it waits. Only its state moves."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
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
        triggers = [
            on_new_rows("held_by_posting", HELD_BY_POSTING, ("bad", "BIGINT")),
            pgtrigger.FSM(name="held_moves", field="state", transitions=[("open", "released"), ("open", "prescribed")]),
            pgtrigger.ReadOnly(name="held_stands", exclude=["state"]),
            pgtrigger.Protect(name="held_stays", operation=pgtrigger.Delete),
            never_emptied(),
        ]


class HeldClaim(AppendOnly):
    """A party to which a held amount may belong: the owner of the share, or a side of its dispute.

    `claimed` counts 1/10,000 of a percent of the work; in a dispute the claims of all sides exceed what is held.
    """

    line = models.ForeignKey(SuspenseLine, on_delete=models.PROTECT, related_name="claims")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    dispute = models.ForeignKey("works.Dispute", null=True, on_delete=models.PROTECT, related_name="+")
    claimed = models.IntegerField()

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["line", "party"], name="held_claim_once")]
