"""Forms of the distribution desk: runs."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField
from royalties.models import Pool
from royalties.models.runs import RUN_STATES


class RunForm(forms.Form):
    """A new run: name, period, pools that no live run has. The hidden key makes a double click one run."""

    name = TextField(label=_("Name"), max_length=120, help_text=_("For example: Radio, Jul–Sep 2026."))
    start = DayField(label=_("Period from"))
    end = DayField(label=_("Period to"))
    pools = forms.ModelMultipleChoiceField(
        label=_("Pools"), queryset=Pool.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("form_key", uuid.uuid4())
        super().__init__(*args, **kwargs)
        free = Pool.objects.exclude(claims__released_at=None, claims__isnull=False)
        self.fields["pools"].queryset = free.order_by("code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The period ends after it begins."""
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] < data["start"]:
            self.add_error("end", _("The period must end after it begins."))
        return data


class ReasonForm(forms.Form):
    """Why."""

    reason = TextField(label=_("Reason"), max_length=500)


class ApprovalForm(forms.Form):
    """What the approver looked at, and whether she knows of later changes of shares."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    accept_changes = forms.BooleanField(required=False)


class RunFilter(forms.Form):
    """Which runs to show."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *RUN_STATES])
