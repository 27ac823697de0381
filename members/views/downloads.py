"""What leaves as a file: documents as attachments only, lists as CSV with the rows that are seen."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from cmo_portal.common.tables import inert
from members.models import Document

SANDBOX = "default-src 'none'; sandbox"


def attachment(content: bytes, document: Document) -> HttpResponse:
    """A stranger's file: never shown as a page of ours, whatever is inside (S16, S30)."""
    response = HttpResponse(content, content_type=document.content_type)
    header = content_disposition_header(True, document.original_name)
    response["Content-Disposition"] = header or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "no-store"
    return response


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
