"""What a form was opened on, so that nobody saves over what somebody else has saved meanwhile.

A page that edits what stands carries a mark of it in a hidden field. When the form comes back, the record is locked,
what stands now is read again, and the mark of that must be the same. If it is not, nothing is saved: the page says in
words what stands now, keeps what was typed, and carries the new mark, so that sending it once more is a decision.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms import BoundField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import override

from cmo_portal.wording import comma_list

Standing = Callable[[], Sequence[forms.BaseForm]]


class Changed(ValidationError):
    """Somebody has saved something else since the form was opened; the messages say what stands now."""


class Opened:
    """The mark of one page. `standing` gives its forms as they begin with what stands now, without what was typed."""

    def __init__(self, request: HttpRequest, standing: Standing) -> None:
        self._standing = standing
        self.mark = request.POST.get("opened", "") or _mark_of(standing())

    @contextmanager
    def unchanged(self, record: models.Model | None, typed: Sequence[forms.BaseForm]) -> Iterator[None]:
        """Hold the record while it is saved. Raises Changed when what stands is not what the form was opened on; a
        request without a mark was made by no page of ours."""
        with transaction.atomic():
            if record is not None:
                type(record)._default_manager.select_for_update(no_key=True).get(pk=record.pk)
            now = self._standing()
            mark = _mark_of(now)
            if self.mark and self.mark != mark:
                self.mark = mark
                raise Changed([_changed_text(), *_differences(now, typed)])
            yield


def _changed_text() -> str:
    return _(
        "Somebody changed this after you opened it, so nothing is saved yet. What you typed is kept below. Compare it"
        " with what stands now, and save again."
    )


def _mark_of(standing: Sequence[forms.BaseForm]) -> str:
    """The same for the same values, in whatever language the page is shown."""
    with override("en"):
        values = [[(field.html_name, _raw(field)) for field in form] for form in standing]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:32]


def _differences(standing: Sequence[forms.BaseForm], typed: Sequence[forms.BaseForm]) -> list[str]:
    """What stands now and was typed otherwise: fields of a single form by their names, rows of a set as rows."""
    rows = {_uid(form): form for form in typed if _uid(form)}
    found = []
    for place, form in enumerate(standing):
        other = rows.get(_uid(form)) if _uid(form) else typed[place] if place < len(typed) else None
        different = [field for field in form.visible_fields() if other is None or _told(field) != _in(other, field)]
        if "uid" in form.fields and different:
            found.append(_("A row stands now as: %(values)s.") % {"values": _on_one_line(form)})
        elif "uid" not in form.fields:
            found += [
                _("%(field)s stands now as: %(value)s.") % {"field": field.label, "value": _told(field) or "–"}
                for field in different
            ]
    gone = rows.keys() - {_uid(form) for form in standing}
    return found + [
        _("A row was taken away: %(values)s. As it stands below it is a new one.") % {"values": _on_one_line(rows[uid])}
        for uid in rows
        if uid in gone
    ]


def _uid(form: forms.BaseForm) -> str:
    return str(form["uid"].value() or "") if "uid" in form.fields else ""


def _in(form: forms.BaseForm, field: BoundField) -> str:
    return _told(form[field.name]) if field.name in form.fields else ""


def _on_one_line(form: forms.BaseForm) -> str:
    return " · ".join(filter(None, map(_told, form.visible_fields())))


def _raw(field: BoundField) -> list[str]:
    value = field.field.widget.format_value(field.value())
    return [str(each) for each in (value if isinstance(value, list | tuple) else [value]) if each not in (None, "")]


def _told(field: BoundField) -> str:
    """A value as people read it: the names of what was chosen, or as the field tells it (`tell`)."""
    names = {str(value): str(name) for value, name in getattr(field.field.widget, "choices", ())}
    said = comma_list(names.get(each, each) for each in _raw(field))
    tell = getattr(field.field, "tell", None)
    return tell(field.value()) if tell and said else said
