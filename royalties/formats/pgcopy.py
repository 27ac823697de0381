"""PostgreSQL's binary COPY format for tables whose columns are all whole numbers without blanks.

Every tuple then has the same size, so that a whole table is one structured numpy array: no value is parsed or written
one by one. Source: PostgreSQL documentation, COPY, "Binary Format" (signature, flags, tuples, trailer; big-endian).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # signature, flags 0, no header extension
TRAILER = b"\xff\xff"
WIDTHS = {"int2": 2, "int4": 4, "int8": 8}

I64 = npt.NDArray[np.int64]


class CopyFormatError(ValueError):
    """The bytes are not a binary COPY of these columns."""


@dataclass(frozen=True)
class Layout:
    """The columns of a table in order: name and type (`int2`, `int4`, `int8`)."""

    columns: tuple[tuple[str, str], ...]

    @cached_property
    def dtype(self) -> np.dtype:
        """One tuple: field count, then for each column its length and its value."""
        fields: list[tuple[str, str]] = [("field count", ">i2")]
        for name, kind in self.columns:
            fields += [(f"length of {name}", ">i4"), (name, f">i{WIDTHS[kind]}")]
        return np.dtype(fields)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)

    def select_list(self, expressions: Mapping[str, str] | None = None) -> str:
        """The columns for a SELECT, each cast to its type; `expressions` gives the SQL of those that are no column."""
        given = expressions or {}
        return ", ".join(f"({given.get(name, name)})::{kind} AS {name}" for name, kind in self.columns)

    def read(self, data: bytes | bytearray | memoryview) -> dict[str, I64]:
        """The columns of a binary COPY as int64 arrays. Raises CopyFormatError, also for a NULL."""
        body = memoryview(data)[len(HEADER) : len(data) - len(TRAILER)]
        if bytes(data[: len(HEADER)]) != HEADER or bytes(data[-len(TRAILER) :]) != TRAILER:
            raise CopyFormatError("the bytes do not begin or end as a binary COPY")
        if len(body) % self.dtype.itemsize:
            raise CopyFormatError("a tuple has another size: a blank, or another column")
        table = np.frombuffer(body, dtype=self.dtype)
        self._check(table)
        return {name: table[name].astype(np.int64) for name in self.names}

    def write(self, columns: Mapping[str, I64], rows: slice = slice(None)) -> bytes:
        """These rows of the columns as a binary COPY. Raises OverflowError where a value does not fit its type."""
        size = len(columns[self.names[0]][rows])
        table = np.empty(size, dtype=self.dtype)
        table["field count"] = len(self.columns)
        for name, kind in self.columns:
            values = columns[name][rows]
            _fits(name, values, WIDTHS[kind])
            table[f"length of {name}"] = WIDTHS[kind]
            table[name] = values
        return HEADER + table.tobytes() + TRAILER

    def _check(self, table: npt.NDArray[np.void]) -> None:
        right = bool((table["field count"] == len(self.columns)).all())
        for name, kind in self.columns:
            right = right and bool((table[f"length of {name}"] == WIDTHS[kind]).all())
        if not right:
            raise CopyFormatError("a tuple has other columns or a blank")


def layout(**columns: str) -> Layout:
    """A layout from names and types in order: `layout(run_id="int8", pool_no="int4")`."""
    return Layout(tuple(columns.items()))


def _fits(name: str, values: I64 | Sequence[int], width: int) -> None:
    array = np.asarray(values)
    limit = 2 ** (8 * width - 1)
    if array.size and not (-limit <= int(array.min()) and int(array.max()) < limit):
        raise OverflowError(f"a value of {name} does not fit into {width} bytes")
