"""Lists of licensing as files: exactly what is seen, every page of it, cells made harmless for spreadsheets."""

import csv
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse

from cmo_portal.common.tables.writing import inert


def csv_response(name: str, heads: list[str], rows: Iterable[list[Any]]) -> HttpResponse:
    """A CSV file in UTF-8. Cells are texts, days, or numbers."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row])
    return response
