"""The numbered edits of CWR 2.x and the making of complaints from them.

An edit is named RECORD-LEVEL-NUMBER, such as SPU-F-013. Rules of SPU hold for OPU, those of SPT for OPT, of SWR for
OWR, and those of NWR for REV and ISW; the complaint keeps the name of the rule and gives the record at fault beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from works.formats.cwr import tables
from works.formats.cwr.layouts import is_third
from works.formats.cwr.profile import TOLERANT, CheckProfile
from works.formats.cwr.records import CwrFault, CwrRecord, CwrTransaction, Severity
from works.formats.cwr.texts import text_of

# Record types whose rules are printed under another one.
_FAMILIES = {
    "REV": "NWR",
    "ISW": "NWR",
    "EXC": "NWR",
    "OPU": "SPU",
    "OPT": "SPT",
    "OWR": "SWR",
    "OWT": "SWT",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A rule of the documents: `societies` is blank when every receiver applies it."""

    name: str
    severity: Severity
    severity_22: Severity
    versions: tuple[str, ...]
    societies: str
    rule: str

    def applies_to(self, version: str) -> bool:
        """Whether the rule stands in this version's document."""
        return not self.versions or version in self.versions


@cache
def edits() -> dict[str, Edit]:
    """Every numbered edit by its name."""
    return {
        row["edit"]: Edit(
            row["edit"],
            Severity(row["severity"]),
            Severity(row["severity_22"] or row["severity"]),
            tuple(row["versions"].split()),
            row["societies"],
            row["rule"],
        )
        for row in tables.rows("edits_2x")
    }


def official_severity(name: str, version: str) -> Severity | None:
    """What the version's document says of an edit; None when the edit is not in it."""
    edit = edits().get(name)
    if edit is None or not edit.applies_to(version):
        return None
    return edit.severity_22 if version == "2.2" else edit.severity


def told_edit(name: str, version: str) -> str:
    """The number to name to a sender: the numbers are those of CWR 2, so a fault in CWR 3 goes without one."""
    return "" if is_third(version) else name


def family_of(record_type: str) -> str:
    """The record type that the rules of a record are printed under."""
    return _FAMILIES.get(record_type, record_type)


def edit_told(record_type: str, level: str, number: str) -> Edit | None:
    """The edit that a message names by record type, level and number; None when there is none.

    Level E is that of the file, whose rules are printed under no record type.
    """
    families = ("FILE",) if level == "E" else (record_type, family_of(record_type))
    names = [f"{family}-{level}-{number}" for family in families]
    return next((edits()[name] for name in names if name in edits()), None)


class Findings:
    """Collects the complaints about one transaction, each with the severity that version and profile give it."""

    def __init__(self, version: str, profile: CheckProfile, records: Sequence[CwrRecord]) -> None:
        self.version = version
        self.profile = profile
        self.records = records
        self.faults: list[CwrFault] = []

    def add(
        self,
        edit: str,
        index: int,
        *,
        field: str = "",
        value: str = "",
        replacement: str = "",
        text: str = "",
        **facts: str,
    ) -> None:
        """Complain by a numbered edit about the record at `index`; nothing happens where the edit does not apply.

        `text` names another text than the edit's own; `facts` fill its places.
        """
        official = official_severity(edit, self.version)
        severity = official and self.profile.severity(edit, official)
        if severity is not None:
            number = told_edit(edit, self.version)
            self._append(number, severity, index, field, value, replacement, text or edit, facts)

    def complain(self, text: str, severity: Severity, index: int, *, field: str = "", value: str = "",
                 replacement: str = "", **facts: str) -> None:  # fmt: skip
        """Complain of what no numbered edit covers."""
        self._append("", severity, index, field, value, replacement, text, facts)

    def refuse(self, edit: str, index: int, *, value: str = "") -> None:
        """Refuse the transaction by an edit, whatever the profile and the documents say of its reach."""
        self._append(edit, Severity.TRANSACTION, index, "", value, "", edit, {})

    def warn(self, text: str, index: int, *, edit: str = "", field: str = "", value: str = "", **facts: str) -> None:
        """Remark on something without refusing anything."""
        self._append(edit, Severity.WARNING, index, field, value, "", text, facts)

    def _append(
        self,
        edit: str,
        severity: Severity,
        index: int,
        field: str,
        value: str,
        replacement: str,
        text: str,
        facts: dict[str, str],
    ) -> None:
        record = self.records[index] if 0 <= index < len(self.records) else None
        message, remedy = text_of(text)
        self.faults.append(
            CwrFault(
                edit,
                severity,
                record.line if record else 0,
                record.type if record else "",
                sequence_of(self.records, index),
                index,
                field,
                value,
                message,
                remedy,
                {"field": field.replace("_", " "), "value": value, **facts},
                replacement,
            )
        )


def sequence_of(records: Sequence[CwrRecord], index: int) -> int:
    """The sequence number of a record within its transaction: as printed, or its place where that is no number."""
    if not 0 <= index < len(records):
        return 0
    printed = records[index].sequence
    return index if printed is None else printed


def fault_of(
    transaction: CwrTransaction,
    edit: str,
    *,
    profile: CheckProfile = TOLERANT,
    index: int = 0,
    field: str = "",
    value: str = "",
    replacement: str = "",
    **facts: str,
) -> CwrFault | None:
    """A complaint that only the receiver's own records can raise, such as NWR-T-013 (work already accepted).

    None when the profile switches the edit off or the version does not have it. KeyError for an edit without a text.
    """
    findings = Findings(transaction.version, profile, transaction.records)
    findings.add(edit, index, field=field, value=value, replacement=replacement, **facts)
    return findings.faults[0] if findings.faults else None


def remark_of(
    transaction: CwrTransaction,
    text: str,
    facts: Mapping[str, str] | None = None,
    severity: Severity = Severity.WARNING,
) -> CwrFault:
    """What the receiver's own records say of a transaction and no numbered edit covers; `facts` fill the text's places,
    and their `value` is the one at fault."""
    findings = Findings(transaction.version, TOLERANT, transaction.records)
    given = dict(facts or {})
    findings.complain(text, severity, 0, value=given.pop("value", ""), **given)
    return findings.faults[0]
