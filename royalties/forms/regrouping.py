"""Forms of merges and splits: what survives, what goes, why, and what the second person looked at."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cmo_portal.forms import TextField
from cmo_portal.wording import share_text
from royalties.queries.regrouped_usage import MatchedText
from works.models import Recording, Work, WorkShare
from works.queries.regrouping import FieldChoice, RightChoice
from works.queries.regrouping_words import hindrance_words
from works.rules.regrouping import CONTEST, OTHER, WORK

REASON: dict[str, Any] = {
    "label": _("Reason"),
    "max_length": 1000,
    "widget": forms.Textarea(attrs={"rows": "3", "dir": "auto"}),
}


class DuplicateFilter(forms.Form):
    """Which pairs to show."""

    q = TextField(
        label=_("Work number or title"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("open", _("To be looked at")), ("different", _("Two different works")), ("merged", _("Merged"))],
    )


class RegroupingFilter(forms.Form):
    """Which merges and splits to show."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("proposed", _("Waits for a second person")),
            ("undo", _("To be undone")),
            ("done", _("Done")),
            ("undone", _("Undone")),
            ("withdrawn", _("Withdrawn")),
        ],
    )


class ApartForm(forms.Form):
    """How somebody knows that two works are different."""

    reason = TextField(
        **REASON | {"label": _("How do you know?")},
        error_messages={"required": _("Say how you know that these are two works.")},
        help_text=_("For example: different words, another film. The pair is not shown again."),
    )


class WhyForm(forms.Form):
    """Why something is to be undone."""

    reason = TextField(**REASON)


class OtherWorkForm(forms.Form):
    """Which work is to be merged with this one."""

    find = TextField(
        label=_("Number or title of the other work"),
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off"}),
    )


class ProposalForm(forms.Form):
    """What is proposed, with its reason at the end. Whoever only looks at the effect does not have to say it yet."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def ask_reason(self, looks: bool) -> None:
        """Add the reason as the last field."""
        told = _("The second person reads it, and it stands in the record of acts.")
        self.fields["reason"] = TextField(**REASON, help_text=told, required=not looks)

    def clean(self) -> dict[str, Any] | None:
        """The page that is shown next asks for the reason."""
        self.fields["reason"].required = True
        return super().clean()


class MergeForm(ProposalForm):
    """For each field and right whose value survives. What both say alike is not asked."""

    def __init__(
        self,
        *args: Any,
        work: Work,
        other: Work,
        fields: Iterable[FieldChoice],
        rights: Iterable[RightChoice],
        looks: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {}).setdefault("form_key", uuid.uuid4())
        super().__init__(*args, **kwargs)
        self.asked, self.rights = [], []
        for field in fields:
            if not field.same:
                self._ask(f"field_{field.name}", str(field.label), _sides(work, other, field), field.preferred)
                self.asked.append(field.name)
        for right in rights:
            if not right.same:
                choices = [(WORK, _shares_of(work)), (OTHER, _shares_of(other))]
                if right.may_contest:
                    choices.append((CONTEST, str(_("Neither: hold what differs and open a dispute"))))
                label = _("%(right)s right: whose shares survive?") % {"right": right.label}
                self._ask(f"right_{right.right}", str(label), choices, right.preferred)
                if right.of_work and right.of_other and not right.may_contest:
                    self.fields[f"right_{right.right}"].help_text = hindrance_words(right)
                self.rights.append(right.right)
        self.ask_reason(looks)

    def choices(self) -> dict[str, Any]:
        """What was chosen, as the services take it."""
        data = self.cleaned_data
        return {
            "fields": {name: data[f"field_{name}"] for name in self.asked},
            "rights": {right: data[f"right_{right}"] for right in self.rights},
        }

    def _ask(self, name: str, label: str, choices: Sequence[tuple[str, str]], initial: str) -> None:
        label = label[:1].upper() + label[1:]
        self.fields[name] = forms.ChoiceField(
            label=label, choices=choices, initial=initial, widget=forms.RadioSelect, error_messages={"required": _PICK}
        )


class SplitForm(ProposalForm):
    """What goes to the new work."""

    title = TextField(label=_("Title of the new work"), max_length=400, widget=forms.TextInput(attrs={"dir": "auto"}))

    def __init__(
        self, *args: Any, work: Work, texts: Iterable[MatchedText], looks: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {}).setdefault("form_key", uuid.uuid4())
        super().__init__(*args, **kwargs)
        lists = (
            ("titles", _("Titles that go"), [(row.pk, row.text) for row in work.titles.order_by("pk")]),
            ("identifiers", _("Numbers that go"), [(row.pk, f"{row.issuer} {row.value}") for row in _numbers(work)]),
            ("recordings", _("Recordings that go"), [(row.pk, _recording(row)) for row in _recordings(work)]),
            ("texts", _("Usage that means the new work"), [(text.key, _usage(text)) for text in texts]),
        )
        for name, label, choices in lists:
            if choices:
                self.fields[name] = forms.MultipleChoiceField(
                    label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
                )
        self.shares = list(work.shares.select_related("party").order_by("right", "-share", "pk"))
        for row in self.shares:
            self.fields[f"share_{row.pk}"] = forms.ChoiceField(
                label=_share(row), choices=PLACES, initial="stays", widget=forms.RadioSelect
            )
        self.ask_reason(looks)

    def choices(self) -> dict[str, Any]:
        """What was chosen, as the services take it."""
        data = self.cleaned_data
        rows = {name: [int(pk) for pk in data.get(name, ())] for name in ("titles", "identifiers", "recordings")}
        shares = {str(row.pk): data[f"share_{row.pk}"] for row in self.shares}
        return {"title": data["title"], **rows, "texts": list(data.get("texts", ())), "shares": shares}


class SeenForm(forms.Form):
    """The digest of the works that the second person looked at."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


_PICK = _("Choose one of the two.")
PLACES = [("stays", _("Stays here")), ("goes", _("Goes to the new work")), ("both", _("Holds for both"))]


def _sides(work: Work, other: Work, field: FieldChoice) -> list[tuple[str, str]]:
    return [
        (WORK, f"{_shown(field.words_of_work)} ({work.number})"),
        (OTHER, f"{_shown(field.words_of_other)} ({other.number})"),
    ]


def _shown(words: str) -> str:
    return words or str(_("nothing"))


def _shares_of(work: Work) -> str:
    return str(_("The shares of %(work)s") % {"work": work.number})


def _numbers(work: Work) -> Any:
    return work.identifiers.order_by("pk")


def _recordings(work: Work) -> Any:
    return work.recordings.prefetch_related("performers").order_by("pk")


def _recording(row: Recording) -> str:
    people = ", ".join(performer.name for performer in row.performers.all())
    return " · ".join(filter(None, (str(row), people, row.isrc)))


def _usage(text: MatchedText) -> str:
    return " · ".join(filter(None, (text.title or "–", text.people, str(_("%(n)s plays") % {"n": text.plays}))))


def _share(row: WorkShare) -> str:
    who = str(row.party) if row.party else str(_("Owner not known yet"))
    return f"{row.get_right_display()}: {who}, {share_text(row.share)}"
