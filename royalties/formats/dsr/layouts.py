"""Record layouts of the DDEX Digital Sales Report, from one small table; one expression checks a whole line at once.

`layouts.tsv` holds the facts: which cells a record of one version has, which may be empty, which hold several values,
which are numbers or dates. They were read from the public profile schemas of 2020 (ddexnet/dsrf); a newer version is
added as a line of that table, from the official document. Live use of the standard needs DDEX's free implementation
licence, which belongs to the society that runs the portal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

ENVELOPE = frozenset({"HEAD", "SRHE", "FOOT", "SRFO"})
TABLE = Path(__file__).with_name("layouts.tsv")

# What a filled cell of each type looks like. Whole numbers and decimals may be negative: that is refused with a better
# message where it matters.
_TYPES = {
    "": r"[^\t]",
    "i": r"-?[0-9]{1,18}",
    "d": r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?",
    "b": r"(?:[Tt]rue|[Ff]alse|TRUE|FALSE)",
    "t": r"P[0-9DTHMS.,]{2,30}",
    "D": r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}",
    "m": r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}T[0-9:.+Z-]{4,25}",
    "c": r"[A-Z]{3}",
}
_CELL = re.compile(r"(?P<name>\w+)(?P<optional>\??)(?P<several>\*?)(?::(?P<type>\w))?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a record."""

    name: str
    mandatory: bool
    several: bool
    type: str

    @property
    def expression(self) -> str:
        """What the cell may hold; several values of a type are divided by bars."""
        if not self.type:
            return r"[^\t]++" if self.mandatory else r"[^\t]*+"
        one = f"(?:{_TYPES[self.type]})"
        filled = rf"(?:{one}?(?:\|{one}?)*+)" if self.several else one
        return rf"(?=[^\t]){filled}" if self.mandatory else f"{filled}?+"


class Roles(NamedTuple):
    """Positions of the cells that usage is read from, whatever a version calls them; 0 where a record has none."""

    block: int
    summary: int
    reference: int
    source_id: int
    isrc: int
    title: int
    subtitle: int
    artist: int
    duration: int
    iswc: int
    creators: int
    arrangers: int
    own_number: int
    release: int
    resource: int
    bearing: int
    plays: int
    returns: int
    amount: int
    album: int


# The names of one role in the order of preference: versions and profiles rename their cells.
ROLE_NAMES: dict[str, tuple[str, ...]] = {
    "block": ("BlockId",),
    "summary": ("SummaryRecordId",),
    "reference": ("ResourceReference", "CueResourceReference"),
    "source_id": ("DspResourceId",),
    "isrc": ("ISRC", "ReferencedCreationISRC"),
    "title": ("WorkTitle", "Title", "ResourceTitle", "ReferencedCreationTitle"),
    "subtitle": ("SubTitle", "ResourceSubTitle"),
    "artist": ("DisplayArtistName", "ResourceDisplayArtistName", "ReferencedCreationDisplayArtistName"),
    "duration": ("Duration", "ResourceDuration", "CueDuration"),
    "iswc": ("ISWC", "ReferencedCreationISWC"),
    "creators": ("ComposerAuthor", "ReferencedWorkComposerAuthorName", "ReferencedCreationComposerAuthorName"),
    "arrangers": ("Arranger", "ReferencedWorkArrangerName", "ReferencedCreationArrangerName"),
    "own_number": ("ProprietaryWorkId",),
    "release": ("TransactedRelease",),
    "resource": ("TransactedResource",),
    "bearing": ("IsRoyaltyBearing",),
    "plays": ("NumberOfStreams", "Downloads", "NumberOfBroadcasts", "Usages", "TotalUsages"),
    "returns": ("Returns",),
    "amount": ("NetRevenue", "AllocatedNetRevenue", "AllocatedNetRevenueInCurrencyOfAccounting"),
    "album": ("ReleaseTitle",),
}


class Layout:
    """The cells of one record version. `place` gives a cell's position; position 0 is the record type."""

    __slots__ = ("base", "cells", "in_block", "kind", "least", "pattern", "place", "record", "roles", "single", "size")

    def __init__(self, record: str, cells: tuple[Cell, ...]) -> None:
        self.record = record
        self.base = record.partition(".")[0]
        self.kind = record[:2]
        self.cells = cells
        self.size = len(cells) + 1
        self.place = {cell.name: number for number, cell in enumerate(cells, start=1)}
        self.roles = Roles(*(self.first_of(*names) for names in (ROLE_NAMES[role] for role in Roles._fields)))
        self.in_block = self.roles.block == 1
        self.single = self.kind == "SR" and record not in ENVELOPE
        self.least = max((number for number, cell in enumerate(cells, start=1) if cell.mandatory), default=0)
        self.pattern = re.compile(self._expression(), re.ASCII)

    def first_of(self, *names: str) -> int:
        """The position of the first name that the record has; 0 when it has none. Versions rename their cells."""
        return next((self.place[name] for name in names if name in self.place), 0)

    def faults(self, cells: list[str]) -> Iterator[tuple[str, str, str]]:
        """Name, value and code (`missing`, `type`) of every cell that breaks the layout; slow and precise."""
        for number, cell in enumerate(self.cells, start=1):
            value = cells[number] if number < len(cells) else ""
            if not value:
                if cell.mandatory:
                    yield cell.name, "", "missing"
            elif cell.type and re.fullmatch(cell.expression, value, re.ASCII) is None:
                yield cell.name, value, "type"

    def _expression(self) -> str:
        """The whole line: mandatory part, then cells that may be left out from the end."""
        needed = "".join(rf"\t{cell.expression}" for cell in self.cells[: self.least])
        tail = "".join(rf"(?:\t{cell.expression}" for cell in self.cells[self.least :])
        return re.escape(self.record) + needed + tail + ")?" * (len(self.cells) - self.least)


@cache
def layouts() -> dict[str, Layout]:
    """All layouts by record type with version, such as `AS02.02`."""
    found = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        record, _tab, names = line.partition("\t")
        found[record] = Layout(record, tuple(_cell(name) for name in names.split()))
    return found


@cache
def known_bases() -> frozenset[str]:
    """Record types without their version: with one of these an unknown label is a version that we do not have."""
    return frozenset(layout.base for layout in layouts().values())


def _cell(text: str) -> Cell:
    match = _CELL.fullmatch(text)
    if match is None:
        raise ValueError(f"the table of layouts has an unreadable cell: {text}")
    return Cell(match["name"], not match["optional"], bool(match["several"]), match["type"] or "")
