"""Who may collect a work, in words: a sentence for each part, and one for each link that leads nowhere."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from cmo_portal.wording import isolated, share_text
from works.queries.chains import Collection, CollectionShare


def sentences(collection: Collection, *, mark: Callable[[str], str] = isolated) -> list[str]:
    """A sentence for each part, the largest first, then what is wrong with the chain as a whole.

    `mark` is put around names and shares: isolated, an Urdu sentence keeps its order around Roman names.
    """
    said = [_part(part, mark) for part in collection.parts]
    said += [
        _("Agreement %(agreement)s names this work, but nobody gave its assignor a part of it: a link is missing.")
        % {"agreement": mark(agreement.number)}
        for agreement in collection.gaps
    ]
    return said


def _part(part: CollectionShare, mark: Callable[[str], str]) -> str:
    facts = {
        "share": mark(share_text(part.units)),
        "party": mark(str(part.party or "")),
        "owner": mark(str(part.steps[0].party)) if part.steps else "",
        "way": mark(_way(part)),
    }
    if part.state == "active" and len(part.steps) == 1:
        return _("%(party)s owns and collects %(share)s.") % facts
    if part.state == "active":
        return _("%(party)s collects %(share)s, which %(owner)s owns: %(way)s.") % facts
    return _STATES[part.state]() % facts


_STATES = {
    "disputed": lambda: _("%(share)s is in dispute and collected by nobody until the dispute is closed."),
    "unclaimed": lambda: _("%(share)s has no known owner."),
    "free": lambda: _("%(share)s belongs to nobody: the words or the music are in the public domain."),
    "unconfirmed": lambda: _("%(share)s waits until all sides have confirmed the split."),
    "undocumented": lambda: _("%(share)s is not documented."),
    "conflict": lambda: _(
        "%(share)s stays with %(party)s: the agreements give away more than 100 %% of it, so they cannot all be true."
    ),
    "cycle": lambda: _("%(share)s stays with %(party)s: the agreements lead in a circle (%(way)s)."),
}


def _way(part: CollectionShare) -> str:
    """ "Alia Rahman → Indus Publishing (A0000001) → London Music (A0000007)"."""
    names = [f"{step.party} ({step.agreement.number})" if step.agreement else str(step.party) for step in part.steps]
    return " \N{RIGHTWARDS ARROW} ".join(names)
