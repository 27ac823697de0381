"""Fields that several forms on works share: a share in percent, identifiers with their check digit, roles."""

import contextlib
import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cmo_portal.common import clock
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.numerals import digits_to_ascii
from cmo_portal.common.spelling import is_plain_roman, script_of
from cmo_portal.common.texts import Text
from cmo_portal.forms import DayField, ShareField, TextField, share_figure
from members.models import Party
from members.models.territories import LONGEST_AREA
from members.queries.territories import read_area, typed_area
from works.models import Work
from works.queries.regrouping import standing_work
from works.rules.identifiers import IdentifierReading, read_ipi_name, read_isrc, read_iswc
from works.rules.languages import FREQUENT, LANGUAGES

__all__ = ["ShareField", "share_figure"]

UNKNOWN_PARTY = _("The register has no such party any more. Remove this row, look for the party and add it again.")
LANGUAGE_CHOICES: list[tuple[str, Any]] = [
    ("", _("Choose")),
    *((code, LANGUAGES[code]) for code in FREQUENT),
    *((code, name) for code, name in LANGUAGES.items() if code not in FREQUENT),
]
ROLES: list[tuple[str, Any]] = [
    ("CA", _("Composer and author")),
    ("C", _("Composer (music)")),
    ("A", _("Author (words)")),
    ("AR", _("Arranger")),
    ("AD", _("Adaptor")),
    ("TR", _("Translator")),
    ("E", _("Publisher")),
    ("AM", _("Administrator")),
    ("SE", _("Sub-publisher")),
    ("SA", _("Sub-author")),
    ("SR", _("Sub-arranger")),
    ("PA", _("Income participant")),
]
MEMBER_ROLES = [role for role in ROLES if role[0] in {"CA", "C", "A", "AR", "TR", "E"}]
NO_LENGTH = _("Nothing lasts 0:00. Leave the length empty while it is not known.")
_LENGTH = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})", re.ASCII)
_AREA = re.compile(r"\d{4}([+-]\d{4})*", re.ASCII)


class TidyField(TextField):
    """A short text with single blanks and without control signs."""

    def clean(self, value: Any) -> str:
        """The tidy text, or blank."""
        return clean_text(super().clean(value))


class RomanTitleField(TidyField):
    """A title in Roman letters: files of other societies can carry nothing else."""

    def clean(self, value: Any) -> str:
        """The tidy title."""
        title = super().clean(value)
        if script_of(title) not in ("Latn", "") or not any(sign.isalnum() for sign in title):
            raise ValidationError(
                _("Write this title in Roman letters (A to Z). The field below takes the title in its own script.")
            )
        return title


class OwnScriptField(TidyField):
    """A title in its own script, which is not that of the field for Roman letters."""

    def clean(self, value: Any) -> str:
        """The tidy title, or blank."""
        title = super().clean(value)
        if is_plain_roman(title):
            raise ValidationError(
                _("This title is in Roman letters. Write it in its own script, or leave the field empty.")
            )
        return title


class LengthField(TextField):
    """A length typed as 4:05 or 1:02:09; its value counts seconds."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "size": "8", "dir": "ltr"}))
        super().__init__(max_length=10, required=False, **kwargs)

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        """Seconds, None when it is empty."""
        text = super().clean(value)
        if not text:
            return None
        match = _LENGTH.fullmatch(digits_to_ascii(text))
        if match is None or int(match[3]) > 59:
            raise forms.ValidationError(_("Write the length as minutes and seconds, for example 4:05."))
        seconds = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
        if not seconds:
            raise forms.ValidationError(NO_LENGTH)
        return seconds

    def prepare_value(self, value: Any) -> Any:
        """Kept seconds as people write them."""
        return f"{value // 60}:{value % 60:02d}" if isinstance(value, int) else value


class KnownDayField(DayField):
    """A day that can be true: not before a year, and not later than so many days from today."""

    def __init__(self, *, first_year: int, ahead: int = 0, **kwargs: Any) -> None:
        self.first_year, self.ahead = first_year, ahead
        super().__init__(**kwargs)

    def clean(self, value: Any) -> dt.date | None:
        """The day, None for an optional field left empty."""
        day: dt.date | None = super().clean(value)
        if day is not None and day > clock.today() + dt.timedelta(days=self.ahead):
            raise ValidationError(_("This day lies too far ahead. Check the year."))
        if day is not None and day.year < self.first_year:
            raise ValidationError(_("This is too long ago to be true. Check the year."))
        return day


def refuse_zero_length(form: forms.Form) -> None:
    """A length of no minutes and no seconds is a slip; an unknown one is left empty."""
    typed = [form.cleaned_data.get(name) for name in ("minutes", "seconds")]
    if not any(typed) and typed != [None, None]:
        form.add_error("minutes", NO_LENGTH)


class IdentifierField(TextField):
    """A number with its check digit; our own data must be right to the last digit."""

    def __init__(self, reader: Callable[[str], IdentifierReading], complaint: Text, **kwargs: Any) -> None:
        self.reader, self.complaint = reader, complaint
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "text"})
        )
        super().__init__(max_length=20, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """The kept form, or blank."""
        text: str = super().clean(value)
        if not text:
            return ""
        reading = self.reader(digits_to_ascii(text))
        if not reading.is_valid:
            raise ValidationError(self.complaint)
        return reading.value


ISWC_HINT = _("The international number of the work. Leave it empty if it has none yet.")


def iswc_field(hint: Text = ISWC_HINT) -> IdentifierField:
    """The number of a work."""
    return IdentifierField(
        read_iswc,
        _("This is not a correct ISWC. It looks like T-123.456.789-4; check each digit, or leave it empty."),
        label=_("ISWC"),
        help_text=hint,
    )


def isrc_field() -> IdentifierField:
    """The number of a recording."""
    return IdentifierField(
        read_isrc,
        _("This is not an ISRC. It looks like PK-ABC-26-00001; check it, or leave it empty."),
        label=_("ISRC of a recording"),
        help_text=_("Twelve characters; your distributor shows it. It lets us find plays of the recording."),
    )


def ipi_field() -> IdentifierField:
    """The number of a name."""
    return IdentifierField(
        read_ipi_name,
        _("This is not a correct IPI name number. Check each digit, or leave it empty."),
        label=_("IPI name number"),
    )


class OnceForm(forms.Form):
    """A form whose hidden key makes a double click one act (M21)."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class WorkNumberField(TextField):
    """A registered work by its number or ISWC; its value is the work, or None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Work | None:
        """The work."""
        text = super().clean(value)
        if not text:
            return None
        named = Q(number__iexact=text)
        if (reading := read_iswc(digits_to_ascii(text))).is_valid:
            named |= Q(iswc=reading.value)
        found = Work.objects.filter(named).select_related("merged_into").first()
        if found is None or standing_work(found).state != "registered":
            raise ValidationError(_("No registered work has this number or ISWC."))
        return standing_work(found)


class AreaField(TextField):
    """A territory by name or TIS number, joined by + and −; its value is the written area."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text", _("A name or TIS number. Join several with + and take out with −, for example World − India.")
        )
        super().__init__(max_length=LONGEST_AREA, **kwargs)

    def clean(self, value: Any) -> str:
        """The written area."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return read_area(digits_to_ascii(text))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        """A written area as people type it; what was typed stays."""
        return typed_area(value) if isinstance(value, str) and _AREA.fullmatch(value) else value


def parties_by_uid(uids: Iterable[Any]) -> dict[str, Party]:
    """The parties that these values of hidden fields name; what is no uid names nobody. One query."""
    wanted = []
    for text in uids:
        with contextlib.suppress(ValueError):
            wanted.append(uuid.UUID(str(text)))
    return {str(party.uid): party for party in Party.objects.filter(uid__in=wanted)}
