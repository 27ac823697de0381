"""A conflict in words: which claims make more than the whole, and what would cure it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from cmo_portal.common.words import Figure, Words, day, gettext_noop, percent, say, text
from works.rules.conflicts import lone_cures

_PER_PERCENT = 10_000
_CLAIMS = {
    "": gettext_noop("%(name)s claims %(share)s."),
    "withdrawn": gettext_noop("%(name)s has withdrawn its claim of %(first)s."),
    "record": gettext_noop("%(name)s claims %(share)s (share on record)."),
    "member": gettext_noop("%(name)s claims %(share)s (own claim of %(stated)s)."),
    "file": gettext_noop("%(name)s claims %(share)s (file %(reference)s, transaction %(number)s)."),
    "registration": gettext_noop("%(name)s claims %(share)s (registration of %(stated)s)."),
    "agreement": gettext_noop("%(name)s claims %(share)s (agreement %(reference)s)."),
    "an agreement": gettext_noop("%(name)s claims %(share)s (by agreement)."),
    "desk": gettext_noop("%(name)s claims %(share)s (%(reference)s)."),
}


@dataclass(frozen=True, slots=True)
class SpokenClaim:
    """A claim as the sentence tells it. `share` in 1/10,000 of a percent, `first` what it was in the beginning.

    `basis` is a key of the texts above; `begins` is the first day of what it rests on, where that is known.
    """

    name: str
    share: int
    first: int
    basis: str = ""
    reference: str = ""
    number: int = 0
    stated: dt.date | None = None
    begins: dt.date | None = None
    ended: dt.date | None = None


def explain(claims: Sequence[SpokenClaim], *, room: int, whole: int, kind: str = "", sampled: str = "") -> list[Words]:
    """The claims one by one, their sum against the whole, and what would cure it. `room` is the part that the claims
    are about; the rest of the whole belongs to people whom nobody contests. `kind` is what the sides cannot agree on,
    `sampled` the title of the work of which a part is used."""
    standing = dict(enumerate(claim.share for claim in claims))
    total, others = sum(standing.values()), whole - room
    excess = total - room
    told = [_claim(claim) for claim in claims]
    figures = {"total": _share(total + others), "excess": _share(abs(excess)), "others": _share(others)}
    if excess <= 0:
        return [*told, _say(_FITS if excess == 0 else _FITS_OPEN, figures)]
    told.append(_say(_SUM_WITH_OTHERS if others else _SUM, figures))
    told += _cures(claims, lone_cures(standing, room), excess)
    return [*told, _say(_CURES_OF[kind], {"sampled": text(sampled)})] if kind in _CURES_OF else told


_SUM = gettext_noop("Together %(total)s: %(excess)s more than the whole.")
_SUM_WITH_OTHERS = gettext_noop(
    "With the %(others)s that nobody contests, together %(total)s: %(excess)s more than the whole."
)
_FITS = gettext_noop("Together these claims fit now.")
_FITS_OPEN = gettext_noop("Together these claims fit now, and %(excess)s is claimed by nobody.")
_CURE_EITHER = gettext_noop("It is cured when either of them lowers its claim by %(excess)s, or both together do.")
_CURE_ONE = gettext_noop("It is cured when %(name)s lowers its claim by %(excess)s.")
_CURE_ANY = gettext_noop("It is cured when one of them lowers its claim by %(excess)s, or several together do.")
_CURE_SOME = gettext_noop(
    "It is cured when one of these lowers its claim by %(excess)s: %(names)s; or several together."
)
_CURE_TOGETHER = gettext_noop(
    "It is cured when they lower their claims by %(excess)s together; no side can do it alone."
)
_CURES_OF = {  # what cures a conflict of this kind beside a claim that is lowered
    "counter": gettext_noop("It is cured too when a document shows whose share on record is wrong."),
    "authorship": gettext_noop(
        "It is cured too when a manuscript, a score or an early recording shows who wrote which part."
    ),
    "sample": gettext_noop(
        "It is cured too when the sides agree on a share for the part of “%(sampled)s” that is used, or when it is"
        " shown that nothing of it is used."
    ),
    "agreement": gettext_noop(
        "It is cured too when the agreements show which of them holds for this work, this right and these days."
    ),
}
_AGREEMENT_ENDED = gettext_noop(
    "By the register, the agreement of %(name)s ended on %(ended)s: for use after that day it claims nothing by it."
)
_CURE_AGREEMENT = gettext_noop("It is cured too when the agreement of %(name)s ended before %(begins)s.")
_CURE_AGREEMENT_UNDATED = gettext_noop("It is cured too when the agreement of %(name)s has ended.")


def _cures(claims: Sequence[SpokenClaim], alone: Sequence[int], excess: int) -> list[Words]:
    standing = [place for place, claim in enumerate(claims) if claim.share]
    figures = {"excess": _share(excess), "names": text(", ".join(claims[place].name for place in alone))}
    if not alone:
        template = _CURE_TOGETHER
    elif list(alone) == standing:
        template = _CURE_EITHER if len(alone) == 2 else _CURE_ANY
    elif len(alone) == 1:
        template, figures = _CURE_ONE, {**figures, "name": text(claims[alone[0]].name)}
    else:
        template = _CURE_SOME
    return [_say(template, figures), *_ended_agreements(claims, alone)]


def _ended_agreements(claims: Sequence[SpokenClaim], alone: Sequence[int]) -> list[Words]:
    """An agreement that is over takes its whole claim away: from the first day of what it collides with."""
    told = []
    for place in alone:
        claim = claims[place]
        if claim.basis != "agreement":
            continue
        if claim.ended:
            told.append(say(_AGREEMENT_ENDED, name=text(claim.name), ended=day(claim.ended)))
            continue
        begins = min((other.begins for other in claims if other is not claim and other.begins), default=None)
        if begins is None or (claim.begins and claim.begins >= begins):  # nothing ends before it begins
            told.append(say(_CURE_AGREEMENT_UNDATED, name=text(claim.name)))
        else:
            told.append(say(_CURE_AGREEMENT, name=text(claim.name), begins=day(begins)))
    return told


def _claim(claim: SpokenClaim) -> Words:
    basis = "withdrawn" if claim.share == 0 else claim.basis
    if basis in ("member", "registration") and claim.stated is None:
        basis = ""
    if basis in ("agreement", "desk") and not claim.reference:
        basis = {"agreement": "an agreement", "desk": ""}[basis]
    figures: dict[str, Figure] = {
        "name": text(claim.name),
        "share": _share(claim.share),
        "first": _share(claim.first),
        "reference": text(claim.reference),
        "number": text(str(claim.number)),
    }
    if claim.stated:
        figures["stated"] = day(claim.stated)
    return _say(_CLAIMS[basis], figures)


def _say(template: str, figures: dict[str, Figure]) -> Words:
    """The sentence with those of the figures that it names."""
    return say(template, **{name: figure for name, figure in figures.items() if f"%({name})s" in template})


def _share(units: int) -> Figure:
    return percent(Fraction(units, _PER_PERCENT))
