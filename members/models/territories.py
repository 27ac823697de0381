"""Territories by their TIS numbers, and in words."""

import re
from itertools import groupby

from django.conf import settings
from django.utils.translation import gettext as _

from cmo_portal.context import Society
from cmo_portal.wording import comma_list
from members.models.territory_names import NAMES

WORLD = "2136"  # the whole of the TIS tree
LONGEST_AREA = 400  # characters: about eighty codes

_TERM = re.compile(r"([+-]?)(\d{4})")


def own_territory() -> str:
    """The TIS number of the country the society works in."""
    return str(settings.SOCIETY["territory"])


def territory_text(area: str) -> str:
    """A written area in words, in the order in which it is read: "Pakistan", "Europe and India", "The whole world
    without India", "The whole world without Asia, but with Pakistan"."""
    text, is_amended = "", False
    for excludes, terms in groupby(_TERM.findall(area), key=lambda term: term[0] == "-"):
        names = _listed([_name(code) for _sign, code in terms])
        if not text:
            text = "" if excludes else names  # what is taken out of nothing says nothing
        elif not excludes:
            text, is_amended = _("%(area)s, but with %(names)s") % {"area": text, "names": names}, True
        elif is_amended:
            text = _("%(area)s, but without %(names)s") % {"area": text, "names": names}
        else:
            text = _("%(area)s without %(excluded)s") % {"area": text, "excluded": names}
    return text or area


def _name(code: str) -> str:
    if code == own_territory():
        return Society(settings.SOCIETY).territory_name
    return str(NAMES.get(code, code))


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {"names": comma_list(names[:-1]), "last": names[-1]}
