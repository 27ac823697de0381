"""Handing in files of many works."""

from pathlib import Path

from django import forms
from django.utils.translation import gettext_lazy as _

TABLE_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls"})


class MemberFileForm(forms.Form):
    """A table of works, or a publisher's CWR file."""

    file = forms.FileField(
        label=_("Your table (XLSX or CSV), or a CWR file"),
        help_text=_("The file is checked first. Nothing is registered until you say so."),
        error_messages={"required": _("Choose the file."), "empty": _("This file is empty. Choose another one.")},
    )

    @property
    def is_cwr(self) -> bool:
        """Whether the file's name is not that of a table."""
        return Path(self.cleaned_data["file"].name).suffix.lower() not in TABLE_ENDINGS
