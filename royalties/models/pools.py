"""Pools: money to be shared by one rule over one body of usage."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models.parties import Right
from members.models.territories import own_territory
from royalties.models.rules import RuleVersion
from royalties.models.usage import UsageFile

# A pool whose run has frozen its inputs stands still: the run has copied it, and what came later would be lost. The
# pool is locked first, as the freeze locks it, so that neither misses the other.
POOL_STANDS_STILL = """
    PERFORM 1 FROM royalties_pool WHERE id = {pool} FOR NO KEY UPDATE;
    SELECT r.number INTO frozen_by FROM royalties_poolclaim c JOIN royalties_run r ON r.id = c.run_id
        WHERE c.pool_id = {pool} AND c.released_at IS NULL AND r.state <> 'draft';
    IF frozen_by IS NOT NULL THEN
        RAISE EXCEPTION 'pool % stands still: run % has frozen it', {pool}, frozen_by
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pool_stands_still';
    END IF;
"""
FROZEN_BY = [("frozen_by", "TEXT")]
PART_LOCK = 1349480524  # first key of the advisory lock of an allocation; the second is its number
# M17: of each allocation of a receipt no more than its fee goes into pools. The allocation is locked by an advisory
# lock, because the application may not lock rows that it may not change.
RECEIPT_IN_ONE_POOL = f"""
    PERFORM pg_advisory_xact_lock({PART_LOCK}, (NEW.allocation_id % 2147483647)::int);
    SELECT net_amount INTO fee FROM licensing_receiptallocation WHERE id = NEW.allocation_id;
    SELECT coalesce(sum(amount), 0) INTO spent FROM royalties_poolreceipt WHERE allocation_id = NEW.allocation_id;
    IF spent + NEW.amount > fee THEN
        RAISE EXCEPTION 'receipt allocation % has only % left for pools', NEW.allocation_id, fee - spent
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_in_one_pool';
    END IF;
"""  # noqa: S608 - composed of the constant above


@pghistory.track()
class Pool(Public):
    """One pool. Its money is the sum of its receipts; its rules are the versions named here."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_ur = models.CharField(_("name in Urdu"), max_length=120, blank=True)
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    category = models.CharField(_("use category"), max_length=20)
    territory = models.CharField(_("territory"), max_length=4, default=own_territory)
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to"))
    distribution_rule = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("distribution rule")
    )
    deduction_rule = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("deduction rule")
    )

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        default_permissions = ("view",)
        permissions = [("allocate_receipts", "Put receipts into pools")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_end__gte=models.F("period_start")), name="pool_ends_after_it_begins"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="pool_stands_still",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(
                    "right", "territory", "period_start", "period_end", "distribution_rule_id", "deduction_rule_id"
                ),
                declare=FROZEN_BY,
                func=POOL_STANDS_STILL.format(pool="NEW.id") + "RETURN NEW;",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PoolReceipt(AppendOnly):
    """A part of a receipt, net of sales tax, put into a pool: every rupee is in one pool or unallocated (M17).

    `form_key` names the act, and with the pool its journal.
    """

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="receipts")
    allocation = models.ForeignKey("licensing.ReceiptAllocation", on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(_("amount"))
    form_key = models.UUIDField(editable=False)

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="pool_receipt_is_positive")]
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="receipt_in_one_pool",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("fee", "BIGINT"), ("spent", "BIGINT"), *FROZEN_BY],
                func=POOL_STANDS_STILL.format(pool="NEW.pool_id") + RECEIPT_IN_ONE_POOL + "RETURN NEW;",
            ),
        ]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PoolSection(Public):
    """A fixed part of a pool, for example the headliner's 80 %. A pool without sections is one whole."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="sections")
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    weight = models.IntegerField(_("weight"))

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["pool", "code"], name="pool_section_named_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="pool_section_has_weight"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="section_stands_still",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=FROZEN_BY,
                func=POOL_STANDS_STILL.format(pool="coalesce(NEW.pool_id, OLD.pool_id)") + "RETURN coalesce(NEW, OLD);",
            )
        ]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PoolUsage(Public):
    """Which usage file feeds a pool. Texts of the file carry the section they belong to."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="usage")
    file = models.ForeignKey(UsageFile, on_delete=models.PROTECT, related_name="pools")

    class Meta:
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["pool", "file"], name="file_feeds_pool_once")]
        triggers = [
            pgtrigger.Trigger(
                name="usage_stands_still",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=FROZEN_BY,
                func=POOL_STANDS_STILL.format(pool="coalesce(NEW.pool_id, OLD.pool_id)") + "RETURN coalesce(NEW, OLD);",
            )
        ]
