"""What a file really is: its name, its first bytes and its content must agree before anybody reads it."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from cmo_portal.common.tables.errors import FileRefused
from cmo_portal.common.tables.layout import TableKind
from cmo_portal.common.tables.limits import TableLimits
from cmo_portal.common.texts import Text, _, say

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".tab")
WORKBOOK_ENDING = ".xlsx"

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"GIF8", "GIF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ", "XZ"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"{\\rtf", "RTF"),
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|svg|table|body|head|script)", re.IGNORECASE)
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{])")


def table_kind(path: Path, filename: str, limits: TableLimits) -> TableKind:
    """Text or workbook. Raises FileRefused for an empty or too large file and where name and bytes disagree."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("empty", _("The file is empty."), _("Check the export and upload the file again."))
    if size > limits.file_bytes:
        raise FileRefused(
            "file-size",
            say(
                _("The file has {size} bytes; at most {limit} are allowed."),
                size=f"{size:,}",
                limit=f"{limits.file_bytes:,}",
            ),
            _("Split the file, for example by month, or ask the office to raise the limit."),
        )
    with path.open("rb") as stream:
        head = stream.read(512)
    ending = PurePosixPath(filename.lower()).suffix
    if ending == WORKBOOK_ENDING:
        return _workbook_by_bytes(head)
    if ending not in TEXT_ENDINGS:
        raise _wrong_kind(
            say(_("Files ending in “{ending}” cannot be read here."), ending=ending or "–"),
            _old_format_remedy(ending),
        )
    return _text_by_bytes(head)


def _workbook_by_bytes(head: bytes) -> TableKind:
    if head.startswith(_ZIP):
        return TableKind.WORKBOOK
    if head.startswith(_COMPOUND):
        raise _wrong_kind(
            _("The workbook is protected by a password, or it is an old .xls file with a new name."),
            _("Remove the password, or save it as .xlsx, and upload it again."),
        )
    raise _wrong_kind(
        _("The name ends in .xlsx but the content is not a workbook."),
        _("Upload the workbook itself, or save the table as CSV."),
    )


def _text_by_bytes(head: bytes) -> TableKind:
    foreign = next((name for mark, name in _FOREIGN if head.startswith(mark)), "")
    if head.startswith((_ZIP, _COMPOUND)):
        foreign = "XLSX / ZIP" if head.startswith(_ZIP) else "XLS"
    elif not foreign and _MARKUP.match(head):
        foreign = "HTML / XML"
    elif not foreign and _JSON.match(head):
        foreign = "JSON"
    if foreign:
        raise _wrong_kind(
            say(_("The name promises a text table, but the content is {kind}."), kind=foreign),
            _("Save the table as CSV or XLSX in your spreadsheet program and upload that file."),
        )
    return TableKind.TEXT


def _old_format_remedy(ending: str) -> Text:
    if ending == ".xlsm":
        return _("Workbooks with macros are not accepted. Save it as .xlsx without macros.")
    if ending in {".gz", ".zip"}:
        return _("Unpack the file and upload the table inside it.")
    return _("Save the table as CSV or XLSX and upload that file.")


def _wrong_kind(message: Text, remedy: Text) -> FileRefused:
    return FileRefused("wrong-kind", message, remedy)
