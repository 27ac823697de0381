"""Filters of the members' lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models.parties import Right
from royalties.code_words import category_text
from royalties.models.statements import HELD_REASONS

STATES = [
    ("", _("All")),
    ("waiting", _("Not paid yet")),
    ("on_its_way", _("Payment on its way")),
    ("paid", _("Paid")),
    ("reversed", _("Taken back")),
]


class StatementFilter(forms.Form):
    """Which statements: by year of use, state, right, kind of source."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    right = forms.ChoiceField(label=_("Right"), required=False, choices=[("", _("All")), *Right.choices])
    category = forms.ChoiceField(label=_("Source"), required=False)

    def __init__(self, *args: Any, years: list[int], categories: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("All")), *((year, str(year)) for year in years)]  # type: ignore[attr-defined]
        sources = [("", _("All")), *((code, category_text(code)) for code in categories)]
        self.fields["category"].choices = sources  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What was chosen; a value that is not on the list counts as none."""
        self.is_valid()
        year = self.cleaned_data.get("year")
        return {"year": year} | {name: self.cleaned_data.get(name) or "" for name in ("state", "right", "category")}


class HeldFilter(forms.Form):
    """Which held amounts: by reason."""

    reason = forms.ChoiceField(label=_("Reason"), required=False, choices=[("", _("All")), *HELD_REASONS])

    def chosen(self) -> str:
        """The reason chosen, blank for all."""
        self.is_valid()
        return self.cleaned_data.get("reason") or ""
