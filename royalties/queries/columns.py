"""Whole tables out of PostgreSQL as numpy columns, by binary COPY on the connection of the transaction."""

import io
from collections.abc import Mapping
from typing import Any

from django.db import connection

from royalties.formats.pgcopy import I64, Layout


def copy_out(query: str, layout: Layout, parameters: Mapping[str, Any] | None = None) -> dict[str, I64]:
    """The rows of a SELECT whose select list is `layout.select_list(…)`, as int64 columns. No value may be NULL."""
    with connection.cursor() as cursor:
        raw = cursor.cursor  # psycopg2's own: COPY takes no parameters, so they are quoted into the text first
        statement = raw.mogrify(query, parameters).decode() if parameters else query
        target = io.BytesIO()
        raw.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)", target)
    return layout.read(target.getbuffer())
