"""Tables as they are, or as they were known at the end of a day: what the row history kept (pghistory).

A moment is when a change was written, by the database's clock at the start of its transaction. The events of one row
are in the order of their numbers; a row whose last event is its deletion was not known. A table that rows are deleted
from must be tracked with its deletions, or what was taken away would be known for ever.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)


def end_of_day(day: dt.date) -> dt.datetime:
    """The moment at which a day of the society is over."""
    return dt.datetime.combine(day, dt.time.max, tzinfo=timezone.get_default_timezone())


def table_as_known(table: str, *, ever: str = "TRUE") -> str:
    """A table expression like `table` with its rows as known at the parameter `known_at`, of the rows of which any
    event fits the condition `ever`."""
    rows = "TRUE" if ever == "TRUE" else f"pgh_obj_id IN (SELECT pgh_obj_id FROM {table}event WHERE {ever})"  # noqa: S608
    return f"""(SELECT * FROM (
        SELECT DISTINCT ON (pgh_obj_id) * FROM {table}event
            WHERE pgh_created_at <= %(known_at)s AND {rows} ORDER BY pgh_obj_id, pgh_id DESC
    ) last_event WHERE pgh_label <> 'delete')"""  # noqa: S608 - names of tables and columns of this package


@dataclass(frozen=True, slots=True)
class Books:
    """The books as they are now, or (`known_on`) as they were known at the end of a day: the same questions to both.

    Conditions are on columns of the table itself (`work_id=3`, `id__in=[1, 2]`); what they reach through a key would be
    today's.
    """

    known_on: dt.date | None = None

    def table(self, model: type[models.Model], **ever: Any) -> "models.QuerySet[Any]":
        """The rows of a table, to be filtered further. As known they are rows of the history, `id` the row they tell
        of; `ever` then spares the rows that never fitted."""
        if self.known_on is None:
            return model._default_manager.filter(**ever)
        history: Any = model._meta.get_field("events").related_model
        told = history.objects.filter(pgh_created_at__lte=end_of_day(self.known_on))
        if ever:
            told = told.filter(pgh_obj_id__in=history.objects.filter(**ever).values("pgh_obj_id"))
        last = told.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
        found: models.QuerySet[Any] = history.objects.filter(pgh_id__in=last.values("pgh_id"), **ever)
        return found.exclude(pgh_label="delete")

    def rows(self, model: type[Row], *joined: str, **where: Any) -> list[Row]:
        """Rows of a table in its order, else as they came, with the rows that the keys `joined` lead to. As known they
        are of the model's own class, to be read and never saved. One query, as known one more for each key."""
        found = self.table(model, **where).order_by(*(model._meta.ordering or ()), "id")
        if self.known_on is None:
            return list(found.select_related(*joined) if joined else found)  # without names it would join all there are
        return self._told(model, found, joined)

    def rows_while(self, model: type[Row], *joined: str, ids: Collection[int], **where: Any) -> list[Row]:
        """These rows as they were when the conditions last held of them, whatever became of them since; in the order
        of their ids. One query, and one for each key."""
        history: Any = model._meta.get_field("events").related_model
        told = history.objects.filter(pgh_obj_id__in=list(ids), **where)
        if self.known_on is not None:
            told = told.filter(pgh_created_at__lte=end_of_day(self.known_on))
        return self._told(model, told.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id"), joined)

    def by_id(self, model: type[Row], ids: Iterable[int]) -> dict[int, Row]:
        """Rows by their ids. One of which nothing was known yet is as it is now: its first event may be younger than
        the row that names it, when both came in transactions of the same night."""
        wanted = sorted(set(ids))
        found = {row.pk: row for row in self.rows(model, id__in=wanted)} if wanted else {}
        missing = set(wanted) - found.keys()
        return found | model._default_manager.in_bulk(missing) if missing else found

    def attach(self, rows: Collection[models.Model], name: str, *joined: str) -> None:
        """Read the rows that belong to these by the related name `name`, for all of them at once; `row.name.all()` then
        gives them without a query."""
        if not rows:
            return
        key: Any = next(iter(rows))._meta.get_field(name)
        column = key.field.attname
        found: dict[int, list[models.Model]] = {row.pk: [] for row in rows}
        for child in self.rows(key.related_model, *joined, **{f"{column}__in": list(found)}):
            found[getattr(child, column)].append(child)
        for row in rows:
            kept: Any = row
            # Where prefetch_related keeps what it has read; it cannot read from the history itself.
            kept._prefetched_objects_cache = {**getattr(row, "_prefetched_objects_cache", {}), name: found[row.pk]}

    def _told(self, model: type[Row], found: "models.QuerySet[Any]", joined: Collection[str]) -> list[Row]:
        kept = {field.attname for field in found.model._meta.concrete_fields}
        columns = [field.attname for field in model._meta.concrete_fields if field.attname in kept]
        rows = [model.from_db("default", columns, values) for values in found.values_list(*columns)]
        for name in joined:
            self._join(rows, name)
        return rows

    def _join(self, rows: Collection[models.Model], name: str) -> None:
        if not rows:
            return
        key: Any = next(iter(rows))._meta.get_field(name)
        ids = {row.pk: getattr(row, key.attname) for row in rows}
        found = self.by_id(key.related_model, {pk for pk in ids.values() if pk is not None})
        for row in rows:
            setattr(row, name, found.get(ids[row.pk]))


NOW = Books()
