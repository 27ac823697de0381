"""The filter of the works whose agreements cannot all be true."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import TextField
from members.models.parties import Right
from works.models import FaultKind


class AgreementFaultFilter(forms.Form):
    """Which of them, and in which order."""

    q = TextField(
        label=_("Work number or title"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    agreement = TextField(
        label=_("Agreement at fault"),
        max_length=14,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("What is wrong"), required=False, choices=[("", _("All")), *FaultKind.choices])
    right = forms.ChoiceField(label=_("Right"), required=False, choices=[("", _("All")), *Right.choices])
    order = forms.ChoiceField(
        label=_("First"),
        required=False,
        choices=[
            ("", _("Most at stake")),
            ("newest", _("Newest found")),
            ("number", _("Lowest number")),
        ],
    )

    def chosen(self) -> dict[str, str]:
        """What was chosen; a value that is not on the list counts as none."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
