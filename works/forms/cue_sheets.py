"""Forms of cue sheets: productions, episodes, cues, files and the mapping of their columns."""

import datetime as dt
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.tables import ValueRefused
from cmo_portal.common.values import DateOrder, DurationUnit, parse_duration
from cmo_portal.forms import DayField, TextField
from members.rules.territories import territories
from works.formats.cue_tables import FIELDS, CueColumns, lacking, repeated
from works.forms.fields import IdentifierField, isrc_field, iswc_field
from works.models import CueType, Episode, Production, ProductionKind
from works.queries.cue_sheets import cue_types, type_name
from works.rules.audiovisual import format_isan, read_eidr, read_isan
from works.services.cue_sheets import CueEntry, EpisodeEntry, ProductionEntry

SCRIPT = {"dir": "auto", "autocomplete": "off"}
NOT_READ = "-"
KINDS = [("", _("Choose")), *ProductionKind.choices]


class DurationField(TextField):
    """A length typed as 1:25, 1:02:09 or in seconds; its value is whole seconds above zero."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "size": "8"}))
        kwargs.setdefault("help_text", _("Minutes and seconds: 1:25, or 1:02:09 with hours."))
        super().__init__(max_length=12, **kwargs)

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        """Whole seconds; None for an optional field left empty."""
        text = digits_to_ascii(super().clean(value)).strip()
        if not text:
            return None
        try:
            seconds = parse_duration(text, DurationUnit.SECONDS if text.isdigit() else DurationUnit.CLOCK)
        except ValueRefused:
            seconds = 0
        if seconds <= 0:
            raise ValidationError(_("“%(value)s” is not a length. Write it as 1:25."), params={"value": text})
        return seconds

    def prepare_value(self, value: Any) -> Any:
        """Kept seconds as people write them."""
        if not isinstance(value, int):
            return value
        hours, rest = divmod(value, 3600)
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


@cache
def countries() -> list[tuple[str, str]]:
    """Countries that exist, by their TIS codes, in order of their English names."""
    listed = (place for place in territories().values() if not place.is_group and place.exists_until.year > 3000)
    return sorted(((place.tis, place.name.title()) for place in listed), key=lambda pair: pair[1])


def country_name(code: str) -> str:
    """A country by its TIS code; a past one by the same list."""
    place = territories().get(code)
    return place.name.title() if place else code


class ProductionForm(forms.Form):
    """A production."""

    title = TextField(
        label=_("Title"),
        max_length=400,
        widget=forms.TextInput(attrs=SCRIPT),
        error_messages={"required": _("Give the title of the production.")},
    )
    title_script = TextField(
        label=_("Title in its own script"),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs=SCRIPT),
        help_text=_("As it stands on the screen, for example in Urdu."),
    )
    original_title = TextField(
        label=_("Original title"),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs=SCRIPT),
        help_text=_("If it was first shown under another title."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=KINDS, error_messages={"required": _("Choose what kind of production it is.")}
    )
    country = forms.ChoiceField(label=_("Country of production"), required=False)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=1880, max_value=2200)
    own_number = TextField(label=_("Producer's or broadcaster's number"), max_length=40, required=False)
    isan = IdentifierField(
        read_isan,
        _("This is not a correct ISAN. It has 16 or 24 signs and check characters."),
        label=_("ISAN or V-ISAN"),
    )
    eidr = IdentifierField(
        read_eidr, _("This is not a correct EIDR. It looks like 10.5240/7791-8534-2C23-9030-8610-5."), label=_("EIDR")
    )
    avi_number = TextField(label=_("AV index number"), max_length=20, required=False)
    avi_society = forms.RegexField(
        r"^\d{3}$",
        label=_("Society of the AV index number"),
        required=False,
        help_text=_("Its three digits at CISAC, for example 362."),
        error_messages={"invalid": _("Write three digits, for example 362.")},
    )

    def __init__(self, *args: Any, production: Production | None = None, **kwargs: Any) -> None:
        if production is not None:
            kept = {name: getattr(production, name) for name in self.base_fields}
            kwargs["initial"] = kept | {"isan": format_isan(production.isan)} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["isan"].max_length = self.fields["eidr"].max_length = 60  # type: ignore[attr-defined]
        self.fields["isan"].validators = self.fields["eidr"].validators = []
        for name in ("isan", "eidr"):
            self.fields[name].widget.attrs["maxlength"] = "60"
        self.fields["country"].choices = [("", _("Choose")), *countries()]  # type: ignore[attr-defined]

    def entry(self) -> ProductionEntry:
        """What was typed."""
        return ProductionEntry(**self.cleaned_data)


class EpisodeForm(forms.Form):
    """An episode; the only one of a film has no number."""

    number = TextField(
        label=_("Episode number"),
        max_length=20,
        required=False,
        help_text=_("Leave it empty for a film, a single programme or an advertisement."),
    )
    title = TextField(
        label=_("Title of the episode"), max_length=400, required=False, widget=forms.TextInput(attrs=SCRIPT)
    )
    title_script = TextField(
        label=_("Title in its own script"), max_length=400, required=False, widget=forms.TextInput(attrs=SCRIPT)
    )
    broadcast_on = DayField(label=_("First broadcast or shown on"), required=False)
    duration = DurationField(label=_("Duration"), required=False)

    def __init__(self, *args: Any, episode: Episode | None = None, **kwargs: Any) -> None:
        if episode is not None:
            kwargs["initial"] = {name: getattr(episode, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)

    def entry(self) -> EpisodeEntry:
        """What was typed."""
        return EpisodeEntry(**self.cleaned_data)


class SheetForm(forms.Form):
    """Who supplied a cue sheet that is entered by hand."""

    source = TextField(
        label=_("Who supplied it?"),
        max_length=120,
        help_text=_("For example the broadcaster, the producer, the composer."),
        widget=forms.TextInput(attrs=SCRIPT),
        error_messages={"required": _("Say who supplied the cue sheet.")},
    )


class CueForm(forms.Form):
    """One cue as the sheet prints it."""

    sequence = forms.IntegerField(
        label=_("Number in the sheet"),
        min_value=1,
        max_value=100_000,
        error_messages={"required": _("Give the number of the cue.")},
    )
    cue_type = forms.ModelChoiceField(
        label=_("How the music is used"),
        queryset=CueType.objects.none(),
        to_field_name="code",
        error_messages={"required": _("Choose how the music is used.")},
    )
    duration = DurationField(label=_("How long it is heard"), error_messages={"required": _("Give the duration.")})
    title = TextField(
        label=_("Title as printed"),
        max_length=400,
        widget=forms.TextInput(attrs=SCRIPT),
        error_messages={"required": _("Give the title as it is printed.")},
    )
    composers = TextField(
        label=_("Composers and authors as printed"),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs=SCRIPT),
    )
    performers = TextField(
        label=_("Performers as printed"), max_length=400, required=False, widget=forms.TextInput(attrs=SCRIPT)
    )
    work_number = TextField(label=_("Work number as printed"), max_length=40, required=False)
    iswc = iswc_field()
    isrc = isrc_field()

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["cue_type"]
        field.queryset = cue_types(on)
        field.label_from_instance = lambda kind: f"{kind.code} · {type_name(kind)}"

    def clean_work_number(self) -> str:
        """As printed, its figures as ours are written."""
        number: str = digits_to_ascii(self.cleaned_data["work_number"]).strip()
        return number

    def entry(self) -> CueEntry:
        """What was typed."""
        return CueEntry(**self.cleaned_data)


class FindWorkForm(forms.Form):
    """Look for the work that a cue is."""

    find = TextField(
        label=_("Title, writer, work number, ISWC or ISRC"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )


class WhyForm(forms.Form):
    """Why a sheet is withdrawn, an import undone, a file refused."""

    reason = TextField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs=SCRIPT),
        error_messages={"required": _("Say why.")},
    )


class ProductionFilter(forms.Form):
    """Which productions to show."""

    q = TextField(
        label=_("Title or number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *ProductionKind.choices])
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("All productions")),
            ("open", _("With a cue without a work")),
            ("entered", _("With a cue sheet not confirmed")),
            ("bare", _("Without a cue sheet")),
            ("withdrawn", _("Withdrawn")),
        ],
    )


class CueFileForm(forms.Form):
    """A table of cue sheets to be checked."""

    file = forms.FileField(
        label=_("Table of cue sheets (CSV or XLSX)"),
        help_text=_("One row a cue. The file is checked first; nothing is taken until you say so."),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("This file is empty. Ask the sender for it again."),
        },
    )
    source = SheetForm.base_fields["source"]


FIELD_NAMES = {
    "production_title": _("Production: title"),
    "production_script": _("Production: title in its own script"),
    "original_title": _("Production: original title"),
    "kind": _("Production: kind"),
    "country": _("Production: country"),
    "year": _("Production: year"),
    "isan": _("ISAN or V-ISAN"),
    "eidr": _("EIDR"),
    "own_number": _("Producer's or broadcaster's number"),
    "avi_number": _("AV index number"),
    "avi_society": _("Society of the AV index number"),
    "episode_number": _("Episode: number"),
    "episode_title": _("Episode: title"),
    "broadcast_on": _("Episode: first broadcast"),
    "episode_duration": _("Episode: duration"),
    "sequence": _("Cue: number"),
    "cue_type": _("Cue: how the music is used"),
    "duration": _("Cue: duration"),
    "title": _("Cue: title"),
    "composers": _("Cue: composers and authors"),
    "performers": _("Cue: performers"),
    "work_number": _("Cue: work number"),
    "iswc": _("Cue: ISWC"),
    "isrc": _("Cue: ISRC"),
}
DATE_ORDERS = [
    (DateOrder.DMY, _("Day, month, year")),
    (DateOrder.MDY, _("Month, day, year")),
    (DateOrder.YMD, _("Year, month, day")),
]
UNITS = [
    (DurationUnit.CLOCK, _("mm:ss or hh:mm:ss")),
    (DurationUnit.SECONDS, _("Seconds")),
    (DurationUnit.MINUTES, _("Decimal minutes: 3.5")),
    (DurationUnit.DAYS, _("Fractions of a day, as spreadsheets keep them")),
    (DurationUnit.SPOKEN, _("In words: 3m 30s")),
    (DurationUnit.ISO, _("ISO: PT3M30S")),
]


class CueMappingForm(forms.Form):
    """Which column of a table is what; built for the headings of one table."""

    def __init__(
        self, *args: Any, headings: tuple[str, ...], guess: CueColumns, of_one_episode: bool, **kwargs: Any
    ) -> None:
        self.headings, self.of_one_episode = headings, of_one_episode
        super().__init__(*args, **kwargs)
        chosen = dict(guess.columns)
        choices = [(NOT_READ, _("Not read")), *((name, FIELD_NAMES[name]) for name in FIELDS)]
        for number, heading in enumerate(headings):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=format_lazy(_("Column “{heading}”"), heading=heading),
                choices=choices,
                initial=chosen.get(heading, NOT_READ),
            )
        self.fields["date_order"] = forms.ChoiceField(
            label=_("Order of dates"), choices=DATE_ORDERS, initial=guess.date_order
        )
        self.fields["duration_unit"] = forms.ChoiceField(
            label=_("Unit of durations"), choices=UNITS, initial=guess.duration_unit
        )
        if not of_one_episode:
            self.fields["kind"] = forms.ChoiceField(
                label=_("Kind of new productions, where no column says it"),
                choices=[("", _("Not said")), *ProductionKind.choices],
                required=False,
                initial=guess.kind,
            )

    def clean(self) -> dict[str, Any]:
        """What is needed has a column, and one column only."""
        data = super().clean() or {}
        columns = self.chosen()
        for name in lacking(columns, of_one_episode=self.of_one_episode):
            text = _("No column is chosen for: %(field)s.")
            self.add_error(None, ValidationError(text, params={"field": FIELD_NAMES[name]}))
        for name in repeated(columns):
            text = _("Two columns are chosen for: %(field)s. Keep one.")
            self.add_error(None, ValidationError(text, params={"field": FIELD_NAMES[name]}))
        return data

    def chosen(self) -> CueColumns:
        """The mapping as the form says it."""
        data = self.cleaned_data
        columns = tuple(
            (heading, name)
            for number, heading in enumerate(self.headings)
            if (name := data.get(f"column_{number}", NOT_READ)) != NOT_READ
        )
        order, unit = DateOrder(data.get("date_order", "dmy")), DurationUnit(data.get("duration_unit", "clock"))
        return CueColumns(columns, order, unit, data.get("kind", ""))
