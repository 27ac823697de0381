"""Forms that look for works, and filters of lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField


class SearchForm(forms.Form):
    """One box: title, writer, performer, work number, ISWC or ISRC."""

    q = TextField(
        label=_("Title, writer, performer, ISWC or ISRC"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )


class WorkFilter(SearchForm):
    """What staff look for."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("submitted", _("Being checked")),
            ("registered", _("Registered")),
            ("refused", _("Refused")),
            ("disputed", _("With a dispute")),
            ("open", _("With a part without owner")),
            ("unconfirmed", _("Waiting for the co-writers")),
            ("withdrawn", _("Withdrawn")),
        ],
    )


class MyWorksFilter(forms.Form):
    """What a member looks for among her works."""

    q = TextField(
        label=_("Title or work number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("All my works")),
            ("disputed", _("With a dispute")),
            ("open", _("With a part without owner")),
            ("unconfirmed", _("Waiting for the co-writers")),
            ("silent", _("Without a recording")),
        ],
    )


class ReportFilter(forms.Form):
    """Which reports to show."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("open", _("Open")), ("settled", _("Settled")), ("all", _("All"))],
    )


class FileFilter(forms.Form):
    """Which files of the import register to show, and in which order."""

    q = TextField(
        label=_("File, sender or hash"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("received", _("Being read")),
            ("checked", _("Not taken yet")),
            ("taking", _("Being taken")),
            ("imported", _("Imported")),
            ("kept", _("Imported, something waits for a person")),
            ("nothing", _("Nothing to take")),
            ("refused", _("Refused")),
            ("partly", _("Undone in part")),
            ("undone", _("Undone")),
        ],
    )
    form = forms.ChoiceField(
        label=_("Form"),
        required=False,
        choices=[("", _("All")), ("cwr", _("CWR")), ("table", _("Table (XLSX, CSV)"))],
    )
    origin = forms.ChoiceField(
        label=_("Handed in by"),
        required=False,
        choices=[("", _("All")), ("staff", _("Staff")), ("member", _("Members"))],
    )
    since = DayField(label=_("Received from"), required=False)
    until = DayField(label=_("Received until"), required=False)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("name", _("File name")),
            ("sender", _("Sender")),
        ],
    )


class StatusFilter(forms.Form):
    """Which transactions of a registration file to show."""

    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("All")),
            ("AS", _("Accepted")),
            ("AC", _("Accepted with changes")),
            ("CO", _("In conflict")),
            ("DU", _("Known already")),
            ("RJ", _("Rejected")),
            ("RA", _("Received, kept for a person")),
        ],
    )


class SplitFilter(forms.Form):
    """Which rounds of agreement to show."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("desk", _("Parties that are no members")),
            ("late", _("Answer overdue")),
            ("refused", _("Refused by one side")),
            ("open", _("Waiting for answers")),
            ("agreed", _("Agreed by all sides")),
            ("all", _("All")),
        ],
    )
