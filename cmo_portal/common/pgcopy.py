"""PostgreSQL's binary COPY format for tables whose columns are all whole numbers without blanks.

Every tuple then has the same size, so that a whole table is one structured numpy array: no value is parsed or written
one by one. Source: PostgreSQL documentation, COPY, "Binary Format" (signature, flags, tuples, trailer; big-endian).
"""

from collections.abc import Iterator, Mapping, Sequence
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
        return self.read_tuples(body)

    def read_tuples(self, body: bytes | bytearray | memoryview) -> dict[str, I64]:
        """The columns of the tuples of a binary COPY, without what stands before and behind them."""
        if len(body) % self.dtype.itemsize:
            raise CopyFormatError("a tuple has another size: a blank, or another column")
        table = np.frombuffer(body, dtype=self.dtype)
        self._check(table)
        return {name: table[name].astype(np.int64) for name in self.names}

    def write(self, columns: Mapping[str, I64]) -> bytes:
        """The columns as a binary COPY. Raises OverflowError where a value does not fit its type."""
        return b"".join(self.chunks(columns))

    def chunks(self, columns: Mapping[str, I64], rows: int = 1 << 15) -> Iterator[bytes]:
        """The same piece by piece, `rows` tuples at a time: a reader can work on one while the next is made."""
        size = len(columns[self.names[0]])
        for name, kind in self.columns:
            if WIDTHS[kind] < 8:
                _fits(name, columns[name], WIDTHS[kind])
        table = self.template(min(rows, size))
        yield HEADER
        for first in range(0, size, rows):
            part = table[: size - first]
            for name in self.names:
                part[name] = columns[name][first : first + rows]
            yield part.tobytes()
        yield TRAILER

    def template(self, size: int) -> npt.NDArray[np.void]:
        """Tuples without their values: the counts and lengths that are the same in each."""
        one = np.zeros(1, dtype=self.dtype)
        one["field count"] = len(self.columns)
        for name, kind in self.columns:
            one[f"length of {name}"] = WIDTHS[kind]
        return np.repeat(one, size)

    def _check(self, table: npt.NDArray[np.void]) -> None:
        right = bool((table["field count"] == len(self.columns)).all())
        for name, kind in self.columns:
            right = right and bool((table[f"length of {name}"] == WIDTHS[kind]).all())
        if not right:
            raise CopyFormatError("a tuple has other columns or a blank")


def one_tuple(*fields: bytes) -> bytes:
    """A binary COPY of a single tuple with these fields as they are sent."""
    body = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return HEADER + len(fields).to_bytes(2, "big") + body + TRAILER


def only_field(data: bytes | memoryview) -> memoryview:
    """The only field of a binary COPY of a single tuple with one field. Raises CopyFormatError."""
    view = memoryview(data)
    start = len(HEADER) + 2 + 4
    size = int.from_bytes(view[start - 4 : start], "big", signed=True)
    if bytes(view[: len(HEADER)]) != HEADER or len(view) != start + size + len(TRAILER):
        raise CopyFormatError("the bytes are no binary COPY of one field")
    return view[start : start + size]


def layout(**columns: str) -> Layout:
    """A layout from names and types in order: `layout(run_id="int8", pool_no="int4")`."""
    return Layout(tuple(columns.items()))


def _fits(name: str, values: I64 | Sequence[int], width: int) -> None:
    array = np.asarray(values)
    limit = 2 ** (8 * width - 1)
    if array.size and not (-limit <= int(array.min()) and int(array.max()) < limit):
        raise OverflowError(f"a value of {name} does not fit into {width} bytes")
