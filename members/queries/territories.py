"""Areas as people type them: names of territories, or TIS numbers."""

import re
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from members.models.territories import WORLD, own_territory, territory_text
from members.models.territory_names import NAMES
from members.rules.territories import area_written, written

_SIGN = re.compile(r"\s*(?:([+\N{MINUS SIGN}\N{EN DASH}])|(?<=\s)(-)(?=\s)|(?<=\d)(-)(?=\d{4}\b))\s*")


def read_area(text: str) -> str:
    """The written area that a text means: "World − India", "0586", "Europe + Pakistan", in the languages we have.

    Raises ValueError with what is wrong in words.
    """
    pieces = _SIGN.split(" ".join(text.split()))
    lines: list[tuple[bool, str]] = []
    include = True
    for place in range(0, len(pieces), 4):
        lines.append((include, _code_of(pieces[place].strip())))
        signs = pieces[place + 1 : place + 4]
        include = any(sign == "+" for sign in signs if sign)
    try:
        area = written(lines)
    except ValueError as error:
        raise ValueError(_("Name at least one territory that is included.")) from error
    if not area_written(area):
        raise ValueError(_("No country is left of this territory."))
    return area


def typed_area(area: str) -> str:
    """A written area as a person would type it."""
    return (
        "".join(piece if piece in "+-" else territory_text(piece) for piece in re.split(r"([+-])", area))
        .replace("+", " + ")
        .replace("-", " \N{MINUS SIGN} ")
        if area
        else ""
    )


def _code_of(name: str) -> str:
    code = name.zfill(4)
    if code in NAMES:
        return code
    found = _known_names(own_territory()).get(name.casefold())
    if found is None:
        raise ValueError(
            _("“%(name)s” is no territory that we know. Write a name or a TIS number, for example Pakistan or 0586.")
            % {"name": name[:60]}
        )
    return found


@cache
def _known_names(own: str) -> dict[str, str]:
    """Every name in every language of the portal, what we call our own country, and the short word for the world."""
    known: dict[str, str] = {}
    for language in ("en", "ur"):
        with override(language):
            known |= {str(name).casefold(): code for code, name in NAMES.items()}
            known[territory_text(own).casefold()] = own
            known[_("World").casefold()] = WORLD
    return known
