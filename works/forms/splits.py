"""Forms of the agreement on splits: an answer, another proposal, evidence of the desk, the society's rule."""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, TextField
from members.models import Party
from works.forms.fields import MEMBER_ROLES, ShareField
from works.forms.member import MOST_PERSONS, RIGHTS, sum_fault
from works.models import SplitRule
from works.queries.cowriters import Cowriter
from works.queries.splits import Side
from works.rules.splits import WHOLE
from works.services.registration import NewShare

NOBODY = UUID(int=0)
FIELDS = ("party", "role", "performing", "mechanical", "synchronisation")
SYNC = ("synchronisation", _("synchronisation"))  # of rounds that files brought: the pages of members do not ask it


class AnswerForm(forms.Form):
    """Agree to exactly the split that is shown, or refuse it with a reason."""

    digest = TextField(widget=forms.HiddenInput, max_length=64)
    answer = forms.ChoiceField(
        label=_("Do you agree to this split?"),
        choices=[("yes", _("Yes, I agree to exactly these shares")), ("no", _("No, I do not agree"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    reason = TextField(
        label=_("Reason, if you do not agree"),
        max_length=500,
        required=False,
        help_text=_("The others read it."),
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        """A refusal says why."""
        data = super().clean() or {}
        if data.get("answer") == "no" and not (data.get("reason") or "").strip():
            self.add_error("reason", _("Say why you do not agree: the others read it."))
        return data


class EvidenceForm(forms.Form):
    """The documentation desk confirms for a side that cannot answer."""

    digest = TextField(widget=forms.HiddenInput, max_length=64)
    party = forms.UUIDField(widget=forms.HiddenInput)
    evidence = TextField(
        label=_("Evidence"),
        max_length=500,
        help_text=_("For example: split sheet signed on 4 May 2026, kept as document 118."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Name the evidence: a signed split sheet, a letter, a contract.")},
    )


class SplitRowForm(forms.Form):
    """The role and shares of one side; a side without any share leaves the split."""

    party = forms.UUIDField(widget=forms.HiddenInput)
    role = forms.ChoiceField(
        label=_("What this person did"),
        choices=[("", _("Choose")), *MEMBER_ROLES],
        error_messages={"required": _("Choose what this person did.")},
    )
    performing = ShareField(
        label=_("Performing share, %"), error_messages={"required": _("Give the share in percent, for example 50.")}
    )
    mechanical = ShareField(label=_("Mechanical share, %"), required=False)
    synchronisation = ShareField(label=_("Synchronisation share, %"), required=False)

    owner: Party | None = None

    def __init__(self, *args: Any, names_sync: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not names_sync:
            del self.fields["synchronisation"]

    def clean(self) -> dict[str, Any]:
        """The mechanical share follows the performing share, and that of synchronisation the mechanical one."""
        data = super().clean() or {}
        for field, other in (("mechanical", "performing"), ("synchronisation", "mechanical")):
            if data.get(field) is None and field not in self.errors:
                data[field] = data.get(other)
        return data


class BaseSplitRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """All sides of a split: with what nobody owns (`unowned`, by right), each right must make exactly 100 %."""

    unowned: Mapping[str, int] = {}
    names_sync = False  # whether the round speaks of the synchronisation right

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Rows ask of the rights of the round."""
        return {**super().get_form_kwargs(index), "names_sync": self.names_sync}

    @property
    def rights(self) -> list[tuple[str, str, Any]]:
        """Right, field and name of each right that is asked for."""
        asked = [*RIGHTS, SYNC] if self.names_sync else RIGHTS
        return [(right, *named) for right, named in zip(("PR", "MR", "SR"), asked, strict=False)]

    def name_owners(self) -> None:
        """Give each row its party, in one query; a uid that names nobody is a fault of the row."""
        uids = [uid for form in self.forms if (uid := _uid(form["party"].value()))]
        parties = {party.uid: party for party in Party.objects.filter(uid__in=uids)}
        for form in self.forms:
            form.owner = parties.get(_uid(form["party"].value()) or NOBODY)

    def clean(self) -> None:
        """Say by how much a right misses the whole, at its last share."""
        if any(self.errors) or not self.forms:
            return
        self.name_owners()
        if any(form.owner is None for form in self.forms):
            raise forms.ValidationError(_("One of these people is not known. Take the row out and look again."))
        told: list[list[int]] = []  # what several rights share is told once
        for right, field, label in self.rights:
            parts = [*(form.cleaned_data[field] for form in self.forms), self.unowned.get(right, 0)]
            if sum(parts) != WHOLE and parts not in told:
                self.forms[-1].add_error(field, sum_fault(label, sum(parts)))
                told.append(parts)
        if any(form.errors for form in self.forms):
            raise forms.ValidationError(_("The shares do not make 100 % yet."))

    def shares(self) -> list[NewShare]:
        """The split as shares, after validation."""
        return [
            NewShare(form.owner, form.cleaned_data["role"], right, form.cleaned_data[field])
            for form in self.forms
            for right, field, _label in self.rights
            if form.cleaned_data[field]
        ]


SplitRows = cast(
    "type[BaseSplitRows]",
    forms.formset_factory(
        SplitRowForm, formset=BaseSplitRows, extra=0, max_num=MOST_PERSONS, validate_max=True, absolute_max=MOST_PERSONS
    ),
)


def rows_of_sides(sides: Iterable[Side]) -> list[dict[str, Any]]:
    """The rows as the split stands."""
    return [
        {
            "party": str(side.party.uid),
            "role": side.roles[0] if side.roles else "",
            "performing": side.performing,
            "mechanical": side.mechanical,
            "synchronisation": side.synchronisation,
        }
        for side in sides
    ]


def typed_split_rows(data: Mapping[str, Any], found: Cowriter | None) -> list[dict[str, Any]]:
    """The rows as typed, unchecked, with one more for a person who was found."""
    total = str(data.get("form-TOTAL_FORMS", ""))
    count = min(int(total), MOST_PERSONS) if total.isdecimal() and len(total) < 4 else 0
    rows: list[dict[str, Any]] = [
        {field: str(data.get(f"form-{place}-{field}", ""))[:40] for field in FIELDS} for place in range(count)
    ]
    known = {row["party"] for row in rows}
    if found is not None and str(found.uid) not in known and len(rows) < MOST_PERSONS:
        rows.append({"party": str(found.uid)})
    return rows


class NoteForm(forms.Form):
    """Why another split is right, for the others."""

    note = TextField(
        label=_("Why is this split right?"),
        max_length=500,
        help_text=_("The others read it and are asked again."),
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
        error_messages={"required": _("Say in a sentence why: the others read it.")},
    )


class FindCowriterForm(forms.Form):
    """Look for a co-writer."""

    find = TextField(
        label=_("Name in Urdu or Roman letters, or IPI name number"),
        required=False,
        max_length=200,
        help_text=_("The whole name. We show only the name, its number, and whether the person is a member."),
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )


class SplitRuleForm(forms.Form):
    """How agreement is asked for, from a day on."""

    valid_from = DayField(label=_("From"), error_messages={"required": _("Give the first day of the rule.")})
    answer_days = forms.IntegerField(label=_("Days to answer"), min_value=1, max_value=366)
    remind_days = forms.IntegerField(label=_("Days until the reminder"), min_value=1, max_value=366)
    outsiders = forms.ChoiceField(
        label=_("Parties that are no members"),
        choices=SplitRule._meta.get_field("outsiders").choices or [],
        widget=forms.RadioSelect,
    )


def _uid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
