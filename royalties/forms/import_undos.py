"""The filter of undone imports."""

from django import forms
from django.utils.translation import gettext_lazy as _

from works.models import ImportUndo


class ImportUndoFilter(forms.Form):
    """Which undoings to show."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *(ImportUndo._meta.get_field("state").choices or [])],
    )
