"""Territories by their TIS numbers, and in words."""

import re

from django.conf import settings
from django.utils.translation import gettext as _

from cmo_portal.context import Society
from members.models.territory_names import NAMES

WORLD = "2136"  # the whole of the TIS tree
LONGEST_AREA = 400  # characters: about eighty codes

_TERM = re.compile(r"([+-]?)(\d{4})")


def own_territory() -> str:
    """The TIS number of the country the society works in."""
    return str(settings.SOCIETY["territory"])


def territory_text(area: str) -> str:
    """A written area in words: "Pakistan", "Europe and India", "The whole world without India"."""
    included = [_name(code) for sign, code in _TERM.findall(area) if sign != "-"]
    excluded = [_name(code) for sign, code in _TERM.findall(area) if sign == "-"]
    if not included:
        return area
    if not excluded:
        return _listed(included)
    return _("%(area)s without %(excluded)s") % {"area": _listed(included), "excluded": _listed(excluded)}


def _name(code: str) -> str:
    if code == own_territory():
        return Society(settings.SOCIETY).territory_name
    return str(NAMES.get(code, code))


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {"names": _(", ").join(names[:-1]), "last": names[-1]}
