"""A work as it stood: on a day in force, as known at the end of a day. Both days are asked apart.

What holds on a day is in the rows themselves (from, to); what was known is in the row history (works.models.history).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import models

from works.models import Work, WorkIdentifier, WorkShare, WorkTitle
from works.queries.known import end_of_day
from works.queries.work_pages import RightTable, right_tables


@dataclass(frozen=True, slots=True)
class KnownWork:
    """What the books said. The rows are those of the history: they have the fields of titles, numbers and shares.

    `work` is None where the work was not known yet.
    """

    work: Any
    titles: tuple[Any, ...]
    identifiers: tuple[Any, ...]
    rights: tuple[RightTable, ...]


def work_as_known(work: Work, *, on: dt.date, known_on: dt.date) -> KnownWork:
    """A work as it stood on `on`, as known at the end of `known_on`; four queries."""
    facts = _known(Work, known_on, pgh_obj=work)
    shares = [row for row in _known(WorkShare, known_on, work=work) if _holds(row, on)]
    shares.sort(key=lambda row: (-row.share, row.pgh_obj_id))
    return KnownWork(
        work=facts[0] if facts else None,
        titles=tuple(_known(WorkTitle, known_on, work=work)),
        identifiers=tuple(_known(WorkIdentifier, known_on, work=work)),
        rights=tuple(right_tables(shares)),
    )


def _known(model: type[models.Model], known_on: dt.date, **where: Any) -> list[Any]:
    """The rows of a table as known, each by its last event; what was deleted by then is left out."""
    history: Any = model._meta.get_field("events").related_model
    events = history.objects.filter(pgh_created_at__lte=end_of_day(known_on), **where)
    joined = [name for name in ("party", "dispute") if name in {field.name for field in history._meta.get_fields()}]
    last = events.select_related(*joined) if joined else events
    rows = last.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return [row for row in rows if row.pgh_label != "delete"]


def _holds(row: Any, on: dt.date) -> bool:
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or row.valid_to >= on)
