"""How parties are written on pages."""

from collections.abc import Mapping

from django import template

from members.models.territories import territory_text

register = template.Library()


@register.filter
def territory_words(area: str) -> str:
    """A written area in words."""
    return territory_text(area)


@register.filter
def of_code(names: Mapping[str, str], code: str) -> str:
    """The name that belongs to a code; blank when there is none."""
    return names.get(code, "")
