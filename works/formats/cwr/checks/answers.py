"""Acknowledgements received from a society: the ACK record and its messages."""

from works.formats.cwr.checks.fields import check_fields
from works.formats.cwr.edits import Findings, edit_told
from works.formats.cwr.layouts import WORK_HEADERS, is_third
from works.formats.cwr.records import CwrRecord

_NO_RECORD_TYPES = frozenset({"HDR", "TRL"})


def check_answer(findings: Findings, records: tuple[CwrRecord, ...]) -> None:
    """What an acknowledgement says of itself; the works behind it are taken as they are."""
    check_fields(findings, 0, records[0])
    if records[0]["original_transaction_type"] in WORK_HEADERS and not records[0]["creation_title"]:
        findings.add("ACK-F-009", 0, field="creation_title", text="required")
    bodies = {record.type for record in records[1:]}
    if not bodies & {"NWR", "REV", "AGR", "WRK"}:
        expects_body = records[0]["original_transaction_type"] not in _NO_RECORD_TYPES
        if expects_body:
            findings.add("ACK-T-002", 0)
        if "EXC" in bodies:
            findings.add("ACK-T-003", 0)
    for index, record in enumerate(records):
        if record.type == "MSG":
            check_fields(findings, index, record)
            if not is_third(findings.version):
                _check_validation_number(findings, index, record)


def _check_validation_number(findings: Findings, index: int, record: CwrRecord) -> None:
    family, level, number = record["record_type_in_error"].upper(), record["message_level"], record["validation_no"]
    if edit_told(family, level, number) is None:
        findings.add("MSG-F-006", index, field="validation_no", value=number, type=family, level=level)
