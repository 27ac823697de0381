"""What one step of a run hands to the next: whole tables of numbers as one value each, until the run is sealed.

They are a cache of what follows from the frozen inputs, kept in the transaction of the slice that worked them out, so
that the next step reads no line a second time.
"""

import io
from typing import TypeVar

from django.db import connection

from cmo_portal.common.columns import Columns
from cmo_portal.common.copying import copy_field
from cmo_portal.common.pgcopy import one_tuple
from royalties.formats.packed import pack, unpack
from royalties.models import Run

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
    query = f"SELECT body FROM royalties_handover_r{run.pk} WHERE slice_no = %s AND name = %s"  # noqa: S608
    body = copy_field(query, [slice_no, name])
    if body is None:
        raise LookupError(f"slice {slice_no} of run {run.number} has handed over no {name}")
    return unpack(kind, body)
