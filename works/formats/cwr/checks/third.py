"""CWR 3: what a transaction must hold, and the sums of collection and manuscript shares. Its rules carry no numbers
here: those of the documents at hand are the ones of CWR 2."""

from collections import defaultdict
from datetime import date

from members.rules.territories import Segment, area_of, codes_of, in_order, is_territory, summed
from works.formats.cwr.checks.shares import RIGHTS, TOLERANCE, WHOLE
from works.formats.cwr.collection import EVERY_RECIPIENT
from works.formats.cwr.edits import Findings
from works.formats.cwr.layouts import Field, layout_of
from works.formats.cwr.records import CwrRecord, Severity
from works.formats.cwr.structure import Node, WorkTree
from works.formats.cwr.values import is_date_or_none, is_digits, percent, read_duration, read_number

_NEEDED = {"WRK": ("title", "submitter_work_no"), "ALT": ("title",), "PER": ("last_name",)}  # else they say nothing
_PREFIX = frozenset({"record_type", "transaction_seq", "record_seq"})


def check_third(findings: Findings, tree: WorkTree, on: date | None) -> None:
    """Every rule on a work of CWR 3."""
    for index, record in enumerate(findings.records):
        check_record(findings, index, record)
    for node in tree.strangers:
        findings.complain("stranger", Severity.WARNING, node.index, type=node.record.type or "blank")
    if not tree.writers:
        findings.complain("NWR-T-012", Severity.TRANSACTION, 0)
    _check_collection(findings, tree, on)
    _check_manuscript(findings, tree)


def check_record(findings: Findings, index: int, record: CwrRecord) -> None:
    """The formats of a record's fields, and the fields without which it says nothing."""
    layout = layout_of(findings.version, record.type)
    for field in layout.fields if layout and record.values else ():
        if field.name not in _PREFIX:
            _check_field(findings, index, record, field)


def _check_field(findings: Findings, index: int, record: CwrRecord, field: Field) -> None:
    value = record[field.name]
    if not value and field.name in _NEEDED.get(record.type, ()):
        severity = Severity.TRANSACTION if index == 0 else Severity.RECORD
        findings.complain("required", severity, index, field=field.name)
    key = _wrong_format(field, value)
    if key:
        findings.complain(key, Severity.FIELD, index, field=field.name, value=value, replacement="0" * field.length)
    if field.name == "tis_code" and not (is_digits(value) and is_territory(value.zfill(4))):
        findings.complain("territory", Severity.RECORD, index, field="tis_code", value=value)


def _wrong_format(field: Field, value: str) -> str:
    if field.format == "D" and not is_date_or_none(value):
        return "date"
    if field.format == "T" and read_duration(value) is None:
        return "time"
    if field.format == "N%" and read_number(value) is None:
        return "share"
    return "digits" if field.format == "N" and value and not is_digits(value) else ""


def _check_collection(findings: Findings, tree: WorkTree, on: date | None) -> None:
    """Per recipient, territory and right nobody collects more than the whole together, and where a publisher collects
    the whole is collected."""
    recipients = {line.record["recipient_code"] for node in _parties(tree) for line in _lines(node)}
    for recipient in sorted(recipients or {""}):
        total = summed(_segments(node, recipient, on) for node in _parties(tree))
        published = _published(tree, recipient, on)
        for place, right in enumerate(RIGHTS):
            _check_right(findings, right, place, total, published[place])


def _check_right(findings: Findings, right: str, place: int, total: list[Segment], published: int) -> None:
    above = [(shares[place], area) for area, shares in total if shares[place] > WHOLE + TOLERANCE]
    below = [(shares[place], area) for area, shares in total if area & published and shares[place] < WHOLE - TOLERANCE]
    for severity, wrong in ((Severity.TRANSACTION, above), (Severity.WARNING, below)):
        for held, area in wrong[:1]:
            key = "territory_above" if severity is Severity.TRANSACTION else "territory_below"
            facts = {"right": right, "total": percent(held), "territories": ", ".join(codes_of(area))}
            findings.complain(key, severity, 0, **facts)


def _published(tree: WorkTree, recipient: str, on: date | None) -> tuple[int, int, int]:
    """For each right the area in which a publisher collects it."""
    areas = [0, 0, 0]
    for area, shares in summed(_segments(node, recipient, on) for node in tree.publishers):
        for place, share in enumerate(shares):
            areas[place] |= area if share else 0
    return areas[0], areas[1], areas[2]


def _parties(tree: WorkTree) -> list[Node]:
    return [*tree.publishers, *tree.writers]


def _lines(party: Node) -> list[Node]:
    return party.of("SPT", "OPT", "SWT", "OWT")


def _segments(party: Node, recipient: str, on: date | None) -> list[Segment]:
    """A party's lines for one recipient: his own, else those for all."""
    by_recipient: dict[str, list[CwrRecord]] = defaultdict(list)
    for node in _lines(party):
        by_recipient[node.record["recipient_code"]].append(node.record)
    everybody = [record for code, records in by_recipient.items() if code in EVERY_RECIPIENT for record in records]
    lines = by_recipient.get(recipient) or everybody
    return in_order(
        (
            record["incl_excl"] != "E",
            area_of(record["tis_code"].zfill(4), on),
            (record.number("pr_collection"), record.number("mr_collection"), record.number("sr_collection")),
        )
        for record in lines
    )


def _check_manuscript(findings: Findings, tree: WorkTree) -> None:
    """The manuscript shares of the writers (3.1) make the whole, where any are told."""
    told = [node.record for writer in tree.writers for node in writer.of("MAN")]
    for right in RIGHTS:
        total = sum(record.number(f"{right.lower()}_manuscript") for record in told)
        if total and abs(total - WHOLE) > TOLERANCE:
            findings.complain("manuscript_total", Severity.TRANSACTION, 0, right=right, total=percent(total))
