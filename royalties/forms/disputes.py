"""Forms of disputes: filters, answers, evidence, messages, outcomes."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import DayField, ShareField, TextField
from cmo_portal.wording import date_text
from members.models.parties import Right
from members.policy import policy
from members.queries.reading import name_read
from members.services.documents import Upload
from works.models import Basis, Claim, DisputeKind
from works.models.claims import DISPUTE_STATES
from works.models.settlements import EVIDENCE_KINDS, OUTCOME_KINDS


class DisputeFilter(forms.Form):
    """Which disputes, and in which order."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Waiting")), *DISPUTE_STATES, ("all", _("All"))]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *DisputeKind.choices])
    right = forms.ChoiceField(label=_("Right"), required=False, choices=[("", _("All")), *Right.choices])
    order = forms.ChoiceField(
        label=_("First"),
        required=False,
        choices=[("", _("The nearest deadline")), ("money", _("The most money held"))],
    )

    def chosen(self) -> dict[str, str]:
        """What was chosen; a value that is not on the list counts as none."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class SeenForm(forms.Form):
    """An answer to what was looked at: the version of the dispute comes along."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class AnswerForm(SeenForm):
    """What a side answers."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[
            ("agreed", _("I agree with the others: I keep what they leave")),
            ("lowered", _("I lower my claim")),
            ("stands", _("I stand by my claim and send proof")),
            ("withdrawn", _("I withdraw my claim")),
        ],
        error_messages={"required": _("Choose an answer.")},
    )
    share = ShareField(label=_("My new claim, % of the right"), required=False, help_text=_("Only if you lower it."))


class BulkAnswerForm(forms.Form):
    """The same answer to many disputes."""

    answer = forms.ChoiceField(
        label=_("Answer the chosen disputes"),
        choices=[
            ("", _("Choose")),
            ("agreed", _("I agree with the others: I keep what they leave")),
            ("stands", _("I stand by my claim and send proof")),
            ("withdrawn", _("I withdraw my claim")),
        ],
        error_messages={"required": _("Choose an answer.")},
    )

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"] = forms.MultipleChoiceField(
            choices=list(choices), error_messages={"required": _("Tick the disputes that you answer.")}
        )


class ClaimChoiceForm(forms.Form):
    """Which side it is, of those that are offered."""

    claim = forms.ModelChoiceField(
        label=_("Side"), queryset=Claim.objects.none(), to_field_name="uid", empty_label=_("Choose")
    )

    def __init__(self, *args: Any, claims: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["claim"].queryset = claims  # type: ignore[attr-defined]
        self.fields["claim"].label_from_instance = party_name  # type: ignore[attr-defined]


class NotedAnswerForm(ClaimChoiceForm, AnswerForm):
    """The answer of a side without an account, which came by letter."""

    field_order = ("claim", "answer", "share", "seen")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = _("Its answer")


class AgreementForm(forms.Form):
    """On which agreement of the register a claim rests."""

    number = TextField(
        label=_("Agreement number"),
        max_length=14,
        help_text=_("The number in the society's register. Papers that it does not hold are sent as documents."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Give the number of the agreement.")},
    )


class NotedAgreementForm(ClaimChoiceForm, AgreementForm):
    """The same, for one of the sides."""

    field_order = ("claim", "number")


class ExtensionForm(forms.Form):
    """More days for evidence, and why."""

    until = DayField(label=_("New day for evidence"), error_messages={"required": _("Name the new day.")})
    reason = TextField(
        label=_("Why more days are needed"),
        max_length=1000,
        help_text=_("The other sides read it."),
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
        error_messages={"required": _("Say why more days are needed. The sides read it.")},
    )

    def __init__(self, *args: Any, latest: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].help_text = _("At the latest %(day)s.") % {"day": date_text(latest)}


class ExtensionAnswerForm(forms.Form):
    """Whether a side agrees to more days."""

    agrees = forms.ChoiceField(
        label=_("More days for evidence"),
        widget=forms.RadioSelect,
        choices=[("yes", _("Agree")), ("no", _("Do not agree"))],
        error_messages={"required": _("Choose an answer.")},
    )


class NotedExtensionAnswerForm(ClaimChoiceForm, ExtensionAnswerForm):
    """The same, for a side without an account."""

    field_order = ("claim", "agrees")


class EvidenceForm(forms.Form):
    """A document as evidence."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[("", _("Choose")), *EVIDENCE_KINDS],
        error_messages={"required": _("Say what this document is.")},
    )
    file = forms.FileField(
        label=_("Document (PDF, JPEG or PNG)"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": _("Choose the file.")},
    )
    shown = forms.BooleanField(
        label=_("The other sides may see it too"),
        required=False,
        help_text=_("Otherwise only the society sees it. What was shown once cannot be hidden again."),
    )

    def upload(self) -> Upload:
        """The file as it came, read no further than just beyond the limit."""
        file = self.cleaned_data["file"]
        return Upload(name=str(file.name or ""), content=file.read(policy().document_bytes + 1))


class PaperForm(ClaimChoiceForm, EvidenceForm):
    """Evidence that a side sent by letter."""

    field_order = ("claim", "kind", "file", "shown")


class MessageForm(forms.Form):
    """A message; its hidden key makes a double click one message."""

    text = TextField(
        label=_("Message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "4", "dir": "auto"}),
        error_messages={"required": _("Write your message.")},
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class SideMessageForm(MessageForm):
    """A message of a side: to all, or to the society alone."""

    to = forms.ChoiceField(
        label=_("Who reads it"),
        widget=forms.RadioSelect,
        initial="all",
        choices=[("all", _("All sides and the society")), ("society", _("The society only"))],
    )
    field_order = ("to", "text")


class ReasonForm(forms.Form):
    """Why something is not accepted or not confirmed."""

    reason = TextField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"})
    )


class OutcomeForm(forms.Form):
    """How a dispute ends: a share for each side."""

    kind = forms.ChoiceField(
        label=_("How it ends"),
        choices=[("", _("Choose")), *OUTCOME_KINDS],
        error_messages={"required": _("Choose how the dispute ends.")},
    )
    reason = TextField(
        label=_("How it was decided and on what ground"),
        max_length=2000,
        help_text=_("For a court or the regulator: its name, number and date. The sides read it."),
        widget=forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
        error_messages={"required": _("Say how it was decided and on what ground. The sides read it.")},
    )

    def __init__(self, *args: Any, claims: Sequence[Claim], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for claim in claims:
            self.fields[f"share_{claim.pk}"] = ShareField(
                label=_("%(name)s: share in the end, %%") % {"name": name_read(claim.party)},
                error_messages={"required": _("Give the share in percent; 0 for a side that has nothing in the end.")},
            )
        self.order_fields(["kind", *(f"share_{claim.pk}" for claim in claims), "reason"])


class JoinForm(forms.Form):
    """A further side."""

    party = TextField(
        label=_("Name, IPI name number or member number"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Say who claims.")},
    )
    role = forms.ChoiceField(label=_("Role"))
    share = ShareField(
        label=_("Claims of the whole right, %"), error_messages={"required": _("Give the claim in percent.")}
    )
    basis = forms.ChoiceField(
        label=_("On what ground"),
        choices=[choice for choice in Basis.choices if choice[0] in (Basis.DESK, Basis.AGREEMENT)],
    )
    agreement = TextField(
        label=_("Agreement number"),
        max_length=14,
        required=False,
        help_text=_("Of an agreement in the register."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reference = TextField(
        label=_("Letter, or an agreement that the register does not hold"),
        max_length=200,
        required=False,
        help_text=_("Needed unless an agreement of the register is named."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    valid_from = DayField(label=_("Valid from"), required=False)
    valid_to = DayField(label=_("Valid to"), required=False)

    def __init__(self, *args: Any, roles: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]
        self.fields["reference"].needed_otherwise = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A claim rests on something: an agreement of the register, or a paper that is named."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("agreement") and data.get("basis") != Basis.AGREEMENT:
            self.add_error("basis", _("A claim that names an agreement rests on it."))
        if not data.get("agreement") and not data.get("reference"):
            self.add_error("reference", _("Say on what the claim rests: a letter or an agreement."))
        return data


def party_name(claim: Claim) -> str:
    """How a side is named in a list of choices."""
    return name_read(claim.party)
