"""The numbered edits that a received transaction is held against; all its faults are found, not only the first."""

from dataclasses import dataclass
from datetime import date

from works.formats.cwr.checks.agreements import check_agreement
from works.formats.cwr.checks.answers import check_answer
from works.formats.cwr.checks.chains import check_publishers
from works.formats.cwr.checks.content import check_content
from works.formats.cwr.checks.fields import check_fields
from works.formats.cwr.checks.order import check_order
from works.formats.cwr.checks.shares import check_shares
from works.formats.cwr.checks.third import check_record, check_third
from works.formats.cwr.checks.writers import check_writers
from works.formats.cwr.edits import Findings
from works.formats.cwr.layouts import is_third
from works.formats.cwr.profile import TOLERANT, CheckProfile
from works.formats.cwr.records import CwrFault, CwrTransaction
from works.formats.cwr.structure import work_tree


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What a check needs beside the transaction: the day for territory groups, the switches, the character set."""

    on: date | None = None
    profile: CheckProfile = TOLERANT
    has_ascii_letters: bool = True


def check_transaction(transaction: CwrTransaction, context: CheckContext) -> tuple[CwrFault, ...]:
    """Every fault that the transaction alone can show, in the order of its records.

    Existing works shown in a conflict (EXC) and the works behind an acknowledgement are not ours to edit: they may be
    incomplete, so only the acknowledgement itself is checked.
    """
    findings = Findings(transaction.version, context.profile, transaction.records)
    if transaction.type == "ACK":
        check_answer(findings, transaction.records)
    elif is_third(transaction.version):
        _check_third(findings, transaction, context)
    elif transaction.type == "AGR":
        _check_all_fields(findings)
        check_agreement(findings, transaction.records)
    elif transaction.is_work and transaction.type != "EXC":
        _check_all_fields(findings)
        tree = work_tree(transaction.records)
        check_order(findings, tree)
        check_content(findings, tree, context.has_ascii_letters)
        # A notice of an ISWC often carries the work's header alone; then there are no parties to judge.
        if transaction.type != "ISW" or tree.publishers or tree.writers:
            check_publishers(findings, tree)
            check_writers(findings, tree)
            check_shares(findings, tree, context.on)
    return tuple(sorted(findings.faults, key=lambda fault: fault.index))


def _check_third(findings: Findings, transaction: CwrTransaction, context: CheckContext) -> None:
    if transaction.type == "WRK":
        check_third(findings, work_tree(transaction.records), context.on)
    elif transaction.type != "EXC":
        check_record(findings, 0, transaction.header)


def _check_all_fields(findings: Findings) -> None:
    for index, record in enumerate(findings.records):
        check_fields(findings, index, record)
