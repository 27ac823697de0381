"""Form fields over the readers of members.rules, so that a form says what the API and an import would say (S10)."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.tables.errors import FileRefused, ValueRefused
from cmo_portal.forms import TextField
from members.policy import policy
from members.rules.identity import Reading, read_cnic, read_iban, read_ntn, read_phone
from members.rules.names import read_original_name, read_roman_name
from members.rules.texts import LONGEST_NOTE, read_text
from members.services.documents import Upload

Reader = Callable[[str], Reading | str]


class ReadField(TextField):
    """Text that a reader turns into its kept form, or refuses with its reason and remedy."""

    def __init__(self, reader: Reader, **kwargs: Any) -> None:
        self.reader = reader
        kwargs.setdefault("max_length", 400)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """The kept form, blank for an optional field left empty."""
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            reading = self.reader(text)
        except (ValueRefused, FileRefused) as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        return reading.value if isinstance(reading, Reading) else reading


def _attributes(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs=attributes)


def cnic_field(**kwargs: Any) -> ReadField:
    """Thirteen digits."""
    return ReadField(
        read_cnic,
        label=_("CNIC number"),
        help_text=_("13 digits, as on the front of your card, for example 35202-1234567-1."),
        widget=_attributes(inputmode="numeric", autocomplete="off", spellcheck="false"),
        error_messages={"required": _("Write the 13 digits of your CNIC.")},
        **kwargs,
    )


def iban_field(**kwargs: Any) -> ReadField:
    """An account number with its checksum."""
    return ReadField(
        read_iban,
        label=_("IBAN"),
        help_text=_("24 characters that begin with PK, from your bank's app, cheque book or statement."),
        widget=_attributes(inputmode="text", autocomplete="off", spellcheck="false", autocapitalize="characters"),
        error_messages={"required": _("Write the IBAN of your account.")},
        **kwargs,
    )


def ntn_field(**kwargs: Any) -> ReadField:
    """A company's tax number."""
    return ReadField(
        read_ntn,
        label=_("National tax number (NTN)"),
        help_text=_("7 digits and a check digit, for example 1234567-8."),
        widget=_attributes(inputmode="numeric", autocomplete="off"),
        **kwargs,
    )


def phone_field(**kwargs: Any) -> ReadField:
    """A telephone number, kept with its country."""
    return ReadField(
        lambda text: read_phone(text, calling_code=policy().calling_code),
        label=_("Telephone"),
        help_text=_("For example 0300 1234567, or +44 20 7946 0000 from abroad."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        **kwargs,
    )


def roman_name_field(label: Any, **kwargs: Any) -> ReadField:
    """A name in Roman letters."""
    return ReadField(read_roman_name, label=label, **kwargs)


def original_name_field(label: Any, **kwargs: Any) -> ReadField:
    """A name in its own script; the browser finds the direction from the letters."""
    kwargs.setdefault("widget", _attributes(dir="auto"))
    return ReadField(read_original_name, label=label, **kwargs)


def note_field(label: Any, *, limit: int = LONGEST_NOTE, rows: int = 4, **kwargs: Any) -> ReadField:
    """A free text of several lines."""
    return ReadField(
        lambda text: read_text(text, limit=limit),
        label=label,
        max_length=limit * 2,
        widget=forms.Textarea(attrs={"rows": str(rows), "dir": "auto"}),
        **kwargs,
    )


class DocumentField(forms.FileField):
    """One file, read no further than just beyond the limit: what is larger is refused without being held whole."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}))
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Upload | None:
        """The name and the bytes; None for an optional field left empty."""
        file: UploadedFile[Any] | None = super().clean(data, initial)
        if not file:
            return None
        return Upload(name=str(file.name or ""), content=file.read(policy().document_bytes + 1))


def set_choices(form: forms.Form, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """Give a field of choices those that this form has now."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(name)
    field.choices = list(choices)


class OnceForm(forms.Form):
    """A form whose hidden key makes a double click one act (M21)."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Put a service's refusal at the fields it names, and what names none on top of the form."""
    for field, refusals in getattr(error, "error_dict", {None: error}).items():
        form.add_error(field if field in form.fields else None, refusals)
