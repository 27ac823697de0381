"""A table of whole numbers as one value: each column as its distance from its smallest value, in as few bytes as the
largest distance needs."""

from typing import TypeVar

import numpy as np

from cmo_portal.common.columns import I64, Columns

Table = TypeVar("Table", bound=Columns)


def pack(table: Columns) -> bytes:
    """The number of rows, then each column: its smallest value, bytes a row, and the distances from that value."""
    parts: list[bytes | memoryview] = [len(table).to_bytes(8, "little")]
    for column in table.columns():
        low = int(column.min()) if column.size else 0
        width = _width(int(column.max()) - low if column.size else 0)
        distances = (column.view(np.uint64) - np.uint64(low % 2**64)).astype(f"<u{width}", copy=False)
        parts += [low.to_bytes(8, "little", signed=True), width.to_bytes(1, "little"), distances.data.cast("B")]
    return b"".join(parts)


def unpack(kind: type[Table], body: bytes | memoryview) -> Table:
    """The table that `pack` packed."""
    view = memoryview(body)
    size, at = int.from_bytes(view[:8], "little"), 8
    columns: list[I64] = []
    for _column in kind.empty().columns():
        low, width = int.from_bytes(view[at : at + 8], "little", signed=True), view[at + 8]
        stored = np.frombuffer(view, dtype=f"<u{width}", count=size, offset=at + 9)
        columns.append((stored.astype(np.uint64) + np.uint64(low % 2**64)).view(np.int64))
        at += 9 + size * width
    return kind(*columns)


def _width(span: int) -> int:
    return next(width for width in (1, 2, 4, 8) if span < 2 ** (8 * width))
