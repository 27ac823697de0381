"""Forms of staff: filters of lists, decisions, tariffs."""

import json
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, MoneyField, TextField
from licensing.models import Tariff
from licensing.models.applications import APPLICATION_STATES
from licensing.models.invoices import INVOICE_STATES
from licensing.models.licences import LICENCE_STATES
from licensing.models.tariffs import LegalStatus

ANY = ("", _("Any"))


class SearchForm(forms.Form):
    """A box alone."""

    q = TextField(label=_("Search"), max_length=80, required=False)


class ApplicationFilter(forms.Form):
    """Which applications are listed."""

    q = TextField(label=_("Reference, business or e-mail"), max_length=80, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[ANY, *APPLICATION_STATES], required=False)


class LicenceFilter(forms.Form):
    """Which licences are listed."""

    q = TextField(label=_("Number, licensee or premises"), max_length=80, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[ANY, *LICENCE_STATES], required=False)


class InvoiceFilter(forms.Form):
    """Which invoices are listed."""

    q = TextField(label=_("Number or licensee"), max_length=80, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[ANY, *INVOICE_STATES], required=False)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)


class ReceiptFilter(forms.Form):
    """Which receipts are listed."""

    q = TextField(label=_("Number, payer, reference or licensee"), max_length=80, required=False)
    unallocated = forms.BooleanField(label=_("With money not yet allocated"), required=False)


class TextForm(forms.Form):
    """A question or a reason, in words that the other side reads."""

    text = TextField(label=_("Question or reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label


class CreditNoteForm(forms.Form):
    """Take back what is open on an invoice, in whole or in part."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField()
    reason = TextField(label=_("Reason, as it stands on the credit note"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4
        self.fields["amount"].label = _("Amount with tax (%(code)s)") % {"code": settings.CURRENCY["code"]}


class TariffForm(forms.ModelForm):
    """A tariff of the register: its names and what it is for."""

    class Meta:
        model = Tariff
        fields = ["code", "name", "name_ur", "summary", "summary_ur", "use_category", "right", "term"]
        field_classes = dict.fromkeys(["name", "name_ur", "summary", "summary_ur"], TextField)


class VersionForm(forms.Form):
    """A draft: its definition as data, its first day, its source."""

    valid_from = DayField(label=_("Valid from"))
    source = TextField(
        label=_("Source"), max_length=600, help_text=_("Resolution, agreement or text that these figures come from.")
    )
    definition = TextField(
        label=_("Definition"),
        help_text=_("Questions, rates, modifiers and worked examples, as JSON. Figures stand in quotes."),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "dir": "ltr"}),
        max_length=200_000,
        strip=False,
    )

    def clean_definition(self) -> dict[str, Any]:
        """The record in the text."""
        try:
            data = json.loads(self.cleaned_data["definition"])
        except json.JSONDecodeError as error:
            raise forms.ValidationError(
                _("Line %(line)s, character %(column)s: this is not JSON (%(message)s)."),
                params={"line": error.lineno, "column": error.colno, "message": error.msg},
            ) from error
        if not isinstance(data, dict):
            raise forms.ValidationError(_("The definition is one record in braces."))
        return data


class StepForm(forms.Form):
    """The next step in the legal life of a version, with its proof."""

    to = forms.ChoiceField(label=_("Next step"))
    on = DayField(label=_("Date"))
    reference = TextField(label=_("Resolution, filing number or gazette"), max_length=300, required=False)

    def __init__(self, *args: Any, moves: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = self.fields["to"]
        assert isinstance(steps, forms.ChoiceField)
        steps.choices = [(move, LegalStatus(move).label) for move in moves]
