"""Forms about usage without a known work: which of it to show, and a member's claim."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField
from royalties.models.unmatched import CLAIM_STATES, USE_KINDS
from works.models import Work


class WordsFilter(forms.Form):
    """One box for the words of a text."""

    q = TextField(
        label=_("Title or performer"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )


class UnmatchedFilter(WordsFilter):
    """Which texts without a known work to show."""

    kind = forms.ChoiceField(label=_("Kind of use"), required=False, choices=[("", _("All")), *USE_KINDS])
    since = DayField(label=_("Used from"), required=False)
    until = DayField(label=_("Used until"), required=False)


class SuggestionFilter(WordsFilter):
    """Which suggestions a member looks at."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("What may be mine")), ("aside", _("What I said is not mine"))],
    )


class ClaimFilter(forms.Form):
    """Which claims to show."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *CLAIM_STATES])


class WorkSearch(forms.Form):
    """Which of her works a member looks for."""

    q = TextField(
        label=_("Look for another work of yours"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
        help_text=_("A word of the title, or the work number."),
    )


class TextClaimForm(forms.Form):
    """Which work it is, and how she knows."""

    work = forms.ModelChoiceField(
        label=_("Which of your works is it?"),
        queryset=Work.objects.none(),
        widget=forms.RadioSelect,
        to_field_name="uid",
        empty_label=None,
        error_messages={
            "required": _("Choose one of your works, or look for it by a word of its title."),
            "invalid_choice": _("Choose one of your works, or look for it by a word of its title."),
        },
    )
    reason = TextField(
        label=_("How do you know?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
        help_text=_("For example: this is the first line of my song; the station always writes it so."),
        error_messages={"required": _("Say in a sentence how you know that this is your work.")},
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, works: QuerySet[Work], offered: Iterable[Work], **kwargs: Any) -> None:
        """`works` may be chosen; of them those `offered` are on the page, because a publisher has thousands."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["work"]
        field.queryset = works
        field.choices = [(work.uid, f"{work.title} · {work.number}") for work in offered]
