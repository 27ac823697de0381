"""The picture of the ways of a work's parts: where each line stands, in CSS pixels from the reader's side."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cmo_portal.wording import isolated, share_text
from members.queries.reading import name_read
from works.queries.chains import Collection
from works.rules.chain_tree import Node, tree

CHAIN_ROW = 52
INDENT = 20
DEEPEST = 6  # further steps stand below each other, so that names keep their room on a phone
NAME_LENGTH = 30
WITHOUT_NAME = {
    "disputed": _("Contested part"),
    "unclaimed": _("Owner not known yet"),
    "free": _("Public domain"),
    "unconfirmed": _("Waiting for the co-writers"),
    "undocumented": _("Not documented"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One party: its shift from the edge, its height, and the line from the party before it (None at an owner)."""

    name: str
    agreement: str
    share: str
    state: str
    shift: int
    y: int
    line_shift: int
    line_from: int | None

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be cured before the part can be collected."""
        return self.state not in ("active", "free")


def picture(collection: Collection, *, mirrored: bool) -> list[Drawn]:
    """The parties from the top down, and below a part that agreements hold up those to whom they lead. Mirrored they
    stand at the other side."""
    parts = []
    for part in collection.parts:
        way = [(name_read(step.party), step.agreement.number if step.agreement else "") for step in part.steps]
        parts.append((part.share_id, way, part.units, part.state))
        for fault in part.faults:
            parts.append((part.share_id, [*way, (name_read(fault.party), fault.agreement.number)], 0, part.state))
    side = -1 if mirrored else 1
    return [_drawn(node, side) for node in tree(parts)]


def _drawn(node: Node, side: int) -> Drawn:
    depth = min(node.depth, DEEPEST)
    name = node.party or str(WITHOUT_NAME[node.state])
    return Drawn(
        name=name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…",
        agreement=node.agreement,
        share=isolated(share_text(node.kept)) if node.kept else "",
        state=node.state,
        shift=side * depth * INDENT,
        y=node.row * CHAIN_ROW,
        line_shift=side * (max(depth - 1, 0) * INDENT + 4),
        line_from=None if node.above < 0 else (node.above - node.row) * CHAIN_ROW + 42,
    )
