"""The records of a work as a tree: parties with their territories and links, titles, recordings and the rest.

CWR writes a tree as a flat list in which a record belongs to the last party, title or recording before it. The tree is
built once and serves the checks and the reading of the work alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from works.formats.cwr.records import CwrRecord

PUBLISHERS = frozenset({"SPU", "OPU"})
WRITERS = frozenset({"SWR", "OWR"})

# The place of the independent records in the order that both versions ask for.
ORDER = {
    "SPU": 1,
    "OPU": 1,
    "SWR": 2,
    "OWR": 3,
    "ALT": 4,
    "NAT": 5,
    "EWT": 6,
    "VER": 7,
    "OWK": 7,
    "PER": 8,
    "REC": 9,
    "ORN": 10,
    "INS": 11,
    "COM": 12,
    "ARI": 13,
    "XRF": 14,
    "FTV": 15,
}

# The records that belong to another one, and to which.
PARENTS = {
    "NPN": PUBLISHERS,
    "SPT": PUBLISHERS,
    "OPT": PUBLISHERS,
    "NWN": WRITERS,
    "SWT": WRITERS,
    "OWT": WRITERS,
    "PWR": WRITERS,
    "MAN": WRITERS,
    "NET": frozenset({"EWT"}),
    "NVT": frozenset({"VER"}),
    "NOT": frozenset({"OWK"}),
    "NOW": frozenset({"EWT", "VER", "COM", "OWK"}),
    "NRC": frozenset({"REC"}),
    "NPR": frozenset({"PER"}),
    "IND": frozenset({"INS"}),
    "NCT": frozenset({"COM"}),
}


@dataclass(slots=True)
class Node:
    """A record, its place in the transaction, and the records that belong to it."""

    index: int
    record: CwrRecord
    children: list["Node"] = field(default_factory=list)

    def of(self, *types: str) -> list["Node"]:
        """The children of these record types, in file order."""
        return [child for child in self.children if child.record.type in types]


@dataclass(slots=True)
class WorkTree:
    """A work's records: `nodes` are the independent ones in file order, `orphans` those whose parent is missing."""

    header: Node
    nodes: list[Node] = field(default_factory=list)
    orphans: list[Node] = field(default_factory=list)
    strangers: list[Node] = field(default_factory=list)

    def of(self, *types: str) -> list[Node]:
        """The independent records of these types, in file order."""
        return [node for node in self.nodes if node.record.type in types]

    @property
    def publishers(self) -> list[Node]:
        """SPU and OPU in file order."""
        return self.of("SPU", "OPU")

    @property
    def writers(self) -> list[Node]:
        """SWR and OWR in file order."""
        return self.of("SWR", "OWR")

    def chains(self) -> list[list[Node]]:
        """The publishers in chains: neighbours with the same publisher sequence."""
        chains: list[list[Node]] = []
        for node in self.publishers:
            if chains and chains[-1][0].record["publisher_seq"] == node.record["publisher_seq"]:
                chains[-1].append(node)
            else:
                chains.append([node])
        return chains


def work_tree(records: Sequence[CwrRecord]) -> WorkTree:
    """Build the tree of one work; `records` starts with its header."""
    tree = WorkTree(Node(0, records[0]))
    for index, record in enumerate(records[1:], 1):
        node = Node(index, record)
        if not record.values or (record.type not in ORDER and record.type not in PARENTS):
            # Unknown to the version, or at home in another kind of transaction.
            tree.strangers.append(node)
        elif record.type in ORDER:
            tree.nodes.append(node)
        elif tree.nodes and tree.nodes[-1].record.type in PARENTS[record.type]:
            tree.nodes[-1].children.append(node)
        else:
            tree.orphans.append(node)
    return tree
