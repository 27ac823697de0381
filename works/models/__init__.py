"""Tables of the works app, by subject."""

from works.models.agreement_faults import AgreementFault, FaultKind
from works.models.agreements import Agreement, AgreementParty, AgreementRole, AgreementType, AgreementWork
from works.models.api_registrations import ApiRegistration
from works.models.claims import Basis, Claim, Dispute, DisputeKind
from works.models.cue_files import CueFile, CueMapping
from works.models.cue_sheets import Cue, CueSheet, CueType, Episode, Production, ProductionKind
from works.models.duplicates import DuplicatePair, Regrouping, RegroupingChange, SweptWork
from works.models.exports import ExportedWork, ExportFile, PartyNumber, ReceivedStatus
from works.models.extensions import DisputeExtension, ExtensionConsent
from works.models.link_requests import LinkRequest
from works.models.number_requests import (
    AnswerFile,
    NumberAnswer,
    NumberRequest,
    NumberSystem,
    RequestFile,
    RequestKind,
    RequestLine,
)
from works.models.performance import Instrumentation, InstrumentPlayers, WorkOrigin, WorkPerformer
from works.models.recordings import Recording, RecordingPerformer, RecordingWork
from works.models.registrations import ImportedRecord, ImportedTransaction, ImportUndo, RegistrationFile, WorkDraft
from works.models.reports import ReportKind, WorkReport
from works.models.search import SearchDocument, SearchWord
from works.models.settlements import (
    DisputeEvidence,
    DisputeMessage,
    DisputeOutcome,
    DisputeRule,
    OutcomeShare,
)
from works.models.sources import Element, FreeReason, PublicDomainElement, SourceKind, SourceWork
from works.models.splits import SplitAnswer, SplitProposal, SplitRule
from works.models.submissions import SocietyNote, WorkSubmission
from works.models.terms import FreeShareUse, ProtectionTerm, PublicDomainRule
from works.models.works import IdentifierValidity, Work, WorkIdentifier, WorkShare, WorkTitle

__all__ = [
    "Agreement",
    "AgreementFault",
    "AgreementParty",
    "AgreementRole",
    "AgreementType",
    "AgreementWork",
    "AnswerFile",
    "ApiRegistration",
    "Basis",
    "Claim",
    "Cue",
    "CueFile",
    "CueMapping",
    "CueSheet",
    "CueType",
    "Dispute",
    "DisputeEvidence",
    "DisputeExtension",
    "DisputeKind",
    "DisputeMessage",
    "DisputeOutcome",
    "DisputeRule",
    "DuplicatePair",
    "Element",
    "Episode",
    "ExportFile",
    "ExportedWork",
    "ExtensionConsent",
    "FaultKind",
    "FreeReason",
    "FreeShareUse",
    "IdentifierValidity",
    "ImportUndo",
    "ImportedRecord",
    "ImportedTransaction",
    "InstrumentPlayers",
    "Instrumentation",
    "LinkRequest",
    "NumberAnswer",
    "NumberRequest",
    "NumberSystem",
    "OutcomeShare",
    "PartyNumber",
    "Production",
    "ProductionKind",
    "ProtectionTerm",
    "PublicDomainElement",
    "PublicDomainRule",
    "ReceivedStatus",
    "Recording",
    "RecordingPerformer",
    "RecordingWork",
    "RegistrationFile",
    "Regrouping",
    "RegroupingChange",
    "ReportKind",
    "RequestFile",
    "RequestKind",
    "RequestLine",
    "SearchDocument",
    "SearchWord",
    "SocietyNote",
    "SourceKind",
    "SourceWork",
    "SplitAnswer",
    "SplitProposal",
    "SplitRule",
    "SweptWork",
    "Work",
    "WorkDraft",
    "WorkIdentifier",
    "WorkOrigin",
    "WorkPerformer",
    "WorkReport",
    "WorkShare",
    "WorkSubmission",
    "WorkTitle",
]
