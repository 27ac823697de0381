"""Who may collect a work, in words: a sentence for each part, and one for each link that leads nowhere."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from cmo_portal.wording import comma_list, date_text, isolated, share_text
from members.queries.reading import name_read
from works.models import Agreement
from works.queries.chains import Collection, CollectionShare, Fault
from works.rules.collection_grounds import POST_TERM, PRIOR, RETENTION

ARROW = "\N{RIGHTWARDS ARROW}"


def sentences(collection: Collection, *, mark: Callable[[str], str] = isolated) -> list[str]:
    """A sentence for each part, the largest first, then what is wrong with the chain as a whole; before them, that
    nobody is paid where a dispute holds the whole right.

    `mark` is put around names and shares: isolated, an Urdu sentence keeps its order around Roman names.
    """
    said = [_held()] if collection.is_held else []
    said += [_part(part, mark, is_held=collection.is_held) for part in collection.parts]
    said += dict.fromkeys(_outside(collection, mark))
    said += [gap_text(agreement, mark=mark) for agreement in collection.gaps]
    return said


def fault_text(part: CollectionShare, *, mark: Callable[[str], str] = isolated) -> str:
    """What is wrong with a part that agreements cannot all move on, or that they lead in a circle."""
    return _part(part, mark, is_held=False)


def gap_text(agreement: Agreement, *, mark: Callable[[str], str] = isolated) -> str:
    """That an agreement waits for a link in vain."""
    said = _("Agreement %(agreement)s names this work, but nobody gave its assignor a part of it: a link is missing.")
    return said % {"agreement": mark(agreement.number)}


def _outside(collection: Collection, mark: Callable[[str], str]) -> Iterator[str]:
    """On what the agreements on the ways collect that do so outside their term."""
    days = {"used": date_text(collection.on), "collected": date_text(collection.collected_on)}
    for part in collection.parts:
        for step in part.steps:
            for ground in step.grounds:
                yield _GROUNDS[ground]() % {"agreement": mark(str(step.agreement)), **days}


_GROUNDS = {
    PRIOR: lambda: _("Agreement %(agreement)s begins after the use on %(used)s: it is collected as prior royalties."),
    RETENTION: lambda: _(
        "Agreement %(agreement)s has ended: for use on %(used)s, collected on %(collected)s, the acquirer keeps its"
        " part during retention."
    ),
    POST_TERM: lambda: _(
        "Agreement %(agreement)s has ended before %(collected)s: for use on %(used)s its acquirer still collects, after"
        " the term."
    ),
}


def _held() -> str:
    return _("A dispute holds the whole right: until it is closed nobody is paid, also not for what is agreed.")


def _part(part: CollectionShare, mark: Callable[[str], str], *, is_held: bool = False) -> str:
    facts = {
        "share": mark(share_text(part.units)),
        "party": mark(name_read(part.party)) if part.party else "",
        "owner": mark(name_read(part.steps[0].party)) if part.steps else "",
        "way": mark(_way(part)),
        "agreements": comma_list(mark(_given(fault)) for fault in part.faults),
        "circle": "; ".join(mark(f"{_way(part)} {ARROW} {_link(fault)}") for fault in part.faults),
    }
    if part.state == "active" and is_held:
        return _owned(part) % facts
    if part.state == "active" and len(part.steps) == 1:
        return _("%(party)s owns and collects %(share)s.") % facts
    if part.state == "active":
        return _("%(party)s collects %(share)s, which %(owner)s owns: %(way)s.") % facts
    return _STATES[part.state]() % facts


def _owned(part: CollectionShare) -> str:
    """What a side of a right that is held whole has, without saying that it collects it now."""
    if len(part.steps) == 1:
        return _("%(party)s owns %(share)s; it is held.")
    return _("%(share)s, which %(owner)s owns, is held; after the dispute it goes its way: %(way)s.")


_STATES = {
    "disputed": lambda: _("%(share)s is in dispute and collected by nobody until the dispute is closed."),
    "unclaimed": lambda: _("%(share)s has no known owner."),
    "free": lambda: _("%(share)s belongs to nobody: the words or the music are in the public domain."),
    "unconfirmed": lambda: _("%(share)s waits until all sides have confirmed the split."),
    "undocumented": lambda: _("%(share)s is not documented."),
    "conflict": lambda: _(
        "%(share)s stays with %(party)s: agreements give away more than 100 %% of it, so they cannot all be true:"
        " %(agreements)s."
    ),
    "cycle": lambda: _("%(share)s stays with %(party)s: the agreements lead in a circle (%(circle)s)."),
}


def _way(part: CollectionShare) -> str:
    """ "Alia Rahman → Indus Publishing (A0000001) → London Music (A0000007)"."""
    names = [
        f"{name_read(step.party)} ({step.agreement.number})" if step.agreement else name_read(step.party)
        for step in part.steps
    ]
    return f" {ARROW} ".join(names)


def _link(fault: Fault) -> str:
    """ "London Music (A0000007)"."""
    return f"{name_read(fault.party)} ({fault.agreement.number})"


def _given(fault: Fault) -> str:
    """ "60 % → London Music (A0000007)"."""
    return f"{share_text(fault.part)} {ARROW} {_link(fault)}"
