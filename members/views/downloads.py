"""What leaves as a file: lists as CSV with the rows that are seen."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from cmo_portal.common.tables import inert


def csv_download(name: str, headings: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Rows as CSV that a spreadsheet opens with its letters right and without running anything (S04)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in chain([headings], rows):
        writer.writerow([inert(str(cell)) for cell in row])
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or "attachment"
    response["Cache-Control"] = "no-store"
    return response
