"""The ledger: accounts, journals, lines. A journal is posted whole by one statement and never changes.

A journal and its lines are one SQL statement (royalties.services.ledger). Triggers look at the whole statement: the
lines sum to zero, are all there, and nothing is added later; numbers have no hole; the chain holds; a reversal is the
exact negative of its original.
"""

from typing import ClassVar

import pgtrigger
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

# Where a deduction goes by the purpose that its rule names.
ACCOUNT_OF_PURPOSE = {
    "administration": AccountCode.ADMINISTRATION,
    "bank": AccountCode.ADMINISTRATION,
    "social": AccountCode.SOCIAL_FUND,
    "cultural": AccountCode.SOCIAL_FUND,
    "educational": AccountCode.SOCIAL_FUND,
    "reserve": AccountCode.RESERVE,
    "tax": AccountCode.OTHER_DEDUCTIONS,
    "other": AccountCode.OTHER_DEDUCTIONS,
}


# M02, M04: the lines of a statement make whole journals that sum to zero; a posted journal takes no more lines.
JOURNAL_BALANCES = """
    SELECT j.number, w.total INTO bad, off
        FROM (SELECT journal_id, count(*) AS lines, sum(amount) AS total FROM new_rows GROUP BY journal_id) w
        JOIN royalties_journal j ON j.id = w.journal_id
        WHERE w.total <> 0 OR w.lines <> j.line_count
            OR (SELECT count(*) FROM royalties_ledgerline l WHERE l.journal_id = j.id) <> j.line_count LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'journal % is off by %, or its lines are not all of its one statement', bad, off
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balances';
    END IF;
    RETURN NULL;
"""
# M04, M20: a header comes with its lines, follows the one before it without a hole, continues the chain, and where it
# reverses another journal it is its exact negative.
JOURNAL_CONTINUES = """
    SELECT n.number INTO bad FROM new_rows n
        WHERE n.line_count < 2
            OR (SELECT count(*) FROM royalties_ledgerline l WHERE l.journal_id = n.id) <> n.line_count
            OR n.sha256 IS DISTINCT FROM royalties_lines_sha256(n.id)
            OR n.chain IS DISTINCT FROM royalties_journal_chain(
                (SELECT p.chain FROM royalties_journal p WHERE p.number = n.number - 1), n.number, n.key, n.kind,
                n.business_date, n.description, n.line_count, n.sha256, n.reverses_id)
            OR (n.number > 1 AND NOT EXISTS (SELECT 1 FROM royalties_journal p WHERE p.number = n.number - 1))
        LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'journal % does not continue the ledger with all its lines', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_continues';
    END IF;
    SELECT n.number INTO bad FROM new_rows n WHERE n.reverses_id IS NOT NULL AND EXISTS (
        SELECT line_no, account_id, party_id, pool_id, run_id, reason, sum(amount) FROM royalties_ledgerline
            WHERE journal_id IN (n.id, n.reverses_id)
            GROUP BY line_no, account_id, party_id, pool_id, run_id, reason HAVING sum(amount) <> 0 OR count(*) <> 2);
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'journal % is not the exact negative of what it reverses', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_reverses_exactly';
    END IF;
    RETURN NULL;
"""


def on_new_rows(name: str, func: str, *declare: tuple[str, str]) -> pgtrigger.Trigger:
    """A trigger that looks at all rows of an INSERT together, after the statement."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        declare=list(declare) or None,
        func=func,
    )


class Account(Public):
    """An account of the books. Parties, pools and runs are dimensions of a line, not accounts of their own."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT",)
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

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return str(AccountCode(self.code).label)


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
        constraints = [models.CheckConstraint(condition=models.Q(number__gte=1), name="journals_count_from_one")]
        indexes = [models.Index(fields=["business_date"]), models.Index(fields=["kind", "number"])]
        triggers = [*AppendOnly.Meta.triggers, on_new_rows("journal_continues", JOURNAL_CONTINUES, ("bad", "BIGINT"))]

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
            models.Index(
                fields=["party", "run"], condition=models.Q(party__isnull=False), name="ledger_line_party_run"
            ),
        ]
        triggers = [
            *AppendOnly.Meta.triggers,
            on_new_rows("journal_balances", JOURNAL_BALANCES, ("bad", "BIGINT"), ("off", "NUMERIC")),
        ]
