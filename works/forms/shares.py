"""Forms of the correction of shares: about which days and countries, why, and the shares as they stand."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField
from cmo_portal.wording import date_text
from works.forms.fields import ROLES, AreaField, ShareField
from works.models import WorkShare
from works.rules.extents import Extent


class CorrectionForm(forms.Form):
    """In which days and countries the rows hold, and why."""

    territory = AreaField(label=_("Territory"))
    valid_from = DayField(
        label=_("Valid from"),
        required=False,
        help_text=_("The first day on which these shares hold. Empty: from the beginning."),
    )
    valid_to = DayField(
        label=_("Valid until"),
        required=False,
        help_text=_("The last day on which these shares hold. Empty: without an end."),
    )
    reason = TextField(
        label=_("Reason"),
        max_length=500,
        help_text=_("For example: contract of 4 May 2026, letter of the publisher. It stands in the record of acts."),
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
        error_messages={"required": _("Say why the shares change.")},
    )

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first one."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day lies before the first one. Look at both."))
        return data

    def extent(self) -> Extent:
        """The days and countries, after validation."""
        data = self.cleaned_data
        return Extent(data["territory"], data["valid_from"], data["valid_to"])


class PeriodForm(forms.Form):
    """The period and area that an address names."""

    territory = AreaField()
    first = DayField(required=False)
    last = DayField(required=False)

    def add_prefix(self, field_name: str) -> str:
        """As the address calls them."""
        return {"first": "from", "last": "until"}.get(field_name, field_name)

    def extent(self) -> Extent | None:
        """The period and area; None where the address names none."""
        return Extent(**self.cleaned_data) if self.is_valid() else None


class StandingPart(ShareField):
    """A share that is told with its sign of percent."""

    def tell(self, value: str) -> str:
        """The units in words."""
        return f"{value}\N{NO-BREAK SPACE}%"


class FirstDay(DayField):
    """A day that is told as the first one."""

    def tell(self, value: dt.date) -> str:
        """From this day."""
        return _("from %(day)s") % {"day": date_text(value)}


class LastDay(DayField):
    """A day that is told as the last one."""

    def tell(self, value: dt.date) -> str:
        """Until this day."""
        return _("until %(day)s") % {"day": date_text(value)}


class StandingShare(forms.Form):
    """A share as it stands, to notice that somebody has changed it and to say what it is now."""

    uid = TextField(widget=forms.HiddenInput)
    owner = TextField()
    role = forms.ChoiceField(choices=ROLES)
    share = StandingPart()
    state = forms.ChoiceField(choices=WorkShare._meta.get_field("state").choices or [])
    territory = AreaField()
    valid_from = FirstDay()
    valid_to = LastDay()


def standing_share(row: WorkShare) -> StandingShare:
    """A share as it stands."""
    facts: dict[str, str | int | dt.date | None] = {
        name: getattr(row, name) for name in ("role", "share", "state", "territory", "valid_from", "valid_to")
    }
    return StandingShare(initial={**facts, "uid": str(row.uid), "owner": str(row.party or "")})
