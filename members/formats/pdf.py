"""PDF documents: refused when they run code, hold other files, are locked, cut off or endless; cut after their end.

Names are compared after their #xx escapes are undone, and compressed object streams are opened (within a limit), so
that a dangerous name cannot hide in either. The contents of other streams (pictures, fonts) are left aside: in random
bytes every short name turns up sooner or later.
"""

import re
import zlib

from cmo_portal.common.tables.errors import FileRefused
from cmo_portal.common.texts import _, say

MAX_PAGES = 300
UNPACKED_BYTES = 20 * 1024 * 1024
_FORBIDDEN = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia", b"/XFA")
_LOCKED = b"/Encrypt"
_NAME = re.compile(rb"/[^\s()<>\[\]{}/%]+")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb">>\s*stream\r?\n(.*?)endstream", re.DOTALL)
_OBJECT_STREAM = b"/ObjStm"
_DICTIONARY_BYTES = 2_000  # how far before its contents the description of a stream may begin
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_COUNT = re.compile(rb"/Count\s+(\d{1,9})")
_END = b"%%EOF"


def read_pdf(content: bytes) -> bytes:
    """The document up to its end mark. Raises FileRefused."""
    end = content.rfind(_END)
    if end < 0 or b"startxref" not in content:
        raise FileRefused(
            "pdf-cut-off",
            _("The PDF is cut off or damaged."),
            _("Save or scan it again, and send the new file."),
        )
    document = content[: end + len(_END)] + b"\n"
    parts = _readable_parts(document)
    names = {_ESCAPE.sub(_unescaped, name) for part in parts for name in _NAME.findall(part)}
    _refuse_active(names)
    _refuse_endless(parts)
    return document


def _refuse_active(names: set[bytes]) -> None:
    if _LOCKED in names:
        raise FileRefused(
            "pdf-locked",
            _("The PDF is locked with a password or with restrictions."),
            _("Save it without a password, or print it to a new PDF."),
        )
    if not names.isdisjoint(_FORBIDDEN):
        raise FileRefused(
            "pdf-active",
            _("The PDF holds a program or other files inside."),
            _("Print it to a new PDF, or send a photo or scan."),
        )


def _refuse_endless(parts: list[bytes]) -> None:
    pages = sum(len(_PAGE.findall(part)) for part in parts)
    stated = max((int(count) for part in parts for count in _COUNT.findall(part)), default=0)
    if max(pages, stated) > MAX_PAGES:
        raise FileRefused(
            "pdf-pages",
            say(_("The PDF has more than {limit} pages."), limit=MAX_PAGES),
            _("Send only the pages that are asked for."),
        )


def _unescaped(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)])


def _readable_parts(document: bytes) -> list[bytes]:
    """Everything outside streams, and the unpacked object streams. Raises FileRefused for a bomb."""
    parts: list[bytes] = []
    place, left = 0, UNPACKED_BYTES
    for stream in _STREAM.finditer(document):
        parts.append(document[place : stream.start() + 2])
        place = stream.end()
        description = _ESCAPE.sub(_unescaped, parts[-1][-_DICTIONARY_BYTES:])
        if _OBJECT_STREAM in description.rpartition(b"obj")[2]:
            unpacked = _unpacked(stream[1], left)
            left -= len(unpacked)
            parts.append(unpacked)
    parts.append(document[place:])
    return parts


def _unpacked(packed: bytes, limit: int) -> bytes:
    """The contents of a stream; as they are when they are not compressed in the usual way."""
    machine = zlib.decompressobj()
    try:
        unpacked = machine.decompress(packed, limit)
    except zlib.error:
        return packed
    if len(unpacked) >= limit:
        raise FileRefused(
            "pdf-bomb",
            _("The PDF unpacks to more than we can open safely."),
            _("Print it to a new PDF, or send a photo or scan."),
        )
    return unpacked
