"""Forms about recordings: what is known of one, who performs, its links, and filters of lists."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.cleaning import clean_text
from cmo_portal.forms import TextField
from members.models import PartyName
from works.forms.fields import KnownDayField, ipi_field, isrc_field, refuse_zero_length
from works.forms.search import SearchForm
from works.models import Recording, RecordingWork
from works.models.link_requests import REQUEST_STATES
from works.services.recordings import LONGEST_REASON, MOST_PERFORMERS, NewPerformer, NewRecording

FIRST_RECORDING = 1877  # the phonograph
A_YEAR = 366  # days: a release is announced ahead


class RecordingForm(forms.Form):
    """A recording. `needs_title` where nothing else says what it is called."""

    isrc = isrc_field()
    title = TextField(label=_("Title of the recording"), max_length=400, widget=forms.TextInput(attrs={"dir": "auto"}))
    version_title = TextField(
        label=_("Version"), max_length=200, required=False, help_text=_("For example: live, remix, unplugged.")
    )
    label = TextField(label=_("Label"), max_length=200, required=False)
    minutes = forms.IntegerField(label=_("Length: minutes"), min_value=0, max_value=240, required=False)
    seconds = forms.IntegerField(label=_("Length: seconds"), min_value=0, max_value=59, required=False)
    released_on = KnownDayField(label=_("Released on"), required=False, first_year=FIRST_RECORDING, ahead=A_YEAR)

    def __init__(self, *args: Any, needs_title: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = needs_title

    def clean(self) -> dict[str, Any]:
        """A length is above zero."""
        data = super().clean() or {}
        refuse_zero_length(self)
        return data

    def new(self, performers: "BasePerformerRows") -> NewRecording:
        """What was typed, after validation."""
        data = self.cleaned_data
        return NewRecording(
            isrc=data["isrc"],
            title=clean_text(data["title"]),
            duration=(data["minutes"] or 0) * 60 + (data["seconds"] or 0) or None,
            version_title=clean_text(data["version_title"]),
            label=clean_text(data["label"]),
            released_on=data["released_on"],
            performers=tuple(performers.typed()),
        )


class OwnRecordingForm(RecordingForm):
    """A recording that a member links to a work of hers."""

    reason = TextField(
        label=_("Why it is a recording of this work too"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
        help_text=_("Only if it is linked to a work in which others own shares: the documentation desk then decides."),
    )


def known_of(recording: Recording) -> dict[str, Any]:
    """A recording as the form shows it."""
    minutes, seconds = divmod(recording.duration, 60) if recording.duration else (None, None)
    facts = {name: getattr(recording, name) for name in ("title", "version_title", "label", "released_on")}
    return {**facts, "isrc": recording.isrc or "", "minutes": minutes, "seconds": seconds}


class PerformerForm(forms.Form):
    """One performer; a row without a name is no row."""

    name = TextField(label=_("Performer"), max_length=200, required=False)
    original = TextField(
        label=_("Name in its own script"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    ipi = ipi_field()

    def clean(self) -> dict[str, Any]:
        """A name in its own script alone is a name too."""
        data = super().clean() or {}
        data["name"] = clean_text(data.get("name") or "") or clean_text(data.get("original") or "")
        if data.get("ipi") and not data["name"]:
            self.add_error("name", _("Write the name, or empty the whole row."))
        return data


class BasePerformerRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """The performers in the order of the credit."""

    def typed(self) -> list[NewPerformer]:
        """Rows with a name, after validation."""
        return [
            NewPerformer(data["name"], clean_text(data["original"]), data["ipi"])
            for data in (form.cleaned_data for form in self.forms)
            if data.get("name")
        ]


PerformerRows = cast(
    "type[BasePerformerRows]",
    forms.formset_factory(
        PerformerForm,
        formset=BasePerformerRows,
        extra=2,
        max_num=MOST_PERFORMERS,
        validate_max=True,
        absolute_max=MOST_PERFORMERS,
    ),
)


def performers_of(recording: Recording) -> list[dict[str, str]]:
    """The rows as they stand; who is linked to a party keeps the link by its number."""
    rows = list(recording.performers.order_by("position"))
    names = PartyName.objects.filter(party__in=[row.party_id for row in rows]).exclude(ipi_name_number=None)
    numbers = dict(names.order_by("-pk").values_list("party_id", "ipi_name_number"))  # the first number of a party
    return [
        {"name": row.name, "original": row.name_original, "ipi": numbers.get(row.party_id or 0) or ""} for row in rows
    ]


class RecordingFilter(SearchForm):
    """What staff look for among recordings."""

    q = TextField(
        label=_("Title, performer or ISRC"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    show = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("All recordings")), ("loose", _("Without a work"))]
    )


class OwnRecordingsFilter(forms.Form):
    """What a member looks for among the recordings of her works."""

    q = TextField(
        label=_("Title or work number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    show = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("All my works")), ("silent", _("Without a recording"))]
    )


class MemberFilter(forms.Form):
    """Whose works to show."""

    member = TextField(
        label=_("Member: number or name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )


class LinkForm(forms.Form):
    """A work by its number, and how long it is in the recording."""

    number = TextField(label=_("Work number"), max_length=14, help_text=_("For example W0000123."))
    seconds = forms.IntegerField(
        label=_("Length of this part in seconds"),
        required=False,
        min_value=1,
        max_value=36_000,
        help_text=_("Only where the recording holds several works."),
    )


class LinkRequestFilter(forms.Form):
    """Which links that were asked for to show."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[*REQUEST_STATES, ("all", _("All"))])


class LinkDecisionForm(forms.Form):
    """How a link that waits is decided, and which of the other links were wrong."""

    wrong = forms.MultipleChoiceField(
        label=_("Take the recording out of these works, whose link was wrong"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only if you link it. What you do not choose stays beside it, as in a medley."),
    )
    outcome = TextField(
        label=_("What was decided, and why"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": "4", "dir": "auto"}),
        error_messages={"required": _("Say what was decided and why: the member reads it.")},
    )

    def __init__(self, *args: Any, parts: Sequence[RecordingWork], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = {str(part.uid): part for part in parts}
        field: Any = self.fields["wrong"]
        field.choices = [(uid, str(part.work)) for uid, part in self.parts.items()]
        if not self.parts:
            del self.fields["wrong"]

    @property
    def removed(self) -> list[RecordingWork]:
        """The links that were wrong, after validation."""
        return [self.parts[uid] for uid in self.cleaned_data.get("wrong", ())]


class UnlinkForm(forms.Form):
    """Why a link is wrong."""

    reason = TextField(
        label=_("Why the link is wrong"),
        max_length=500,
        error_messages={"required": _("Say why the link is wrong: the page of the work shows it.")},
    )
