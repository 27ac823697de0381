"""Where each field of each CWR record stands: the tables that drive the reader and, for 2.1 and 2.2, the writer.

A table lists fields in their order with a length; positions follow from it. A field whose requirement is blank for a
version does not exist in that version; a record without any field does not exist in it either. CWR 3 has a table of its
own, in which fields that mean the same are called as in CWR 2.

Field formats: A text, left, blank-filled. N digits, right, zero-filled. N% five digits, hundredths of a percent.
D YYYYMMDD. T HHMMSS. B Y or N. F Y, N or U. L a code of a table. Requirement: M always, C under conditions, O optional.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from works.formats.cwr import tables

VERSIONS = ("2.1", "2.2")  # written and read
VERSIONS_READ = (*VERSIONS, "3.0", "3.1")
CONTROL_RECORDS = frozenset({"HDR", "GRH", "GRT", "TRL"})
WORK_HEADERS = frozenset({"NWR", "REV", "ISW", "EXC", "WRK"})
TRANSACTION_HEADERS = frozenset({"NWR", "REV", "ISW", "EXC", "AGR", "ACK"})
TRANSACTION_HEADERS_3 = frozenset({"WRK", "EXC", "ACK", "DRW", "LIC", "ISR", "ISA"})

# The nineteen bytes before every record that is not a control record.
_PREFIX = (("record_type", 3, "A", "M"), ("transaction_seq", 8, "N", "M"), ("record_seq", 8, "N", "M"))
PREFIX_LENGTH = 19


class Field(NamedTuple):
    """One field: characters `start` to `end` (counted from 0, end exclusive) of its record."""

    name: str
    start: int
    end: int
    format: str
    required: str

    @property
    def length(self) -> int:
        """Width in characters."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """The fields of one record type in one version; `length` is the full width without the line end."""

    record_type: str
    version: str
    fields: tuple[Field, ...]
    length: int

    def field(self, name: str) -> Field:
        """The field called `name`; KeyError when this record has none in this version."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def data_fields(self) -> tuple[Field, ...]:
        """The fields without record type and sequence numbers."""
        return tuple(
            field for field in self.fields if field.name not in ("record_type", "transaction_seq", "record_seq")
        )


def is_third(version: str) -> bool:
    """Whether it is a version of CWR 3."""
    return version.startswith("3.")


def transaction_headers(version: str) -> frozenset[str]:
    """The record types that open a transaction in a version."""
    return TRANSACTION_HEADERS_3 if is_third(version) else TRANSACTION_HEADERS


def layout_of(version: str, record_type: str) -> RecordLayout | None:
    """The layout of a record type in a version, or None when that version has no such record."""
    return _layouts().get((version, record_type))


def record_types(version: str) -> frozenset[str]:
    """Every record type of a version."""
    return frozenset(record_type for known, record_type in _layouts() if known == version)


@cache
def _layouts() -> dict[tuple[str, str], RecordLayout]:
    columns: dict[tuple[str, str], list[tuple[str, int, str, str]]] = {}
    for row in tables.rows("layouts_2x"):
        for record_type in row["records"].split("/"):
            for version, column in zip(VERSIONS, ("required_21", "required_22"), strict=True):
                if row[column]:
                    field = (row["field"], int(row["length"]), row["format"], row[column])
                    columns.setdefault((version, record_type), []).append(field)
    for row in tables.rows("layouts_3x"):
        field = (row["field"], int(row["length"]), row["format"], row["required"])
        for version in row["versions"].split():
            for record_type in row["records"].split("/"):
                columns.setdefault((version, record_type), []).append(field)
    return {key: _layout(*key, fields) for key, fields in columns.items()}


def _layout(version: str, record_type: str, columns: list[tuple[str, int, str, str]]) -> RecordLayout:
    prefix = () if record_type in CONTROL_RECORDS else _PREFIX
    fields, start = [], 0
    for name, length, form, required in (*prefix, *columns):
        fields.append(Field(name, start, start + length, form, required))
        start += length
    return RecordLayout(record_type, version, tuple(fields), start)
