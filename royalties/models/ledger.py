"""The ledger: accounts, journals, lines. A journal is posted whole by one statement and never changes.

The guards stand in the migration `guards`: a journal and its lines are one statement, the lines sum to zero, nothing is
added later, numbers have no hole, and a reversal is the exact negative of its original.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly, Public

KINDS = [("asset", _("Asset")), ("liability", _("Liability")), ("income", _("Income")), ("expense", _("Expense"))]


class AccountCode(models.TextChoices):
    """The accounts that the portal posts to; seeded by a migration, so a code always has its account."""

    BANK = "1000", _("Bank")
    SALES_TAX = "2100", _("Sales tax payable")
    UNALLOCATED = "2200", _("Receipts not yet in a pool")
    LICENSEE_CREDIT = "2300", _("Credit of licensees")
    POOLS = "2400", _("Pools to be distributed")
    PAYABLE = "2500", _("Payable to rightsholders")
    IN_TRANSIT = "2510", _("Payments in transit")
    HELD = "2600", _("Held royalties")
    WITHHOLDING = "2700", _("Withholding tax payable")
    SOCIAL_FUND = "2800", _("Social, cultural and educational funds")
    RESERVE = "2810", _("Reserves for late claims")
    OTHER_DEDUCTIONS = "2890", _("Other deductions")
    ADMINISTRATION = "4000", _("Administration deduction")


ACCOUNT_KINDS = {
    AccountCode.BANK: "asset",
    AccountCode.ADMINISTRATION: "income",
}  # every other account is a liability


class Account(Public):
    """An account of the books. Parties, pools and runs are dimensions of a line, not accounts of their own."""

    app_may = ("SELECT",)
    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        default_permissions = ("view",)
        permissions = [("view_ledger", "See the ledger")]
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Journal(AppendOnly):
    """A posted journal. `key` names the business act that posted it: the same act posts once. `sha256` covers the
    lines, `chain` covers this journal and the one before it; `number` has no holes (M04)."""

    number = models.BigIntegerField(unique=True)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=30)
    business_date = models.DateField(_("date"))
    description = models.CharField(_("description"), max_length=200)
    line_count = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)
    chain = models.BinaryField(max_length=32)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta(AppendOnly.Meta):
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["business_date"]), models.Index(fields=["kind", "number"])]

    def __str__(self) -> str:
        return f"{self.number} {self.description}"


class LedgerLine(AppendOnly):
    """One line: debit positive, credit negative, whole minor units."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, db_index=False, related_name="lines")
    line_no = models.IntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="lines")
    amount = models.BigIntegerField(_("amount"))
    party = models.ForeignKey("members.Party", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    pool = models.ForeignKey("royalties.Pool", null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey("royalties.Run", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, blank=True)
    memo = models.CharField(max_length=200, blank=True)

    class Meta(AppendOnly.Meta):
        verbose_name = _("ledger line")
        verbose_name_plural = _("ledger lines")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["journal", "line_no"], name="ledger_line_numbered_once"),
            models.CheckConstraint(condition=~models.Q(amount=0), name="ledger_line_moves_money"),
        ]
        indexes = [
            models.Index(fields=["account", "party"]),
            models.Index(fields=["party", "run"], condition=models.Q(party__isnull=False), name="ledger_line_party_run"),
        ]
