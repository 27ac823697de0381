"""Which edits are applied to a received file, and how hard: data that a society sets, per sender if it likes.

Files of real senders break the envelope rules (counts, sequences, lengths) without any harm to the works in them, and
carry commas in names although the names set has none. The tolerant profile therefore reports these as warnings; the
strict one keeps the severities of the documents and is what our own files are held against.
"""

from dataclasses import dataclass, field

from works.formats.cwr.records import Severity

# Edits that a tolerant reader reports without refusing anything. A trailing hyphen means the whole family.
TOLERATED = (
    "FILE-E-003",
    "FILE-E-004",
    "FILE-E-006",
    "FILE-E-007",
    "FILE-E-010",
    "PREFIX-F-002",
    "PREFIX-F-003",
    "PREFIX-F-005",
    "PREFIX-F-006",
    "PREFIX-F-007",
    "PREFIX-F-009",
    "HDR-",
    "GRH-",
    "GRT-",
    "TRL-",
    "NWR-T-022",
    "ACK-",
    "MSG-",
    "SPU-F-037",
    "SWR-F-029",
    "SWR-F-030",
    "IPA-F-018",
    "IPA-F-019",
    "PER-F-004",
    "PER-F-005",
)


@dataclass(frozen=True)
class CheckProfile:
    """A set of switches over the edits.

    `tolerated` edits become warnings, `switched_off` ones are not applied; either may name one edit (GRT-F-002) or a
    whole family (GRT-). `check_digits_refuse` makes a wrong check digit as bad as a wrong shape: right for our own
    data.
    """

    tolerated: tuple[str, ...] = TOLERATED
    switched_off: tuple[str, ...] = ()
    check_digits_refuse: bool = False
    _known: dict[tuple[str, Severity], Severity | None] = field(default_factory=dict, repr=False, compare=False)

    def severity(self, edit: str, official: Severity) -> Severity | None:
        """The severity to report for an edit whose documented one is `official`; None when the edit is switched off."""
        key = (edit, official)
        if key not in self._known:
            self._known[key] = self._decide(edit, official)
        return self._known[key]

    def _decide(self, edit: str, official: Severity) -> Severity | None:
        if _names(self.switched_off, edit):
            return None
        return Severity.WARNING if _names(self.tolerated, edit) else official


def _names(edits: tuple[str, ...], edit: str) -> bool:
    return any(edit == named or (named.endswith("-") and edit.startswith(named)) for named in edits)


TOLERANT = CheckProfile()
STRICT = CheckProfile(tolerated=(), check_digits_refuse=True)
