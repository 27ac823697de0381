"""How acts are written on pages."""

import json

from django import template

from cmo_portal.audit import words
from cmo_portal.audit.models import Act
from cmo_portal.common.texts import Text

register = template.Library()


@register.filter
def act_words(act: Act) -> Text:
    """What was done: `{{ act|act_words }}`."""
    return words.act_words(act.verb)


@register.filter
def plain_facts(act: Act) -> list[tuple[str, str]]:
    """The facts that are one value each, by name; what was never said is left out."""
    return [(name, str(value)) for name, value in act.facts.items() if not isinstance(value, dict | list | None)]


@register.filter
def long_facts(act: Act) -> list[tuple[str, str]]:
    """The facts that are lists or tables, by name, as they are kept."""
    return [
        (name, json.dumps(value, ensure_ascii=False, separators=(", ", ": ")))
        for name, value in act.facts.items()
        if isinstance(value, dict | list) and value
    ]
