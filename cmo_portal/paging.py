"""Lists by the page without counting or skipping rows: the next page begins after the last row seen.

A page costs the same at the start and at the millionth row, and rows that come in between shift nothing. The place is
kept in the address beside the filters (`?state=open&after=…`), so a page of a list can be sent to a colleague.

    page = keyset_page(queryset, order=("-issued_on", "pk"), query=request.GET)
    return render(request, "works/staff/work_list.html", {"page": page})   # extends layouts/list_page.html
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page and the query strings of its neighbours (empty where there is none)."""

    rows: list[Row]
    next_query: str
    previous_query: str


def csv_address(query: QueryDict) -> str:
    """The address of the same list as a file: the filters as they are, not the page, and `format=csv` beside them."""
    wanted = query.copy()
    for place in ("after", "before"):
        wanted.pop(place, None)
    wanted["format"] = "csv"
    return f"?{wanted.urlencode()}"


def keyset_page(queryset: QuerySet[Row], *, order: tuple[str, ...], query: QueryDict, size: int = 50) -> Page[Row]:
    """Return the page of `queryset` that the address asks for, in one query.

    order: fields of the model's own table or annotations, `-` for descending, none of them null, the last one unique
    (`pk`).
    query: request.GET; `after` or `before` hold the place. A damaged place gives the first page.
    """
    backwards = "before" in query
    fields = [_field(queryset, name) for name in order]
    place = _read_place(fields, query.get("before") or query.get("after"))
    if place is None:
        backwards = False
    else:
        queryset = queryset.filter(_beyond(order, place, backwards=backwards))
    found = list(queryset.order_by(*(_turned(order) if backwards else order))[: size + 1])
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (backwards or more)
    has_previous = bool(rows) and (more if backwards else place is not None)
    return Page(
        rows,
        _neighbour(query, "after", _texts(rows[-1], order, fields)) if has_next else "",
        _neighbour(query, "before", _texts(rows[0], order, fields)) if has_previous else "",
    )


def ranked_page(queryset: QuerySet[Row], *, ranked: Sequence[int], query: QueryDict, size: int = 50) -> Page[Row]:
    """As `keyset_page`, in the order of `ranked`: the primary keys of all rows of `queryset`, the best first.

    The place is the row shown last, not its rank: what comes in between shifts nothing. A row that is there no more
    gives the first page.
    """
    backwards = "before" in query
    place = _read_place([queryset.model._meta.pk], query.get("before") or query.get("after"))
    at = ranked.index(place[0]) if place and place[0] in ranked else None
    end = at if backwards else None
    start = 0 if at is None else max(0, at - size) if backwards else at + 1
    shown = ranked[start : start + size if end is None else end]
    found = queryset.in_bulk(shown)
    rows = [found[pk] for pk in shown if pk in found]
    return Page(
        rows,
        _neighbour(query, "after", [str(shown[-1])]) if start + len(shown) < len(ranked) and shown else "",
        _neighbour(query, "before", [str(shown[0])]) if start and shown else "",
    )


def _turned(order: tuple[str, ...]) -> list[str]:
    return [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order]


def _beyond(order: tuple[str, ...], place: list[Any], *, backwards: bool) -> Q:
    """Rows after the place in the order: greater in the first field, or equal there and greater in the next, …"""
    condition, equal = Q(), Q()
    for name, value in zip(order, place, strict=True):
        field = name.removeprefix("-")
        lookup = "lt" if name.startswith("-") != backwards else "gt"
        condition |= equal & Q(**{f"{field}__{lookup}": value})
        equal &= Q(**{field: value})
    return condition


def _texts(row: Model, order: tuple[str, ...], fields: list["Field[Any, Any]"]) -> list[str]:
    """The place of a row, as text; what an annotation counted has no field of the table to write it."""
    names = [name.removeprefix("-") for name in order]
    return [
        field.value_to_string(row) if getattr(field, "attname", None) else str(getattr(row, name))
        for name, field in zip(names, fields, strict=True)
    ]


def _neighbour(query: QueryDict, direction: str, values: list[str]) -> str:
    place = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    copy = query.copy()
    copy.pop("after", None)
    copy.pop("before", None)
    copy[direction] = place
    return copy.urlencode()


def _read_place(fields: list["Field[Any, Any]"], place: str | None) -> list[Any] | None:
    """Turn the place of the address back into values of the fields; None when there is none or it is damaged."""
    if not place:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        if not isinstance(values, list) or len(values) != len(fields):
            return None
        return [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, ValidationError):
        return None


def _field(queryset: QuerySet[Any], name: str) -> "Field[Any, Any]":
    bare = name.removeprefix("-")
    if bare == "pk":
        return queryset.model._meta.pk
    if bare in queryset.query.annotations:
        field: Field[Any, Any] = queryset.query.annotations[bare].output_field
        return field
    found = queryset.model._meta.get_field(bare)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(f"{bare} is not a column of {queryset.model.__name__}.")
    return found
