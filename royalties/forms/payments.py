"""Forms of the payment desk."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField
from royalties.models.payments import BATCH_STATES


class BatchForm(forms.Form):
    """When to pay. The hidden key makes a double click one batch."""

    pay_on = DayField(label=_("Payment date"), help_text=_("The tax rate of this day is used."))
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("form_key", uuid.uuid4())
        super().__init__(*args, **kwargs)


class DigestForm(forms.Form):
    """What the approver looked at."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class CancelForm(forms.Form):
    """Why a batch is cancelled."""

    reason = TextField(label=_("Reason"), max_length=300)


class AnswerForm(forms.Form):
    """The bank's answer file."""

    file = forms.FileField(
        label=_("Answer of the bank (CSV)"), help_text=_("Headings: batch, line, status, reference, reason.")
    )


class BatchFilter(forms.Form):
    """Which batches to show."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *BATCH_STATES])
