"""The public's form: what is wrong about a work."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import TextField
from works.forms.fields import OnceForm
from works.models import ReportKind


class ReportForm(OnceForm):
    """A message about a work. `known` people need not say who they are."""

    kind = forms.ChoiceField(label=_("What is it about?"), choices=ReportKind.choices, widget=forms.RadioSelect)
    message = TextField(
        label=_("What is wrong, and how do you know?"),
        max_length=4000,
        help_text=_("For example: the words are by Alia Rahman; it stands on the cassette of 1987."),
        widget=forms.Textarea(attrs={"rows": "6", "dir": "auto"}),
        error_messages={"required": _("Say in a sentence or two what is wrong.")},
    )
    name = TextField(
        label=_("Your name"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        required=False,
        help_text=_("Only for our answer. It is not shown to anybody else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["name"], self.fields["email"]
