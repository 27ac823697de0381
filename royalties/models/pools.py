"""Pools: money to be shared by one rule over one body of usage."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public
from members.models.parties import Right
from royalties.models.rules import RuleVersion
from royalties.models.usage import UsageFile


class Pool(Public):
    """One pool. Its money is the sum of its receipts; its rules are the versions named here."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_ur = models.CharField(_("name in Urdu"), max_length=120, blank=True)
    right = models.CharField(_("right"), max_length=2, choices=Right.choices)
    category = models.CharField(_("use category"), max_length=20)
    territory = models.CharField(_("territory"), max_length=4, default="0586")
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to"))
    distribution_rule = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    deduction_rule = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")

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

    def __str__(self) -> str:
        return self.name


class PoolReceipt(AppendOnly):
    """A part of a receipt, net of sales tax, put into a pool: every rupee is in one pool or unallocated (M17)."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="receipts")
    allocation = models.ForeignKey("licensing.ReceiptAllocation", on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()

    class Meta(AppendOnly.Meta):
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="pool_receipt_is_positive")]


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


class PoolUsage(Public):
    """Which usage file feeds a pool. Texts of the file carry the section they belong to."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="usage")
    file = models.ForeignKey(UsageFile, on_delete=models.PROTECT, related_name="pools")

    class Meta:
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["pool", "file"], name="file_feeds_pool_once")]
