"""Payments in two phases: reserved, exported to the bank, then confirmed or given back line by line."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import Public
from members.models import BankAccount, Party
from royalties.models.rules import RuleVersion
from royalties.models.statements import Statement

BATCH_STATES = [
    ("reserved", _("Waiting for approval")),
    ("approved", _("Approved")),
    ("exported", _("Sent to the bank")),
    ("closed", _("Closed")),
    ("cancelled", _("Cancelled")),
]

# M12, M13: a payment names a published statement and an account of its own party, approved before the batch was frozen,
# and takes no more than the ledger owes that party from runs that are published. The party is locked first: two batches
# cannot spend one balance.
PAYMENT_IS_COVERED = """
    PERFORM 1 FROM members_party WHERE id = NEW.party_id FOR NO KEY UPDATE;
    IF NOT EXISTS (
        SELECT 1 FROM royalties_statement s JOIN royalties_run r ON r.id = s.run_id
        WHERE s.id = NEW.statement_id AND s.party_id = NEW.party_id AND r.state = 'published'
    ) THEN
        RAISE EXCEPTION 'M12: payment % has no published statement of its party', NEW.line_no
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_has_statement';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM members_bankaccount a JOIN royalties_paymentbatch b ON b.id = NEW.batch_id
        WHERE a.id = NEW.account_id AND a.party_id = NEW.party_id AND a.state = 'approved'
            AND a.approved_at <= b.frozen_at
    ) THEN
        RAISE EXCEPTION 'M12: payment % goes to an account not approved before its batch was frozen', NEW.line_no
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_has_account';
    END IF;
    IF NEW.gross > -coalesce((
        SELECT sum(l.amount) FROM royalties_ledgerline l JOIN royalties_account a ON a.id = l.account_id
            LEFT JOIN royalties_run r ON r.id = l.run_id
        WHERE a.code = '2500' AND l.party_id = NEW.party_id AND r.state IS DISTINCT FROM 'finalised'
    ), 0) THEN
        RAISE EXCEPTION 'M13: payment % takes more than the party is owed', NEW.line_no
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_owed';
    END IF;
    RETURN NEW;
"""
# M25: what two people approve and what the bank gets is what the rows say.
BATCH_ADDS_UP = """
    IF EXISTS (
        SELECT 1 FROM (SELECT count(*) AS n, coalesce(sum(net), 0) AS total FROM royalties_payment
            WHERE batch_id = NEW.id) p
        WHERE p.n <> NEW.count OR p.total <> NEW.control_total
    ) THEN
        RAISE EXCEPTION 'M25: the control total or count of batch % differs from its payments', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_adds_up';
    END IF;
    IF NEW.state = 'closed' AND EXISTS (
        SELECT 1 FROM royalties_payment WHERE batch_id = NEW.id AND state = 'reserved'
    ) THEN
        RAISE EXCEPTION 'M25: batch % has payments the bank has not answered', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_is_answered';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class PaymentBatch(Public):
    """One bank file. The same batch gives the same bytes; downloads are counted; two people are needed (M14, M25)."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    number = models.CharField(_("number"), max_length=20, unique=True)
    form_key = models.UUIDField(unique=True, editable=False)
    pay_on = models.DateField(_("payment date"))
    state = models.CharField(max_length=10, choices=BATCH_STATES, default="reserved")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    digest = models.BinaryField(max_length=32)
    approved_digest = models.BinaryField(max_length=32, null=True)
    count = models.IntegerField()
    control_total = models.BigIntegerField()
    file_sha256 = models.BinaryField(max_length=32, null=True)
    exported_at = models.DateTimeField(null=True, blank=True)
    downloads = models.IntegerField(default=0)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        default_permissions = ("view",)
        permissions = [("make_payments", "Make payment batches"), ("approve_payments", "Approve payment batches")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(approved_by=models.F("maker")), name="batch_four_eyes"),
            models.CheckConstraint(
                condition=models.Q(state__in=["reserved", "cancelled"])
                | models.Q(approved_by__isnull=False, approved_digest=models.F("digest")),
                name="batch_approval_names_digest",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["exported", "closed"]) | models.Q(file_sha256__isnull=False),
                name="exported_batch_has_file",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="batch_moves",
                field="state",
                transitions=[
                    ("reserved", "approved"),
                    ("reserved", "cancelled"),
                    ("approved", "exported"),
                    ("approved", "cancelled"),
                    ("exported", "closed"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="batch_is_frozen",
                fields=["number", "form_key", "pay_on", "maker", "frozen_at", "digest", "count", "control_total"],
            ),
            pgtrigger.Trigger(
                name="batch_adds_up",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state__in=["approved", "exported", "closed"]),
                func=BATCH_ADDS_UP,
            ),
            pgtrigger.Protect(name="batch_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number


@pghistory.track()
class Payment(Public):
    """One payee in a batch. Withholding is worked out once, on the paid total, at the payment date's rate."""

    app_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="payments")
    line_no = models.IntegerField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="payments")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payments")
    payee_name = models.CharField(max_length=200)
    iban_masked = models.CharField(max_length=34)
    gross = models.BigIntegerField()
    tax_class = models.CharField(max_length=40)
    tax_rate_percent = models.CharField(max_length=20)
    tax_rule = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    withheld = models.BigIntegerField()
    net = models.BigIntegerField()
    state = models.CharField(
        max_length=10,
        choices=[
            ("reserved", _("Reserved")),
            ("paid", _("Paid")),
            ("rejected", _("Rejected by the bank")),
            ("cancelled", _("Cancelled")),
        ],
        default="reserved",
    )
    bank_reference = models.CharField(max_length=60, blank=True)
    bank_reason = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    answer_sha256 = models.BinaryField(max_length=32, null=True, editable=False)  # of the bank's file that answered it

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["batch", "line_no"], name="payment_numbered_once"),
            models.UniqueConstraint(fields=["batch", "party"], name="party_once_per_batch"),
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(state="reserved"), name="one_open_payment_per_party"
            ),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("withheld") + models.F("net"), net__gt=0, withheld__gte=0),
                name="payment_adds_up",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="payment_moves",
                field="state",
                transitions=[("reserved", "paid"), ("reserved", "rejected"), ("reserved", "cancelled")],
            ),
            pgtrigger.ReadOnly(
                name="payment_is_frozen",
                fields=[
                    "batch", "line_no", "party", "statement", "account", "payee_name", "iban_masked", "gross",
                    "tax_class", "tax_rate_percent", "tax_rule", "withheld", "net",
                ],
            ),
            pgtrigger.Trigger(
                name="payment_is_covered", when=pgtrigger.Before, operation=pgtrigger.Insert, func=PAYMENT_IS_COVERED
            ),
            pgtrigger.Protect(name="payment_stays", operation=pgtrigger.Delete),
        ]  # fmt: skip
