"""Tables of the works app, by subject."""

from works.models.claims import Claim, Dispute
from works.models.duplicates import DuplicatePair, Regrouping, RegroupingChange, SweptWork
from works.models.registrations import ImportedTransaction, RegistrationFile, WorkDraft
from works.models.reports import ReportKind, WorkReport
from works.models.works import Recording, Work, WorkIdentifier, WorkShare, WorkTitle

__all__ = [
    "Claim",
    "Dispute",
    "DuplicatePair",
    "ImportedTransaction",
    "Recording",
    "RegistrationFile",
    "Regrouping",
    "RegroupingChange",
    "ReportKind",
    "SweptWork",
    "Work",
    "WorkDraft",
    "WorkIdentifier",
    "WorkReport",
    "WorkShare",
    "WorkTitle",
]
