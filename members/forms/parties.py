"""Forms of the desk on interested parties: finding them, their names, numbers, groups and societies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.forms import DayField, TextField
from members.forms.fields import note_field
from members.models import NameType, Party, PartyKind, PartyName, Right
from members.models.territories import LONGEST_AREA, WORLD
from members.queries.territories import read_area, typed_area
from members.services.party_names import NameSaid

KINDS = [choice for choice in PartyKind.choices if choice[0] != PartyKind.SOCIETY]


def _number_input() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"})


class PartyFilter(forms.Form):
    """Which parties to show."""

    q = TextField(
        label=_("Name or IPI number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *PartyKind.choices])
    society = TextField(
        label=_("Society code"),
        max_length=3,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )
    ipi = forms.ChoiceField(
        label=_("IPI name number"),
        required=False,
        choices=[("", _("All")), ("known", _("Known")), ("missing", _("Not known"))],
    )

    def clean_society(self) -> str:
        """Up to three digits of any script, as 0-9."""
        code = digits_to_ascii(self.cleaned_data["society"])
        if code and not (code.isascii() and code.isdigit()):
            raise forms.ValidationError(_("A society code has three digits, for example 052."))
        return code


class ReasonForm(forms.Form):
    """An act on a party has its reason."""

    reason = note_field(_("Reason"), limit=500, rows=2)


class NameForm(ReasonForm):
    """A name in its own script and in Roman letters, with its number. The services check what is typed."""

    name_type = forms.ChoiceField(label=_("Kind of name"), choices=NameType.choices)
    last_name = TextField(
        label=_("Last name, or the name of the firm or group"),
        max_length=160,
        help_text=_("In Roman letters. The form of registration files is made of it."),
    )
    first_name = TextField(label=_("First name"), max_length=160, required=False)
    original = TextField(
        label=_("The whole name in its own script"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    ipi_name_number = TextField(
        label=_("IPI name number"),
        max_length=20,
        required=False,
        widget=_number_input(),
        help_text=_("11 digits; leave it empty while it is not known."),
    )
    field_order = ["kind", "name_type", "last_name", "first_name", "original", "ipi_name_number"]

    def said(self) -> NameSaid:
        """The name as it was typed; after validation."""
        fields = ("last_name", "first_name", "original", "name_type", "ipi_name_number")
        return NameSaid(**{field: self.cleaned_data[field] for field in fields})


class PartyForm(NameForm):
    """A new party with its first name."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=KINDS, widget=forms.RadioSelect)
    ipi_base_number = TextField(
        label=_("IPI base number"),
        max_length=20,
        required=False,
        widget=_number_input(),
        help_text=_("For example I-000000229-7. It names the party, whatever it is called."),
    )
    is_another = forms.BooleanField(
        label=_("It is another party"),
        required=False,
        help_text=_("Those who bear this name already are shown above."),
    )
    field_order = [*NameForm.field_order, "ipi_base_number", "reason", "is_another"]

    def __init__(self, *args: Any, asks: bool = False, **kwargs: Any) -> None:
        """`asks`: whether it is another party than those who bear the name."""
        super().__init__(*args, **kwargs)
        if not (asks or self.data.get("is_another")):
            del self.fields["is_another"]


class PartyNumbersForm(ReasonForm):
    """The numbers that name a party, whatever its names."""

    ipi_base_number = TextField(
        label=_("IPI base number"),
        max_length=20,
        required=False,
        widget=_number_input(),
        help_text=_("For example I-000000229-7. Empty takes a wrong one away."),
    )
    isni = TextField(
        label="ISNI",
        max_length=30,
        required=False,
        widget=_number_input(),
        help_text=_("Sixteen characters, for example 0000 0001 2146 438X. Empty takes a wrong one away."),
    )
    field_order = ["ipi_base_number", "isni", "reason"]


class FindPersonForm(forms.Form):
    """Looks for the person who joins a group."""

    q = TextField(
        label=_("Name, IPI name number or member number"),
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )


class GroupDaysForm(ReasonForm):
    """From when until when."""

    joined_on = DayField(label=_("From"), required=False, help_text=_("Empty where the day is not known."))
    left_on = DayField(label=_("Until"), required=False, help_text=_("Empty while the person is in the group."))
    field_order = ["person", "joined_on", "left_on", "reason"]


class GroupPersonForm(GroupDaysForm):
    """One of those who were found, and the days."""

    person = forms.ChoiceField(
        label=_("Who joins?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who joins the group."),
            "invalid_choice": _("Look for the person again."),
        },
    )

    def __init__(self, *args: Any, found: list[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {str(party.uid): party for party in found}
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(uid, known_as(party)) for uid, party in self.parties.items()]

    def chosen(self) -> Party:
        """Who joins; after validation."""
        return self.parties[self.cleaned_data["person"]]


class AffiliationForm(ReasonForm):
    """Which society collects which rights, where and when."""

    society_code = TextField(
        label=_("Society code"),
        max_length=3,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4", "autocomplete": "off"}),
        help_text=_("Three digits of CISAC, for example 052."),
    )
    rights = forms.MultipleChoiceField(label=_("Rights"), choices=Right.choices, widget=forms.CheckboxSelectMultiple)
    territory = TextField(
        label=_("Territory"),
        max_length=LONGEST_AREA,
        initial=lambda: typed_area(WORLD),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_("A name or TIS number. Join several with + and take out with −, for example World − India."),
    )
    valid_from = DayField(label=_("From"), required=False, help_text=_("Empty where the day is not known."))
    valid_to = DayField(label=_("Until"), required=False, help_text=_("Empty while it goes on."))
    field_order = ["society_code", "rights", "territory", "valid_from", "valid_to", "reason"]

    def clean_territory(self) -> str:
        """The written area."""
        try:
            return read_area(digits_to_ascii(self.cleaned_data["territory"]))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class EndForm(ReasonForm):
    """The last day of an affiliation."""

    last_day = DayField(label=_("Last day"))
    field_order = ["last_day", "reason"]


def known_as(party: Party) -> str:
    """A party in a list of choices: both scripts, and its number where there is one."""
    numbers = [name.ipi_name_number for name in party.names.all() if name.ipi_name_number]
    return " · ".join(filter(None, [party.display_name, party.display_name_original, *numbers[:1]]))


def typed_name(row: PartyName) -> dict[str, str]:
    """A name as its form shows it."""
    return {
        "name_type": row.name_type,
        "last_name": row.last_name,
        "first_name": row.first_name,
        "original": row.original,
        "ipi_name_number": row.ipi_name_number or "",
    }
