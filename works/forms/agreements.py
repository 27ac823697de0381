"""Forms of the agreement editor: terms, sides, works, filters."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField
from cmo_portal.wording import comma_list
from members.models import Party
from works.forms.fields import UNKNOWN_PARTY, AreaField, OnceForm, ShareField, parties_by_uid
from works.models import Agreement, AgreementRole, AgreementType, Work
from works.models.agreements import PostTerm, PriorRoyalties
from works.queries.regrouping import standing_work
from works.services.agreements import NewSide, Terms

MOST_SIDES = 20
MOST_WORKS = 500
SIDE_FIELDS = ("party", "role", "pr", "mr", "sr")


class TermsForm(forms.Form):
    """What an agreement says, besides its parties and works."""

    agreement_type = forms.ChoiceField(
        label=_("Kind of agreement"), choices=[("", _("Choose")), *AgreementType.choices]
    )
    territory = AreaField(label=_("Territory"), initial="2136")
    start_date = DayField(label=_("Starts on"))
    end_date = DayField(label=_("Ends on"), required=False)
    retention_end = DayField(
        label=_("Retention ends on"),
        required=False,
        help_text=_("Until when the acquirer keeps what it took in, after the end."),
    )
    prior_royalties = forms.ChoiceField(label=_("Royalties from before the start"), choices=PriorRoyalties.choices)
    prior_royalties_from = DayField(label=_("From this day before the start"), required=False)
    post_term = forms.ChoiceField(label=_("Collection after the end"), choices=PostTerm.choices)
    post_term_until = DayField(label=_("Collects until"), required=False)
    signed_on = DayField(label=_("Signed on"), required=False)
    shares_change = forms.BooleanField(
        label=_("The writers’ shares change too"),
        required=False,
        help_text=_("Only then does a sub-publishing agreement move a writer’s own part."),
    )
    sales_manufacture = forms.ChoiceField(
        label=_("Mechanical right by"),
        required=False,
        choices=[("", _("Not said")), ("S", _("Sales")), ("M", _("Manufacture"))],
    )
    advance_given = forms.BooleanField(label=_("An advance was given"), required=False)
    society_number = TextField(label=_("Number of a society"), max_length=14, required=False)
    international_code = TextField(label=_("International number"), max_length=14, required=False)

    def terms(self, before: Agreement | None = None) -> Terms:
        """What was typed, after validation; the sender and its number stay as they are."""
        kept = {name: getattr(before, name) for name in ("submitter", "submitter_number")} if before else {}
        return Terms(**{**self.cleaned_data, **kept})


def terms_of(agreement: Agreement) -> dict[str, Any]:
    """The terms as they stand, for the form."""
    names = set(asdict(Terms("OG", agreement.start_date))) & set(TermsForm.base_fields)
    return {name: getattr(agreement, name) for name in names}


class SideForm(forms.Form):
    """A party of an agreement with its parts."""

    party = TextField(widget=forms.HiddenInput, max_length=40)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", _("Choose")), *AgreementRole.choices],
        error_messages={"required": _("Say whether this party passes on or acquires.")},
    )
    pr = ShareField(label=_("Performing, %"), required=False)
    mr = ShareField(label=_("Mechanical, %"), required=False)
    sr = ShareField(label=_("Synchronisation, %"), required=False)
    remove = forms.BooleanField(label=_("Remove this row"), required=False)

    owner: Party | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self["remove"].value():
            self.fields["role"].required = False

    def clean(self) -> dict[str, Any]:
        """A row names a party that is in the register."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("party") and self.owner is None and not data.get("remove"):
            self.add_error("role", UNKNOWN_PARTY)
        return data


class BaseSides(forms.BaseFormSet):  # type: ignore[type-arg]
    """The parties of an agreement."""

    def name_owners(self) -> None:
        """Give each row its party, in one query; a uid that names nobody is a fault of the row."""
        known = parties_by_uid(form["party"].value() for form in self.forms)
        for form in self.forms:
            form.owner = known.get(str(form["party"].value() or ""))

    def sides(self) -> tuple[NewSide, ...]:
        """The rows that stay, after validation."""
        return tuple(
            NewSide(form.owner, data["role"], (data["pr"] or 0, data["mr"] or 0, data["sr"] or 0))
            for form, data in ((form, form.cleaned_data) for form in self.forms)
            if form.owner and data and not data["remove"]
        )


Sides = cast(
    "type[BaseSides]",
    forms.formset_factory(
        SideForm, formset=BaseSides, extra=0, max_num=MOST_SIDES, validate_max=True, absolute_max=MOST_SIDES
    ),
)


def typed_sides(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows as typed, unchecked, without those ticked to go, and with the party that the button `add` names."""
    total = str(data.get("form-TOTAL_FORMS", ""))
    count = min(int(total), MOST_SIDES) if total.isdecimal() and len(total) < 3 else 0
    rows: list[dict[str, Any]] = [
        {field: str(data.get(f"form-{place}-{field}", ""))[:40] for field in SIDE_FIELDS}
        for place in range(count)
        if not data.get(f"form-{place}-remove")
    ]
    added = str(data.get("add", ""))[:40]
    if added and len(rows) < MOST_SIDES:
        rows.append({"party": added})
    return rows


class EntryForm(OnceForm):
    """One entry of one agreement."""


class WorksForm(forms.Form):
    """Works by their numbers."""

    numbers = TextField(
        label=_("Work numbers"),
        required=False,
        max_length=MOST_WORKS * 16,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text=_(
            "One on each line, for example W0000123. A specific agreement covers them, a general one leaves them out."
        ),
    )

    def clean_numbers(self) -> list[Work]:
        """The works; for a merged one the work that stands for it. Every number that names none is told."""
        wanted = list(dict.fromkeys(self.cleaned_data["numbers"].upper().replace(",", " ").split()))
        if len(wanted) > MOST_WORKS:
            raise forms.ValidationError(_("At most 500 works at a time."))
        found = Work.objects.filter(number__in=wanted).select_related("merged_into")
        works = {work.number: standing_work(work) for work in found}
        if unknown := [number for number in wanted if number not in works]:
            told = {"numbers": comma_list(unknown[:20])}
            raise forms.ValidationError(_("No work has the number %(numbers)s."), params=told)
        return list(dict.fromkeys(works[number] for number in wanted))


class ReasonForm(forms.Form):
    """Why an agreement changes."""

    reason = TextField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": "2", "dir": "auto"}),
        error_messages={"required": _("Say why the agreement changes.")},
    )


class AgreementFilter(forms.Form):
    """Which agreements to show."""

    q = TextField(
        label=_("Party or number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("In force today")), ("ended", _("Ended")), ("withdrawn", _("Withdrawn")), ("all", _("All"))],
    )
