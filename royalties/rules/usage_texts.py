"""Distinct texts of a file that is read in parts, and rows of a file that say the same.

The texts are numbered from 1 in the order of their first line. Sums are whole numbers of 64 bits; that they fit is
seen to by `LARGEST_PRODUCT` and `LARGEST_SUM`, which the reader keeps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from royalties.rules.matching import UsageText

I64 = npt.NDArray[np.int64]
IDENTITY = ("section", "title", "creators", "performers", "isrc", "iswc", "own_number")
SAID = ("used_on", "used_at", "channel", "territory", "use_code", "daypart", "plays", "seconds")
LARGEST_PRODUCT = 2**53 - 1  # plays × seconds of one line
LARGEST_SUM = 2**62  # plays × seconds, or plays, of a file


@dataclass(frozen=True, slots=True)
class NumberedText:
    """A distinct text with its number and section; `text.seconds` is the longest play, `seconds` the sum of plays ×
    seconds."""

    number: int
    section: str
    text: UsageText
    seconds: int


class TextTable:
    """The distinct texts of the lines given so far. A line is a row of columns named as in the usage line."""

    def __init__(self) -> None:
        self._numbers: defaultdict[tuple[str, ...], int] = defaultdict(count(1).__next__)
        self._albums: dict[int, str] = {}
        self._lines = self._plays = self._seconds = self._longest = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, columns: Mapping[str, Sequence[Any]]) -> list[int]:
        """The text numbers of these lines; their counts are added to their texts."""
        numbers = list(map(self._numbers.__getitem__, zip(*(columns[name] for name in IDENTITY), strict=True)))
        self._grow(len(self._numbers) + 1)
        where = np.array(numbers, dtype=np.int64)
        plays = np.array(columns["plays"], dtype=np.int64)
        seconds = np.array(columns["seconds"], dtype=np.int64)
        np.add.at(self._lines, where, 1)
        np.add.at(self._plays, where, plays)
        np.add.at(self._seconds, where, plays * seconds)
        np.maximum.at(self._longest, where, seconds)
        albums = columns["album"]
        if any(albums):
            self._keep_albums(numbers, albums)
        return numbers

    def texts(self) -> Iterator[NumberedText]:
        """The texts in the order of their numbers."""
        sums = (part[1:].tolist() for part in (self._lines, self._plays, self._seconds, self._longest))
        rows = zip(self._numbers.items(), *sums, strict=False)  # the sums have room to grow
        for (key, number), lines, plays, seconds, longest in rows:
            section, title, creators, performers, isrc, iswc, own_number = key
            text = UsageText(
                title, creators, performers, isrc, iswc, own_number, self._albums.get(number, ""), longest, lines, plays
            )
            yield NumberedText(number, section, text, seconds)

    def _grow(self, size: int) -> None:
        if size > len(self._lines):
            more = np.zeros(max(size, 2 * len(self._lines)) - len(self._lines), dtype=np.int64)
            self._lines, self._plays, self._seconds, self._longest = (
                np.concatenate([part, more]) for part in (self._lines, self._plays, self._seconds, self._longest)
            )

    def _keep_albums(self, numbers: Sequence[int], albums: Sequence[str]) -> None:
        """The first album in the alphabet, so that the order of the lines does not matter."""
        for number, album in zip(numbers, albums, strict=True):
            if album and (number not in self._albums or album < self._albums[number]):
                self._albums[number] = album


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many rows say the same as a row above them, and the first of them."""

    count: int
    first_row: int


class RowKeys:
    """Finds rows of one file that say the same: moment, place, use, text, plays and seconds.

    A row is kept as a hash of 64 bits, which tells millions of rows apart; what is found is told to a person, nothing
    is left out by it.
    """

    def __init__(self) -> None:
        self._keys: list[I64] = []
        self._rows: list[I64] = []

    def add(self, columns: Mapping[str, Sequence[Any]], text_numbers: Sequence[int]) -> None:
        """Take in these lines."""
        said = zip(*(columns[name] for name in SAID), text_numbers, strict=True)
        self._keys.append(np.fromiter(map(hash, said), dtype=np.int64, count=len(text_numbers)))
        self._rows.append(np.array(columns["row_no"], dtype=np.int64))

    def repeats(self) -> Repeats:
        """The repeated rows of all lines taken in."""
        if not self._keys:
            return Repeats(0, 0)
        keys, rows = np.concatenate(self._keys), np.concatenate(self._rows)
        order = np.argsort(keys, kind="stable")
        again = rows[order][1:][np.diff(keys[order]) == 0]
        return Repeats(len(again), int(again.min()) if len(again) else 0)
