"""Forms of the documentation desk: rows of owners, corrections, disputes, decisions, files."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.common import clock
from cmo_portal.forms import DayField, TextField
from members.models import Party
from members.rules.territories import territories
from works.forms.bulk import looks_like_cwr
from works.forms.contested import claimed_area_field, sampled_field, with_sample
from works.forms.fields import ROLES, UNKNOWN_PARTY, AreaField, ShareField, parties_by_uid
from works.models import DisputeKind, WorkShare

MOST_ROWS = 60
ROW_FIELDS = ("party", "role", "share")


class OwnerRowForm(forms.Form):
    """One owner with a role and a share; without a party it is the part whose owner nobody knows."""

    party = TextField(widget=forms.HiddenInput, required=False, max_length=40)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", _("Choose")), *ROLES],
        error_messages={"required": _("Choose the role of this owner.")},
    )
    share = ShareField(
        label=_("Share, %"), error_messages={"required": _("Give the share in percent, or remove the row.")}
    )
    remove = forms.BooleanField(label=_("Remove this row"), required=False)

    owner: Party | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaves = self.is_bound and bool(self["remove"].value())
        self.fields["role"].required = bool(self["party"].value()) and not leaves
        self.fields["share"].required = not leaves

    def clean(self) -> dict[str, Any]:
        """A row that names a party names one that is in the register."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("party") and self.owner is None and not data.get("remove"):
            self.add_error("role", UNKNOWN_PARTY)
        return data


class BaseOwnerRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows of owners; `kept` are those that are not removed."""

    def kept(self) -> list[OwnerRowForm]:
        """The rows that stay, after validation."""
        return [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("remove")]

    def name_owners(self) -> None:
        """Give each row its party, in one query; a uid that names nobody is a fault of the row."""
        parties = parties_by_uid(form["party"].value() for form in self.forms)
        for form in self.forms:
            form.owner = parties.get(str(form["party"].value() or ""))


OwnerRows = cast(
    "type[BaseOwnerRows]",
    forms.formset_factory(
        OwnerRowForm, formset=BaseOwnerRows, extra=0, max_num=MOST_ROWS, validate_max=True, absolute_max=MOST_ROWS
    ),
)


def rows_of_shares(shares: Iterable[WorkShare]) -> list[dict[str, Any]]:
    """Rows of owners as they stand."""
    return [{"party": str(row.party.uid) if row.party else "", "role": row.role, "share": row.share} for row in shares]


def rows_of_sides(sides: Iterable[tuple[Party, str, int]]) -> list[dict[str, Any]]:
    """Rows of owners from parties with their roles and shares."""
    return [{"party": str(party.uid), "role": role, "share": share} for party, role, share in sides]


def typed_owner_rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows as typed, unchecked, without those ticked to go, and with the one that the button `add` names."""
    total = str(data.get("form-TOTAL_FORMS", ""))
    count = min(int(total), MOST_ROWS) if total.isdecimal() and len(total) < 4 else 0
    rows: list[dict[str, Any]] = [
        {field: str(data.get(f"form-{place}-{field}", ""))[:40] for field in ROW_FIELDS}
        for place in range(count)
        if not data.get(f"form-{place}-remove")
    ]
    added = str(data.get("add", ""))
    if added and len(rows) < MOST_ROWS:
        rows.append({"party": "" if added == "unknown" else added[:40]})
    return rows


class FindPartyForm(forms.Form):
    """Look for a party to add."""

    find = TextField(
        label=_("Name, IPI name number or member number"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )


class ContestedForm(forms.Form):
    """What the dispute is, and whether the part without an owner is in it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=DisputeKind.choices)
    sampled = sampled_field(_("Only for a sample."))
    territory = claimed_area_field()
    takes_open_part = forms.BooleanField(
        label=_("The part without an owner is claimed too"),
        required=False,
        help_text=_("Take the tick away when the sides quarrel about what one of them holds, and about nothing else."),
    )
    ground = TextField(
        label=_("On what the claims rest"),
        max_length=200,
        help_text=_("For example: letter of the publisher of 4 May 2026."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Say on what the claims rest. The sides read it.")},
    )

    def clean(self) -> dict[str, Any]:
        """A sample, and nothing else, names the work that is used."""
        data: dict[str, Any] = super().clean() or {}
        return with_sample(self, data)


class OutcomeForm(forms.Form):
    """How it ended."""

    outcome = TextField(
        label=_("How it was settled"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "4", "dir": "auto"}),
        error_messages={"required": _("Say how it was settled. The members concerned read it.")},
    )


class DecisionForm(forms.Form):
    """Register or refuse a work that a member sent."""

    reason = TextField(
        label=_("Reason, if it is refused"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
    )


SLIDER_YEARS = 20  # how far back the slider of the day in force goes


class DayFilter(forms.Form):
    """As of which day a work is shown, as known at the end of which day, and where."""

    on = DayField(label=_("Shares as of"), required=False)
    collected_on = DayField(label=_("Collected on"), required=False)
    known_on = DayField(label=_("As known on"), required=False)
    country = AreaField(label=_("Collected in"), required=False, help_text="")

    def __init__(self, *args: Any, first_known: dt.date, **kwargs: Any) -> None:
        """`first_known` is the day on which the work came into the books."""
        super().__init__(*args, **kwargs)
        today = clock.today()
        self._slides("on", today.replace(year=today.year - SLIDER_YEARS, day=1), today)
        self._slides("known_on", first_known, today)

    def _slides(self, name: str, first: dt.date, last: dt.date) -> None:
        """The days between which the slider beside a field moves; other days can be typed."""
        self.fields[name].widget.attrs |= {"data-from": first.isoformat(), "data-to": last.isoformat()}

    def clean_country(self) -> str:
        """One country: who collects in a group is asked country by country."""
        area: str = self.cleaned_data["country"]
        if area and (area not in territories() or territories()[area].is_group):
            raise forms.ValidationError(_("Name one country."))
        return area

    def clean_known_on(self) -> dt.date | None:
        """Today's knowledge is what the page shows anyway; nobody knows yet what will be known."""
        day: dt.date | None = self.cleaned_data["known_on"]
        if day and day > clock.today():
            raise forms.ValidationError(_("Nobody knows yet what will be known then. Give a day up to today."))
        return day if day is None or day < clock.today() else None

    def clean(self) -> dict[str, Any]:
        """Nothing is collected before it is used."""
        data: dict[str, Any] = super().clean() or {}
        used = data.get("on") or data.get("known_on") or clock.today()
        if (day := data.get("collected_on")) and day < used:
            self.add_error("collected_on", _("Nothing is collected before it is used. Give the day of use or a later."))
        return data


class RegistrationFileForm(forms.Form):
    """A registration file to be checked."""

    file = forms.FileField(
        label=_("Registration file (CWR, or our table as XLSX or CSV)"),
        help_text=_("The file is checked first. Nothing is taken until you say so."),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("This file is empty. Ask the sender for it again."),
        },
    )

    @property
    def is_cwr(self) -> bool:
        """Whether it is to be read as CWR."""
        return looks_like_cwr(self.cleaned_data["file"])
