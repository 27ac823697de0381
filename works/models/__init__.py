"""Tables of the works app, by subject."""

from works.models.claims import Claim, Dispute
from works.models.cue_files import CueFile, CueMapping
from works.models.cue_sheets import Cue, CueSheet, CueType, Episode, Production, ProductionKind
from works.models.number_requests import (
    AnswerFile,
    NumberAnswer,
    NumberRequest,
    NumberSystem,
    RequestFile,
    RequestKind,
    RequestLine,
)
from works.models.registrations import ImportedTransaction, RegistrationFile, WorkDraft
from works.models.reports import ReportKind, WorkReport
from works.models.works import Recording, Work, WorkIdentifier, WorkShare, WorkTitle

__all__ = [
    "AnswerFile",
    "Claim",
    "Cue",
    "CueFile",
    "CueMapping",
    "CueSheet",
    "CueType",
    "Dispute",
    "Episode",
    "ImportedTransaction",
    "NumberAnswer",
    "NumberRequest",
    "NumberSystem",
    "Production",
    "ProductionKind",
    "Recording",
    "RegistrationFile",
    "ReportKind",
    "RequestFile",
    "RequestKind",
    "RequestLine",
    "Work",
    "WorkDraft",
    "WorkIdentifier",
    "WorkReport",
    "WorkShare",
    "WorkTitle",
]
