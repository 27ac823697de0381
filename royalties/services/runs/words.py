"""Words that several acts on a run share."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from cmo_portal.wording import date_text


def moment_text(moment: dt.datetime) -> str:
    """A moment as people read it at the society's place: `22 November 2026, 14:02`."""
    local = timezone.localtime(moment)
    return _("%(day)s, %(time)s") % {"day": date_text(local.date()), "time": f"{local:%H:%M}"}
