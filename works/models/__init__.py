"""Tables of the works app, by subject."""

from works.models.agreements import Agreement, AgreementParty, AgreementRole, AgreementType, AgreementWork
from works.models.claims import Claim, Dispute
from works.models.recordings import Recording, RecordingPerformer, RecordingWork
from works.models.registrations import ImportedTransaction, RegistrationFile, WorkDraft
from works.models.reports import ReportKind, WorkReport
from works.models.search import SearchDocument, SearchWord
from works.models.works import Work, WorkIdentifier, WorkShare, WorkTitle

__all__ = [
    "Agreement",
    "AgreementParty",
    "AgreementRole",
    "AgreementType",
    "AgreementWork",
    "Claim",
    "Dispute",
    "ImportedTransaction",
    "Recording",
    "RecordingPerformer",
    "RecordingWork",
    "RegistrationFile",
    "ReportKind",
    "SearchDocument",
    "SearchWord",
    "Work",
    "WorkDraft",
    "WorkIdentifier",
    "WorkReport",
    "WorkShare",
    "WorkTitle",
]
