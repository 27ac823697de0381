"""Forms of the usage desk: sources, uploads, the mapping of columns, decisions about texts."""

import uuid
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.tables import DELIMITERS, ENCODINGS, TableKind, TableLayout
from cmo_portal.common.values import DateOrder, DurationUnit
from cmo_portal.forms import DayField, TextField
from licensing.models import Licensee
from royalties.formats.mapped_csv import CONSTANT_FIELDS, MAPPED_FIELDS, ColumnMapping, TitleShape
from royalties.models import UsageFile, UsageSource
from royalties.usage_states import REASONS

FIELD_NAMES = {
    "title": _("Title"),
    "creators": _("Writers and composers"),
    "performers": _("Performers"),
    "isrc": _("ISRC"),
    "iswc": _("ISWC"),
    "own_number": _("Our work number"),
    "source_id": _("Their number of the recording"),
    "album": _("Album or film"),
    "section": _("Act or programme"),
    "plays": _("Number of plays"),
    "duration": _("Duration"),
    "use_code": _("Kind of use"),
    "daypart": _("Part of the day"),
    "used_on": _("Date"),
    "used_at": _("Time"),
    "channel": _("Channel or venue"),
    "territory": _("Territory"),
    "amount": _("Amount"),
}
DELIMITER_NAMES = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), "|": _("Bar")}
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": _("UTF-8 with its mark"),
    "utf-16": "UTF-16",
    "cp1252": _("Windows, Western (1252)"),
    "cp1256": _("Windows, Urdu and Arabic (1256)"),
}
RULES = ("title_shape", "date_order", "short_years", "duration_unit", "decimal_sign")
CONSTANTS = ("channel", "territory", "use_code", "daypart", "section")
NOT_READ = "-"
IGNORED = ("talk", "jingle", "public-domain", "not-ours")


class SourceForm(forms.ModelForm):
    """A usage source."""

    class Meta:
        model = UsageSource
        fields = ("code", "name", "format", "licensee")
        field_classes = {"code": TextField, "name": TextField}
        labels = {"licensee": _("Licensee")}
        help_texts = {
            "code": _("Short, for lists and commands: FM100."),
            "licensee": _("Who reports by it, if that is one of our licensees."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["licensee"].queryset = Licensee.objects.order_by("name")  # type: ignore[attr-defined]


class UploadForm(forms.Form):
    """A file for a source and period. The yes is asked for only when the source has a file for these days already."""

    source = forms.ModelChoiceField(label=_("Source"), queryset=UsageSource.objects.none())
    period_start = DayField(label=_("First day of the period"))
    period_end = DayField(label=_("Last day of the period"))
    coverage = forms.ChoiceField(
        label=_("Coverage"),
        choices=UsageFile._meta.get_field("coverage").choices or [],
        help_text=_("Census: everything that was played. Sample: some days or hours of it."),
    )
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, TSV or XLSX; a sales report as .tsv or .tsv.gz."), allow_empty_file=True
    )
    confirm_overlap = forms.BooleanField(
        label=_("Yes, this is another report for the same days"), required=False, widget=forms.HiddenInput
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"form_key": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = UsageSource.objects.order_by("name")  # type: ignore[attr-defined]

    def ask_for_yes(self) -> None:
        """Show the box that says that this is another report; a browser lets go of the file that was chosen."""
        self.fields["confirm_overlap"].widget = forms.CheckboxInput()
        self.fields["file"].help_text = _("Tick the box below and choose the same file again: it was not kept.")

    def clean(self) -> dict[str, Any]:
        """The period ends after it begins."""
        data = super().clean() or {}
        first, last = data.get("period_start"), data.get("period_end")
        if first and last and last < first:
            self.add_error("period_end", _("The period ends before it begins. Correct one of the days."))
        return data


class MappingForm(forms.Form):
    """How a table is laid out and which column is what; built for the headings of one table."""

    def __init__(
        self, *args: Any, layout: TableLayout, headings: tuple[str, ...], mapping: ColumnMapping | None, **kwargs: Any
    ) -> None:
        self.layout, self.headings, self.guess = layout, headings, mapping
        super().__init__(*args, **kwargs)
        self._add_layout()
        self._add_columns()
        self._add_rules()

    def _add_layout(self) -> None:
        if self.layout.kind is TableKind.WORKBOOK:
            self.fields["sheet"] = TextField(label=_("Sheet"), initial=self.layout.sheet, max_length=100)
        else:
            self._choose("encoding", _("Encoding"), ENCODINGS, ENCODING_NAMES, self.layout.encoding)
            self._choose("delimiter", _("Between columns"), DELIMITERS, DELIMITER_NAMES, self.layout.delimiter)
        self.fields["header_row"] = forms.IntegerField(
            label=_("Row of the headings"),
            initial=self.layout.header_row,
            min_value=0,
            max_value=1000,
            help_text=_("0 if there are none."),
        )

    def _add_columns(self) -> None:
        chosen = dict(self.guess.columns) if self.guess else {}
        choices = [(NOT_READ, _("Not read")), *((name, FIELD_NAMES[name]) for name in MAPPED_FIELDS)]
        for number, heading in enumerate(self.headings):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=format_lazy(_("Column “{heading}”"), heading=heading),
                choices=choices,
                initial=chosen.get(heading, NOT_READ),
            )

    def _add_rules(self) -> None:
        mapping = self.guess or ColumnMapping((("title", "title"),), one_row_one_play=True)
        constants = dict(mapping.constants)
        for name in CONSTANTS:
            label, hint = FIELD_NAMES[name], _("The same for all rows, where no column says it.")
            self.fields[f"constant_{name}"] = TextField(
                label=label, required=False, max_length=80, initial=constants.get(name, ""), help_text=hint
            )
        self._choose("title_shape", _("What the title column holds"), TitleShape, TITLE_SHAPES, mapping.title_shape)
        self._choose("date_order", _("Order of dates"), DateOrder, DATE_ORDERS, mapping.date_order)
        self.fields["short_years"] = forms.BooleanField(
            label=_("Years have two digits: 26 is 2026"), required=False, initial=mapping.short_years
        )
        self._choose("duration_unit", _("Unit of durations"), DurationUnit, DURATION_UNITS, mapping.duration_unit)
        self._choose("decimal_sign", _("Decimal sign of amounts"), (".", ","), DECIMAL_SIGNS, mapping.decimal_sign)
        self.fields["blank_plays"] = forms.IntegerField(
            label=_("Plays where the count is empty"),
            required=False,
            min_value=0,
            initial=mapping.blank_plays,
            help_text=_("Leave it empty to refuse such rows."),
        )
        self.fields["use_codes"] = TextField(
            label=_("Kinds of use"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            initial="\n".join(f"{theirs} = {ours}" for theirs, ours in mapping.use_codes),
            help_text=_("One a line: their word = our code. Empty: their word is the code."),
        )

    def _choose(self, name: str, label: Any, values: Any, names: dict[Any, Any], initial: Any) -> None:
        choices = [(str(value), names[value]) for value in values]
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, initial=str(initial))

    def clean_use_codes(self) -> tuple[tuple[str, str], ...]:
        """Pairs of their word and our code."""
        pairs = []
        for line in self.cleaned_data["use_codes"].splitlines():
            theirs, sign, ours = line.partition("=")
            if line.strip() and not (sign and theirs.strip() and ours.strip()):
                raise forms.ValidationError(_("Write each line as: their word = our code."))
            if line.strip():
                pairs.append((theirs.strip(), ours.strip()))
        return tuple(pairs)

    def layout_fields(self) -> list[forms.BoundField]:
        """How the table is written."""
        return [self[name] for name in ("sheet", "encoding", "delimiter", "header_row") if name in self.fields]

    def column_fields(self) -> list[forms.BoundField]:
        """Which column is what."""
        return [self[f"column_{number}"] for number in range(len(self.headings))]

    def rule_fields(self) -> list[forms.BoundField]:
        """How dates, durations, titles and amounts are written."""
        return [self[name] for name in RULES]

    def other_fields(self) -> list[forms.BoundField]:
        """What most tables do not need."""
        return [self[name] for name in (*(f"constant_{name}" for name in CONSTANTS), "blank_plays", "use_codes")]

    def chosen_layout(self) -> TableLayout:
        """The layout as the form says it."""
        data = self.cleaned_data
        return replace(
            self.layout,
            encoding=data.get("encoding", self.layout.encoding),
            delimiter=data.get("delimiter", self.layout.delimiter),
            header_row=data["header_row"],
            sheet=data.get("sheet", self.layout.sheet),
        )

    def chosen_mapping(self) -> ColumnMapping | None:
        """The mapping as the form says it; None, with the faults added to the form, when it cannot be applied."""
        data = self.cleaned_data
        columns = tuple(
            (heading, data[f"column_{number}"])
            for number, heading in enumerate(self.headings)
            if data[f"column_{number}"] != NOT_READ
        )
        used = {name for _heading, name in columns}
        constants = tuple(
            (name, data[f"constant_{name}"].strip())
            for name in CONSTANTS
            if data[f"constant_{name}"].strip() and name not in used and name in CONSTANT_FIELDS
        )
        base = self.guess or ColumnMapping((("title", "title"),), one_row_one_play=True)
        try:
            return replace(
                base,
                columns=columns,
                constants=constants,
                one_row_one_play="plays" not in used,
                blank_plays=data["blank_plays"],
                title_shape=TitleShape(data["title_shape"]),
                date_order=DateOrder(data["date_order"]),
                short_years=data["short_years"],
                duration_unit=DurationUnit(data["duration_unit"]),
                decimal_sign=data["decimal_sign"],
                use_codes=data["use_codes"],
            )
        except ValueError:
            self._explain(columns)
            return None

    def _explain(self, columns: tuple[tuple[str, str], ...]) -> None:
        used = [name for _heading, name in columns]
        if not {"title", "isrc", "iswc", "own_number"} & set(used):
            self.add_error(None, _("Choose which column holds the title, or an ISRC, ISWC or work number."))
        for name in sorted({name for name in used if used.count(name) > 1} - {"creators", "performers"}):
            self.add_error(None, _("Two columns are chosen for: %(field)s. Keep one.") % {"field": FIELD_NAMES[name]})


TITLE_SHAPES = {
    TitleShape.TITLE: _("The title"),
    TitleShape.PERFORMER_TITLE: _("Performer - title"),
    TitleShape.TITLE_PERFORMER: _("Title - performer"),
}
DATE_ORDERS = {
    DateOrder.DMY: _("Day, month, year"),
    DateOrder.MDY: _("Month, day, year"),
    DateOrder.YMD: _("Year, month, day"),
}
DURATION_UNITS = {
    DurationUnit.CLOCK: _("mm:ss or hh:mm:ss"),
    DurationUnit.SECONDS: _("Seconds"),
    DurationUnit.MILLISECONDS: _("Milliseconds"),
    DurationUnit.MINUTES: _("Decimal minutes: 3.5"),
    DurationUnit.DAYS: _("Fractions of a day, as spreadsheets keep them"),
    DurationUnit.ISO: _("ISO: PT3M30S"),
    DurationUnit.SPOKEN: _("In words: 3m 30s"),
}
DECIMAL_SIGNS = {".": _("Point: 1,234.50"), ",": _("Comma: 1.234,50")}


class RefuseForm(forms.Form):
    """Why a file is refused."""

    reason = TextField(label=_("Reason"), max_length=300)


class FileFilter(forms.Form):
    """Which files to show."""

    source = forms.ModelChoiceField(
        label=_("Source"), queryset=UsageSource.objects.none(), required=False, empty_label=_("All")
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *(UsageFile._meta.get_field("state").choices or [])],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = UsageSource.objects.order_by("name")  # type: ignore[attr-defined]


class TextFilter(forms.Form):
    """Which texts of a file to show."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[
            ("", _("All")),
            ("matched", _("Matched")),
            ("queue", _("To be decided")),
            ("none", _("No work found")),
            ("ignored", _("Not to be paid")),
        ],
    )
    stage = forms.ChoiceField(
        label=_("Decided"),
        required=False,
        choices=[
            ("", _("All")),
            ("id", _("By identifier")),
            ("memory", _("Remembered")),
            ("exact", _("Exact title and people")),
            ("score", _("By likeness")),
            ("person", _("By a person")),
        ],
    )


class QueueFilterForm(forms.Form):
    """Which part of the queue to show."""

    source = forms.ModelChoiceField(
        label=_("Source"), queryset=UsageSource.objects.none(), required=False, empty_label=_("All")
    )
    outcome = forms.ChoiceField(
        label=_("Candidates"),
        required=False,
        choices=[
            ("", _("All")),
            ("queue", _("With candidates")),
            ("none", _("Without a near candidate")),
            ("claimed", _("Claimed by a member")),
        ],
    )
    words = TextField(label=_("Words of the text"), required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = UsageSource.objects.order_by("name")  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """What a person decides about a text, and where she goes next."""

    file = forms.UUIDField(widget=forms.HiddenInput)
    text_no = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    work = forms.UUIDField(required=False)
    act = forms.ChoiceField(choices=[(name, name) for name in ("matched", "none", "ignored")])
    reason = forms.ChoiceField(
        label=_("Why it is not paid"),
        required=False,
        choices=[("", _("Choose")), *((code, REASONS[code]) for code in IGNORED), ("other", _("Another reason"))],
    )
    other_reason = TextField(label=_("Another reason"), required=False, max_length=200)
    apply_to_group = forms.BooleanField(label=_("For every text that says the same"), required=False, initial=True)
    next = forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)
    back = forms.ChoiceField(choices=[("queue", ""), ("file", "")], required=False, widget=forms.HiddenInput)

    def reason_text(self) -> str:
        """The code of a usual reason, or what the person wrote."""
        chosen = self.cleaned_data["reason"]
        return str(self.cleaned_data["other_reason"] if chosen in {"", "other"} else chosen)
