"""Every table of rights and money whose rows the application may change keeps what they were."""

from typing import Any

import pghistory
from django.apps import apps
from django.db import models

from cmo_portal.grants import rights_of

APPS = {"members", "works", "licensing", "royalties"}
WITHOUT = {
    "members.Document": "a file that was handed in: its hash and its place; what it proves is decided elsewhere",
    "works.SearchDocument": "derived from titles and names; made anew by rebuild_search",
    "works.SearchWord": "derived from titles and names; made anew by rebuild_search",
    "works.RegistrationFile": "a received file on its way; its bytes and hash stand, the works it made are tracked",
    "works.ImportedTransaction": "what a received file says, made anew whenever the file is read again",
    "works.WorkDraft": "nothing yet: an unsent form of one person",
    "works.WorkReport": "a hint of a reader; what follows from it is done to works, which are tracked",
    "works.ExportFile": "a file we wrote: its bytes and their fingerprint stand; works and shares are tracked themselves",
    "works.ExportedWork": "the newest answer to a sent work, derived from the answers, which are append-only",
    "works.PartyNumber": "a name for a party in files: given once and never changed by the application",
    "works.CueFile": "a received file on its way, as works.RegistrationFile; the sheets and cues it made are tracked",
    "works.DisputeOutcome": "read only but for its decision (triggers); each proposal and decision is a recorded act",
    "works.DisputeEvidence": "a file that was handed in: its bytes and hash stand; who may see it changes by an act",
    "works.SweptWork": "how a work looked when it was last compared; made anew by the next comparison",
    "works.AgreementFault": "where agreements contradicted each other when they were last looked through; made anew then",
    "royalties.AgreementFaultStake": "derived from held money and open usage, made anew with it",
    "royalties.DuplicateStake": "derived from held money and open usage, made anew by each comparison",
    "works.CueMapping": "how the columns of the next table are read; each file keeps its own mapping",
    "works.RequestFile": "a file for an agency: its lines are append-only and its hash stands",
    "works.AnswerFile": "a received file; each of its answers stands append-only, the requests are tracked",
    "licensing.ApplicationDocument": "a file that was handed in, as members.Document; sent with its form it stands",
    "licensing.NumberSeries": "a counter; the numbers it gave stand on the documents",
    "royalties.UsageSource": "who reports and how the columns were read; each file keeps its own reading",
    "royalties.OpenText": "the queue, derived from the newest matches, which are append-only",
    "royalties.UnmatchedText": "derived from the newest matches and held money, made anew every hour",
    "royalties.MatchMemory": "memory for the next file; each decision stands append-only as a match",
}


def changeable() -> dict[str, type[models.Model]]:
    """The tables of rights and money in which the application may change rows."""
    return {
        model._meta.label: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APPS
        and model._meta.managed
        and not hasattr(model, "pgh_tracked_model")
        and "UPDATE" in rights_of(model)
    }


def writes_history(model: Any) -> bool:
    """Whether a trigger of the table writes down what an UPDATE makes of a row."""
    events = [
        one for one in getattr(model._meta, "triggers", []) if type(one).__module__.startswith(pghistory.__name__)
    ]
    return any(str(one.operation) == "UPDATE" for one in events)


def test_every_changeable_row_of_rights_and_money_has_a_history_or_a_reason() -> None:
    assert {label for label, model in changeable().items() if not writes_history(model)} == set(WITHOUT)


def test_no_history_keeps_sealed_numbers() -> None:
    kept = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if hasattr(model, "pgh_tracked_model")
        for field in model._meta.get_fields()
        if field.name.endswith("_sealed")
    ]
    assert kept == []
