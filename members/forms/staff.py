"""Forms of staff on applications, members and bank details."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.context import OWN_COUNTRY
from cmo_portal.forms import DayField, TextField
from members.forms.fields import OnceForm, iban_field, note_field, original_name_field, phone_field, set_choices
from members.models import Party, Right
from members.models.applications import APPLICATION_STATES
from members.models.membership import ACCOUNT_STATES, MEMBER_STATES
from members.queries.payees import TAX_CLASSES

NEW = "new"  # the applicant is not in the register of parties yet


class ApplicationFilter(forms.Form):
    """Which applications to show."""

    q = TextField(label=_("Name, reference or e-mail address"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *APPLICATION_STATES[1:]])
    since = DayField(label=_("Sent since"), required=False)


class MemberFilter(forms.Form):
    """Which members to show. A CNIC has its own box, sent by POST: it must not stand in an address."""

    q = TextField(label=_("Name or member number"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *MEMBER_STATES])


class AccountFilter(forms.Form):
    """Which bank details to show."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *ACCOUNT_STATES])


class QuestionForm(forms.Form):
    """A question to the applicant."""

    text = note_field(_("Question to the applicant"), rows=3)


class RefusalForm(forms.Form):
    """The reason of a refusal, which the applicant or member reads."""

    reason = note_field(_("Reason, which the applicant reads"), rows=3)


class AdmissionForm(forms.Form):
    """What the reviewer decides beside the applicant's answers."""

    party = forms.ChoiceField(label=_("Who is the applicant in our register?"), widget=forms.RadioSelect)
    tax_class = forms.ChoiceField(label=_("Tax class"), choices=TAX_CLASSES)
    tax_evidence = TextField(label=_("What the tax class rests on"), max_length=200)
    alarms_seen = TextField(label=_("What you found when you looked at the alarms"), max_length=500, required=False)

    def __init__(self, *args: Any, parties: list[Party], has_alarms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {str(party.uid): party for party in parties}
        if self.parties:
            known = [(uid, party.display_name) for uid, party in self.parties.items()]
            set_choices(self, "party", [*known, (NEW, _("Nobody yet: make a new entry"))])
        else:
            del self.fields["party"]
        if has_alarms:
            self.fields["alarms_seen"].required = True
        else:
            del self.fields["alarms_seen"]

    def chosen_party(self) -> Party | None:
        """The known party that the applicant is; None for a new one."""
        return self.parties.get(self.cleaned_data.get("party", ""))


class RevealForm(forms.Form):
    """Why a masked number must be opened."""

    reason = TextField(label=_("Why do you need to see the whole number?"), max_length=500)


class FindForm(forms.Form):
    """A member by CNIC."""

    cnic = TextField(
        label=_("CNIC number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class AccountForm(OnceForm):
    """A new bank account of a member."""

    iban = iban_field()
    title = original_name_field(
        _("Title of the account"), help_text=_("The name of the account's owner, as the bank writes it.")
    )
    bank_name = TextField(label=_("Name of the bank"), max_length=80, required=False)


class StateForm(forms.Form):
    """A step in the life of a membership."""

    act = forms.ChoiceField(label=_("What happened?"), choices=(), widget=forms.RadioSelect)
    day = DayField(
        label=_("On which day?"),
        required=False,
        help_text=_("For a resignation the last day of membership, for a death the day of death."),
    )
    reason = note_field(_("Reason"), limit=500, rows=3)

    ACTS = {
        "active": [("suspend", _("Suspend the membership")), ("resign", _("The member resigned")),
                   ("death", _("The member died"))],
        "suspended": [("reinstate", _("End the suspension")), ("resign", _("The member resigned")),
                      ("death", _("The member died"))],
        "resigned": [("death", _("The member died"))],
        "deceased": [],
    }  # fmt: skip

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "act", self.ACTS[state])

    def clean(self) -> dict[str, Any]:
        """A resignation and a death have their day."""
        data = super().clean() or {}
        if data.get("act") in ("resign", "death") and not data.get("day"):
            self.add_error("day", _("Write the day."))
        return data


class MandateForm(forms.Form):
    """A right from a day on: where the society administers it, or no longer."""

    right = forms.ChoiceField(label=_("Right"), choices=Right.choices)
    territory = forms.ChoiceField(
        label=_("Territory"),
        choices=[
            ("world", _("The whole world")),
            ("home", OWN_COUNTRY),
            ("none", _("None: the mandate for this right ends")),
        ],
        widget=forms.RadioSelect,
    )
    exclusive = forms.BooleanField(label=_("Exclusive: the member gives no licences for it"), required=False)
    valid_from = DayField(label=_("From"), help_text=_("The first day of the change."))
    reason = note_field(_("Reason"), limit=500, rows=3)


class TaxForm(forms.Form):
    """A tax class from a day on."""

    tax_class = forms.ChoiceField(label=_("Tax class"), choices=TAX_CLASSES)
    valid_from = DayField(label=_("From"))
    evidence = TextField(
        label=_("What it rests on"), help_text=_("For example: taxpayers' list of 22 November 2026."), max_length=200
    )


class ContactForm(forms.Form):
    """Telephone, address and language of a member."""

    telephone = phone_field()
    address = TextField(
        label=_("Postal address"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3", "autocomplete": "street-address", "dir": "auto"}),
    )
    language = forms.ChoiceField(
        label=_("Language of our messages"), choices=[("en", "English"), ("ur", "اردو")], widget=forms.RadioSelect
    )
