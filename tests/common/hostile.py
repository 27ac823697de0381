"""Builds workbooks part by part, as no spreadsheet program would: for tests of what must be refused."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)
ROOT_RELS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="xl/workbook.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
WORKBOOK = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Log" sheetId="1" r:id="r1"/></sheets></workbook>'
)
WORKBOOK_RELS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="worksheets/sheet1.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
)
SHEET_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
SHEET_TAIL = "</sheetData></worksheet>"


def text_cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(*rows: str) -> str:
    return SHEET_HEAD + "".join(rows) + SHEET_TAIL


GOOD_SHEET = sheet(
    f'<row r="1">{text_cell("A1", "Title")}{text_cell("B1", "Plays")}</row>',
    f'<row r="2">{text_cell("A2", "Sohni Dharti")}<c r="B2"><v>7</v></c></row>',
)


def parts(**changed: str | bytes) -> dict[str, str | bytes]:
    """The parts of a good workbook; keyword arguments (types, root, workbook, rels, sheet) replace one."""
    return {
        "[Content_Types].xml": changed.get("types", CONTENT_TYPES),
        "_rels/.rels": changed.get("root", ROOT_RELS),
        "xl/workbook.xml": changed.get("workbook", WORKBOOK),
        "xl/_rels/workbook.xml.rels": changed.get("rels", WORKBOOK_RELS),
        "xl/worksheets/sheet1.xml": changed.get("sheet", GOOD_SHEET),
    }


def pack(members: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(**changed: str | bytes) -> bytes:
    return pack(parts(**changed))


def with_doctype(xml: str, declaration: str) -> str:
    """The part with a declaration behind its XML header."""
    head, rest = xml.split("?>", 1)
    return f"{head}?>{declaration}{rest}"


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
DOCTYPES = {
    "alone": "<!DOCTYPE x>",
    "laughs": LAUGHS,
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 10_000}">]>',
    "file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "address": '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>',
    "external": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
}


def false_size(archive: bytes, name: str, size: int) -> bytes:
    """The archive with another unpacked size written for one member, in both its headers."""
    changed = bytearray(archive)
    for mark, at_size, at_name_length, header in ((b"PK\x03\x04", 22, 26, 30), (b"PK\x01\x02", 24, 28, 46)):
        at = changed.find(mark)
        while at >= 0:
            length = struct.unpack_from("<H", changed, at + at_name_length)[0]
            if changed[at + header : at + header + length] == name.encode():
                struct.pack_into("<I", changed, at + at_size, size)
            at = changed.find(mark, at + 4)
    return bytes(changed)


def overlapping(archive: bytes) -> bytes:
    """The archive with every directory entry pointing at the first member."""
    changed = bytearray(archive)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<I", changed, at + 42, 0)
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def save(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    """Write a file of the test; line ends stay as they are."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path
