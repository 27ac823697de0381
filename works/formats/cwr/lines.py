"""A stream of bytes as numbered lines, whatever ends them, with flat memory and a bound on the length of a line."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LONGEST_LINE = 10_000
_CHUNK = 65_536
_END = re.compile(rb"\r\n|\n|\r")

CRLF = b"\r\n"


class RawLine(NamedTuple):
    """One line: its number from 1, its bytes without the end, the end, and whether it was cut at LONGEST_LINE bytes."""

    number: int
    data: bytes
    ending: bytes
    is_cut: bool


def raw_lines(stream: BinaryIO) -> Iterator[RawLine]:
    """Split on CR LF, LF and CR. Of an overlong line only the first LONGEST_LINE bytes are kept in memory."""
    number, held, is_cut = 1, b"", False
    for chunk in _chunks(stream):
        held += chunk
        start = 0
        for match in _END.finditer(held):
            yield _line(number, held[start : match.start()], match.group(), is_cut)
            number, start, is_cut = number + 1, match.end(), False
        held = held[start:]
        if len(held) > LONGEST_LINE:
            held, is_cut = held[:LONGEST_LINE], True
    if held or is_cut:
        yield _line(number, held, b"", is_cut)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Chunks that never end between the CR and the LF of one line end."""
    waiting = b""
    while chunk := stream.read(_CHUNK):
        chunk = waiting + chunk
        waiting = b"\r" if chunk.endswith(b"\r") else b""
        yield chunk[:-1] if waiting else chunk
    if waiting:
        yield waiting


def _line(number: int, data: bytes, ending: bytes, is_cut: bool) -> RawLine:
    if len(data) > LONGEST_LINE:
        return RawLine(number, data[:LONGEST_LINE], ending, True)
    return RawLine(number, data, ending, is_cut)
