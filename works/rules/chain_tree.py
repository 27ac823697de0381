"""The ways of the parts of a work as a tree to be drawn: each owner, and below whoever got a part by an agreement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Name = TypeVar("Name")

Way = Sequence[tuple[str, str]]  # (party, agreement that brought the part to it), the owner first without agreement


@dataclass(slots=True)
class Node:
    """A party on the way. `kept` is what stays with it, in 1/10,000 of a percent; `row` and `above` are the lines of
    the drawing on which it and the party before it stand (−1: none)."""

    party: str
    agreement: str
    depth: int
    row: int
    above: int
    kept: int = 0
    state: str = "active"
    _below: dict[tuple[str, str], "Node"] = field(default_factory=dict, repr=False)


def tree(parts: Iterable[tuple[int, Way, int, str]]) -> list[Node]:
    """Nodes in the order of the drawing, from (share, way, units, state) of each part that is kept.

    Ways of one share are joined as far as they are the same. A part without a way is an owner without a name.
    """
    owners: dict[tuple[int, str], Node] = {}
    for number, (share, way, units, state) in enumerate(parts):
        steps = list(way) or [("", "")]
        key = (share or -number - 1, steps[0][0])
        node = owners.setdefault(key, Node(steps[0][0], "", 0, -1, -1))
        for step in steps[1:]:
            node = node._below.setdefault(step, Node(step[0], step[1], node.depth + 1, -1, -1))
        node.kept, node.state = node.kept + units, state
    drawn: list[Node] = []
    for owner in owners.values():
        _place(owner, -1, drawn)
    return drawn


def _place(node: Node, above: int, drawn: list[Node]) -> None:
    node.row, node.above = len(drawn), above
    drawn.append(node)
    for below in node._below.values():
        _place(below, node.row, drawn)
