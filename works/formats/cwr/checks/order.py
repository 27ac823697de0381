"""Which records a work may have, in which order, how often, and what each must follow."""

from works.formats.cwr.edits import Findings
from works.formats.cwr.layouts import TRANSACTION_HEADERS
from works.formats.cwr.structure import ORDER, PARENTS, Node, WorkTree
from works.formats.cwr.values import read_number

_EDIT_ORDER = {"2.1": "NWR-T-018", "2.2": "NWR-T-043"}

# Records that may stand once in a work.
_SINGLE = {"EWT": "EWT-R-001", "VER": "VER-R-001"}

# What a record follows when its parent is missing: the edit that says so, by record type.
_FOLLOWS = {
    "NPN": "NPN-R-001",
    "SPT": "SPT-F-001",
    "OPT": "OPT-F-014",
    "NWN": "NWN-R-001",
    "SWT": "SWT-F-001",
    "OWT": "OWT-F-011",
    "IND": "IND-R-001",
}

# The records that may stand between a record and its parent.
_BETWEEN = {
    "NPN": (),
    "NWN": (),
    "SPT": ("NPN", "SPT"),
    "OPT": ("NPN", "SPT", "OPT"),
    "SWT": ("NWN", "SWT"),
    "OWT": ("NWN", "OWT"),
}


def check_order(findings: Findings, tree: WorkTree) -> None:
    """Strangers, order, repeats, and the neighbours of dependent records."""
    for node in tree.strangers:
        text = "second_header" if node.record.type in TRANSACTION_HEADERS else "stranger"
        findings.add("NWR-T-008", node.index, value=node.record.type, text=text, type=node.record.type or "blank")
    _check_sequence_of_types(findings, tree)
    _check_single(findings, tree)
    for node in tree.orphans:
        _complain_of_orphan(findings, node)
    for parent in tree.nodes:
        _check_children(findings, parent)


def _check_sequence_of_types(findings: Findings, tree: WorkTree) -> None:
    highest, before = 0, ""
    for node in tree.nodes:
        place = ORDER[node.record.type]
        if place < highest:
            findings.add(_EDIT_ORDER[findings.version], node.index, text="order", type=node.record.type, before=before)
        else:
            highest, before = place, node.record.type


def _check_single(findings: Findings, tree: WorkTree) -> None:
    for record_type, edit in _SINGLE.items():
        for node in tree.of(record_type)[1:]:
            findings.add(edit, node.index, text="repeated", type=record_type)


def _complain_of_orphan(findings: Findings, node: Node) -> None:
    record_type = node.record.type
    after = " / ".join(sorted(PARENTS[record_type]))
    edit = _FOLLOWS.get(record_type)
    if record_type == "PWR":
        edit = "PWR-R-002" if findings.version == "2.1" else _EDIT_ORDER["2.2"]
    findings.add(edit or _EDIT_ORDER[findings.version], node.index, text="orphan", type=record_type, after=after)


def _check_children(findings: Findings, parent: Node) -> None:
    seen: list[str] = []
    for child in parent.children:
        record_type = child.record.type
        allowed = _BETWEEN.get(record_type)
        stranger = next((other for other in seen if allowed is not None and other not in allowed), None)
        if stranger is not None:
            findings.add(
                _FOLLOWS[record_type],
                child.index,
                text="not_directly_after",
                type=record_type,
                after=parent.record.type,
                other=stranger,
            )
        seen.append(record_type)


def check_territory_lines(findings: Findings, parent: Node) -> None:
    """Party number and running sequence of the territory records below one party."""
    for own, others in (("SPT", ("SPT", "OPT")), ("SWT", ("SWT", "OWT"))):
        due = 1
        for node in parent.of(*others):
            _check_party_number(findings, parent, node, own)
            due = _check_line_sequence(findings, node, own, due)


def _check_party_number(findings: Findings, parent: Node, node: Node, family: str) -> None:
    number, party = node.record["ip_no"], parent.record["ip_no"]
    may_be_blank = node.record.type in ("OPT", "OWT") and not number
    if number.upper() != party.upper() and not may_be_blank:
        findings.add(
            f"{family}-F-002",
            node.index,
            field="ip_no",
            value=number,
            text="other_party_number",
            party=party,
            type=parent.record.type,
        )


def _check_line_sequence(findings: Findings, node: Node, family: str, due: int) -> int:
    blank_edit, order_edit = {"SPT": ("SPT-F-012", "SPT-F-013"), "SWT": ("SWT-F-009", "SWT-F-010")}[family]
    printed = node.record["sequence"]
    number = read_number(printed)
    if not printed or number is None:
        findings.add(blank_edit, node.index, field="sequence", value=printed, text="required")
    elif number != due:
        findings.add(order_edit, node.index, field="sequence", value=printed, text="territory_sequence", due=str(due))
    return due + 1
