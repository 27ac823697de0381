"""Tables of the works app, by subject."""

from works.models.claims import Basis, Claim, Dispute, DisputeKind
from works.models.registrations import ImportedTransaction, RegistrationFile, WorkDraft
from works.models.reports import ReportKind, WorkReport
from works.models.settlements import (
    DisputeEvidence,
    DisputeMessage,
    DisputeOutcome,
    DisputeRule,
    OutcomeShare,
)
from works.models.works import Recording, Work, WorkIdentifier, WorkShare, WorkTitle

__all__ = [
    "Basis",
    "Claim",
    "Dispute",
    "DisputeEvidence",
    "DisputeKind",
    "DisputeMessage",
    "DisputeOutcome",
    "DisputeRule",
    "ImportedTransaction",
    "OutcomeShare",
    "Recording",
    "RegistrationFile",
    "ReportKind",
    "Work",
    "WorkDraft",
    "WorkIdentifier",
    "WorkReport",
    "WorkShare",
    "WorkTitle",
]
