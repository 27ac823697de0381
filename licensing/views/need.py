"""P2: the four questions that tell whether a licence is needed, and the answer with its reason."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licensing.models.tariffs import UseCategory

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its answers."""

    text: Text
    choices: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`needed` is yes, no or ask; the reason says why; categories name the tariffs that fit."""

    needed: str
    title: Text
    reason: Text
    categories: tuple[str, ...] = ()


ANSWERS: dict[str, Question] = {
    "where": Question(
        _("Where is the music heard?"),
        (
            ("place", _("In a shop, restaurant, hotel, office, gym, salon or vehicle")),
            ("event", _("At a concert, show, fair, wedding or other function")),
            ("broadcast", _("On radio or television")),
            ("online", _("On a website, in an app or in a game")),
            ("home", _("At home")),
        ),
    ),
    "who": Question(
        _("Who can hear it?"),
        (
            ("public", _("Customers, guests, staff, listeners: people from outside the family")),
            ("family", _("Only family and close friends, in a private home")),
        ),
    ),
    "whose": Question(
        _("Whose music is it?"),
        (
            ("any", _("Known songs, film songs, whatever is played")),
            ("own", _("Only music that I wrote alone")),
            ("old", _("Only works whose authors died more than 50 years ago")),
        ),
    ),
    "permission": Question(
        _("Has every author and publisher of this music permitted your use in writing?"),
        (("no", _("No, or I do not know")), ("yes", _("Yes, all of them"))),
    ),
}
CATEGORIES: dict[str, tuple[str, ...]] = {
    "place": (UseCategory.BACKGROUND,),
    "event": (UseCategory.LIVE,),
    "broadcast": (UseCategory.RADIO, UseCategory.TELEVISION),
    "online": (UseCategory.ONLINE,),
}
PRIVATE = Outcome(
    "no",
    _("You need no licence"),
    _("Music at home, among family and close friends, is private. The law asks permission for public use."),
)
OWN = Outcome(
    "ask",
    _("Please write to us"),
    _("You need no licence for music that you wrote alone, unless you gave your rights to a society. We check it."),
)
OLD = Outcome(
    "ask",
    _("Please write to us"),
    _("The words or melody may be free while an arrangement or recording is protected. Send us the list and we check."),
)
PERMITTED = Outcome(
    "no",
    _("You need no licence from us"),
    _("All authors and publishers have permitted your use themselves. Keep their letters at hand for an inspection."),
)


def advice(given: dict[str, str]) -> Outcome | None:
    """The outcome, as soon as the answers allow one; None while a question is open."""
    early = {("where", "home"): PRIVATE, ("who", "family"): PRIVATE, ("whose", "own"): OWN, ("whose", "old"): OLD}
    for name, answer in given.items():
        if (name, answer) in early:
            return early[name, answer]
    if len(given) < len(ANSWERS):
        return None
    if given["permission"] == "yes":
        return PERMITTED
    return Outcome(
        "yes",
        _("Yes, you need a licence"),
        _("People from outside your family hear protected music. One licence from us covers our whole repertoire."),
        CATEGORIES[given["where"]],
    )


class NeedForm(forms.Form):
    """One question on a page of its own."""

    def __init__(self, *, question: str, missing: bool, **kwargs: Any) -> None:
        super().__init__(data={} if missing else None, **kwargs)
        asked = ANSWERS[question]
        self.fields[question] = forms.ChoiceField(
            label=str(asked.text),
            choices=asked.choices,
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose one answer.")},
        )
