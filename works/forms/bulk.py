"""Handing in files of many works."""

from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import TextField

TABLE_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls"})


def looks_like_cwr(upload: UploadedFile) -> bool:
    """Whether a file begins as CWR does, or has not the name of a table."""
    upload.seek(0)
    begins = upload.read(3) == b"HDR"
    upload.seek(0)
    return begins or Path(upload.name or "").suffix.lower() not in TABLE_ENDINGS


class MemberFileForm(forms.Form):
    """A table of works, or a publisher's CWR file."""

    file = forms.FileField(
        label=_("Your table (XLSX or CSV), or a CWR file"),
        help_text=_("The file is checked first. Nothing is registered until you say so."),
        error_messages={"required": _("Choose the file."), "empty": _("This file is empty. Choose another one.")},
    )

    @property
    def is_cwr(self) -> bool:
        """Whether it is to be read as CWR."""
        return looks_like_cwr(self.cleaned_data["file"])


class UndoForm(forms.Form):
    """Why an import is undone, and whether works on which something rests may stay."""

    reason = TextField(
        label=_("Reason"),
        max_length=500,
        help_text=_("For example: the sender sent the wrong file, letter of 4 May 2026."),
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
        error_messages={"required": _("Say why the import is undone: it stands in the record of acts.")},
    )
    leaves_rest = forms.BooleanField(label=_("Undo the rest, and leave what is named above as it is"))

    def __init__(self, *args: Any, rests: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not rests:
            del self.fields["leaves_rest"]
        else:
            self.fields["leaves_rest"].error_messages["required"] = _(
                "The whole cannot be undone. Tick this to undo the rest, or go back."
            )
