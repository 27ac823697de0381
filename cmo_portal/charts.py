"""The geometry of charts drawn on the server as SVG: whole numbers in, whole per-mille out, no float.

A bar is measured in tenths of a percent of the width of the picture, so that the picture stretches with the page
while its text keeps its size.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cmo_portal import wording

ROW_HEIGHT: Final = 44
LABEL_LENGTH: Final = 22  # with its value it fits 320 px


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, the address of what it is made of, and where it stands in the picture."""

    label: str
    short_label: str
    value: int
    text: str
    url: str
    x: str
    width: str
    label_y: int
    bar_y: int
    label_x: str
    value_x: str
    negative: bool


def bars(rows: Iterable[Sequence[Any]], *, money: bool, mirrored: bool) -> list[Bar]:
    """Place one bar under the other; the longest fills the width. Mirrored starts them at the other side."""
    listed = [tuple(row) for row in rows]
    longest = max((abs(row[1]) for row in listed), default=0) or 1
    return [_bar(index, row, longest, money=money, mirrored=mirrored) for index, row in enumerate(listed)]


def _bar(index: int, row: Sequence[Any], longest: int, *, money: bool, mirrored: bool) -> Bar:
    label, value = str(row[0]), int(row[1])
    permille = max(abs(value) * 1000 // longest, 4 if value else 0)
    return Bar(
        label=label,
        short_label=label if len(label) <= LABEL_LENGTH else f"{label[: LABEL_LENGTH - 1].rstrip()}…",
        value=value,
        text=wording.money_text(value, currency=False) if money else wording.grouped(value),
        url=str(row[2]) if len(row) > 2 else "",
        x=_percent(1000 - permille) if mirrored else "0",
        width=_percent(permille),
        label_y=index * ROW_HEIGHT + 16,
        bar_y=index * ROW_HEIGHT + 22,
        label_x="100%" if mirrored else "0",
        value_x="0" if mirrored else "100%",
        negative=value < 0,
    )


def _percent(permille: int) -> str:
    return f"{permille // 10}.{permille % 10}%"


def height(placed: Sequence[Bar]) -> int:
    """Height of the picture in CSS pixels."""
    return len(placed) * ROW_HEIGHT


def identifier(title: str) -> str:
    """A stable id for the title and description of a chart, the same for the same title."""
    return f"chart-{hashlib.sha256(title.encode()).hexdigest()[:8]}"
