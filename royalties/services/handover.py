"""What one step of a run hands to the next: whole tables of numbers as one value each, until the run is sealed.

They are a cache of what follows from the frozen inputs, kept in the transaction of the slice that worked them out, so
that the next step reads no line a second time. A column is stored as its distance from its smallest value, in as few
bytes as the largest distance needs.
"""

import io
from typing import TypeVar

import numpy as np
from django.db import connection

from royalties.formats.pgcopy import HEADER, TRAILER, one_tuple, only_field
from royalties.models import Run
from royalties.rules.columns import I64, Columns

Table = TypeVar("Table", bound=Columns)
READ_SIZE = 1 << 20


def hand_over(run: Run, slice_no: int, name: str, table: Columns) -> None:
    """Keep a table under its name for a slice."""
    row = one_tuple(run.pk.to_bytes(8, "big"), slice_no.to_bytes(4, "big"), name.encode(), pack(table))
    with connection.cursor() as cursor:
        statement = f"COPY royalties_handover_r{run.pk} (run_id, slice_no, name, body) FROM STDIN (FORMAT BINARY)"
        cursor.cursor.copy_expert(statement, io.BytesIO(row), size=READ_SIZE)


def take_over(run: Run, slice_no: int, name: str, kind: type[Table]) -> Table:
    """The table that a slice has handed over. Raises LookupError when there is none."""
    target = io.BytesIO()
    with connection.cursor() as cursor:
        query = f"SELECT body FROM royalties_handover_r{run.pk} WHERE slice_no = %s AND name = %s"  # noqa: S608
        statement = cursor.cursor.mogrify(query, [slice_no, name]).decode()
        cursor.cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)", target)
    if len(target.getbuffer()) <= len(HEADER) + len(TRAILER):
        raise LookupError(f"slice {slice_no} of run {run.number} has handed over no {name}")
    return unpack(kind, only_field(target.getbuffer()))


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
