"""Whole tables into PostgreSQL from numpy columns, by binary COPY on the connection of the transaction."""

import io
from collections.abc import Mapping

from django.db import connection

from royalties.formats.pgcopy import I64, Layout

READ_SIZE = 1 << 20
ROWS_AT_ONCE = 1 << 18  # of one COPY: about 20 MB, so that writing takes little memory beside the columns themselves


def copy_in(table: str, layout: Layout, columns: Mapping[str, I64]) -> int:
    """Write the rows into a table; returns how many."""
    size = len(columns[layout.names[0]])
    statement = f'COPY "{table}" ({", ".join(layout.names)}) FROM STDIN (FORMAT BINARY)'
    with connection.cursor() as cursor:
        for first in range(0, size, ROWS_AT_ONCE):
            chunk = layout.write(columns, slice(first, first + ROWS_AT_ONCE))
            cursor.cursor.copy_expert(statement, io.BytesIO(chunk), size=READ_SIZE)
    return size
