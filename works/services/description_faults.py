"""What cannot be true of a description, in words, whichever door it comes through.

Rows come in the order of the page; of those that stood before and were not touched nothing is said, because a sender
may have told them so. `fresh` holds the places of the others.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from django.conf import settings
from django.utils.translation import gettext as _

from cmo_portal.common.spelling import is_plain_roman
from members.queries.party_register import known_society_codes
from works.rules.identifiers import read_iswc

OWN_SCRIPT = ("OL", "AL")
_OTHERS = {"AT": "OT", "AL": "OL"}  # a title that is another one than the original, which it cannot repeat
_WITHOUT = {"MUS": "words", "TXT": "music"}

Title = Sequence[str]  # type, text, language
Performer = Sequence[str]  # last name, first name, IPI name number
Number = Sequence[str]  # issuer, number, type, validity


def title_faults(titles: Sequence[Title], fresh: Collection[int]) -> list[str]:
    """Titles in their own script that are in plain Roman letters, and titles that say again what another one says."""
    marked = [
        _("“%(title)s” is in Roman letters. Write it in its own script, or choose another type of title.")
        % {"title": text}
        for place, (kind, text, *_language) in enumerate(titles)
        if place in fresh and kind in OWN_SCRIPT and is_plain_roman(text)
    ]
    return marked + [
        _("The title “%(title)s” stands there twice. Take one of the two away.") % {"title": titles[other][1]}
        for one, other in _pairs(len(titles), fresh)
        if _is_same_title(titles[one], titles[other])
    ]


def performer_faults(performers: Sequence[Performer], fresh: Collection[int]) -> list[str]:
    """Performers who are told twice: the same number, or the same name and no number that tells them apart."""
    return [
        _("The performer %(name)s stands there twice. Take one of the two away.")
        % {"name": f"{performers[other][1]} {performers[other][0]}".strip()}
        for one, other in _pairs(len(performers), fresh)
        if _is_same_performer(performers[one], performers[other])
    ]


def number_faults(numbers: Sequence[Number], fresh: Collection[int]) -> list[str]:
    """Numbers told twice; and of those called valid, ISWCs, numbers of our own, and those of societies nobody knows."""
    valid = [numbers[place] for place in sorted(fresh) if numbers[place][3] == "valid"]
    codes = {issuer for issuer, *_others in valid if len(issuer) == 3 and issuer.isdecimal()}
    known = known_society_codes(codes)
    faults = []
    for issuer, value, *_others in valid:
        if read_iswc(value).has_shape:
            faults.append(_iswc_fault(value))
        elif issuer == str(settings.SOCIETY["cisac_code"]):
            faults.append(
                _("%(issuer)s is our own society. Our number of the work stands on its page.") % {"issuer": issuer}
            )
        elif issuer in codes - known:
            faults.append(_("No society has the code %(issuer)s. Check its three digits.") % {"issuer": issuer})
    return faults + [
        _("The number %(value)s of %(issuer)s stands there twice. Take one of the two away.")
        % {"issuer": numbers[other][0], "value": numbers[other][1]}
        for one, other in _pairs(len(numbers), fresh)
        if numbers[one][:3] == numbers[other][:3]
    ]


def element_faults(text_music: str, elements: Iterable[str]) -> list[str]:
    """Words of nobody in a work without words, or music of nobody in one without music."""
    if _WITHOUT.get(text_music) not in set(elements):
        return []
    if text_music == "MUS":
        return [_("The work is music only, so it has no words that could belong to nobody. Correct one of the two.")]
    return [_("The work is words only, so it has no music that could belong to nobody. Correct one of the two.")]


def _pairs(count: int, fresh: Collection[int]) -> Iterable[tuple[int, int]]:
    return (pair for pair in combinations(range(count), 2) if pair[0] in fresh or pair[1] in fresh)


def _is_same_title(one: Title, other: Title) -> bool:
    if one[1].casefold() != other[1].casefold():
        return False
    if one[0] == other[0]:
        return one[2] == other[2] or not (one[2] and other[2])
    return _OTHERS.get(one[0]) == other[0] or _OTHERS.get(other[0]) == one[0]


def _is_same_performer(one: Performer, other: Performer) -> bool:
    if one[2] and other[2]:
        return one[2] == other[2]
    return [name.casefold() for name in one[:2]] == [name.casefold() for name in other[:2]]


def _iswc_fault(value: str) -> str:
    if read_iswc(value).is_valid:
        return _("%(value)s is an ISWC. It is the number of the work itself, not one that others gave it.") % {
            "value": value
        }
    return _("%(value)s looks like an ISWC, but its last digit is wrong. Look for a typing error.") % {"value": value}
