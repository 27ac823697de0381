"""The documentation as it was known at a moment: what the row history kept (works.models.history).

A moment is when a change was written, by the database's clock at the start of its transaction. The events of one row
are in the order of their numbers; a row whose last event is its deletion was not known.
"""

import datetime as dt

from django.utils import timezone


def end_of_day(day: dt.date) -> dt.datetime:
    """The moment at which a day of the society is over."""
    next_day = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=timezone.get_default_timezone())
    return next_day - dt.timedelta(microseconds=1)


def table_as_known(table: str, *, where: str = "TRUE") -> str:
    """A table expression like `table` with its rows as known at the parameter `known_at`; `where` narrows the events.

    `where` may only name columns whose values never change in a row, or it would find what a row said before.
    """
    return f"""(SELECT * FROM (
        SELECT DISTINCT ON (pgh_obj_id) * FROM {table}event
            WHERE pgh_created_at <= %(known_at)s AND ({where}) ORDER BY pgh_obj_id, pgh_id DESC
    ) last_event WHERE pgh_label <> 'delete')"""  # noqa: S608 - names of tables and columns of this package
