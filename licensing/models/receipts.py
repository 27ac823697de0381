"""Money that came in, and which invoice each part of it pays."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.models import AppendOnly
from licensing.models.invoices import TOUCH_INVOICE, Invoice
from licensing.models.licensees import Licensee

METHODS = [
    ("bank", _("Bank transfer")),
    ("raast", _("Raast")),
    ("cheque", _("Cheque")),
    ("card", _("Card")),
    ("cash", _("Cash")),
]
RECEIPT_LOCK = 1380143188  # first key of the advisory lock below; the second is the receipt's own number

# M16: a receipt is never spent twice and an invoice never paid twice, whatever two sessions do at once. The receipt is
# locked first (it cannot be locked as a row: the application may not update receipts), then the invoice.
ALLOCATION_WITHIN_BOUNDS = """
    PERFORM pg_advisory_xact_lock(1380143188, (NEW.receipt_id % 2147483647)::int);
    SELECT * INTO money FROM licensing_receipt WHERE id = NEW.receipt_id;
    SELECT * INTO head FROM licensing_invoice WHERE id = NEW.invoice_id FOR UPDATE;
    IF money.licensee_id IS NOT NULL AND money.licensee_id <> head.licensee_id THEN
        RAISE EXCEPTION 'receipt % belongs to another licensee than invoice %', money.number, head.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_stays_with_licensee';
    END IF;
    SELECT coalesce(sum(amount), 0) INTO spent FROM licensing_receiptallocation WHERE receipt_id = NEW.receipt_id;
    IF spent + NEW.amount > money.amount THEN
        RAISE EXCEPTION 'receipt % has only % left', money.number, money.amount - spent
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_receipt';
    END IF;
    SELECT coalesce(sum(net_amount), 0), coalesce(sum(tax_amount), 0) INTO net_sum, tax_sum FROM (
        SELECT net_amount, tax_amount FROM licensing_receiptallocation WHERE invoice_id = NEW.invoice_id
        UNION ALL
        SELECT net_amount, tax_amount FROM licensing_creditnote WHERE invoice_id = NEW.invoice_id
    ) settled;
    IF net_sum + NEW.net_amount > head.net OR tax_sum + NEW.tax_amount > head.tax THEN
        RAISE EXCEPTION 'invoice % has only % left to pay', head.number, head.total - net_sum - tax_sum
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_invoice';
    END IF;
    RETURN NEW;
"""


class Receipt(AppendOnly):
    """Money received. What is not allocated to invoices stays the licensee's credit. Amount in minor units."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("receipt number"), max_length=20, unique=True)
    form_key = models.UUIDField(unique=True, editable=False)
    licensee = models.ForeignKey(Licensee, null=True, blank=True, on_delete=models.PROTECT, related_name="receipts")
    received_on = models.DateField(_("received"))
    amount = models.BigIntegerField(_("amount"))
    method = models.CharField(_("method"), max_length=6, choices=METHODS)
    reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    payer = models.CharField(_("payer"), max_length=160)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        default_permissions = ("view",)
        permissions = [("record_receipts", "Record receipts and pay invoices from them")]
        indexes = [models.Index(fields=["-received_on", "-id"])]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_is_positive"),
            models.UniqueConstraint(
                fields=["method", "reference", "received_on", "amount"],
                condition=~Q(reference=""),
                name="one_receipt_per_bank_reference",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReceiptAllocation(AppendOnly):
    """The part of a receipt that pays an invoice: fee and sales tax in the invoice's proportion, to the paisa."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    form_key = models.UUIDField(editable=False)
    amount = models.BigIntegerField(_("amount"))
    net_amount = models.BigIntegerField(_("of it fee"))
    tax_amount = models.BigIntegerField(_("of it sales tax"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(AppendOnly.Meta):
        verbose_name = _("payment of an invoice")
        verbose_name_plural = _("payments of invoices")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, net_amount__gte=0, tax_amount__gte=0)
                & Q(amount=F("net_amount") + F("tax_amount")),
                name="allocation_adds_up",
            ),
            models.UniqueConstraint(fields=["form_key", "invoice"], name="one_allocation_per_form_and_invoice"),
        ]
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="allocation_within_bounds",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("money", "licensing_receipt%ROWTYPE"),
                    ("head", "licensing_invoice%ROWTYPE"),
                    ("spent", "BIGINT"),
                    ("net_sum", "BIGINT"),
                    ("tax_sum", "BIGINT"),
                ],
                func=ALLOCATION_WITHIN_BOUNDS,
            ),
            pgtrigger.Trigger(
                name="allocation_moves_invoice", when=pgtrigger.After, operation=pgtrigger.Insert, func=TOUCH_INVOICE
            ),
        ]
