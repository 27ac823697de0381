"""Tables of the works app, by subject."""

from works.models.agreements import Agreement, AgreementParty, AgreementRole, AgreementType, AgreementWork
from works.models.claims import Claim, Dispute
from works.models.exports import ExportedWork, ExportFile, PartyNumber, ReceivedStatus
from works.models.registrations import ImportedTransaction, RegistrationFile, WorkDraft
from works.models.reports import ReportKind, WorkReport
from works.models.works import Recording, Work, WorkIdentifier, WorkShare, WorkTitle

__all__ = [
    "Agreement",
    "AgreementParty",
    "AgreementRole",
    "AgreementType",
    "AgreementWork",
    "Claim",
    "Dispute",
    "ExportFile",
    "ExportedWork",
    "ImportedTransaction",
    "PartyNumber",
    "ReceivedStatus",
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
