"""Changing rows so that it can be put back: each change is written down with the columns before and after."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from works.models import Regrouping, RegroupingChange

Rows = dict[int, dict[str, Any]]  # of one table: row → its columns as text


class Changes:
    """The changes of one regrouping, applied as they are told and written down by `write`."""

    def __init__(self, regrouping: Regrouping) -> None:
        self.regrouping = regrouping
        self.rows: list[RegroupingChange] = []

    def change(self, row: models.Model, **values: Any) -> None:
        """Set these columns of a row; what they hold already is no change."""
        fields = [row._meta.get_field(name) for name in values]
        wanted = {field.attname: values[field.name] for field in fields}  # type: ignore[union-attr]
        wanted = {name: getattr(value, "pk", value) for name, value in wanted.items()}
        wanted = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not wanted:
            return
        before = {name: _written(row, name) for name in wanted}
        for name, value in wanted.items():
            setattr(row, name, value)
        row.save(update_fields=list(wanted))
        self._note(row._meta.label_lower, row.pk, before, {name: _written(row, name) for name in wanted})

    def remove(self, row: models.Model) -> None:
        """Delete a row; all of it is kept here."""
        before = _columns(row)
        self._note(row._meta.label_lower, row.pk, before, None)
        row.delete()

    def added(self, row: models.Model) -> None:
        """Note a row that was just stored."""
        self._note(row._meta.label_lower, row.pk, None, _columns(row))

    def watch(self, *queries: models.QuerySet[Any]) -> Callable[[], None]:
        """Note what another service does to these rows: call what this gives when it is done. Parents come first."""
        before = [_whole(query) for query in queries]

        def done() -> None:
            for query, kept in zip(queries, before, strict=True):
                self._compare(query.model, kept, _whole(query.all()))

        return done

    def write(self) -> None:
        """Store what was noted."""
        RegroupingChange.objects.bulk_create(self.rows)

    def _compare(self, model: type[models.Model], before: Rows, after: Rows) -> None:
        for pk in sorted({*before, *after}):
            old, new = before.get(pk), after.get(pk)
            if old and new:
                moved = [name for name in old if old[name] != new[name]]
                old, new = {name: old[name] for name in moved}, {name: new[name] for name in moved}
            if old or new:
                self._note(model._meta.label_lower, pk, old or None, new or None)

    def _note(self, model: str, row: int, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        order = len(self.rows) + 1
        self.rows.append(
            RegroupingChange(regrouping=self.regrouping, order=order, model=model, row=row, before=before, after=after)
        )


def put_back(regrouping: Regrouping) -> None:
    """Turn every change round, the last one first. Raises ValidationError, before anything is lost, where a row is not
    what the regrouping left: somebody changed it since."""
    for change in regrouping.changes.order_by("-order"):
        _turn(change)


def contradictions(regrouping: Regrouping) -> list[str]:
    """The rows that are not as the regrouping left them, in words. The last change of a row and column counts."""
    told = []
    seen: set[tuple[str, int, str]] = set()
    for change in regrouping.changes.order_by("-order"):
        names = [name for name in (change.after or {}) if (change.model, change.row, name) not in seen]
        seen.update((change.model, change.row, name) for name in names)
        if change.after is None:
            continue
        row = _row(change)
        if row is None or any(_written(row, name) != change.after[name] for name in names if name != "created_at"):
            told.append(_moved_words(change))
    return list(dict.fromkeys(told))


def _turn(change: RegroupingChange) -> None:
    model = apps.get_model(change.model)
    if change.after is None:
        assert change.before is not None
        values = {name: _read(model, name, text) for name, text in change.before.items()}
        model._default_manager.bulk_create([model(**values)])
        return
    row = _row(change)
    if row is None or any(_written(row, name) != text for name, text in change.after.items() if name != "created_at"):
        raise ValidationError(_moved_words(change))
    if change.before is None:
        try:
            row.delete()
        except models.ProtectedError as error:
            raise ValidationError(_moved_words(change)) from error
        return
    for name, text in change.before.items():
        setattr(row, name, _read(model, name, text))
    row.save(update_fields=list(change.before))


def _columns(row: models.Model) -> dict[str, Any]:
    return {field.attname: _written(row, field.attname) for field in row._meta.concrete_fields}


def _whole(query: models.QuerySet[Any]) -> Rows:
    return {row.pk: _columns(row) for row in query}


def _row(change: RegroupingChange) -> models.Model | None:
    return apps.get_model(change.model)._default_manager.filter(pk=change.row).first()


def _moved_words(change: RegroupingChange) -> str:
    name = apps.get_model(change.model)._meta.verbose_name
    return _("A row was changed since (%(what)s, no. %(row)s). Put that back first.") % {
        "what": name,
        "row": change.row,
    }


def _written(row: models.Model, attname: str) -> Any:
    """A column as text, or as JSON where it holds that; None where it is empty. A moment is one in any time zone."""
    field, value = _field(type(row), attname), getattr(row, attname)
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return field.value_from_object(row) if isinstance(field, models.JSONField) else str(field.value_to_string(row))


def _read(model: type[models.Model], attname: str, text: Any) -> Any:
    return None if text is None else _field(model, attname).to_python(text)


def _field(model: type[models.Model], attname: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == attname)
