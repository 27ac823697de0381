"""The member's forms: the four steps of a registration."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.spelling import script_of
from cmo_portal.forms import TextField
from cmo_portal.wording import share_text
from members.models import Party
from works.forms.fields import (
    LANGUAGE_CHOICES,
    MEMBER_ROLES,
    AreaField,
    OwnScriptField,
    RomanTitleField,
    ShareField,
    ipi_field,
    isrc_field,
    iswc_field,
    refuse_zero_length,
)
from works.forms.origin import OriginFields
from works.queries.cowriters import Cowriter
from works.rules.splits import WHOLE
from works.services.drafts import NOBODY, equal_parts
from works.services.recordings import others_recordings
from works.services.registration import iswc_faults

RIGHTS = (("performing", _("performing")), ("mechanical", _("mechanical")))
MOST_PERSONS = 20


def in_its_field(data: Any) -> Any:
    """A title in its own script that was typed where the Roman one belongs, moved to its own field: whoever has only
    that has typed it once and is asked for the other."""
    title = data.get("title", "") if data else ""
    if script_of(title) in ("", "Latn") or data.get("title_original", "").strip():
        return data
    moved = data.copy()
    moved["title"], moved["title_original"] = "", title
    return moved


class TitleForm(OriginFields):
    """Step 1: what the work is called, how long it is, which recording of it is out, and what it was made from."""

    field_order = ("title", "title_original", "language", "minutes", "seconds", "iswc", "isrc", "performer")

    title = RomanTitleField(
        label=_("Title in Roman letters"),
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As you would write it in a text message, for example Chandni Raat."),
        error_messages={
            "required": _(
                "Write the title in Roman letters too (A to Z), as you would in a text message: for چاندنی رات,"
                " Chandni Raat. Stations and societies abroad report what was played in these letters; by them your"
                " song is found and paid."
            )
        },
    )
    title_original = OwnScriptField(
        label=_("Title in its own script"),
        max_length=400,
        required=False,
        help_text=_("For example in Urdu. People find the work by either."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_CHOICES, required=False)
    minutes = forms.IntegerField(label=_("Length: minutes"), min_value=0, max_value=240, required=False)
    seconds = forms.IntegerField(label=_("Length: seconds"), min_value=0, max_value=59, required=False)
    iswc = iswc_field()
    isrc = isrc_field()
    performer = TextField(label=_("Performer of the recording"), max_length=200, required=False)

    def __init__(self, data: Any = None, *args: Any, party: Party | None = None, **kwargs: Any) -> None:
        super().__init__(in_its_field(data), *args, **kwargs)
        self.party = party  # the member who registers; None at the documentation desk

    def clean_iswc(self) -> str:
        """A number that no other work has."""
        iswc: str = self.cleaned_data["iswc"]
        if iswc and (faults := iswc_faults(iswc)):
            raise forms.ValidationError(faults)
        return iswc

    def clean_isrc(self) -> str:
        """Of a recording that stands with no work of others."""
        isrc: str = self.cleaned_data["isrc"]
        if isrc and self.party and (faults := others_recordings([isrc], self.party)):
            raise forms.ValidationError(list(faults.values()))
        return isrc

    def clean(self) -> dict[str, Any]:
        """A performer alone says nothing: the recording has to be named by its ISRC."""
        data = super().clean() or {}
        refuse_zero_length(self)
        if data.get("performer") and not data.get("isrc") and "isrc" not in self.errors:
            self.add_error("isrc", _("Give the ISRC of the recording too, or leave its performer empty."))
        return data


class DeskTitleForm(TitleForm):
    """The title as the documentation desk types it, and where the shares hold."""

    territory = AreaField(
        label=_("Territory of the shares"),
        required=False,
        help_text=_("Empty: the whole world. Shares of other territories are entered on the page of the work."),
    )


class KnownForm(forms.Form):
    """Step 2: works that look alike are shown; the member says that hers is another one."""

    another = forms.BooleanField(
        label=_("None of these is my work"),
        error_messages={
            "required": _("Look at the works above. If none of them is yours, tick this box; else stop here.")
        },
    )


class ShareRowForm(forms.Form):
    """One person or firm with a share. The member's own row has no name to type; a row left blank is no row."""

    name = TextField(
        label=_("Name"), max_length=200, error_messages={"required": _("Write the name, or empty the whole row.")}
    )
    role = forms.ChoiceField(
        label=_("What this person did"),
        choices=[("", _("Choose")), *MEMBER_ROLES, (NOBODY, _("Nobody: these words are public domain"))],
        error_messages={"required": _("Choose what this person did.")},
    )
    performing = ShareField(
        label=_("Performing share, %"),
        error_messages={"required": _("Give the share in percent, for example 50.")},
    )
    mechanical = ShareField(label=_("Mechanical share, %"), required=False)
    ipi = ipi_field()
    found = TextField(widget=forms.HiddenInput, required=False, max_length=36)

    def __init__(self, *args: Any, own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_own = own
        self.empty_permitted = not own
        if own:
            del self.fields["name"], self.fields["ipi"], self.fields["found"]
            self.fields["role"].label = _("What you did")
        elif self.is_bound and self["role"].value() == NOBODY:
            self.fields["name"].required = False

    def clean_name(self) -> str:
        """Single blanks, no control signs."""
        return clean_text(self.cleaned_data["name"])

    def clean_found(self) -> str:
        """The uid of a person found by search; anything else names nobody."""
        try:
            return str(UUID(self.cleaned_data["found"]))
        except ValueError:
            return ""

    @property
    def is_named(self) -> bool:
        """Whether this row is a person."""
        return self.is_own or bool(self.cleaned_data.get("name")) or self.cleaned_data.get("role") == NOBODY

    def clean(self) -> dict[str, Any]:
        """The mechanical share follows the performing share; a person has a name and some share, nobody has no name."""
        data = super().clean() or {}
        if not self.is_own and data.get("role") == NOBODY:
            data["name"] = ""
        elif self.is_own and data.get("role") == NOBODY:
            self.add_error("role", _("Choose what you did. Words that belong to nobody are a row of their own."))
        if data.get("mechanical") is None and "mechanical" not in self.errors:
            data["mechanical"] = data.get("performing")
        if data.get("performing") == 0 and data.get("mechanical") == 0:
            self.add_error("performing", _("A person without any share is left out. Give a share, or empty the row."))
        return data


class BaseShareRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """All rows of a work, the member's own first: each right must make exactly 100 %."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """The first row is the member's own."""
        return {**super().get_form_kwargs(index), "own": index == 0}

    def clean(self) -> None:
        """Say by how much a right misses the whole, at the last share of that right."""
        if any(self.errors):
            return
        rows = [form for form in self.forms if form.is_named]
        told: list[list[int]] = []  # what both rights share is told once
        for field, label in RIGHTS:
            parts = [form.cleaned_data[field] for form in rows]
            if sum(parts) != WHOLE and parts not in told:
                rows[-1].add_error(field, sum_fault(label, sum(parts)))
                told.append(parts)
        if any(form.errors for form in rows):
            raise forms.ValidationError(_("The shares do not make 100 % yet."))

    def answers(self) -> list[dict[str, Any]]:
        """The rows as a draft keeps them."""
        return [
            {
                "own": form.is_own,
                "name": form.cleaned_data.get("name", ""),
                "ipi": form.cleaned_data.get("ipi", ""),
                "found": form.cleaned_data.get("found", ""),
                "role": form.cleaned_data["role"],
                "performing": form.cleaned_data["performing"],
                "mechanical": form.cleaned_data["mechanical"],
            }
            for form in self.forms
            if form.is_named
        ]


ShareRows = cast(
    "type[BaseShareRows]",
    forms.formset_factory(
        ShareRowForm, formset=BaseShareRows, extra=0, max_num=MOST_PERSONS, validate_max=True, absolute_max=MOST_PERSONS
    ),
)


class BaseDeskRows(BaseShareRows):
    """The rows as the documentation desk fills them: none of them is her own."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Every row names its person."""
        return {**super().get_form_kwargs(index), "own": False}

    def clean(self) -> None:
        """At least one person; the sums as for members."""
        if not any(self.errors) and not any(form.is_named for form in self.forms):
            raise forms.ValidationError(_("Name at least one person who wrote the work."))
        super().clean()


DeskRows = cast(
    "type[BaseDeskRows]",
    forms.formset_factory(
        ShareRowForm, formset=BaseDeskRows, extra=0, max_num=MOST_PERSONS, validate_max=True, absolute_max=MOST_PERSONS
    ),
)


def typed_rows(
    data: Any, *, add: int = 0, equal: bool = False, own: bool = True, found: Cowriter | None = None
) -> list[dict[str, Any]]:
    """What was typed into the rows so far, unchecked, with `add` blank rows more; `equal` splits the whole evenly.
    A co-writer who was `found` takes the first blank row."""
    count = min(_count(data.get("form-TOTAL_FORMS")), MOST_PERSONS)
    fields = ("name", "ipi", "found", "role", "performing", "mechanical")
    rows: list[dict[str, Any]] = [
        {field: str(data.get(f"form-{place}-{field}", ""))[:200] for field in fields} for place in range(count)
    ]
    if equal:
        named = [place for place, row in enumerate(rows) if (own and place == 0) or row["name"].strip()]
        for place, units in zip(named, equal_parts(len(named)), strict=True):
            rows[place]["performing"] = rows[place]["mechanical"] = units
    if found is not None:
        rows = _with_cowriter(rows, found, own=own)
        count = len(rows)
    return rows + [{} for _place in range(min(add, MOST_PERSONS - count))]


def _with_cowriter(rows: list[dict[str, Any]], found: Cowriter, *, own: bool) -> list[dict[str, Any]]:
    """The rows with a found person in the first blank one, or behind the last."""
    named = {"name": found.name, "ipi": found.ipi_name_number, "found": str(found.uid)}
    blank = next(
        (place for place, row in enumerate(rows) if not (own and place == 0) and not row["name"].strip()), None
    )
    if blank is not None:
        return [*rows[:blank], {**rows[blank], **named}, *rows[blank + 1 :]]
    return [*rows, named] if len(rows) < MOST_PERSONS else rows


class PersonsForm(forms.Form):
    """Step 4: which known person a name without a number means."""

    def __init__(self, *args: Any, doubtful: Sequence[tuple[int, str, Sequence[Party]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place, name, parties in doubtful:
            choices = [(str(party.uid), _known_as(party)) for party in parties]
            self.fields[f"person-{place}"] = forms.ChoiceField(
                label=_("Who is %(name)s?") % {"name": name},
                choices=[*choices, ("new", _("Somebody else of this name"))],
                widget=forms.RadioSelect,
                initial=choices[0][0] if len(choices) == 1 else None,
                error_messages={"required": _("Choose who is meant: the share goes to this person.")},
            )


def _known_as(party: Party) -> str:
    names = [party.display_name, party.display_name_original]
    return " · ".join(filter(None, names))


def sum_fault(right: Any, total: int) -> forms.ValidationError:
    """By how much the shares of a right miss the whole, and what to do."""
    facts = {"right": right, "total": share_text(total), "rest": share_text(abs(WHOLE - total))}
    if total < WHOLE:
        text = _("The %(right)s shares add up to %(total)s: %(rest)s is missing. Add it to somebody’s share.")
    else:
        text = _("The %(right)s shares add up to %(total)s: %(rest)s too much. Lower somebody’s share by it.")
    return forms.ValidationError(text, params=facts)


def _count(text: Any) -> int:
    return int(text) if str(text).isdecimal() and len(str(text)) < 4 else 0
