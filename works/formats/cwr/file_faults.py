"""The complaints about a file as a whole, bounded so that a file of rubbish cannot fill the memory."""

import dataclasses
from collections import Counter

from works.formats.cwr.edits import official_severity, told_edit
from works.formats.cwr.profile import CheckProfile
from works.formats.cwr.records import CwrFault, CwrRecord, Severity
from works.formats.cwr.texts import text_of

# Alike complaints beyond this number are counted, not listed.
LISTED_PER_KIND = 100


class FileFaults:
    """Collects complaints; of alike ones a bounded number is listed, and the last of them counts the rest."""

    def __init__(self, version: str, profile: CheckProfile) -> None:
        self.version = version
        self.profile = profile
        self._listed: dict[tuple[str, str, str], list[CwrFault]] = {}
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, edit: str, record: CwrRecord | None, *, text: str = "", field: str = "", **facts: str) -> None:
        """Complain by a numbered edit, with the severity that version and profile give it."""
        severity = self._severity(edit)
        if severity is not None:
            self._list(told_edit(edit, self.version), severity, record, text or edit, field, facts)

    def refuse(self, record: CwrRecord | None, text: str, *, edit: str = "", **facts: str) -> None:
        """Complain of what stops the run, whatever the profile says."""
        self._list(edit, Severity.FILE, record, text, "", facts)

    def warn(self, record: CwrRecord | None, text: str, *, edit: str = "", field: str = "", **facts: str) -> None:
        """Remark on something without refusing anything."""
        self._list(edit, Severity.WARNING, record, text, field, facts)

    def habit(self, record: CwrRecord, text: str, edit: str = "") -> None:
        """Remark on what a sender does throughout: one complaint per record type, with a count."""
        severity = self._severity(edit) if edit else Severity.WARNING
        if severity is not None:
            self._list(edit, severity, record, text, "", {"type": record.type or "blank"}, habit_of=record.type)

    def all(self) -> tuple[CwrFault, ...]:
        """Every complaint so far, in the order of first sight of its kind."""
        faults: list[CwrFault] = []
        for key, listed in self._listed.items():
            rest = self._counts[key] - len(listed)
            faults += listed[:-1]
            faults.append(dataclasses.replace(listed[-1], count=1 + rest))
        return tuple(faults)

    def _severity(self, edit: str) -> Severity | None:
        official = official_severity(edit, self.version)
        return official and self.profile.severity(edit, official)

    def _list(
        self,
        edit: str,
        severity: Severity,
        record: CwrRecord | None,
        text: str,
        field: str,
        facts: dict[str, str],
        habit_of: str | None = None,
    ) -> None:
        key = (edit, text, habit_of or "")
        self._counts[key] += 1
        if self._counts[key] > (LISTED_PER_KIND if habit_of is None else 1):
            return
        message, remedy = text_of(text)
        value = facts.get("value", "")
        fault = CwrFault(
            edit,
            severity,
            record.line if record else 0,
            record.type if record else "",
            (record.sequence or 0) if record else 0,
            -1,
            field,
            value,
            message,
            remedy,
            {"field": field.replace("_", " "), "value": value, **facts},
        )
        self._listed.setdefault(key, []).append(fault)
