"""What a person who registers a work can say of where it comes from: words and music, another work, old verse."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.common import clock
from cmo_portal.common.cleaning import clean_text
from cmo_portal.forms import TextField
from works.rules.code_lists import TEXT_MUSIC
from works.services.description_faults import element_faults

MOST_SOURCES = 20


class OriginFields(forms.Form):
    """Questions of the first step of a registration; all may stay empty."""

    text_music = forms.ChoiceField(
        label=_("What the work consists of"),
        choices=[("", _("Choose")), *((code, TEXT_MUSIC[code]) for code in ("MTX", "MTN", "MUS", "TXT"))],
        required=False,
    )
    made_from = forms.ChoiceField(
        label=_("Is it made from another work?"),
        choices=[
            ("", _("No, it is new")),
            ("arrangement", _("Yes, I arranged the music of another work")),
            ("adaptation", _("Yes, I changed the words of another work")),
            ("translation", _("Yes, I translated the words of another work")),
            ("component", _("Yes, it is a medley of other works")),
        ],
        required=False,
    )
    source_title = TextField(
        label=_("Title of the other work"),
        max_length=400,
        required=False,
        help_text=_("Of a medley: all titles, with a semicolon between them."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    source_writers = TextField(
        label=_("Who wrote it"), max_length=400, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    free_words = forms.ChoiceField(
        label=_("Are its words older than anybody’s rights?"),
        choices=[
            ("", _("No")),
            ("classical", _("Yes, Sufi or classical verse")),
            ("died", _("Yes, by an author who died long ago")),
            ("folk", _("Yes, folk words without an author")),
        ],
        required=False,
    )
    free_author = TextField(
        label=_("Whose words are they?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    free_when = forms.IntegerField(
        label=_("When did this author die?"),
        min_value=1,
        max_value=9999,
        required=False,
        help_text=_("The year, for example 1757; or only the century, for example 18. Empty if you do not know."),
    )

    def clean(self) -> dict[str, Any]:
        """Another work has a title, old words an author unless they are folk words."""
        data = super().clean() or {}
        if (data.get("free_when") or 0) > clock.today().year:
            self.add_error("free_when", _("This year has not come yet."))
        if data.get("made_from") and not data.get("source_title"):
            self.add_error("source_title", _("Give the title of the work that yours is made from."))
        if data.get("made_from") == "component" and len(source_titles(data.get("source_title", ""))) < 2:
            self.add_error("source_title", _("A medley has two works at least. Put a semicolon between their titles."))
        if data.get("source_title") and not data.get("made_from") and "made_from" not in self.errors:
            self.add_error("made_from", _("Say what yours has to do with the other work, or leave its title empty."))
        if data.get("free_words") in ("classical", "died") and not data.get("free_author"):
            self.add_error("free_author", _("Name the author of the words."))
        elements = ["words"] if data.get("free_words") else []
        for fault in element_faults(data.get("text_music") or "", elements):
            self.add_error("free_words", fault)
        if data.get("free_author") and not data.get("free_words") and "free_words" not in self.errors:
            self.add_error("free_words", _("Say why these words belong to nobody, or leave their author empty."))
        return data


def source_titles(text: str) -> list[str]:
    """The titles of a list, at most twenty."""
    titles = (clean_text(each) for each in text.replace("؛", ";").split(";"))
    return [title for title in titles if title][:MOST_SOURCES]
