"""Which characters a text file is written in: found by its bytes, told to a person, never silently replaced.

Known are UTF-8 (with or without mark), UTF-16 with its mark, Windows-1252 (Western) and Windows-1256 (Arabic script,
Urdu). The two Windows sets cannot be proved, only made likely: the guess then says so.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from cmo_portal.common.tables.errors import FileRefused
from cmo_portal.common.texts import _, say

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1256")
MARK_UNDECODABLE = "cmo-mark-undecodable"
BLOCK_BYTES = 1 << 20

# Bytes that are letters in Windows-1256 and undefined in Windows-1252: one of them outside a damaged file decides.
_ONLY_1256 = re.compile(rb"[\x81\x8d\x8f\x90]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
# Not text whatever the encoding: control bytes other than tab, line ends, form feed and the DOS end of file.
_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0e-\x19\x1b-\x1f]")


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """An encoding and whether it is certain. `damaged` counts the places that it cannot read."""

    name: str
    certain: bool
    damaged: int = 0


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Keep undecodable bytes visible as lone surrogates, so that exactly their row can be refused."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(MARK_UNDECODABLE, _mark)


def detect_encoding(path: Path) -> EncodingGuess:
    """The encoding of the whole file. Raises FileRefused for UTF-32, UTF-16 without its mark, and what is no text."""
    with path.open("rb") as stream:
        head = stream.read(BLOCK_BYTES)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _unreadable_encoding("UTF-32")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return EncodingGuess("utf-16", certain=True, damaged=_damage(path, "utf-16")[0])
    if head.count(0) * 5 > len(head):
        raise _unreadable_encoding("UTF-16 / UTF-32")
    if len(_CONTROL.findall(head)) > 20 + len(head) // 50:
        raise FileRefused(
            "not-text",
            _("The file is not a text table: it holds binary data."),
            _("Save the table as CSV or XLSX in your spreadsheet program and upload that file."),
        )
    damaged, multibyte = _damage(path, "utf-8")
    if not damaged:
        return EncodingGuess("utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8", certain=True)
    if head.startswith(codecs.BOM_UTF8) or multibyte >= 3 * damaged:
        name = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
        return EncodingGuess(name, certain=False, damaged=damaged)
    name = _windows_set(path)
    return EncodingGuess(name, certain=False, damaged=_damage(path, name)[0])


def _damage(path: Path, encoding: str) -> tuple[int, int]:
    """How many bytes the encoding cannot read, and how many characters beyond ASCII it can; (0, 0) when all is well."""
    if _readable(path, encoding):
        return 0, 0
    decoder = codecs.getincrementaldecoder(encoding)(MARK_UNDECODABLE)
    damaged = beyond = 0
    with path.open("rb") as stream:
        while True:
            block = stream.read(BLOCK_BYTES)
            text = decoder.decode(block, final=not block)
            if not text.isascii():
                bad = len(_MARKED.findall(text))
                damaged += bad
                beyond += len(_BEYOND_ASCII.findall(text)) - bad
            if not block:
                return damaged, beyond


def _readable(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


_MARKED = re.compile("[\ud800-\udfff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


def _windows_set(path: Path) -> str:
    """Windows-1256 when the bytes above ASCII stand in runs, as words in Arabic script do; else Windows-1252."""
    high = in_runs = only_1256 = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            high += len(_HIGH.findall(block))
            in_runs += sum(len(run) for run in _HIGH_RUN.findall(block))
            only_1256 += len(_ONLY_1256.findall(block))
            if high > 20_000:
                break
    return "cp1256" if in_runs * 2 > high or only_1256 * 10 > high else "cp1252"


def _unreadable_encoding(name: str) -> FileRefused:
    return FileRefused(
        "encoding",
        say(_("The file is written in {encoding} without a mark we can rely on."), encoding=name),
        _("Save it as CSV UTF-8 and upload it again."),
    )
