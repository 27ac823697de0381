"""An XLSX file as an archive and as XML, looked at before anything parses it.

Order of the checks: the archive's directory (before a byte is unpacked), the names and sizes of its members, every
member unpacked as a counted stream, every XML part through a parser that stops at a DOCTYPE.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from cmo_portal.common.tables.errors import FileRefused
from cmo_portal.common.tables.limits import TableLimits
from cmo_portal.common.texts import Text, _, say

BLOCK_BYTES = 1 << 16

_END_OF_DIRECTORY = b"PK\x05\x06"
_DIRECTORY_BYTES_EACH = 1024
_FORBIDDEN_PARTS = (
    (re.compile(r"vbaproject|\.bas$|macrosheets/|activex/", re.IGNORECASE), "macros"),
    (re.compile(r"externallinks?/|connections\.xml$|querytables/", re.IGNORECASE), "external-links"),
    (re.compile(r"embeddings/|oleobject", re.IGNORECASE), "embedded"),
)
_FORBIDDEN_TYPES = (
    (re.compile(rb"macroenabled|vbaproject|activex|macrosheet", re.IGNORECASE), "macros"),
    (re.compile(rb"externallink|\.connections\+|querytable", re.IGNORECASE), "external-links"),
    (re.compile(rb"oleobject|\.package\b", re.IGNORECASE), "embedded"),
)
# Plain searches at the speed of C: a text that happens to hold such letters is counted too, which harms nobody.
_ERROR_CELL = b' t="e"'
_FORMULAS = (b"<f>", b"<f ")
# Addresses with two or three letters show how wide a sheet is; narrower limits are checked row by row.
_FAR_COLUMN = re.compile(rb' r="([A-Z]{2,3})[0-9]')
_OVERLAP_BYTES = 4096
_TYPES_PART = "[Content_Types].xml"


@dataclass(slots=True)
class ArchiveScan:
    """What was seen in the parts of one workbook."""

    unpacked: int = 0
    error_cells: int = 0
    formulas: int = 0
    widest: bytes = b""


def check_workbook(path: Path, limits: TableLimits) -> ArchiveScan:
    """Refuse a hostile or unsuitable archive before anything parses it. Raises FileRefused."""
    _check_directory_size(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members, limits)
            scan = ArchiveScan()
            for member in members:
                _scan_member(archive, member, scan, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, struct.error) as broken:
        raise broken_archive() from broken
    _check_columns(scan, limits)
    return scan


def _check_directory_size(path: Path, limits: TableLimits) -> None:
    """Look at the end record alone: a directory of a million members must not even be listed."""
    with path.open("rb") as stream:
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        raise broken_archive()
    here, total, directory_bytes, offset = struct.unpack("<HHII", tail[at + 8 : at + 20])
    if max(here, total) > limits.zip_members or directory_bytes > limits.zip_members * _DIRECTORY_BYTES_EACH:
        raise _too_many_members(limits)
    if offset + directory_bytes > size:
        raise broken_archive()


def _check_members(members: list[zipfile.ZipInfo], limits: TableLimits) -> None:
    if len(members) > limits.zip_members:
        raise _too_many_members(limits)
    names = {member.filename for member in members}
    if len({name.casefold() for name in names}) != len(members):
        raise _unsafe(_("Two parts of the workbook have the same name."))
    for member in members:
        _check_member(member, limits)
    _check_overlap(members)
    if not {_TYPES_PART, "xl/workbook.xml"} <= names:
        raise FileRefused(
            "wrong-kind",
            _("The file is a ZIP archive but not an XLSX workbook."),
            _("Open it in your spreadsheet program and save it as .xlsx."),
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise _bomb()


def _check_member(member: zipfile.ZipInfo, limits: TableLimits) -> None:
    name = member.filename
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name or "\x00" in name:
        raise _unsafe(_("A part of the workbook has a path that leads outside."))
    if (member.external_attr >> 16) & 0o170000 not in {0, 0o100000, 0o040000}:
        raise _unsafe(_("A part of the workbook is a link or a device."))
    if member.flag_bits & 0x1:
        raise FileRefused(
            "password",
            _("The workbook is protected by a password."),
            _("Remove the password and upload it again."),
        )
    if member.file_size > limits.zip_ratio * max(member.compress_size, 1):
        raise _bomb()
    for pattern, what in _FORBIDDEN_PARTS:
        if pattern.search(name):
            raise _forbidden(what)


def _check_types(types: bytes) -> None:
    """A part may have any name, but its kind is declared: macros and links cannot hide behind another name."""
    for pattern, what in _FORBIDDEN_TYPES:
        if pattern.search(types):
            raise _forbidden(what)


def _check_overlap(members: list[zipfile.ZipInfo]) -> None:
    """Members that share bytes multiply on unpacking: refuse them."""
    end = 0
    for member in sorted(members, key=lambda item: item.header_offset):
        if member.header_offset < end:
            raise _bomb()
        end = member.header_offset + 30 + len(member.filename.encode()) + member.compress_size


def _scan_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, scan: ArchiveScan, limits: TableLimits) -> None:
    """Unpack one member as a counted stream; XML goes through a parser that stops at a DOCTYPE."""
    allowed = limits.zip_ratio * max(member.compress_size, 1)
    parser: expat.XMLParserType | None = None
    unpacked, tail, tail_of_types = 0, b"", b""
    with archive.open(member) as stream:
        while block := stream.read(BLOCK_BYTES):
            if not unpacked:
                parser = _parser_for(block)
            unpacked += len(block)
            scan.unpacked += len(block)
            if unpacked > allowed or scan.unpacked > limits.unpacked_bytes:
                raise _bomb()
            if parser is not None:
                _feed(parser, block, final=False)
                tail = _look_at_cells(tail, block, scan)
            if member.filename == _TYPES_PART:
                _check_types(tail_of_types + block)
                tail_of_types = block[-_OVERLAP_BYTES:]
    if parser is not None:
        _feed(parser, b"", final=True)
        _look_at_cells(tail, b"", scan)


def _parser_for(block: bytes) -> expat.XMLParserType | None:
    """A parser for a part that begins like XML in any encoding; refuses an archive inside the archive."""
    if block.startswith(b"PK\x03\x04"):
        raise _unsafe(_("An archive is packed inside the workbook."))
    if b"<" not in block[:64]:
        return None
    # A parser without content handlers runs at the speed of C; only the two declarations that can do harm are heard.
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declaration: object) -> None:
    raise FileRefused(
        "doctype",
        _("A part of the workbook holds a DOCTYPE or entity declaration, which real workbooks never do."),
        _("Copy the table into a new workbook and upload that one."),
    )


def _feed(parser: expat.XMLParserType, block: bytes, *, final: bool) -> None:
    try:
        parser.Parse(block, final)
    except expat.ExpatError as error:
        raise FileRefused(
            "workbook-xml",
            _("A part of the workbook is damaged."),
            _("Open it in your spreadsheet program, save it as a new .xlsx and upload that one."),
        ) from error


def _look_at_cells(tail: bytes, block: bytes, scan: ArchiveScan) -> bytes:
    """Count error cells and formulas and keep the widest column; returns the end of the block for the next look."""
    window = tail + block
    cut = window.rfind(b"<", max(0, len(window) - _OVERLAP_BYTES)) if block else -1  # never through a tag
    seen, rest = (window, b"") if cut < 0 else (window[:cut], window[cut:])
    scan.error_cells += seen.count(_ERROR_CELL)
    scan.formulas += sum(map(seen.count, _FORMULAS))
    widest = max(_FAR_COLUMN.findall(seen), key=lambda name: (len(name), name), default=b"")
    scan.widest = max(scan.widest, widest, key=lambda name: (len(name), name))
    return rest


def _check_columns(scan: ArchiveScan, limits: TableLimits) -> None:
    number = 0
    for letter in scan.widest:
        number = number * 26 + letter - 64
    if number > limits.columns:
        raise too_many_columns(number, limits)


def too_many_columns(number: int, limits: TableLimits) -> FileRefused:
    """The refusal of a table that is too wide; `number` is its number of columns."""
    return FileRefused(
        "columns",
        say(_("The table has {number} columns; at most {limit} are allowed."), number=number, limit=limits.columns),
        _("Delete the columns that are not needed, also empty ones far to the side, and upload it again."),
    )


def _bomb() -> FileRefused:
    return FileRefused(
        "archive-too-large",
        _("The workbook unpacks to far more than its size; it was not opened."),
        _("Copy the table into a new workbook, or save it as CSV, and upload that file."),
    )


def _too_many_members(limits: TableLimits) -> FileRefused:
    return FileRefused(
        "archive-members",
        say(_("The workbook consists of more than {limit} parts; it was not opened."), limit=limits.zip_members),
        _("Copy the table alone into a new workbook without pictures and charts, and upload that one."),
    )


def _unsafe(message: Text) -> FileRefused:
    return FileRefused("archive-unsafe", message, _("Copy the table into a new workbook and upload that one."))


def _forbidden(what: str) -> FileRefused:
    messages = {
        "macros": _("The workbook holds macros or controls."),
        "external-links": _("The workbook is linked to other files or data sources."),
        "embedded": _("Other documents are embedded in the workbook."),
    }
    return FileRefused(what, messages[what], _("Copy the values of the table into a new workbook and upload that one."))


def broken_archive() -> FileRefused:
    return FileRefused(
        "workbook-broken",
        _("The workbook is damaged or was cut off during the upload."),
        _("Open it in your spreadsheet program, save it again and upload the new file."),
    )
