"""Payment batches and their payments."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from royalties.admin.base import RUNS, RoyaltiesAdmin
from royalties.models import Payment, PaymentBatch


@admin.register(PaymentBatch)
class PaymentBatchAdmin(RoyaltiesAdmin):
    """Payment batches with their control totals."""

    permission = RUNS
    work_screen = "royalties:staff-batch-detail"
    list_display = ("number", "pay_on", "state", "count", "control_total", "maker", "approved_by", "exported_at")
    list_filter = ("state",)
    list_select_related = ("maker", "approved_by")
    search_fields = ("number",)
    search_help_text = _("Number of the batch")
    date_hierarchy = "pay_on"
    ordering = ("-pk",)
    fields = (
        "number", "pay_on", "state", "count", "control_total", "maker", "frozen_at", "approved_by", "approved_at",
        "exported_at", "downloads", "reason",
    )  # fmt: skip
    money = ("control_total",)


@admin.register(Payment)
class PaymentAdmin(RoyaltiesAdmin):
    """Payments, line by line; account numbers by their masks."""

    permission = RUNS
    list_display = ("batch", "line_no", "payee_name", "iban_masked", "gross", "withheld", "net", "state", "settled_at")
    list_filter = ("state",)
    list_select_related = ("batch", "party", "statement", "tax_rule__rule")
    search_fields = ("batch__number", "payee_name", "bank_reference")
    search_help_text = _("Number of the batch, name of the payee or reference of the bank")
    ordering = ("-pk",)
    sortable_by = ()
    fields = (
        "batch", "line_no", "party", "payee_name", "iban_masked", "statement", "gross", "tax_class",
        "tax_rate_percent", "tax_rule", "withheld", "net", "state", "bank_reference", "bank_reason", "settled_at",
    )  # fmt: skip
    money = ("gross", "withheld", "net")

    def view_on_site(self, obj: Payment) -> str:
        """The batch it belongs to."""
        return reverse("royalties:staff-batch-detail", kwargs={"uid": obj.batch.uid})
