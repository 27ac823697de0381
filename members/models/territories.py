"""Territories by their TIS numbers, and in words."""

from django.conf import settings
from django.utils.translation import gettext as _

from cmo_portal.context import Society

WORLD = "2136"


def own_territory() -> str:
    """The TIS number of the country the society works in."""
    return str(settings.SOCIETY["territory"])


def territory_text(code: str) -> str:
    """A territory by its TIS number: the society's own, or the whole world."""
    return {own_territory(): Society(settings.SOCIETY).territory_name, WORLD: _("The whole world")}.get(code, code)
