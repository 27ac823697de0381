"""Agreements (AGR): dates in order, statuses with their dates, territories, one assignor and its acquirers."""

from datetime import date

from works.formats.cwr.checks.shares import RIGHTS, TOLERANCE, WHOLE
from works.formats.cwr.edits import Findings
from works.formats.cwr.records import CwrRecord
from works.formats.cwr.values import percent

_SPECIFIC_TYPES = frozenset({"OS", "PS"})
_RECORDS = frozenset({"TER", "IPA", "NPA"})
_SHARE_FIELDS = ("pr_share", "mr_share", "sr_share")
_SOCIETY_EDITS = {"pr": "IPA-F-012", "mr": "IPA-F-013", "sr": "IPA-F-014"}


def check_agreement(findings: Findings, records: tuple[CwrRecord, ...]) -> None:
    """Every rule that reaches over fields or records of an agreement."""
    _check_dates(findings, records[0])
    _check_statuses(findings, records[0])
    if records[0]["agreement_type"] in _SPECIFIC_TYPES and not records[0]["sales_manufacture_clause"]:
        findings.add("AGR-F-020", 0, field="sales_manufacture_clause", value=records[0]["agreement_type"])
    for index, record in enumerate(records[1:], 1):
        if record.type not in _RECORDS:
            findings.add("AGR-T-000", index, value=record.type, text="stranger", type=record.type or "blank")
    _check_blocks(findings, records)


def _check_dates(findings: Findings, record: CwrRecord) -> None:
    end, retention = record.date("end_date"), record.date("retention_end_date")
    if record["retention_end_date"].strip("0") and (retention is None or _is_before(retention, end)):
        findings.add("AGR-F-007", 0, field="retention_end_date", value=record["retention_end_date"])
    collection = record.date("post_term_end_date")
    last = retention or end
    if record["post_term_end_date"].strip("0") and (collection is None or _is_before(collection, last)):
        findings.add("AGR-F-013", 0, field="post_term_end_date", value=record["post_term_end_date"])
    prior, start = record.date("prior_royalty_start_date"), record.date("start_date")
    if record["prior_royalty_status"] == "D" and (prior is None or not _is_before(prior, start)):
        findings.add("AGR-F-009", 0, field="prior_royalty_start_date", value=record["prior_royalty_start_date"])


def _is_before(one: date, other: date | None) -> bool:
    return other is not None and one < other


def _check_statuses(findings: Findings, record: CwrRecord) -> None:
    prior = record["prior_royalty_start_date"].strip("0")
    if prior and record["prior_royalty_status"] in ("N", "A"):
        findings.add("AGR-F-010", 0, field="prior_royalty_start_date", value=record["prior_royalty_start_date"])
    ends = record["post_term_end_date"].strip("0")
    if ends and record["post_term_status"] in ("N", "O"):
        findings.add("AGR-F-015", 0, field="post_term_end_date", value=record["post_term_end_date"])
    if not ends and record["post_term_status"] == "D":
        findings.add("AGR-F-014", 0, field="post_term_end_date")


def _check_blocks(findings: Findings, records: tuple[CwrRecord, ...]) -> None:
    """A block is a run of territories and the parties after it; there is at least one."""
    blocks: list[tuple[int, list[tuple[int, CwrRecord]]]] = []
    previous = ""
    for index, record in enumerate(records):
        if record.type == "TER" and previous != "TER":
            blocks.append((index, []))
        if record.type == "IPA":
            if not blocks:
                findings.add("IPA-R-001", index)
                blocks.append((index, []))
            blocks[-1][1].append((index, record))
        if record.type in _RECORDS:
            previous = record.type
    if not blocks:
        findings.add("AGR-T-000", 0, text="agreement_without_territory")
    for index, parties in blocks:
        _check_parties(findings, index, parties)


def _check_parties(findings: Findings, block: int, parties: list[tuple[int, CwrRecord]]) -> None:
    assignors = [index for index, record in parties if record["agreement_role"] == "AS"]
    acquirers = [(index, record) for index, record in parties if record["agreement_role"] == "AC"]
    if len(assignors) != 1 or not acquirers:
        findings.add("IPA-R-002", block, assignors=str(len(assignors)), acquirers=str(len(acquirers)))
    for index, record in acquirers:
        if not any(record.number(field) for field in _SHARE_FIELDS):
            findings.add("IPA-R-003", index, value=record["last_name"])
    for index, record in parties:
        _check_party(findings, index, record)
    for right, field in zip(RIGHTS, _SHARE_FIELDS, strict=True):
        total = sum(record.number(field) for _, record in parties)
        if total and abs(total - WHOLE) > TOLERANCE:
            findings.add("AGR-T-000", block, right=right, total=percent(total), text="agreement_total")


def _check_party(findings: Findings, index: int, record: CwrRecord) -> None:
    if not record["pr_society"] and not record["mr_society"]:
        findings.add("IPA-F-011", index, field="pr_society")
    for right, edit in _SOCIETY_EDITS.items():
        if record.number(f"{right}_share") and not record[f"{right}_society"]:
            findings.add(edit, index, field=f"{right}_society", right=right.upper())
