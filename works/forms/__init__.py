"""Forms on works: the steps of a registration, search, files."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from works.rules.identifiers import read_ipi_name, read_isrc, read_iswc

LANGUAGES = [
    ("", _("Choose")),
    ("UR", _("Urdu")),
    ("PA", _("Punjabi")),
    ("SD", _("Sindhi")),
    ("PS", _("Pashto")),
    ("EN", _("English")),
    ("HI", _("Hindi")),
    ("FA", _("Persian")),
    ("AR", _("Arabic")),
]
ROLES = [
    ("CA", _("Composer and author")),
    ("C", _("Composer (music)")),
    ("A", _("Author (words)")),
    ("AR", _("Arranger")),
    ("TR", _("Translator")),
    ("E", _("Publisher")),
]


class TitleForm(forms.Form):
    """Step 1: what the work is called."""

    title = forms.CharField(label=_("Title in Roman letters"), max_length=400)
    title_original = forms.CharField(
        label=_("Title in its own script"), max_length=400, required=False, help_text=_("For example in Urdu.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    minutes = forms.IntegerField(label=_("Length: minutes"), min_value=0, max_value=240, required=False)
    seconds = forms.IntegerField(label=_("Length: seconds"), min_value=0, max_value=59, required=False)
    iswc = forms.CharField(
        label=_("ISWC"), max_length=15, required=False, help_text=_("Leave it empty if the work has none yet.")
    )
    isrc = forms.CharField(
        label=_("ISRC of a recording"), max_length=15, required=False, help_text=_("Twelve characters, on the release.")
    )
    performer = forms.CharField(label=_("Performer of the recording"), max_length=200, required=False)

    def clean_iswc(self) -> str:
        """Our own data: the check digit must be right."""
        value = self.cleaned_data["iswc"]
        if not value:
            return ""
        reading = read_iswc(value)
        if not reading.is_valid:
            raise forms.ValidationError(
                _("This is not a correct ISWC. It looks like T-123.456.789-4; check each digit, or leave it empty.")
            )
        return reading.value

    def clean_isrc(self) -> str:
        """An ISRC has a shape and no check digit."""
        value = self.cleaned_data["isrc"]
        if not value:
            return ""
        reading = read_isrc(value)
        if not reading.is_valid:
            raise forms.ValidationError(_("This is not an ISRC. It looks like PK-ABC-26-00001; or leave it empty."))
        return reading.value


class WriterForm(forms.Form):
    """One person or firm with a share; a blank name is a blank row."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    ipi = forms.CharField(label=_("IPI name number"), max_length=14, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, required=False)
    performing = forms.DecimalField(
        label=_("Performing share, %"), min_value=0, max_value=100, decimal_places=4, required=False
    )
    mechanical = forms.DecimalField(
        label=_("Mechanical share, %"), min_value=0, max_value=100, decimal_places=4, required=False
    )

    def clean_ipi(self) -> str:
        """Eleven digits with a right check."""
        value = self.cleaned_data["ipi"]
        if not value:
            return ""
        reading = read_ipi_name(value)
        if not reading.is_valid:
            raise forms.ValidationError(
                _("This is not a correct IPI name number. Check each digit, or leave it empty.")
            )
        return reading.value

    def clean(self) -> dict[str, Any]:
        """A named row needs a role and a performing share; the mechanical share follows it when left empty."""
        data = super().clean() or {}
        if data.get("name"):
            if not data.get("role"):
                self.add_error("role", _("Choose what this person did."))
            if data.get("performing") is None and "performing" not in self.errors:
                self.add_error("performing", _("Give the share in percent, for example 50."))
            if data.get("mechanical") is None and "mechanical" not in self.errors:
                data["mechanical"] = data.get("performing")
        return data


class BaseWriterFormSet(forms.BaseFormSet):
    """All shares of the work: each right must make exactly 100 %."""

    def clean(self) -> None:
        """Say by how much a right misses the whole."""
        if any(self.errors):
            return
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("name")]
        if not rows:
            raise forms.ValidationError(_("Name at least one writer."))
        for field, label in (("performing", _("performing")), ("mechanical", _("mechanical"))):
            total = sum(row[field] or 0 for row in rows)
            if total != 100:
                raise forms.ValidationError(
                    _("The %(right)s shares add up to %(total)s %%. They must make 100 %%: change by %(rest)s %%."),
                    params={"right": label, "total": f"{total:f}", "rest": f"{100 - total:f}"},
                )


WriterFormSet = forms.formset_factory(WriterForm, formset=BaseWriterFormSet, extra=0, min_num=6, max_num=20)


class SearchForm(forms.Form):
    """One box: title, writer, ISWC or ISRC."""

    q = forms.CharField(label=_("Title, writer, ISWC or ISRC"), max_length=200, required=False)


class RegistrationFileForm(forms.Form):
    """A registration file to be checked."""

    file = forms.FileField(label=_("Registration file (CWR 2.1 or 2.2)"))
