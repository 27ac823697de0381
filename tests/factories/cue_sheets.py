"""Tables of cue sheets for tests."""

import csv
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

HEAD = (
    "Production title", "Kind", "Country", "Year", "Production number", "Episode number", "Episode title",
    "Broadcast date", "Episode duration", "Sequence", "Cue type", "Cue duration", "Cue title", "Composers",
    "Performers", "Work number", "ISWC", "ISRC",
)  # fmt: skip
ROW = {
    "Production title": "Dhoop Kinare", "Kind": "Drama serial", "Country": "Pakistan", "Year": "2025",
    "Production number": "HTV-77", "Episode number": "1", "Episode title": "Pehli Kiran",
    "Broadcast date": "05/01/2025", "Episode duration": "38:00", "Sequence": "1", "Cue type": "MT",
    "Cue duration": "1:25", "Cue title": "Ao Na", "Composers": "Mohsin Raza", "Performers": "Tina Sani",
}  # fmt: skip


def cue_row(**values: str) -> dict[str, str]:
    """One row; names of headings with underlines for blanks."""
    return ROW | {name.replace("_", " "): value for name, value in values.items()}


def csv_bytes(rows: list[dict[str, str]], head: tuple[str, ...] = HEAD) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(head)
    writer.writerows([row.get(name, "") for name in head] for row in rows)
    return target.getvalue().encode()


def xlsx_bytes(rows: list[dict[str, str]], head: tuple[str, ...] = HEAD) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(list(head))
    for row in rows:
        sheet.append([row.get(name, "") for name in head])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def upload(body: bytes, name: str = "cues.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)
