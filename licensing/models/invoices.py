"""Invoices with their lines, and credit notes. An issued invoice never changes; a correction is a credit note."""

import uuid
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cmo_portal.common.models import AppendOnly, Public
from licensing.models.licences import Licence
from licensing.models.licensees import Licensee
from licensing.models.tariffs import KEPT, SalesTaxRate, TariffVersion

INVOICE_STATES = [
    ("issued", pgettext_lazy("invoice", "Open")),
    ("part_paid", _("Partly paid")),
    ("paid", _("Paid")),
    ("credited", _("Credited")),
]

# The state follows the money: whatever is written, the database works it out from receipts and credit notes.
STATE_FOLLOWS_MONEY = """
    SELECT coalesce(sum(amount), 0) INTO paid FROM licensing_receiptallocation WHERE invoice_id = NEW.id;
    SELECT coalesce(sum(amount), 0) INTO credited FROM licensing_creditnote WHERE invoice_id = NEW.id;
    NEW.state := CASE
        WHEN credited >= NEW.total THEN 'credited'
        WHEN paid + credited >= NEW.total THEN 'paid'
        WHEN paid + credited > 0 THEN 'part_paid'
        ELSE 'issued'
    END;
    RETURN NEW;
"""
# M16: at the end of the transaction the lines of an invoice sum to its total, fee and tax apart.
LINES_SUM_TO_TOTAL = """
    SELECT coalesce(sum(l.amount) FILTER (WHERE l.kind = 'fee'), 0),
        coalesce(sum(l.amount) FILTER (WHERE l.kind = 'tax'), 0)
        INTO fee_sum, tax_sum FROM licensing_invoiceline l WHERE l.invoice_id = {invoice};
    SELECT * INTO head FROM licensing_invoice i WHERE i.id = {invoice};
    IF head.net <> fee_sum OR head.tax <> tax_sum THEN
        RAISE EXCEPTION 'invoice %: its lines come to % and tax %, not to % and %',
            head.number, fee_sum, tax_sum, head.net, head.tax
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_lines_sum_to_total';
    END IF;
    RETURN NULL;
"""
SUMS = [("fee_sum", "BIGINT"), ("tax_sum", "BIGINT"), ("head", "licensing_invoice%ROWTYPE")]
# A credit note takes back no more than what is still open: what was paid is refunded, not credited.
CREDIT_WITHIN_INVOICE = """
    SELECT * INTO head FROM licensing_invoice WHERE id = NEW.invoice_id FOR UPDATE;
    SELECT coalesce(sum(net_amount), 0), coalesce(sum(tax_amount), 0) INTO net_sum, tax_sum FROM (
        SELECT net_amount, tax_amount FROM licensing_receiptallocation WHERE invoice_id = NEW.invoice_id
        UNION ALL
        SELECT net_amount, tax_amount FROM licensing_creditnote WHERE invoice_id = NEW.invoice_id
    ) settled;
    IF net_sum + NEW.net_amount > head.net OR tax_sum + NEW.tax_amount > head.tax THEN
        RAISE EXCEPTION 'invoice %: the credit is more than what is open', head.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_within_invoice';
    END IF;
    RETURN NEW;
"""
# Locks and updates the invoice, whose own trigger then works out the new state.
TOUCH_INVOICE = """
    UPDATE licensing_invoice SET state = state WHERE id = NEW.invoice_id;
    RETURN NULL;
"""


# Halves away from zero, as everywhere.
ROUNDED_TAX = models.Func(F("base") * F("rate") / 100, function="ROUND", output_field=models.DecimalField())


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    """Filters on invoices alone."""

    def seen_by(self, user: Any) -> "InvoiceQuerySet":
        """Invoices of the licensees for whom this person acts."""
        return self.filter(licensee__access__user=user, licensee__access__ended_at=None)

    def open(self) -> "InvoiceQuerySet":
        """Invoices with something still to pay."""
        return self.filter(state__in=["issued", "part_paid"])


@pghistory.track()
class Invoice(Public):
    """An invoice. net + tax = total, in minor units; `snapshot` keeps the names and addresses of its day."""

    app_may: ClassVar[tuple[str, ...]] = KEPT

    number = models.CharField(_("invoice number"), max_length=20, unique=True)
    licensee = models.ForeignKey(Licensee, on_delete=models.PROTECT, related_name="invoices")
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="invoices")
    tariff_version = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, related_name="invoices")
    issued_on = models.DateField(_("issued"))
    due_on = models.DateField(_("due"))
    net = models.BigIntegerField(_("fee"))
    tax = models.BigIntegerField(_("sales tax"))
    total = models.BigIntegerField(_("total"))
    state = models.CharField(_("state"), max_length=10, choices=INVOICE_STATES, default="issued")
    snapshot = models.JSONField(_("snapshot"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    credit_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    credit_approved_at = models.DateTimeField(_("credit approved"), null=True, blank=True)
    credit_reason = models.CharField(_("reason for the credit"), max_length=300, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["state", "due_on"]), models.Index(fields=["-issued_on", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(net__gt=0, tax__gte=0, total=F("net") + F("tax")), name="invoice_adds_up"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoice_due_after_issue"),
            models.CheckConstraint(condition=~Q(credit_approved_by=F("issued_by")), name="invoice_credit_four_eyes"),
            models.CheckConstraint(
                condition=Q(credit_approved_by__isnull=True, credit_approved_at__isnull=True, credit_reason="")
                | (Q(credit_approved_by__isnull=False, credit_approved_at__isnull=False) & ~Q(credit_reason="")),
                name="invoice_credit_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="invoice_state_follows_money",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("paid", "BIGINT"), ("credited", "BIGINT")],
                func=STATE_FOLLOWS_MONEY,
            ),
            pgtrigger.Trigger(
                name="invoice_lines_sum_to_total",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=SUMS,
                func=LINES_SUM_TO_TOTAL.format(invoice="NEW.id"),
            ),
            pgtrigger.ReadOnly(
                name="invoice_content_fixed",
                fields=[
                    "number",
                    "licensee",
                    "licence",
                    "tariff_version",
                    "issued_on",
                    "due_on",
                    "net",
                    "tax",
                    "total",
                    "snapshot",
                    "issued_by",
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(AppendOnly):
    """One line: a fee by its tariff version, or a tax by its rate: that rate of its base, rounded once."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=3, choices=[("fee", _("Fee")), ("tax", _("Sales tax"))])
    text = models.CharField(_("text"), max_length=300)
    text_ur = models.CharField(_("text in Urdu"), max_length=300, blank=True)
    base = models.BigIntegerField(_("base"))
    rate = models.DecimalField(_("rate in percent"), max_digits=7, decimal_places=4, null=True)
    tax_rate = models.ForeignKey(SalesTaxRate, null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(_("amount"))

    class Meta(AppendOnly.Meta):
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "position"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_numbered_once"),
            models.CheckConstraint(
                condition=Q(kind="fee", rate__isnull=True, tax_rate__isnull=True, amount=F("base"))
                | Q(kind="tax", rate__isnull=False, tax_rate__isnull=False),
                name="invoice_line_names_its_rule",
            ),
            models.CheckConstraint(
                condition=Q(kind="fee") | Q(amount=ROUNDED_TAX),
                name="invoice_tax_line_is_its_rate",
            ),
        ]
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="invoice_line_keeps_sum",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=SUMS,
                func=LINES_SUM_TO_TOTAL.format(invoice="NEW.invoice_id"),
            ),
        ]


class CreditNote(AppendOnly):
    """Takes back a part of an invoice that is still open. Amounts positive, in minor units; tax apart."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("credit note number"), max_length=20, unique=True)
    form_key = models.UUIDField(unique=True, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    issued_on = models.DateField(_("issued"))
    amount = models.BigIntegerField(_("amount"))
    net_amount = models.BigIntegerField(_("fee"))
    tax_amount = models.BigIntegerField(_("sales tax"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, net_amount__gte=0, tax_amount__gte=0)
                & Q(amount=F("net_amount") + F("tax_amount")),
                name="credit_note_adds_up",
            )
        ]
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="credit_within_invoice",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("head", "licensing_invoice%ROWTYPE"), ("net_sum", "BIGINT"), ("tax_sum", "BIGINT")],
                func=CREDIT_WITHIN_INVOICE,
            ),
            pgtrigger.Trigger(
                name="credit_moves_invoice", when=pgtrigger.After, operation=pgtrigger.Insert, func=TOUCH_INVOICE
            ),
        ]

    def __str__(self) -> str:
        return self.number
