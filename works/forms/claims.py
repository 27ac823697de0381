"""Forms of a member's counter-claim and of the society's rules on disputes."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, ShareField, TextField, share_figure
from members.models.parties import Right
from members.models.territories import WORLD, territory_text
from works.forms.contested import claimed_area_field, sampled_field, with_sample
from works.forms.fields import MEMBER_ROLES, ROLES
from works.models import DisputeKind, WorkShare
from works.models.claims import HOLDS
from works.models.settlements import AT_DEADLINE


class CounterClaimForm(forms.Form):
    """Which share of others is hers, in which role, and on what ground."""

    against = forms.MultipleChoiceField(
        label=_("Whose share do you claim?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick the shares that are not right.")},
    )
    kind = forms.ChoiceField(
        label=_("What is the matter?"), choices=DisputeKind.choices, initial=DisputeKind.COUNTER_CLAIM
    )
    sampled = sampled_field(_("Only for a sample: your work of which a part is used here."))
    role = forms.ChoiceField(label=_("Your part in the work"), choices=[("", _("Choose")), *MEMBER_ROLES])
    share = ShareField(
        label=_("Your claim, % of the right"),
        help_text=_("Of the whole right, together with what you have of it on record."),
        error_messages={"required": _("Give your claim in percent.")},
    )
    territory = claimed_area_field()
    agreement = TextField(
        label=_("Agreement number, if your claim rests on one"),
        required=False,
        max_length=14,
        help_text=_("The number in the society's register. Papers that it does not hold, you send next."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    grounds = TextField(
        label=_("On what does your claim rest?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "4", "dir": "auto"}),
        help_text=_("For example: I wrote the words; my manuscript is dated 3 May 2019. You can send documents next."),
        error_messages={"required": _("Say on what your claim rests, in a sentence or two.")},
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, rows: Iterable[WorkShare], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["against"].choices = [(str(row.uid), _line(row)) for row in rows]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A sample, and nothing else, names the work that is used."""
        data: dict[str, Any] = super().clean() or {}
        return with_sample(self, data)


def _line(row: WorkShare) -> str:
    role = dict(ROLES).get(row.role, row.role)
    facts = [f"{Right(row.right).label}: {row.party}", role, f"{share_figure(row.share)} %"]
    return " · ".join(map(str, facts if row.territory == WORLD else [*facts, territory_text(row.territory)]))


class DisputeRuleForm(forms.Form):
    """A draft of how disputes are handled."""

    valid_from = DayField(label=_("Valid from"))
    evidence_days = forms.IntegerField(label=_("Days for evidence"), min_value=1, max_value=730)
    extension_days = forms.IntegerField(
        label=_("Most days that can be added"),
        min_value=0,
        max_value=730,
        help_text=_("When all sides agree, or the society has a reason."),
    )
    holds = forms.ChoiceField(label=_("What is held"), choices=HOLDS)
    at_deadline = forms.ChoiceField(label=_("At the deadline"), choices=AT_DEADLINE)
    source = TextField(label=_("Source or resolution"), max_length=300, widget=forms.TextInput(attrs={"dir": "auto"}))
