"""How the states of usage look, its pages in the header of staff, and the machine's reasons in words."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cmo_portal.navigation import register
from cmo_portal.states import register_states

# Why a text was linked, or was not: the codes of royalties.rules.matching.
REASONS: dict[str, str | Promise] = {
    "identifier": _("An identifier names the work, and the titles agree."),
    "remembered": _("The same text was decided before."),
    "title-and-names": _("Title and people are exactly those of one work."),
    "score": _("The best candidate is not close enough to be linked without a person."),
    "score-linked": _("Title, people and length are alike enough, and no other work comes near."),
    "tie": _("Two works fit equally well."),
    "gap": _("A second work fits nearly as well."),
    "large": _("Many plays: a person decides."),
    "identifier-title": _("The work of the identifier has another title."),
    "identifiers-differ": _("The identifiers name different works."),
    "no-candidate": _("No work shares a word with this text."),
    "score-low": _("No work comes near this text."),
    "no-title": _("The text has no title."),
    "title-differs": _("The title has other words."),
    "no-names": _("There are no people to compare."),
    "names-differ": _("The people are others."),
    "numbers-differ": _("The numbers in the titles differ."),
    "sound-only": _("It sounds alike but is written otherwise."),
    "not-ours": _("Nobody in it has given us a mandate."),
    "public-domain": _("Public domain."),
    "talk": _("Talk, news or another programme without music."),
    "jingle": _("The station's own jingle or advertisement."),
}
STAGES: dict[str, str | Promise] = {
    "id": _("By identifier"),
    "memory": _("Remembered"),
    "exact": _("Exact title and people"),
    "score": _("By likeness"),
    "person": _("By a person"),
    "withdrawn": _("Its work was withdrawn"),
    "claim": _("A member claims it"),
}


def reason_text(code: str, outcome: str) -> str:
    """A reason in words; what a person wrote stands as it is. A text linked by its score and one that was not close
    enough carry the same code: the outcome tells them apart."""
    if (code, outcome) == ("score", "matched"):
        code = "score-linked"
    return str(REASONS.get(code, code))


def register_usage_pages() -> None:
    """Files and matching in the header, and the states of both."""
    register("staff", "royalties:staff-usage-list", _("Usage"), permission="royalties.view_usage", order=40)
    register("staff", "royalties:staff-match-queue", _("Matching"), permission="royalties.match_usage", order=42)
    register_states(
        "usage_file",
        {
            "received": ("empty", "plain", _("Received")),
            "mapping": ("half", "waiting", _("Waiting for its mapping")),
            "reading": ("half", "waiting", _("Being read")),
            "checked": ("half", "waiting", _("Read, waiting for your yes")),
            "held": ("pause", "bad", _("On hold")),
            "landed": ("filled", "good", _("Taken")),
            "refused": ("cross", "bad", _("Refused")),
        },
    )
    register_states(
        "match",
        {
            "matched": ("filled", "good", _("Matched")),
            "queue": ("half", "waiting", _("To be decided")),
            "none": ("empty", "waiting", _("No work found")),
            "ignored": ("square", "plain", _("Not to be paid")),
        },
    )
    register_states(
        "text_claim",
        {
            "open": ("half", "waiting", _("Waiting for an answer")),
            "accepted": ("tick", "good", _("Accepted")),
            "refused": ("cross", "bad", _("Not accepted")),
            "withdrawn": ("square", "plain", _("Withdrawn")),
        },
    )


def likeness(features: dict[str, int]) -> list[str]:
    """How a text and a candidate agree, in words: title, people, length. −1 says that one side is silent."""
    found = [_degree(features, "title", TITLES), _degree(features, "names", PEOPLE)]
    length = features.get("length", -1)
    if length >= 0:
        found.append(_("Same length") if length >= SAME_LENGTH else _("Another length"))
    return [str(text) for text in found if text]


SAME, NEAR, ALIKE, SAME_LENGTH = 9_900, 9_000, 7_000, 8_000  # of 10,000
TITLES = (_("Same title"), _("Nearly the same title"), _("Similar title"), _("Another title"))
PEOPLE = (_("Same people"), _("Nearly the same people"), _("Similar people"), _("Other people"))


def _degree(features: dict[str, int], name: str, words: tuple[str | Promise, ...]) -> str | Promise:
    value = features.get(name, -1)
    if value < 0:
        return _("No people to compare") if name == "names" else ""
    level = 0 if value >= SAME else 1 if value >= NEAR else 2 if value >= ALIKE else 3
    if level < 3 and features.get(f"{name}_letters", value) * 100 < value * 80:
        return format_lazy("{words} ({sound})", words=words[level], sound=_("by sound"))
    return words[level]
