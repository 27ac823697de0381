"""Forms of the export desk."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField


class ExportForm(forms.Form):
    """Which file of our repertoire is wanted."""

    version = forms.ChoiceField(
        label=_("Version"),
        choices=[("2.1", "CWR 2.1"), ("2.2", "CWR 2.2")],
        error_messages={"required": _("Choose the version that the receiver reads.")},
    )
    since = DayField(
        label=_("Only works changed since"), required=False, help_text=_("Leave it blank to send all works.")
    )
    receiver = TextField(
        label=_("Receiver"),
        initial="000",
        max_length=4,
        help_text=_("Sender code or society code of the receiver; 000 when there is no particular one."),
        validators=[RegexValidator(r"^[A-Za-z0-9]{2,4}$", _("Write two to four letters or digits, such as 052."))],
        error_messages={"required": _("Give the receiver, or 000.")},
    )

    def clean_receiver(self) -> str:
        """In capital letters, as names of files have it."""
        return str(self.cleaned_data["receiver"]).upper()
