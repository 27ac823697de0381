"""Whole tables into PostgreSQL from numpy columns, by binary COPY on the connection of the transaction."""

from collections.abc import Iterator, Mapping

from django.db import connection

from cmo_portal.common.pgcopy import I64, Layout


def copy_in(table: str, layout: Layout, columns: Mapping[str, I64]) -> int:
    """Write the rows into a table; returns how many."""
    statement = f'COPY "{table}" ({", ".join(layout.names)}) FROM STDIN (FORMAT BINARY)'
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(statement, _Stream(layout.chunks(columns)))
    return len(columns[layout.names[0]])


class _Stream:
    """Chunks as a file to be read: while the server works on one, the next is made."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks

    def read(self, size: int) -> bytes:
        """The next chunk, whatever its size; nothing at the end."""
        return next(self.chunks, b"")
