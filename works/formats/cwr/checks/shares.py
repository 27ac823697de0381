"""Sums of ownership and collection shares, in hundredths of a percent, with the tolerance of six that CWR allows.

The tolerance holds for sums, never for the range of one party. Collection is summed on the leaves of the territory
tree, because each party's includes and excludes cut the world differently.
"""

from datetime import date

from members.rules.territories import Segment, area_of, codes_of, in_order, summed
from works.formats.cwr.checks.chains import OWNING_TYPES, ownership, publisher_type
from works.formats.cwr.edits import Findings
from works.formats.cwr.structure import Node, WorkTree
from works.formats.cwr.values import percent

WHOLE = 10_000
HALF = 5_000
TOLERANCE = 6
RIGHTS = ("PR", "MR", "SR")

_PUBLISHER_LIMITS = (HALF, WHOLE, WHOLE)
_PUBLIC_DOMAIN_NAMES = frozenset({"DP", "PUBLIC DOMAIN", "DOMAINE PUBLIC"})


def check_shares(findings: Findings, tree: WorkTree, on: date | None) -> None:
    """Every rule on sums. `on` is the date whose territory groups count."""
    _check_ownership(findings, tree)
    _check_public_domain(findings, tree)
    lines = {id(node): _collection(findings, node, on) for node in (*tree.publishers, *tree.writers)}
    _check_territory_totals(findings, tree, lines)
    for chain in tree.chains():
        if chain[0].record.type == "SPU":
            _check_chain_collection(findings, chain, lines)
            _check_overlaps(findings, chain, lines)


def _totals(nodes: list[Node]) -> tuple[int, int, int]:
    owned = [ownership(node) for node in nodes]
    return sum(one[0] for one in owned), sum(one[1] for one in owned), sum(one[2] for one in owned)


def _check_ownership(findings: Findings, tree: WorkTree) -> None:
    publishers, writers = _totals(tree.publishers), _totals(tree.writers)
    for right, held, limit in zip(RIGHTS, publishers, _PUBLISHER_LIMITS, strict=True):
        if held > limit + TOLERANCE:
            findings.add("NWR-T-004", 0, right=right, total=percent(held), limit=percent(limit))
    for right, held in zip(RIGHTS, writers, strict=True):
        if held > WHOLE + TOLERANCE:
            findings.add("NWR-T-009", 0, right=right, total=percent(held), limit=percent(WHOLE), text="writers_above")
    if 0 < writers[0] < HALF - TOLERANCE:
        findings.add("NWR-T-009", 0, right="PR", total=percent(writers[0]), limit=percent(HALF), text="writers_below")
    for right, published, written in zip(RIGHTS, publishers, writers, strict=True):
        total = published + written
        if total and abs(total - WHOLE) > TOLERANCE:
            findings.add("NWR-T-011", 0, right=right, total=percent(total))


def _check_public_domain(findings: Findings, tree: WorkTree) -> None:
    writers = tree.writers
    total = _totals(tree.publishers)[0] + _totals(writers)[0]
    if total and writers and all(_is_public_domain(node) for node in writers):
        findings.add("NWR-T-024", 0, total=percent(total))


def _is_public_domain(node: Node) -> bool:
    return node.record["last_name"].upper() in _PUBLIC_DOMAIN_NAMES


def _collection(findings: Findings, party: Node, on: date | None) -> list[Segment]:
    """One party's collection shares by area; complains of lines whose shares contradict include or exclude."""
    lines = []
    for node in party.of("SPT", "OPT", "SWT", "OWT"):
        record = node.record
        shares = (record.number("pr_collection"), record.number("mr_collection"), record.number("sr_collection"))
        is_include = record["incl_excl"] != "E"
        family = "SPT" if record.type in ("SPT", "OPT") else "SWT"
        if is_include and not any(shares):
            findings.add(f"{family}-R-001", node.index, value=record["tis_code"], text="include_without_share")
        if family == "SWT" and not is_include and any(shares):
            _reset_excluded(findings, node)
        lines.append((is_include, area_of(record["tis_code"].zfill(4), on), shares))
    return in_order(lines)


def _reset_excluded(findings: Findings, node: Node) -> None:
    for field in ("pr_collection", "mr_collection", "sr_collection"):
        if node.record.number(field):
            value = node.record[field]
            findings.add(
                "SWT-R-003", node.index, field=field, value=value, replacement="0" * 5, text="exclude_with_share"
            )


def _check_territory_totals(findings: Findings, tree: WorkTree, lines: dict[int, list[Segment]]) -> None:
    controlled = ("SPU", "SWR") if findings.version == "2.1" else ("SPU", "SWR", "OPU", "OWR")
    parties = [node for node in (*tree.publishers, *tree.writers) if node.record.type in controlled]
    edit = "NWR-T-014" if findings.version == "2.1" else "NWR-T-044"
    worst: dict[int, tuple[int, int]] = {}
    for area, shares in summed(lines[id(node)] for node in parties):
        for place, total in enumerate(shares):
            if total > WHOLE + TOLERANCE and total > worst.get(place, (0, 0))[0]:
                worst[place] = (total, area)
    for place, (total, area) in sorted(worst.items()):
        findings.add(
            edit,
            0,
            text="territory_above",
            right=RIGHTS[place],
            total=percent(total),
            territories=", ".join(codes_of(area)),
        )


def _check_chain_collection(findings: Findings, chain: list[Node], lines: dict[int, list[Segment]]) -> None:
    """The chain collects the performing right that its original publisher and acquirer own, where it collects it."""
    if any(publisher_type(node) == "PA" for node in chain) or _announces_share_change(chain):
        return
    owned = sum(ownership(node)[0] for node in chain if publisher_type(node) in OWNING_TYPES)
    for area, (collected, _, _) in summed(lines[id(node)] for node in chain):
        if collected and abs(collected - owned) > TOLERANCE:
            findings.add(
                "NWR-T-027",
                chain[0].index,
                value=chain[0].record["publisher_name"],
                total=percent(collected),
                owned=percent(owned),
                territories=", ".join(codes_of(area)),
            )
            return


def _announces_share_change(chain: list[Node]) -> bool:
    return any(line.record["shares_change"] == "Y" for node in chain for line in node.of("SPT"))


def _check_overlaps(findings: Findings, chain: list[Node], lines: dict[int, list[Segment]]) -> None:
    """Within a chain a territory belongs to one publisher for a right."""
    held = [0, 0, 0]
    for node in chain:
        own = [0, 0, 0]
        for area, shares in lines[id(node)]:
            for place, share in enumerate(shares):
                own[place] |= area if share else 0
        for place, area in enumerate(own):
            both = held[place] & area
            if both:
                findings.add(
                    "SPT-R-005",
                    node.index,
                    value=node.record["publisher_name"],
                    right=RIGHTS[place],
                    territories=", ".join(codes_of(both)),
                )
            held[place] |= area
