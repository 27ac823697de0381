"""Tables of the works app, by subject."""

from works.models.claims import Claim, Dispute
from works.models.cue_files import CueFile, CueMapping
from works.models.cue_sheets import Cue, CueSheet, CueType, Episode, Production, ProductionKind
from works.models.registrations import ImportedTransaction, RegistrationFile, WorkDraft
from works.models.reports import ReportKind, WorkReport
from works.models.works import Recording, Work, WorkIdentifier, WorkShare, WorkTitle

__all__ = [
    "Claim",
    "Cue",
    "CueFile",
    "CueMapping",
    "CueSheet",
    "CueType",
    "Dispute",
    "Episode",
    "ImportedTransaction",
    "Production",
    "ProductionKind",
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
