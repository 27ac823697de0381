"""The one internal usage line: every source is a mapping onto it, and nothing behind it knows where a line came from.

Two shapes of the same facts: `UsageLine`, one line as a value, and `UsageChunk`, many lines as columns, ready for COPY
and for grouping into distinct texts. Names of several people in one text are joined by a bar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

READER_VERSION = "1"
NAME_SEPARATOR = "|"

CHANNEL_CHARS = 80
CODE_CHARS = 12
NUMBER_CHARS = 40
TERRITORY_CHARS = 4
SECTION_CHARS = 40


class UsageLine(NamedTuple):
    """One line of usage.

    row_no      the row as a spreadsheet shows it, or the line of a sales report
    used_on     the day; None where the source reports a whole period (period_start to period_end of the file)
    used_at     time of day, HH:MM:SS of the broadcast day (25:30:00 is half past one in the night), or ""
    plays       plays, streams or downloads, never negative
    seconds     duration of one play in whole seconds; 0 where it is not known
    parts       number of works in the recording that was played; `plays` are the plays of the recording
    amount      what the source itself allocates to the line, in `currency`, exact; None where it does not
    creators    names joined by a bar; performers likewise
    own_number  the society's own work number, when the source knows it; source_id the source's id of the recording
    section     the act of a set list, the programme of a cue sheet; "" elsewhere
    raw         the row as it was sent
    """

    row_no: int
    title: str = ""
    creators: str = ""
    performers: str = ""
    isrc: str = ""
    iswc: str = ""
    own_number: str = ""
    source_id: str = ""
    album: str = ""
    section: str = ""
    plays: int = 1
    seconds: int = 0
    parts: int = 1
    use_code: str = ""
    daypart: str = ""
    used_on: dt.date | None = None
    used_at: str = ""
    channel: str = ""
    territory: str = ""
    amount: Decimal | None = None
    currency: str = ""
    raw: str = ""


FIELDS = UsageLine._fields
_DEFAULTS: dict[str, Any] = UsageLine._field_defaults


@dataclass(slots=True)
class UsageChunk:
    """Many usage lines as columns: one list a field, all of one length, in the order of the file."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in FIELDS})

    @classmethod
    def from_lines(cls, lines: Sequence[UsageLine]) -> UsageChunk:
        """The columns of the lines."""
        if not lines:
            return cls()
        return cls(dict(zip(FIELDS, map(list, zip(*lines, strict=True)), strict=True)))

    @classmethod
    def from_columns(cls, row_no: list[int], **known: list[Any]) -> UsageChunk:
        """A chunk of the rows from the columns that are known; the others hold their default."""
        known["row_no"] = row_no
        columns = {name: known[name] if name in known else [_DEFAULTS[name]] * len(row_no) for name in FIELDS}
        if any(len(column) != len(row_no) for column in columns.values()):
            raise ValueError("the columns of a chunk have one length")
        return cls(columns)

    def __len__(self) -> int:
        return len(self.columns["row_no"])

    def lines(self) -> Iterator[UsageLine]:
        """The lines one by one."""
        return map(UsageLine._make, zip(*(self.columns[name] for name in FIELDS), strict=True))

    def rows(self, names: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """Tuples of the named columns, for a writer of COPY rows."""
        return zip(*(self.columns[name] for name in names), strict=True)


def clock_text(seconds: int) -> str:
    """Seconds of the broadcast day as HH:MM:SS; hours may pass 24."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def join_names(names: Iterable[str]) -> str:
    """Names as one text joined by a bar, each once; a bar inside a name becomes a slash."""
    clean = (" ".join(name.replace(NAME_SEPARATOR, "/").split()) for name in names)
    return NAME_SEPARATOR.join(dict.fromkeys(filter(None, clean)))


def split_names(text: str) -> tuple[str, ...]:
    """The names of a text made by `join_names`."""
    return tuple(name for part in text.split(NAME_SEPARATOR) if (name := part.strip()))
