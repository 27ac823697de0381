"""Publishers and their chains: who begins one, who may own, who stands behind whom, which numbers they carry."""

from works.formats.cwr import codes
from works.formats.cwr.checks.order import check_territory_lines
from works.formats.cwr.edits import Findings
from works.formats.cwr.structure import Node, WorkTree
from works.formats.cwr.values import percent, read_number
from works.rules.identifiers import read_ipi_name

OWNING_TYPES = frozenset({"E", "AQ"})
_OPENING_TYPES = frozenset({"E", "PA"})
_RIGHTS = ("pr", "mr", "sr")


def publisher_type(node: Node) -> str:
    """The type of a publisher; an OPU without a type of the table counts as E."""
    given = node.record["publisher_type"]
    if node.record.type == "OPU" and given not in codes.code_names("publisher_type"):
        return "E"
    return given


def ownership(node: Node) -> tuple[int, int, int]:
    """What a party owns, in hundredths of a percent: performing, mechanical, synchronisation."""
    record = node.record
    return record.number("pr_ownership"), record.number("mr_ownership"), record.number("sr_ownership")


def check_publishers(findings: Findings, tree: WorkTree) -> None:
    """Every rule on publishers but the sums of shares."""
    for node in tree.publishers:
        _check_unknown_flag(findings, node)
        _check_owner_type(findings, node)
        _check_society_name(findings, node)
        check_territory_lines(findings, node)
    chains = tree.chains()
    _check_chain_numbers(findings, chains)
    for chain in chains:
        _check_chain_members(findings, chain)
        if chain[0].record.type == "SPU":
            _check_chain_owns(findings, chain)
        _check_acquirers(findings, chain)


def _check_unknown_flag(findings: Findings, node: Node) -> None:
    if node.record.type != "OPU":
        return
    unknown, name = node.record["publisher_unknown"] == "Y", node.record["publisher_name"]
    if unknown and name:
        findings.add(
            "SPU-F-009",
            node.index,
            field="publisher_unknown",
            value="Y",
            replacement="N",
            text="unknown_with_name",
            name=name,
        )
    elif not unknown and not name:
        findings.add("SPU-F-004", node.index, field="publisher_name", text="name_or_unknown")


def _check_owner_type(findings: Findings, node: Node) -> None:
    owned = ownership(node)
    kind = publisher_type(node)
    if any(owned) and kind not in OWNING_TYPES:
        findings.add(
            "SPU-F-019",
            node.index,
            field="publisher_type",
            value=kind,
            pr=percent(owned[0]),
            mr=percent(owned[1]),
            sr=percent(owned[2]),
        )


def _check_society_name(findings: Findings, node: Node) -> None:
    name = node.record["publisher_name"]
    if name and name.upper() in codes.society_names() and not read_ipi_name(node.record["ipi_name_no"]).is_valid:
        findings.add("SPU-F-029", node.index, field="publisher_name", value=name)


def _check_chain_numbers(findings: Findings, chains: list[list[Node]]) -> None:
    due = 1
    for chain in chains:
        printed = chain[0].record["publisher_seq"]
        number = read_number(printed) if printed else None
        if number != due:
            findings.add("SPU-F-001", chain[0].index, field="publisher_seq", value=printed, due=f"{due:02d}")
        # A wrong number is complained of once; the next chain is held against it.
        due = (number or due) + 1


def _check_chain_members(findings: Findings, chain: list[Node]) -> None:
    first = chain[0]
    if publisher_type(first) not in _OPENING_TYPES:
        findings.add("SPU-R-002", first.index, field="publisher_type", value=publisher_type(first))
    for node in chain[1:]:
        if first.record.type == "SPU" and node.record.type == "OPU":
            findings.add("NWR-T-016", node.index, value=node.record["publisher_name"])
        elif first.record.type == "OPU" and node.record.type == "SPU":
            findings.add("SPU-R-006", node.index, value=node.record["publisher_name"])
    if first.record.type == "OPU":
        for node in (line for publisher in chain for line in publisher.of("SPT")):
            findings.add("SPU-R-007", node.index, text="territory_of_other")
            if findings.version == "2.2":
                findings.add("SPT-F-001", node.index, text="territory_of_other")


def _check_chain_owns(findings: Findings, chain: list[Node]) -> None:
    originals = [node for node in chain if publisher_type(node) == "E"]
    for node in originals[1:]:
        findings.add("NWR-T-017", node.index, field="publisher_type", value="E")
    owners = [node for node in chain if publisher_type(node) in OWNING_TYPES]
    if owners and not any(any(ownership(node)) for node in owners):
        findings.add("NWR-T-025", chain[0].index, value=chain[0].record["publisher_name"])


def _check_acquirers(findings: Findings, chain: list[Node]) -> None:
    originals = [node for node in chain if publisher_type(node) == "E"]
    acquirers = [node for node in chain if publisher_type(node) == "AQ"]
    for node in acquirers:
        if not any(original.index < node.index for original in originals):
            findings.add("SPU-F-032", node.index, field="publisher_type", value="AQ")
        if not any(ownership(node)):
            findings.add("SPU-R-008", node.index, value=node.record["publisher_name"])
    if acquirers:
        for node in originals:
            if any(ownership(node)):
                findings.add("NWR-T-026", node.index, value=node.record["publisher_name"])
