"""How a usage text was found to be a work, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cmo_portal.common.words import gettext_noop
from cmo_portal.wording import share_text
from royalties.queries.usage_rows import Matched

STAGES = {
    "id": gettext_noop(
        "An identifier in the row (ISWC, ISRC or work number) is that of your work, and the titles agree."
    ),
    "memory": gettext_noop("The same text was matched to your work before, and that decision is remembered."),
    "exact": gettext_noop("Title and names are the same as in the register."),
    "score": gettext_noop("Title, names and length are alike enough, and no other work comes near."),
    "person": gettext_noop("A person of the society compared the row with the register and decided."),
}
FEATURES = {
    "title": gettext_noop("Title"),
    "names": gettext_noop("Names"),
    "joined": gettext_noop("Title and names together"),
    "length": gettext_noop("Length"),
}


@dataclass(frozen=True, slots=True)
class MatchWords:
    """What decided, in a sentence; how alike in all; and how alike in each respect that was compared."""

    how: str
    score: str
    features: tuple[tuple[str, str], ...]


def match_words(matched: Matched) -> MatchWords:
    """Put a match into words. Similarities become percents."""
    stage = "person" if matched.by_person else matched.stage
    how = _(STAGES[stage]) if stage in STAGES else _("It was matched to your work.")
    known = [(name, matched.features.get(name, -1)) for name in FEATURES]
    return MatchWords(
        how=how,
        score=share_text(matched.score * 100) if matched.score else "",
        features=tuple((_(FEATURES[name]), share_text(value * 100)) for name, value in known if value >= 0),
    )
