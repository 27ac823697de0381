"""Writers: whether there are any, in which roles, and how each controlled one is linked to a publisher."""

from works.formats.cwr import codes
from works.formats.cwr.checks.chains import ownership, publisher_type
from works.formats.cwr.checks.order import check_territory_lines
from works.formats.cwr.edits import Findings
from works.formats.cwr.structure import Node, WorkTree
from works.formats.cwr.values import read_number

_LINKED_TYPES = frozenset({"E", "PA"})
_WORDS_ROLES = frozenset({"CA", "A", "SA", "TR"})


def check_writers(findings: Findings, tree: WorkTree) -> None:
    """Every rule on writers but the sums of shares."""
    for node in tree.writers:
        _check_unknown_flag(findings, node)
        check_territory_lines(findings, node)
        _check_links(findings, tree, node)
    _check_presence(findings, tree)
    _check_version_roles(findings, tree)
    _check_collecting(findings, tree)
    _check_party_numbers(findings, tree)


def _roles(tree: WorkTree) -> list[str]:
    return [node.record["writer_designation"] for node in tree.writers]


def _check_unknown_flag(findings: Findings, node: Node) -> None:
    if node.record.type != "OWR":
        return
    unknown, name = node.record["writer_unknown"] == "Y", node.record["last_name"]
    if unknown and name:
        findings.add(
            "SWR-F-006",
            node.index,
            field="writer_unknown",
            value="Y",
            replacement="N",
            text="unknown_with_name",
            name=name,
        )
    elif not unknown and not name:
        findings.add("SWR-F-003", node.index, field="last_name", text="name_or_unknown")


def _check_presence(findings: Findings, tree: WorkTree) -> None:
    if not tree.writers:
        findings.add("NWR-T-012", 0)
    elif not codes.CREATING_ROLES.intersection(_roles(tree)):
        findings.add("NWR-T-015", 0, roles=", ".join(_roles(tree)) or "blank")


def _check_version_roles(findings: Findings, tree: WorkTree) -> None:
    version_type = tree.header.record["version_type"]
    arranging = [node for node in tree.writers if node.record["writer_designation"] in codes.ARRANGING_ROLES]
    if version_type == "ORI":
        for node in arranging:
            findings.add("NWR-T-023", node.index, field="writer_designation", value=node.record["writer_designation"])
    if version_type == "MOD" and tree.writers:
        if not arranging:
            findings.add("NWR-T-010", 0)
        _check_shareless_creators(findings, tree, arranging)
    if findings.version == "2.2" and tree.header.record["text_music_rel"] == "MUS":
        for node in tree.writers:
            role = node.record["writer_designation"]
            if role in _WORDS_ROLES:
                findings.warn("words_in_music", node.index, field="writer_designation", value=role)


def _check_shareless_creators(findings: Findings, tree: WorkTree, arranging: list[Node]) -> None:
    """In a version, a controlled creator without shares needs a controlled arranger with shares beside it."""
    if any(node.record.type == "SWR" and any(ownership(node)) for node in arranging):
        return
    for node in tree.of("SWR"):
        if node.record["writer_designation"] in codes.CREATING_ROLES and not any(ownership(node)):
            findings.add("SWR-F-020", node.index, field="writer_designation", value=node.record["writer_designation"])


def _check_collecting(findings: Findings, tree: WorkTree) -> None:
    """Who owns a share and is controlled collects somewhere, and says where."""
    for node in tree.of("SWR"):
        if ownership(node)[0] and not node.of("SWT"):
            findings.add("NWR-T-020", node.index, value=node.record["last_name"])
    for chain in tree.chains():
        if chain[0].record.type != "SPU" or not any(any(ownership(node)) for node in chain):
            continue
        if not any(node.of("SPT") for node in chain):
            findings.add("NWR-T-007", chain[0].index, value=chain[0].record["publisher_name"])


def _check_party_numbers(findings: Findings, tree: WorkTree) -> None:
    """One party number names one party: another name under it needs at least the same IPI name number."""
    for nodes, edit, name_field in (
        (tree.publishers, "SPU-F-003", "publisher_name"),
        (tree.writers, "SWR-F-002", "last_name"),
    ):
        first: dict[str, Node] = {}
        for node in nodes:
            number = node.record["ip_no"].upper()
            known = first.setdefault(number, node)
            if number and not _is_same_party(known, node, name_field):
                findings.add(
                    edit, node.index, field="ip_no", value=node.record["ip_no"], other=known.record[name_field]
                )


def _is_same_party(one: Node, other: Node, name_field: str) -> bool:
    ipi = one.record["ipi_name_no"].strip("0")
    same_ipi = bool(ipi) and ipi == other.record["ipi_name_no"].strip("0")
    return same_ipi or one.record[name_field].upper() == other.record[name_field].upper()


def _check_links(findings: Findings, tree: WorkTree, writer: Node) -> None:
    links = writer.of("PWR")
    if writer.record.type == "OWR" and findings.version == "2.1":
        for link in links:
            findings.add("PWR-R-001", link.index, text="link_of_other")
        return
    published = any(any(ownership(node)) for node in tree.publishers)
    if writer.record.type == "SWR" and published and not links:
        findings.add("SWR-R-002", writer.index, value=writer.record["last_name"])
    for link in links:
        if findings.version == "2.1":
            _check_link_21(findings, tree, writer, link)
        else:
            _check_link_22(findings, tree, writer, link)


def _check_link_21(findings: Findings, tree: WorkTree, writer: Node, link: Node) -> None:
    number = link.record["publisher_ip_no"]
    named = [
        node
        for node in tree.of("SPU")
        if node.record["ip_no"].upper() == number.upper() and publisher_type(node) in _LINKED_TYPES
    ]
    if not number or not named:
        findings.add("PWR-F-001", link.index, field="publisher_ip_no", value=number, text="link_to_nobody")
    else:
        _check_link_name(findings, "PWR-F-002", link, named)
    _check_writer_number(findings, "PWR-F-005", writer, link)


def _check_link_22(findings: Findings, tree: WorkTree, writer: Node, link: Node) -> None:
    controlled = writer.record.type == "SWR"
    if controlled:
        for edit, field in (
            ("PWR-F-008", "writer_ip_no"),
            ("PWR-F-009", "publisher_ip_no"),
            ("PWR-F-010", "publisher_name"),
        ):
            if not link.record[field]:
                findings.add(edit, link.index, field=field, text="required")
    chain = _chain_of(tree, link)
    if not chain:
        findings.add(
            "PWR-F-007", link.index, field="publisher_seq", value=link.record["publisher_seq"], text="link_to_no_chain"
        )
        return
    named = [node for node in chain if publisher_type(node) in _LINKED_TYPES]
    number = link.record["publisher_ip_no"]
    if number and number.upper() not in {node.record["ip_no"].upper() for node in named}:
        findings.add("PWR-F-012", link.index, field="publisher_ip_no", value=number, text="link_to_nobody")
    elif number:
        _check_link_name(findings, "PWR-F-013", link, named)
    if link.record["writer_ip_no"]:
        _check_writer_number(findings, "PWR-F-011", writer, link)


def _chain_of(tree: WorkTree, link: Node) -> list[Node]:
    number = read_number(link.record["publisher_seq"])
    return [node for node in tree.publishers if number and read_number(node.record["publisher_seq"]) == number]


def _check_link_name(findings: Findings, edit: str, link: Node, named: list[Node]) -> None:
    name = link.record["publisher_name"]
    names = {node.record["publisher_name"].upper() for node in named}
    if name and name.upper() not in names:
        number = link.record["publisher_ip_no"].upper()
        right = next((node for node in named if node.record["ip_no"].upper() == number), named[0])
        findings.add(
            edit,
            link.index,
            field="publisher_name",
            value=name,
            replacement=right.record["publisher_name"],
            text="link_name",
            name=right.record["publisher_name"],
        )


def _check_writer_number(findings: Findings, edit: str, writer: Node, link: Node) -> None:
    number, party = link.record["writer_ip_no"], writer.record["ip_no"]
    if number.upper() != party.upper():
        findings.add(
            edit, link.index, field="writer_ip_no", value=number, text="other_party_number", party=party, type="SWR"
        )
