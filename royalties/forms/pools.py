"""Forms of the distribution desk: money received, pools, rules, the ledger."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.form_keys import as_key
from cmo_portal.forms import DayField, MoneyField, TextField
from licensing.models import Invoice, Receipt
from licensing.models.tariffs import UseCategory
from members.models.parties import Right
from royalties.models import RuleVersion, UsageFile
from royalties.models.ledger import AccountCode
from royalties.queries.pool_pages import payable_invoices


class ReceiptForm(forms.Form):
    """Money that came in, and the invoices it pays."""

    received_on = DayField(label=_("Received on"))
    amount = MoneyField(label=_("Amount"))
    method = forms.ChoiceField(label=_("How it was paid"), choices=Receipt._meta.get_field("method").choices or [])
    reference = TextField(label=_("Reference of the bank"), max_length=60)
    payer = TextField(label=_("Payer"), max_length=120)
    invoices = forms.ModelMultipleChoiceField(
        label=_("Invoices it pays"),
        queryset=Invoice.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("In the order of their due dates. What is over stays as credit of the licensee."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("form_key", uuid.uuid4())
        super().__init__(*args, **kwargs)
        self.fields["invoices"].queryset = payable_invoices(as_key(self.data.get("form_key", "")))  # type: ignore[attr-defined]
        self.fields["invoices"].label_from_instance = invoice_label  # type: ignore[attr-defined]


def invoice_label(invoice: Invoice) -> str:
    """An invoice as the list of a receipt shows it."""
    return f"{invoice.number} · {invoice.licensee.name}"


def rules_of(kind: str) -> Any:
    """The approved versions of a kind."""
    return RuleVersion.objects.filter(rule__kind=kind, state="approved").select_related("rule").order_by("rule__name")


class PoolForm(forms.Form):
    """A new pool."""

    code = TextField(label=_("Code"), max_length=30)
    name = TextField(label=_("Name"), max_length=120)
    name_ur = TextField(label=_("Name in Urdu"), max_length=120, required=False)
    right = forms.ChoiceField(label=_("Right"), choices=Right.choices)
    category = forms.ChoiceField(label=_("Use category"), choices=UseCategory.choices)
    start = DayField(label=_("Period from"))
    end = DayField(label=_("Period to"))
    distribution_rule = forms.ModelChoiceField(label=_("Distribution rule"), queryset=RuleVersion.objects.none())
    deduction_rule = forms.ModelChoiceField(label=_("Deduction rule"), queryset=RuleVersion.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["distribution_rule"].queryset = rules_of("distribution")  # type: ignore[attr-defined]
        self.fields["deduction_rule"].queryset = rules_of("deductions")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The period ends after it begins."""
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] < data["start"]:
            self.add_error("end", _("The period must end after it begins."))
        return data


class FeedForm(forms.Form):
    """A usage file for a pool."""

    file = forms.ModelChoiceField(
        label=_("Usage file"), queryset=UsageFile.objects.filter(state="landed").order_by("-pk")
    )


class RuleFilter(forms.Form):
    """Nothing to choose yet beyond the words of the name."""

    q = TextField(label=_("Name or code"), max_length=60, required=False)


class VersionForm(forms.Form):
    """A draft of a rule's next version."""

    valid_from = DayField(label=_("Valid from"))
    text = TextField(label=_("In plain words"), widget=forms.Textarea(attrs={"rows": 4}))
    text_ur = TextField(label=_("In plain words, Urdu"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    parameters = forms.JSONField(
        label=_("Parameters"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "dir": "ltr"}),
        help_text=_("What the engine reads, as JSON. Every fault is named when you save."),
    )
    source = TextField(label=_("Resolution or source"), max_length=300)


class LedgerFilter(forms.Form):
    """Which lines of the ledger to show."""

    account = forms.ChoiceField(label=_("Account"), required=False, choices=[("", _("All")), *AccountCode.choices])
    q = TextField(label=_("Party or description"), max_length=80, required=False)
