"""A saved mapping: which column of a licensee's table is which fact, and how that table writes dates, lengths, names.

A mapping is a value with a version. It is stored per source, shown before it is applied, and applied by itself only to
a table with the same headings (`headings_key`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Values
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from cmo_portal.common.values import DateOrder, DurationUnit

# What a column can be. Several columns may hold people; every other field comes from one column.
MAPPED_FIELDS = (
    "title", "creators", "performers", "isrc", "iswc", "own_number", "source_id", "album", "section", "plays",
    "duration",
    "use_code", "daypart", "used_on", "used_at", "channel", "territory", "amount",
)  # fmt: skip
PEOPLE_FIELDS = frozenset({"creators", "performers"})
CONSTANT_FIELDS = frozenset({"channel", "territory", "use_code", "daypart", "section", "performers"})
DEFAULT_SKIP_WORDS = ("total", "totals", "grand total", "sub total", "subtotal", "sum", "کل", "میزان", "ٹوٹل")
DEFAULT_NAME_SEPARATORS = (";", "|", "/", "\n")

_WORD = re.compile(r"[\w/#%]+")


class TitleShape(StrEnum):
    """What the title column holds."""

    TITLE = "title"
    PERFORMER_TITLE = "performer - title"
    TITLE_PERFORMER = "title - performer"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Columns of one kind of table → fields of the usage line.

    columns          (heading, field) pairs; a heading that is not named is not read
    constants        (field, text) pairs for what the table does not say: channel, territory, use …
    one_row_one_play every row is one play; otherwise a column is mapped to `plays`
    blank_plays      the count of a row whose count is empty; None refuses such a row
    use_codes        (source's word, the society's use code) pairs; empty: the source's word is the code
    skip_words       a row that begins with one of these and has no further text is a total and left out
    """

    columns: tuple[tuple[str, str], ...]
    constants: tuple[tuple[str, str], ...] = ()
    version: int = 1
    one_row_one_play: bool = False
    blank_plays: int | None = None
    title_shape: TitleShape = TitleShape.TITLE
    date_order: DateOrder = DateOrder.DMY
    short_years: bool = False
    duration_unit: DurationUnit = DurationUnit.CLOCK
    decimal_sign: str = "."
    currency: str = ""
    name_separators: tuple[str, ...] = DEFAULT_NAME_SEPARATORS
    use_codes: tuple[tuple[str, str], ...] = ()
    skip_words: tuple[str, ...] = field(default=DEFAULT_SKIP_WORDS)

    def __post_init__(self) -> None:
        faults = list(mapping_faults(self))
        if faults:
            raise ValueError("; ".join(faults))

    def headings_of(self, name: str) -> tuple[str, ...]:
        """The headings mapped to a field."""
        return tuple(heading for heading, field_name in self.columns if field_name == name)

    def missing_headings(self, headings: Iterable[str]) -> tuple[str, ...]:
        """The mapped headings that a table does not have: with any, the mapping does not fit it."""
        present = set(headings)
        return tuple(heading for heading, _field in self.columns if heading not in present)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        values = asdict(self)
        return {name: _plain(value) for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: Values[str, Any]) -> ColumnMapping:
        """The mapping stored by `as_dict`. Raises ValueError naming what is wrong."""
        known = {item.name for item in fields(cls)}
        unknown = set(values) - known
        if unknown or "columns" not in values:
            raise ValueError(f"a stored mapping has columns and no field named {', '.join(sorted(unknown)) or '…'}")
        read = {name: _READERS.get(name, _as_is)(value) for name, value in values.items()}
        return cls(**read)


def mapping_faults(mapping: ColumnMapping) -> Iterator[str]:
    """Everything that keeps a mapping from being applied, in plain words for a log or a form."""
    used = [name for _heading, name in mapping.columns]
    yield from _column_faults(used)
    for name, _text in mapping.constants:
        if name not in CONSTANT_FIELDS:
            yield f"{name} cannot be a constant"
        elif name in used:
            yield f"{name} is both a column and a constant"
    if mapping.one_row_one_play == ("plays" in used):
        yield "either a column is mapped to plays or every row is one play"
    if mapping.decimal_sign not in {".", ","}:
        yield "the decimal sign is a point or a comma"
    if mapping.blank_plays is not None and mapping.blank_plays < 0:
        yield "the count of an empty cell is not negative"


def _column_faults(used: list[str]) -> Iterator[str]:
    for name in used:
        if name not in MAPPED_FIELDS:
            yield f"{name} is no field of a usage line"
        elif name not in PEOPLE_FIELDS and used.count(name) > 1:
            yield f"two columns are mapped to {name}"
    if not {"title", "isrc", "iswc", "own_number"} & set(used):
        yield "no column is mapped to a title or an identifier"


def fold_heading(heading: str) -> str:
    """A heading for comparing: words in lower case, one blank between, without punctuation."""
    return " ".join(_WORD.findall(heading.casefold().replace("_", " ")))


def headings_key(headings: Iterable[str]) -> str:
    """A digest of the headings in their order: equal for tables that one mapping fits."""
    return hashlib.sha256("\x1f".join(map(fold_heading, headings)).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def _as_is(value: Any) -> Any:
    return value


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(first), str(second)) for first, second in value)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value)


_READERS: dict[str, Any] = {
    "columns": _pairs,
    "constants": _pairs,
    "use_codes": _pairs,
    "skip_words": _words,
    "name_separators": _words,
    "title_shape": TitleShape,
    "date_order": DateOrder,
    "duration_unit": DurationUnit,
}
