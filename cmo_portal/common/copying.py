"""Whole tables out of PostgreSQL as numpy columns, by binary COPY on the connection of the transaction."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection

from cmo_portal.common.pgcopy import HEADER, I64, TRAILER, Layout, only_field

Parameters = Mapping[str, Any] | Sequence[Any] | None


def copy_out(query: str, layout: Layout, parameters: Parameters = None) -> dict[str, I64]:
    """The rows of a SELECT whose select list is `layout.select_list(…)`, as int64 columns. No value may be NULL."""
    target = io.BytesIO()
    _copy(query, parameters, target)
    return layout.read(target.getbuffer())


def copy_out_in_blocks(
    query: str, layout: Layout, parameters: Parameters, *, rows: int, take: Callable[[dict[str, I64]], None]
) -> None:
    """The same for any number of rows: `take` gets `rows` of them at a time, and fewer at the end."""
    blocks = _Blocks(layout, rows, take)
    _copy(query, parameters, blocks)
    blocks.close()


def copy_field(query: str, parameters: Parameters = None) -> memoryview | None:
    """The bytes of the only field of the only row of a SELECT; None where there is no row."""
    target = io.BytesIO()
    _copy(query, parameters, target)
    told = target.getbuffer()
    return only_field(told) if len(told) > len(HEADER) + len(TRAILER) else None


def _copy(query: str, parameters: Parameters, target: Any) -> None:
    with connection.cursor() as cursor:
        raw = cursor.cursor  # psycopg2's own: COPY takes no parameters, so they are quoted into the text first
        statement = raw.mogrify(query, parameters).decode() if parameters else query
        raw.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)", target)


class _Blocks:
    """A file that is written to tuple by tuple and hands on what has come so far when it is enough."""

    def __init__(self, layout: Layout, rows: int, take: Callable[[dict[str, I64]], None]) -> None:
        self.layout, self.take = layout, take
        self.size = rows * layout.dtype.itemsize
        self.enough = len(HEADER) + self.size
        self.bytes = bytearray()

    def write(self, data: bytes) -> int:
        """The next tuple, with what stands before the first one."""
        self.bytes += data
        if len(self.bytes) >= self.enough + len(TRAILER):  # the end is not taken for a tuple
            self._hand_on(self.size)
        return len(data)

    def close(self) -> None:
        """Hand on the rest."""
        self._hand_on(len(self.bytes) - len(HEADER) - len(TRAILER))

    def _hand_on(self, size: int) -> None:
        self.take(self.layout.read_tuples(bytes(self.bytes[len(HEADER) : len(HEADER) + size])))
        del self.bytes[len(HEADER) : len(HEADER) + size]
