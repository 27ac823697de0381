"""How acts are written on pages."""

import json

from django import template
from django.utils.translation import gettext as _

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


@register.filter
def before_and_after(act: Act) -> list[tuple[str, str]]:
    """What a correction found and what it left, where the act keeps both."""
    if not {"before", "after"} <= act.facts.keys():
        return []
    return [(_("Before"), _on_one_line(act.facts["before"])), (_("After"), _on_one_line(act.facts["after"]))]


def _on_one_line(value: object) -> str:
    """The parts of a value with a sign between them; a dash for what is not there."""
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return " · ".join(str(part) for part in parts if part) or "–"
