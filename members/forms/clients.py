"""Forms of staff on API clients."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField
from members.forms.fields import note_field
from members.models import Party, Scope
from members.models.clients import CLIENT_STATES
from members.queries.parties import party_of_number


class ClientFilter(forms.Form):
    """Which clients to show."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *CLIENT_STATES])


class ClientForm(forms.Form):
    """A program that is to get a token."""

    name = TextField(
        label=_("Name of the program"), max_length=100, help_text=_("As its owner calls it, for example Catalogue 3.")
    )
    purpose = note_field(_("What it is for"), limit=300, rows=3)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    party = TextField(
        label=_("Member number or IPI name number of the owner"),
        required=False,
        max_length=20,
        help_text=_("Registrations are made in the name of this party. For reading alone it may be left empty."),
    )
    expires_on = DayField(label=_("Last day"), help_text=_("At most a year ahead. After that day the token is void."))

    def clean_party(self) -> Party | None:
        """The party that the number names."""
        number: str = self.cleaned_data["party"].strip()
        if not number:
            return None
        party = party_of_number(number)
        if party is None:
            raise forms.ValidationError(_("Nobody has this number. Look the party up in the register first."))
        return party


class ClientDecisionForm(forms.Form):
    """Yes, or no with the reason."""

    act = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approve", _("Approve: its token may be made")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = note_field(_("Reason of a refusal"), limit=300, rows=2, required=False)

    def clean(self) -> dict[str, Any]:
        """A refusal has its reason."""
        data = super().clean() or {}
        if data.get("act") == "refuse" and not data.get("reason"):
            self.add_error("reason", _("Say why."))
        return data


class RevocationForm(forms.Form):
    """Why a client ends."""

    reason = note_field(_("Reason"), limit=300, rows=2)
