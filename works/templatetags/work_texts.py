"""How identifiers, roles and lengths of works are written on pages."""

import datetime as dt
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from cmo_portal.templatetags.portal import code, state
from works.forms.fields import ROLES
from works.models import Dispute
from works.rules.identifiers import format_isrc, format_iswc

register = template.Library()
_ROLE_NAMES = dict(ROLES)


@register.simple_tag
def iswc(value: str) -> SafeString:
    """Show an ISWC as T-123.456.789-4."""
    return code(format_iswc(value))


@register.simple_tag
def isrc(value: str) -> SafeString:
    """Show an ISRC as PK-ABC-26-00001."""
    return code(format_isrc(value))


@register.filter
def role_name(value: str) -> Any:
    """A role by its CWR code in words; a code nobody knows stays as it is."""
    return _ROLE_NAMES.get(value, value)


@register.simple_tag
def dispute_state(dispute: Dispute, today: dt.date) -> SafeString:
    """The state of a dispute; one whose days for evidence are over is late, also before the daily job has seen it."""
    late = dispute.state == "open" and dispute.deadline < today
    return state("due" if late else dispute.state, "dispute")


@register.simple_tag
def days_left(deadline: dt.date, today: dt.date) -> str:
    """How many days are left until a deadline, in words; blank once it has passed."""
    days = (deadline - today).days
    if days < 0:
        return ""
    return ngettext("%(days)d day left.", "%(days)d days left.", days) % {"days": days}


@register.filter
def clock_length(seconds: int) -> str:
    """A length as minutes and seconds: 4:05, 1:02:09."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
