"""Tables of the works app, by subject."""

from works.models.claims import Claim, Dispute
from works.models.registrations import ImportedRecord, ImportedTransaction, ImportUndo, RegistrationFile, WorkDraft
from works.models.reports import ReportKind, WorkReport
from works.models.splits import SplitAnswer, SplitProposal, SplitRule
from works.models.works import Recording, Work, WorkIdentifier, WorkShare, WorkTitle

__all__ = [
    "Claim",
    "Dispute",
    "ImportUndo",
    "ImportedRecord",
    "ImportedTransaction",
    "Recording",
    "RegistrationFile",
    "ReportKind",
    "SplitAnswer",
    "SplitProposal",
    "SplitRule",
    "Work",
    "WorkDraft",
    "WorkIdentifier",
    "WorkReport",
    "WorkShare",
    "WorkTitle",
]
