"""The envelope of a file: which version it is, what its header says, and whether groups and totals agree."""

from members.rules.societies import societies
from works.formats.cwr.file_faults import FileFaults
from works.formats.cwr.layouts import VERSIONS_READ, is_third, transaction_headers
from works.formats.cwr.names import version_of_name
from works.formats.cwr.parsing import encoding_of
from works.formats.cwr.records import CwrGroup, CwrHeader, CwrRecord
from works.formats.cwr.values import is_date_or_none, is_digits, read_number

EDI_VERSION = "01.10"
GROUP_VERSIONS = {"2.1": "02.10", "2.2": "02.20"}
FALLBACK_VERSION = "2.1"
_SENDER_TYPES = frozenset({"PB", "SO", "AA", "WR"})


class OpenGroup:
    """A group in the making: its header and what has been counted, GRH included."""

    def __init__(self, header: CwrRecord) -> None:
        self.header = header
        self.id = header["group_id"]
        self.transaction_type = header["transaction_type"]
        self.transactions = 0
        self.records = 1

    def closed(self, trailer: CwrRecord | None, faults: FileFaults) -> CwrGroup:
        """End the group; `trailer` is None when it is missing."""
        if not self.transactions:
            faults.add("FILE-E-006", self.header)
        if trailer is not None:
            self.records += 1
            if trailer["group_id"] != self.id:
                faults.add("GRT-F-001", trailer, field="group_id", value=trailer["group_id"], due=self.id)
            counted = {
                "transaction_count": ("GRT-F-002", self.transactions),
                "record_count": ("GRT-F-003", self.records),
            }
            check_counts(trailer, counted, faults)
        return CwrGroup(self.id, self.transaction_type, self.header, trailer, self.transactions, self.records)


def decide_version(header: CwrRecord, group: CwrRecord | None, filename: str, faults: FileFaults) -> str:
    """The version to read with: the header's, else the group's, else the file name's; blank when it cannot be read.

    `header` is parsed by the layout of 2.2, of which 2.1 is the beginning. In 3.x the version stands one character
    further on and the EDI version is gone.
    """
    claims = {
        "header": header["cwr_version"],
        "group": _dotted(group["transaction_version"] if group else ""),
        "name": version_of_name(filename),
    }
    newer = next((claim for claim in (header.raw[102:105], claims["group"]) if claim.startswith("3.")), "")
    if newer:
        if newer not in VERSIONS_READ:
            faults.refuse(header, "version_unread", version=newer)
            return ""
        return newer
    if header["edi_version"] != EDI_VERSION:
        faults.refuse(header, "HDR-F-009", edit="HDR-F-009", value=header["edi_version"])
        return ""
    version = next((claim for claim in claims.values() if claim in VERSIONS_READ), "")
    known = {claim for claim in claims.values() if claim}
    if not version:
        version = FALLBACK_VERSION
        faults.warn(header, "version_guessed", version=version)
    elif len(known) > 1:
        shown = {name: claim or "-" for name, claim in claims.items()}
        faults.warn(header, "version_disputed", version=version, **shown)
    return version


def _dotted(printed: str) -> str:
    """02.10 → 2.1; anything else in that shape by the same rule, blank when it has another shape."""
    if len(printed) == 5 and printed[2] == "." and is_digits(printed[:2] + printed[3:]):
        return f"{int(printed[:2])}.{printed[3]}"
    return ""


def read_header(record: CwrRecord, version: str, faults: FileFaults) -> CwrHeader:
    """The header as values, with complaints about what does not fit."""
    sender_type, sender_id = record["sender_type"].upper(), record["sender_id"]
    if is_third(version) and sender_type != "SO":
        sender_id = record["sender_ipi_name_no"] if record["sender_ipi_name_no"].strip("0") else sender_id
    if is_digits(sender_type):
        # The number of the sender has ten or eleven digits and begins in the field of its type.
        sender_number = sender_type + sender_id
    else:
        sender_number = sender_id
        if sender_type not in _SENDER_TYPES:
            faults.add("HDR-F-002", record, field="sender_type", value=sender_type)
    if not is_third(version):
        _check_sender(record, sender_type, sender_number, faults)
    for edit, field in (("HDR-F-010", "creation_date"), ("HDR-F-011", "transmission_date")):
        if not is_date_or_none(record[field]):
            faults.add(edit, record, text="date", field=field, value=record[field])
    if encoding_of(record["character_set"]) is None:
        faults.add("HDR-F-014", record, field="character_set", value=record["character_set"])
    return CwrHeader(
        record,
        version,
        sender_type,
        sender_number,
        record["sender_name"],
        record["creation_date"],
        record["creation_time"],
        record["transmission_date"],
        record["character_set"],
    )


def _check_sender(record: CwrRecord, sender_type: str, number: str, faults: FileFaults) -> None:
    if sender_type != "SO":
        if not is_digits(number) or not number.strip("0"):
            faults.add("HDR-F-003", record, field="sender_id", value=number)
        return
    society = societies().get(number[-3:]) if is_digits(number) and int(number) < 1000 else None
    if society is None:
        faults.add("HDR-F-004", record, field="sender_id", value=number)
    elif society.name.upper() != record["sender_name"].upper():
        faults.add("HDR-F-006", record, field="sender_name", value=record["sender_name"], name=society.name)


def check_group_header(record: CwrRecord, version: str, number: int, types: set[str], faults: FileFaults) -> None:
    """GRH: its type, number and version; `types` are those of the groups before it."""
    transaction_type, printed = record["transaction_type"], record["group_id"]
    if transaction_type not in transaction_headers(version):
        faults.add("GRH-F-001", record, field="transaction_type", value=transaction_type)
    elif transaction_type in types:
        faults.add("GRH-F-005", record, field="transaction_type", value=transaction_type)
    if read_number(printed) != number:
        faults.add("GRH-F-002", record, field="group_id", value=printed, due=f"{number:05d}")
    due = GROUP_VERSIONS.get(version, "")
    if due and record["transaction_version"] != due:
        faults.add("GRH-F-004", record, field="transaction_version", value=record["transaction_version"], due=due)


def check_counts(record: CwrRecord, counted: dict[str, tuple[str, int]], faults: FileFaults) -> None:
    """GRT and TRL: `counted` gives, by field, the edit to complain by and the true count."""
    for field, (edit, count) in counted.items():
        if read_number(record[field]) != count or not record[field]:
            faults.add(edit, record, field=field, value=record[field], due=str(count))
