"""Forms of the desk on the description of a work: its facts, and rows of titles, sources, free elements, performers,
settings and numbers. A row knows its `uid` when it stands already; a row left blank is no row."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cmo_portal.common import clock
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.forms import TextField
from cmo_portal.wording import comma_list
from works.forms.fields import KnownDayField, LengthField, ShareField, ipi_field, iswc_field
from works.models import Element, FreeReason, IdentifierValidity, SourceKind, SourceWork, Work
from works.queries.description_texts import writers_text
from works.rules.code_lists import (
    CATEGORIES,
    COMPOSITE_TYPES,
    EXCERPT_TYPES,
    IDENTIFIER_TYPES,
    LYRIC_ADAPTATIONS,
    MUSIC_ARRANGEMENTS,
    TEXT_MUSIC,
    TITLE_TYPES,
    VERSION_TYPES,
    CodeList,
    choices_of,
)
from works.rules.instruments import INSTRUMENTS, STANDARD_INSTRUMENTATIONS
from works.rules.languages import LANGUAGES, language_of
from works.rules.public_domain import century_of
from works.rules.work_types import WORK_TYPES

MOST_ROWS = 60
FIRST_YEAR, FIRST_PRINT = 600, 1450  # a verse may be old; published is what was printed, recorded or sent
A_YEAR = 366  # days: a publication is announced ahead
CHOOSE = _("Choose")
NOT_KNOWN = _("Not known")
_PLAYED = re.compile(r"(.+?)(?:\s*[x×*]?\s*(\d{1,3}))?", re.DOTALL)


class LanguageField(TextField):
    """A language typed by its name, helped by the list of names that the page holds once; its value is the code."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "languages", "autocomplete": "off"})
        super().__init__(max_length=60, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """The code; a name counts in the language of the page and in English, a code too."""
        text = super().clean(value)
        code = _codes_by_name(LANGUAGES).get(text.casefold(), language_of(text))
        if text and not code:
            raise forms.ValidationError(_("No language of the list is called %(name)s.") % {"name": text})
        return code

    def prepare_value(self, value: Any) -> Any:
        """A kept code as its name."""
        return LANGUAGES.get(value, value) if isinstance(value, str) else value


class ReasonForm(forms.Form):
    """Why the description changes."""

    reason = TextField(
        label=_("Reason"),
        max_length=500,
        help_text=_("For example: letter of the publisher of 4 May 2026. It stands in the record of acts."),
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
        error_messages={"required": _("Say why this changes.")},
    )


class FactsForm(forms.Form):
    """The facts of a work that are single values."""

    iswc = iswc_field(_("Empty it to take the ISWC away; its history stays."))
    category = forms.ChoiceField(label=_("Category of distribution"), choices=choices_of(CATEGORIES))
    version_type = forms.ChoiceField(label=_("Version"), choices=choices_of(VERSION_TYPES))
    duration = LengthField(label=_("Length"), help_text=_("Minutes and seconds, for example 4:05."))
    text_music = forms.ChoiceField(
        label=_("Words and music"), choices=choices_of(TEXT_MUSIC, blank=NOT_KNOWN), required=False
    )
    music_arrangement = forms.ChoiceField(
        label=_("What was done to the music"), choices=choices_of(MUSIC_ARRANGEMENTS, blank=NOT_KNOWN), required=False
    )
    lyric_adaptation = forms.ChoiceField(
        label=_("What was done to the words"), choices=choices_of(LYRIC_ADAPTATIONS, blank=NOT_KNOWN), required=False
    )
    composite_type = forms.ChoiceField(
        label=_("Made of several works"), choices=choices_of(COMPOSITE_TYPES, blank=_("No")), required=False
    )
    component_count = forms.IntegerField(label=_("Number of components"), min_value=2, max_value=999, required=False)
    excerpt_type = forms.ChoiceField(
        label=_("Excerpt of a work"), choices=choices_of(EXCERPT_TYPES, blank=_("No")), required=False
    )
    work_type = forms.ChoiceField(
        label=_("Kind of music"), choices=choices_of(WORK_TYPES, blank=NOT_KNOWN), required=False
    )
    grand_rights = forms.NullBooleanField(
        label=_("Grand rights"),
        help_text=_("Whether the work belongs to a stage work whose rights are managed apart."),
        required=False,
    )
    opus_number = TextField(label=_("Opus number"), max_length=25, required=False)
    catalogue_number = TextField(label=_("Catalogue number"), max_length=25, required=False)
    copyright_date = KnownDayField(label=_("Date of creation"), required=False, first_year=FIRST_YEAR)
    copyright_number = TextField(label=_("Copyright number"), max_length=12, required=False)
    published_on = KnownDayField(label=_("First published"), required=False, first_year=FIRST_PRINT, ahead=A_YEAR)

    def clean(self) -> dict[str, Any]:
        """A modified version says what was done; a number of components belongs to a composite."""
        data = super().clean() or {}
        done = (data.get("music_arrangement"), data.get("lyric_adaptation"))
        if data.get("version_type") == "MOD" and not any(done):
            self.add_error("music_arrangement", _("A modified version says what was done to its music or words."))
        if data.get("component_count") and not data.get("composite_type"):
            self.add_error("composite_type", _("Choose what kind of composite it is, or empty the number below."))
        created, published = data.get("copyright_date"), data.get("published_on")
        if created and published and published < created:
            self.add_error("published_on", _("A work is not published before it is made. Correct one of the two days."))
        return data


class Row(forms.Form):
    """One row of a section."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    remove = forms.BooleanField(label=_("Take this row away"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted = True
        self.use_required_attribute = False
        if not self["uid"].value():
            del self.fields["remove"]
        else:
            self.order_fields([name for name in self.fields if name != "remove"])
        for field in self.fields.values():
            if field.required and self.is_bound and self.leaves:
                field.required = False

    @property
    def leaves(self) -> bool:
        """Whether the row is ticked to go."""
        return "remove" in self.fields and bool(self["remove"].value())

    def values(self, standing: Any) -> dict[str, Any]:
        """The columns of the row; `standing` is the row as it is stored, None for a new one."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("uid", "remove")}


class TitleRow(Row):
    """A title with type and language; its script is read from its letters."""

    text = TextField(label=_("Title"), max_length=400, widget=forms.TextInput(attrs={"dir": "auto"}))
    title_type = forms.ChoiceField(label=_("Type of title"), choices=choices_of(TITLE_TYPES, blank=CHOOSE))
    language = LanguageField(label=_("Language"))

    def clean_text(self) -> str:
        """Single blanks, no control signs."""
        return clean_text(self.cleaned_data["text"])


class SourceRow(Row):
    """A work that this one was made from: one of ours by its number, or an outside work by title and writers."""

    kind = forms.ChoiceField(label=_("How this work uses it"), choices=[("", CHOOSE), *SourceKind.choices])
    our_number = TextField(
        label=_("Our work number"), max_length=14, required=False, help_text=_("If it is in our register.")
    )
    title = TextField(label=_("Title"), max_length=400, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))
    writers = TextField(
        label=_("Writers"),
        max_length=400,
        required=False,
        help_text=_("Separate names by a semicolon."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    iswc = iswc_field(hint="")
    duration = LengthField(label=_("Length within this work"))
    part = ShareField(label=_("Agreed part of this work, %"), required=False, help_text=_("Empty: by length."))

    def clean_our_number(self) -> Work | None:
        """The work of this number."""
        number = digits_to_ascii(self.cleaned_data["our_number"]).strip().upper()
        if not number:
            return None
        work = Work.objects.filter(number=number).exclude(state__in=("merged", "refused")).first()
        if work is None:
            raise forms.ValidationError(_("No work has the number %(number)s.") % {"number": number})
        return work

    def clean(self) -> dict[str, Any]:
        """One of ours, or a title; agreed parts belong to components."""
        data = super().clean() or {}
        if self.leaves or not self.has_changed():
            return data
        if not data.get("our_number") and not data.get("title") and "our_number" not in self.errors:
            self.add_error("title", _("Give the title of the work, or our number of it."))
        if data.get("part") is not None and data.get("kind") not in ("component", "", None):
            self.add_error("part", _("Only a component has an agreed part of this work."))
        if data.get("part") == 0:
            self.add_error("part", _("A part is more than 0 %. Leave it empty to go by length."))
        return data

    def values(self, standing: SourceWork | None) -> dict[str, Any]:
        """Writers whose names were not touched keep their numbers."""
        data = super().values(standing)
        typed, source = data.pop("writers"), data.pop("our_number")
        writers = standing.writers if standing is not None else []
        if writers_text(writers) != typed:
            writers = [{"last_name": name} for each in typed.split(";") if (name := clean_text(each))]
        return {**data, "source": source, "title": clean_text(data["title"]), "writers": writers}


class FreeRow(Row):
    """Words or music that belong to nobody, and why."""

    element = forms.ChoiceField(label=_("What belongs to nobody"), choices=[("", CHOOSE), *Element.choices])
    reason = forms.ChoiceField(label=_("Why"), choices=[("", CHOOSE), *FreeReason.choices])
    author = TextField(label=_("Author in Roman letters"), max_length=200, required=False)
    author_original = TextField(
        label=_("Author in own script"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    died_in = forms.IntegerField(label=_("Year of death"), min_value=1, max_value=9999, required=False)
    century = forms.IntegerField(
        label=_("Century"), min_value=1, max_value=21, required=False, help_text=_("18 for the years 1701 to 1800.")
    )
    note = TextField(
        label=_("How we know"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": "2", "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        """An author who died has a name and a year; classical verse its century; folk has no author."""
        data = super().clean() or {}
        reason = data.get("reason")
        if self.leaves or not reason:
            return data
        told = {name: data.get(name) for name in ("author", "author_original", "died_in", "century")}
        stands = bool(self["uid"].value())  # a sender may have left the year out
        for field, fault in _free_faults(reason, told, year=clock.today().year, stands=stands):
            self.add_error(field, fault)
        return data


def _free_faults(reason: str, told: Mapping[str, Any], *, year: int, stands: bool) -> Iterator[tuple[str, Any]]:
    """What contradicts itself in why something belongs to nobody, by field. `year` is the present one."""
    died_in, century = told["died_in"], told["century"]
    if reason in ("died", "classical") and not told["author"]:
        yield "author", _("Name the author.")
    if reason == "classical" and not century:
        yield "century", _("Give the century in which the poet died.")
    if reason == "died" and not died_in and not stands:
        yield "died_in", _("Give the year of death. Where only the century is known, choose classical verse.")
    if reason == "folk" and any(told.values()):
        yield (
            "reason",
            _("Folk has no author who could own it. Empty author and years, or choose another reason."),
        )
    if died_in and died_in > year:
        yield "died_in", _("This year has not come yet.")
    elif died_in and century and century_of(died_in) != century:
        yield "century", format_lazy(_("The year {year} is not in this century."), year=died_in)


class PerformerRow(Row):
    """Somebody who performs the work."""

    last_name = TextField(label=_("Last name, or name of the group"), max_length=160)
    first_name = TextField(label=_("First name"), max_length=160, required=False)
    ipi_name_number = ipi_field()


class SettingRow(Row):
    """An instrumentation, with its instruments as a list of names."""

    standard = forms.ChoiceField(
        label=_("Standard instrumentation"),
        choices=choices_of(STANDARD_INSTRUMENTATIONS, blank=_("None")),
        required=False,
    )
    voices = forms.IntegerField(label=_("Number of voices"), min_value=1, max_value=999, required=False)
    instruments = TextField(
        label=_("Instruments"),
        max_length=400,
        required=False,
        help_text=_("Names with the number of players, separated by commas: Sitar, Tabla 2"),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    description = TextField(
        label=_("Description"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def clean_instruments(self) -> tuple[tuple[str, int | None], ...]:
        """Codes with players; names count in the language of the page and in English, codes too."""
        parts = re.split(r"[,،;]", digits_to_ascii(self.cleaned_data["instruments"]))
        found, unknown = [], []
        names = _codes_by_name(INSTRUMENTS)
        for part in filter(None, map(str.strip, parts)):
            match = _PLAYED.fullmatch(part)
            code = names.get(match[1].strip().casefold()) if match else None
            if match is None or code is None:
                unknown.append(part)
            else:
                found.append((code, int(match[2]) if match[2] else None))
        if unknown:
            raise forms.ValidationError(
                _("No instrument of the list is called %(names)s. Write it into the description instead.")
                % {"names": comma_list(unknown)}
            )
        return tuple(found)

    def clean(self) -> dict[str, Any]:
        """A setting says something."""
        data = super().clean() or {}
        if self.has_changed() and not self.leaves and not self.errors and not any(super().values(None).values()):
            self.add_error("standard", _("Choose an instrumentation, or name instruments, or take the row away."))
        return data


class NumberRow(Row):
    """A number that somebody else gave the work."""

    issuer = TextField(
        label=_("Given by"), max_length=20, help_text=_("Three-digit code of the society, or the sender.")
    )
    value = TextField(label=_("Number"), max_length=20)
    identifier_type = forms.ChoiceField(label=_("Type of number"), choices=choices_of(IDENTIFIER_TYPES))
    validity = forms.ChoiceField(label=_("Validity"), choices=IdentifierValidity.choices)

    def clean_issuer(self) -> str:
        """A society's code has three digits, however they were typed."""
        issuer = digits_to_ascii(self.cleaned_data["issuer"])
        return issuer.zfill(3) if issuer.isascii() and issuer.isdecimal() else issuer

    def clean_value(self) -> str:
        """Digits 0-9: one number is stored once."""
        return digits_to_ascii(self.cleaned_data["value"])

    def has_changed(self) -> bool:
        """The chosen types of a blank row say nothing."""
        typed = (clean_text(str(self[name].value() or "")) for name in ("uid", "issuer", "value"))
        return any(typed)


def _codes_by_name(codes: CodeList) -> dict[str, str]:
    """Codes by their names in the language of the page and in English, and by themselves."""
    names = {str(name).casefold(): code for code, name in codes.items()}
    with override("en"):
        names |= {str(name).casefold(): code for code, name in codes.items()}
    return names | {code.casefold(): code for code in codes}


class BaseRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """The rows of a section; `kept` are those that stay."""

    def kept(self) -> list[Row]:
        """The rows that stay, after validation."""
        return [form for form in self.forms if form.has_changed() and not form.leaves]


def rows_of(form: type[Row]) -> type[BaseRows]:
    """The set of forms of a section."""
    return cast(
        "type[BaseRows]",
        forms.formset_factory(
            form, formset=BaseRows, extra=0, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS
        ),
    )


def typed_section(form: type[Row], data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows as typed, unchecked, with one blank row more."""
    total = str(data.get("form-TOTAL_FORMS", ""))
    count = min(int(total), MOST_ROWS) if total.isdecimal() and len(total) < 4 else 0
    rows: list[dict[str, Any]] = [
        {name: str(data.get(f"form-{place}-{name}", ""))[:500] for name in form.base_fields} for place in range(count)
    ]
    return [*rows, {}] if count < MOST_ROWS else rows
