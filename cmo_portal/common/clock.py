"""The one clock. It is read at a door (view, command, task) and passed on; nothing deeper asks for the time."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection


def now() -> dt.datetime:
    """The database's transaction time, aware, in UTC: one truth for all machines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment.astimezone(dt.UTC)


def business_date(moment: dt.datetime) -> dt.date:
    """The calendar day of a moment at the society's place (setting TIME_ZONE)."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def today() -> dt.date:
    """Today's business date."""
    return business_date(now())
