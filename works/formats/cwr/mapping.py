"""Between the fields of a record and the attributes of a dataclass, by name, driven by the layout table.

An attribute's annotation and the field's format decide the conversion, so that reading and writing cannot drift apart.
"""

import dataclasses
import typing
from collections.abc import Callable, Hashable
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeVar

from works.formats.cwr.layouts import layout_of
from works.formats.cwr.records import CwrRecord
from works.formats.cwr.values import (
    read_duration,
    share_from_steps,
    steps_from_share,
    write_date,
    write_duration,
)
from works.rules.identifiers import read_ean, read_ipi_base, read_ipi_name, read_isrc, read_iswc

T = TypeVar("T")

# Attributes that are called otherwise in some records.
_RENAMED = {
    "NPN": {"name": "publisher_name"},
    "NWN": {"name": "last_name"},
    "NOW": {"name": "last_name"},
}

_IDENTIFIERS = {
    "ipi_name_no": read_ipi_name,
    "ipi_base_no": read_ipi_base,
    "iswc": read_iswc,
    "isrc": read_isrc,
    "ean": read_ean,
}


class _Place(NamedTuple):
    """Where one attribute stands: its field, the field's format and width, and the kind of value."""

    attribute: str
    field: str
    format: str
    length: int
    kind: str


def read_as(cls: type[T], record: CwrRecord, version: str, /, **given: object) -> T:
    """Build `cls` from the fields of a record; `given` fills the attributes that are not fields."""
    values: dict[str, Any] = dict(given)
    for place in _places(typing.cast(Hashable, cls), record.type, version):
        if place.attribute not in values:
            values[place.attribute] = _read(place, record)
    return typing.cast(Callable[..., T], cls)(**values)


def field_texts(value: object, record_type: str, version: str) -> dict[str, str]:
    """The fields of a record that `value` fills, as texts. ValueError for a share or duration that does not fit."""
    texts = {}
    for place in _places(typing.cast(Hashable, type(value)), record_type, version):
        try:
            texts[place.field] = _write(place, getattr(value, place.attribute))
        except ValueError as error:
            raise FieldValueError(place.field, str(getattr(value, place.attribute))) from error
    return texts


class FieldValueError(ValueError):
    """A value that its field cannot express."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(field, value)
        self.field = field
        self.value = value


@cache
def _places(cls: Any, record_type: str, version: str) -> tuple[_Place, ...]:
    layout = layout_of(version, record_type)
    if layout is None:
        return ()
    known = {field.name: field for field in layout.fields}
    renamed = _RENAMED.get(record_type, {})
    hints = typing.get_type_hints(cls)
    places = []
    for attribute in dataclasses.fields(cls):
        field = known.get(renamed.get(attribute.name, attribute.name))
        kind = _KINDS.get(hints[attribute.name])
        if field is not None and kind is not None:
            places.append(_Place(attribute.name, field.name, field.format, field.length, kind))
    return tuple(places)


_KINDS: dict[object, str] = {str: "text", int: "number", bool: "flag", date | None: "date"}


def _read(place: _Place, record: CwrRecord) -> object:
    if place.kind == "number":
        if place.format == "T":
            return read_duration(record[place.field]) or 0
        number = record.number(place.field)
        return share_from_steps(number) if place.format == "N%" else number
    if place.kind == "flag":
        return record[place.field] == "Y"
    if place.kind == "date":
        return record.date(place.field)
    return _read_text(place, record[place.field])


def _read_text(place: _Place, text: str) -> str:
    name = place.field
    reader = next((read for ending, read in _IDENTIFIERS.items() if name.endswith(ending)), None)
    if reader is not None:
        reading = reader(text) if text.strip("0") else None
        return reading.value if reading is not None and reading.has_shape else ""
    if name.endswith("society") and text:
        return text.zfill(3)
    if name == "tis_code":
        return text.zfill(4)
    if name == "isrc_validity":
        return text[:1]
    # A field of digits that is not counted with, such as a V-ISAN, is zero-filled when unused.
    return "" if place.format == "N" and not text.strip("0") else text


def _write(place: _Place, value: Any) -> str:
    if place.kind == "number":
        return _write_number(place, value)
    if place.kind == "flag":
        return "Y" if value else "N"
    if place.kind == "date":
        return write_date(value)
    return str(value)


def _write_number(place: _Place, value: int) -> str:
    if place.format == "T":
        return write_duration(value)
    if place.field.endswith("society"):
        return f"{value:03d}" if value else ""
    number = steps_from_share(value) if place.format == "N%" else value
    if number < 0:
        raise ValueError(value)
    return str(number).zfill(place.length)
