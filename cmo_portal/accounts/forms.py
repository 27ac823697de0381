"""Forms on accounts: the first password, inviting staff, roles."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.accounts.models import Audience, User
from cmo_portal.accounts.roles import ROLES
from cmo_portal.common.texts import Text
from cmo_portal.forms import TextField


class FirstPasswordForm(forms.Form):
    """Twice the same password, checked by the rules of the user's audience."""

    password = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; 15 for staff. A sentence is easy to remember and hard to guess."),
    )
    again = forms.CharField(
        label=_("New password again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        """Apply the password rules."""
        password: str = get_adapter().clean_password(self.cleaned_data["password"], user=self.user)
        return password

    def clean(self) -> dict[str, Any]:
        """Both entries must agree."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ. Type the same password twice."))
        return data


class InviteStaffForm(forms.Form):
    """A new member of staff."""

    email = forms.EmailField(label=_("E-mail address"))
    name = TextField(label=_("Full name"), max_length=200)


# Each role by its name and, in a few words, what it opens.
ROLE_WORDS: dict[str, tuple[Text, Text]] = {
    "documentation": (
        _("Documentation"),
        _("Works, shares, disputes, registration files, interested parties, matching of usage"),
    ),
    "membership": (
        _("Membership"),
        _("Applications for membership, members and their mandates, interested parties, API clients"),
    ),
    "licensing": (_("Licensing"), _("Applications for licences, tariffs, licensees")),
    "distribution": (_("Distribution"), _("Usage files, pools, rules, distributions")),
    "finance": (_("Finance"), _("Money received, payments, the ledger, bank details")),
    "approver": (
        _("Approver"),
        _("Second signature: distributions, payments, rules, tariffs, bank details, API clients"),
    ),
    "auditor": (_("Auditor"), _("Looks at everything, changes nothing")),
    "administrator": (_("Administrator"), _("Users and roles, background jobs, record of acts, reference data")),
}


def role_name(role: str) -> Text:
    """A role in words; one without words by its code."""
    return ROLE_WORDS[role][0] if role in ROLE_WORDS else role


class RoleForm(forms.Form):
    """Give or take one role."""

    role = forms.ChoiceField(choices=[(role, role_name(role)) for role in ROLES])
    act = forms.ChoiceField(choices=[("give", _("Give")), ("take", _("Take away"))])


class UserFilter(forms.Form):
    """Which users to show."""

    q = TextField(label=_("Name or e-mail address"), required=False, max_length=100)
    audience = forms.ChoiceField(label=_("Audience"), required=False, choices=[("", _("All")), *Audience.choices])
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("All")), *((role, role_name(role)) for role in ROLES)]
    )
