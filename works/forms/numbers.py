"""Forms of requests for international numbers: filters, files, answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import TextField
from works.models import NumberAnswer, NumberRequest, NumberSystem, RequestKind

SEARCH = {"type": "search", "dir": "auto", "autocomplete": "off"}
LAYOUTS = [
    ("iswc:csv", _("ISWC: table (CSV)")),
    ("iswc:isr", _("ISWC: CWR 3.0 ISR, new numbers only")),
    ("ipi:csv", _("IPI: table (CSV)")),
]


class RequestFilter(forms.Form):
    """Which requests to show."""

    q = TextField(
        label=_("Request, work number, title or name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=SEARCH),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), ("iswc", _("All for ISWC")), *RequestKind.choices]
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("open", _("Open")),
            ("late", _("Sent, answer late")),
            *(NumberRequest._meta.get_field("state").choices or []),
            ("", _("All")),
        ],
    )


class AnswerFilter(forms.Form):
    """Which answers of a file to show."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[("", _("All")), *(NumberAnswer._meta.get_field("outcome").choices or [])],
    )


class MakeFileForm(forms.Form):
    """Which file to make."""

    file = forms.ChoiceField(label=_("File"), choices=LAYOUTS)


class AnswerFileForm(forms.Form):
    """An answer of an agency."""

    system = forms.ChoiceField(label=_("Numbers"), choices=NumberSystem.choices)
    file = forms.FileField(
        label=_("File of answers"),
        help_text=_("CSV or XLSX, or CWR with ISA or ISW records."),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("This file is empty. Ask the sender for it again."),
        },
    )


class SettleForm(forms.Form):
    """Why a request is withdrawn."""

    reason = TextField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Say why.")},
    )
