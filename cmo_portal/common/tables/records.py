"""Lines of a delimited text → records with the row numbers of a spreadsheet, whatever the file does to stop us.

A record may span several lines inside quotation marks. A mark that is never closed, an endless line, bytes that the
encoding cannot read: each costs its own record a complaint and the reading goes on with the next line. Memory stays
flat: no line longer than the limit is ever held.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from cmo_portal.common.tables.limits import TableLimits

# NUL and other control characters, and the marks that turn the direction of what is shown (U+202E and its kin).
_STRIPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_UNDECODABLE = re.compile("[\ud800-\udfff]")
_SKIP_CHARS = 1 << 16
KEPT_CHARS = 200  # of a line that is too long, to show which one it is
_BLOCK_CHARS = 1 << 18


class _OverlongLine(str):
    """Stands in for a line that was too long to keep: its beginning alone, told apart by its type."""

    __slots__ = ()


class _RecordTooLong(Exception):
    """A quoted record spans more lines than allowed."""


class LineFeed:
    """The lines of a text stream, cleaned, with the lines of the current record kept so that they can be read again."""

    def __init__(self, stream: TextIO, limits: TableLimits) -> None:
        self._read = stream.read
        self._readline = stream.readline
        self._limit = limits.line_chars
        self._easy_chars = min(limits.line_chars, limits.cell_chars)
        self._record_lines = limits.record_lines
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._head = ""
        self.overlong = False
        self.damaged = False
        self.stripped = 0

    def __iter__(self) -> LineFeed:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._fresh()
        if len(self._record) >= self._record_lines:
            self._again.appendleft(line)
            raise _RecordTooLong
        self._record.append(line)
        if type(line) is _OverlongLine:
            self.overlong = True
            return "\n"
        return line

    def start_record(self) -> None:
        """Forget the lines of the record before."""
        self._record.clear()
        self.overlong = False

    def rewind_to_second_line(self) -> None:
        """Let the lines after the record's first one be read again, each as the possible start of a record."""
        self._again.extendleft(reversed(self._record[1:]))

    @property
    def first_line(self) -> str:
        """The first line of the record being read, for a complaint."""
        return self._record[0] if self._record else ""

    @property
    def spans_lines(self) -> bool:
        """Whether the record spans more than one line."""
        return len(self._record) > 1

    @property
    def undecodable(self) -> bool:
        """Whether the record holds bytes that the encoding cannot read."""
        return self.damaged and any(_UNDECODABLE.search(line) is not None for line in self._record)

    def easy_lines(self) -> list[str]:
        """The next block of lines when none of them needs care; otherwise none, and they wait to be read one by one."""
        block = self._head + self._read(_BLOCK_CHARS)
        self._head = ""
        if block and not block.endswith("\n"):
            block += self._readline(self._limit + 2)
        lines = list(io.StringIO(block, newline=""))
        if not lines:
            return []
        if max(map(len, lines)) <= self._easy_chars and _is_clean(block):
            return lines
        if len(lines[-1]) > self._limit and not lines[-1].endswith(("\n", "\r")):
            self._skip_rest(lines[-1])
        self._again.extend(map(self._cleaned, lines))
        return []

    def take_back(self, lines: list[str]) -> None:
        """Let easy lines be read one by one after all: their quotation marks are not simple."""
        self._again.extend(lines)

    @property
    def waiting(self) -> bool:
        """Whether lines wait to be read one by one."""
        return bool(self._again)

    def _fresh(self) -> str:
        """One line straight from the stream, for a record that runs on beyond the lines that wait."""
        line = self._head + self._readline(self._limit + 2 - len(self._head))
        self._head = ""
        if not line:
            raise StopIteration
        if len(line) > self._limit and not line.endswith(("\n", "\r")):
            self._skip_rest(line)
        return self._cleaned(line)

    def _cleaned(self, line: str) -> str:
        """The line composed (NFC) and without what is stripped; an overlong one is not kept."""
        if len(line) > self._limit and len(line.rstrip("\r\n")) > self._limit:
            return _OverlongLine(_STRIPPED.sub("", line[:KEPT_CHARS]))
        if not line.isascii() and not unicodedata.is_normalized("NFC", line):
            line = unicodedata.normalize("NFC", line)
        if _STRIPPED.search(line) is not None:
            line, count = _STRIPPED.subn("", line)
            self.stripped += count
        self.damaged = self.damaged or (not line.isascii() and _UNDECODABLE.search(line) is not None)
        return line

    def _skip_rest(self, line: str) -> None:
        """Read on to the end of an overlong line without keeping it."""
        while line and not line.endswith(("\n", "\r")):
            line = self._readline(_SKIP_CHARS)
        if line.endswith("\r"):  # its "\n" may stand behind the cut
            following = self._readline(1)
            self._head = "" if following == "\n" else following


def _is_clean(block: str) -> bool:
    """Whether a block of lines holds nothing to compose, to take out or to refuse; at the speed of C."""
    if not block.isascii() and not unicodedata.is_normalized("NFC", block):
        return False
    if block.replace("\n", "").replace("\r", "").replace("\t", "").isprintable():
        return True
    return _STRIPPED.search(block) is None and _UNDECODABLE.search(block) is None


Complain = Callable[[str, int, str], None]


def read_records(
    feed: LineFeed, *, delimiter: str, quoted: bool, limits: TableLimits, complain: Complain
) -> Iterator[tuple[int, list[str]]]:
    """Pairs of row number and cells, blank rows as empty lists. A bad record is told to `complain(code, row, value)`
    and left out; codes are `line-too-long`, `quotes`, `undecodable`, `cell-too-long`.
    """
    careful = _cells_of(feed, delimiter, quoted=quoted)
    row = 0
    while True:
        lines = feed.easy_lines()
        cells_of_lines = _read_at_once(lines, delimiter, quoted=quoted)
        if lines and cells_of_lines is None:
            feed.take_back(lines)
        elif lines:
            yield from enumerate(cells_of_lines or (), start=row + 1)
            row += len(lines)
            continue
        elif not feed.waiting:
            return
        while feed.waiting:
            row += 1
            cells = _read_one(careful, feed, limits, row, complain)
            if cells is not None:
                yield row, cells


def _cells_of(lines: Iterable[str], delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE, strict=True)


def _read_at_once(lines: list[str], delimiter: str, *, quoted: bool) -> list[list[str]] | None:
    """The records of a block in which every line is one record; None when a quotation mark makes it less simple."""
    try:
        records = list(_cells_of(lines, delimiter, quoted=quoted))
    except csv.Error:
        return None
    return records if len(records) == len(lines) else None


def _read_one(
    reader: Iterator[list[str]], feed: LineFeed, limits: TableLimits, row: int, complain: Complain
) -> list[str] | None:
    """The next record, read with care; None when it was refused. Lines behind a broken mark are read again."""
    feed.start_record()
    try:
        cells = next(reader)
    except (csv.Error, _RecordTooLong):
        complain(_why_broken(feed, limits), row, feed.first_line)
        feed.rewind_to_second_line()
        return None
    code = _fault(cells, feed, limits)
    if code:
        complain(code, row, feed.first_line)
        return None
    return cells


def _why_broken(feed: LineFeed, limits: TableLimits) -> str:
    if feed.overlong:
        return "line-too-long"
    return "cell-too-long" if len(feed.first_line) > limits.cell_chars else "quotes"


def _fault(cells: list[str], feed: LineFeed, limits: TableLimits) -> str:
    """The code of what is wrong with a record that was read, or nothing."""
    if feed.overlong:
        return "line-too-long"
    line = feed.first_line
    if (len(line) > limits.cell_chars or feed.spans_lines) and any(len(cell) > limits.cell_chars for cell in cells):
        return "cell-too-long"
    return "undecodable" if feed.undecodable else ""


def shown(text: str) -> str:
    """A text that can be shown and stored: bytes that could not be read become the replacement character."""
    return text if text.isascii() else _UNDECODABLE.sub("\ufffd", text)
