"""The physical lines of a sales report, plain or gzip-packed, as a stream in blocks with limits on every size."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from cmo_portal.common.tables import FileRefused, TableLimits
from cmo_portal.common.tables.encoding import MARK_UNDECODABLE
from cmo_portal.common.texts import _, say

BLOCK_CHARS = 1 << 18
_GZIP = b"\x1f\x8b"
_FOREIGN = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"<", b"{", b"MZ")
# Control characters and direction overrides; a tab is the delimiter and never reaches this.
_STRIPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_UNDECODABLE = re.compile("[\ud800-\udfff]")
_SKIP_CHARS = 1 << 16

# Marks before a line that cannot be read; NUL cannot come from a cleaned line. The beginning is kept, because it says
# which record of which block was lost.
OVERLONG, UNDECODABLE = "\x00L", "\x00U"
KEPT_CHARS = 200


class _Counted(io.RawIOBase):
    """A packed stream that counts what it unpacks and stops at the limits."""

    def __init__(self, packed: gzip.GzipFile, size: int, limits: TableLimits) -> None:
        self._packed = packed
        self._left = min(limits.unpacked_bytes, limits.zip_ratio * max(size, 1))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._packed.read(len(buffer))
        except EOFError:
            raise _cut_off() from None
        except (OSError, zlib.error):
            raise FileRefused(
                "gzip", _("The packed file is damaged."), _("Fetch the file again from the sender and upload it.")
            ) from None
        self._left -= len(data)
        if self._left < 0:
            raise FileRefused(
                "archive-too-large",
                _("The file unpacks to far more than is allowed; reading was stopped."),
                _("Ask the sender to split the report, or the office to raise the limit."),
            )
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_text(path: Path, filename: str, limits: TableLimits) -> Iterator[TextIO]:
    """The text of a report. Raises FileRefused for the wrong kind of file, an empty one, and sizes above the limits."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("empty", _("The file is empty."), _("Fetch it again from the sender and upload it."))
    if size > limits.file_bytes:
        raise FileRefused(
            "file-size",
            say(_("The file has {size} bytes; at most {limit} are allowed."), size=size, limit=limits.file_bytes),
            _("Ask the office to raise the limit for this source."),
        )
    with path.open("rb") as stream:
        head = stream.read(16)
        stream.seek(0)
        packed = head.startswith(_GZIP)
        if packed != filename.lower().endswith(".gz") or head.startswith(_FOREIGN):
            raise FileRefused(
                "wrong-kind",
                _("The name of the file and its content disagree."),
                _("Upload the sales report as .tsv or .tsv.gz, as the sender made it."),
            )
        binary: IO[bytes] = stream
        if packed:
            binary = io.BufferedReader(_Counted(gzip.GzipFile(fileobj=stream), size, limits), 1 << 16)
        # newline="\n": a lone CR, or one of the exotic separators, inside a title does not end a record.
        yield io.TextIOWrapper(binary, encoding="utf-8-sig", errors=MARK_UNDECODABLE, newline="\n")


class Lines:
    """The lines of a report in blocks, cleaned; `stripped` counts the characters that were taken out."""

    def __init__(self, text: TextIO, limits: TableLimits) -> None:
        self._text = text
        self._limit = limits.line_chars
        self.stripped = 0

    def blocks(self) -> Iterator[list[str]]:
        """Lists of whole lines without their ends; a line that cannot be read carries a mark, an endless one is cut."""
        while block := self._text.read(BLOCK_CHARS):
            if not block.endswith("\n"):
                block += self._text.readline(self._limit + 2)
            if "\r" in block:
                block = block.replace("\r\n", "\n")
            lines = block.split("\n")
            if block.endswith("\n"):
                lines.pop()
            elif len(lines[-1]) > self._limit:
                self._skip_rest()
            yield lines if self._is_easy(block, lines) else [self._cleaned(line) for line in lines]

    def _is_easy(self, block: str, lines: list[str]) -> bool:
        """Nothing to cut, take out or refuse in the whole block; at the speed of C."""
        return max(map(len, lines)) <= self._limit and block.replace("\n", "").replace("\t", "").isprintable()

    def _cleaned(self, line: str) -> str:
        if len(line) > self._limit:
            return OVERLONG + _STRIPPED.sub("", line[:KEPT_CHARS])
        if _STRIPPED.search(line) is not None:
            line, count = _STRIPPED.subn("", line)
            self.stripped += count
        return UNDECODABLE + line[:KEPT_CHARS] if _UNDECODABLE.search(line) is not None else line

    def _skip_rest(self) -> None:
        while (piece := self._text.readline(_SKIP_CHARS)) and not piece.endswith("\n"):
            pass


def shown(text: str) -> str:
    """A text that can be shown and stored: no mark, and bytes that could not be read as the replacement character."""
    if text.startswith("\x00"):
        text = text.removeprefix(OVERLONG).removeprefix(UNDECODABLE)
    return text if text.isascii() else _UNDECODABLE.sub("\ufffd", text)


def _cut_off() -> FileRefused:
    return FileRefused(
        "cut",
        _("The packed file ends in the middle: it was cut off."),
        _("Fetch the whole file again from the sender and upload it."),
    )
