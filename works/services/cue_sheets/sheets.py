"""Cue sheets by hand: cues are entered, linked to works, confirmed; what was used stands."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from works.models import Cue, CueSheet, CueType, Episode, Work
from works.queries.printed_numbers import Printed, PrintedNumbers
from works.rules.audiovisual import music_exceeds

EDIT = "works.edit_works"


@dataclass(frozen=True, slots=True)
class CueEntry:
    """One cue as it is typed; `duration` in seconds, ISWC and ISRC in their kept forms."""

    sequence: int
    cue_type: CueType
    duration: int
    title: str
    composers: str = ""
    performers: str = ""
    work_number: str = ""
    iswc: str = ""
    isrc: str = ""


@transaction.atomic
def open_sheet(*, episode: Episode, source: str, by: User) -> CueSheet:
    """Begin the cue sheet of an episode. Raises ValidationError when it has one that stands."""
    require(by, EDIT)
    episode = Episode.objects.select_for_update().get(pk=episode.pk)
    if episode.sheets.exclude(state="withdrawn").exists():
        raise ValidationError(_("This episode has a cue sheet. Withdraw it before you begin another."))
    if not clean_text(source):
        raise ValidationError(_("Say who supplied the cue sheet."))
    sheet = CueSheet.objects.create(episode=episode, source=clean_text(source)[:120])
    record_act(by=by, verb="open_cue_sheet", on=sheet, facts={"source": sheet.source})
    return sheet


@transaction.atomic
def save_cue(*, sheet: CueSheet, entry: CueEntry, by: User, cue: Cue | None = None) -> Cue:
    """Add a cue, or change one, while the sheet is being entered. Its numbers link it as they do in a table; a link
    that a person made stays."""
    require(by, EDIT)
    sheet = _open_for_change(sheet)
    row = sheet.cues.get(pk=cue.pk) if cue else Cue(sheet=sheet)
    faults: dict[str, str] = {}
    if sheet.cues.filter(sequence=entry.sequence).exclude(pk=row.pk).exists():
        faults["sequence"] = _("Another cue of this sheet has this number.")
    if entry.duration <= 0:
        faults["duration"] = _("Write how long the music is heard, for example 1:25.")
    if not clean_text(entry.title):
        faults["title"] = _("Give the title as it is printed.")
    if faults:
        raise ValidationError(faults)
    row.sequence, row.cue_type, row.duration = entry.sequence, entry.cue_type, entry.duration
    for name in ("title", "composers", "performers"):
        setattr(row, name, clean_text(getattr(entry, name))[:400])
    row.work_number, row.iswc, row.isrc = entry.work_number, entry.iswc, entry.isrc
    if row.linked_by != "person":
        printed = Printed(row.work_number, row.iswc, row.isrc)
        row.work_id = PrintedNumbers([printed]).work_of(printed)
        row.linked_by = "number" if row.work_id else ""
    row.save()
    record_act(by=by, verb="save_cue", on=row, facts={"sheet": str(sheet.uid), "seconds": row.duration})
    return row


@transaction.atomic
def remove_cue(*, cue: Cue, by: User) -> None:
    """Take a cue out of a sheet that is being entered; the history of rows keeps it."""
    require(by, EDIT)
    sheet = _open_for_change(cue.sheet)
    row = sheet.cues.select_for_update().get(pk=cue.pk)
    facts = {"number": row.sequence, "title": row.title, "seconds": row.duration}
    row.delete()
    record_act(by=by, verb="remove_cue", on=sheet, facts=facts)


@transaction.atomic
def link_cue(*, cue: Cue, work: Work | None, by: User) -> Cue:
    """Say which work a cue is, or with None that it is not known. Allowed until money was paid from the sheet."""
    require(by, EDIT)
    sheet = CueSheet.objects.select_for_update().get(pk=cue.sheet_id)
    _refuse_used(sheet)
    if sheet.state == "withdrawn":
        raise ValidationError(_("This cue sheet was withdrawn."))
    if work is not None and work.state != "registered":
        raise ValidationError(_("Only a registered work can be linked. This one is not."))
    row = sheet.cues.get(pk=cue.pk)
    before = row.work.number if row.work else ""
    row.work, row.linked_by = work, "person" if work else ""
    row.save(update_fields=["work", "linked_by"])
    facts = {"work": work.number if work else "", "before": before}
    record_act(by=by, verb="link_cue", on=row, facts=facts)
    return row


@transaction.atomic
def confirm_sheet(*, sheet: CueSheet, by: User) -> CueSheet:
    """Say that the sheet is complete: from now on TV usage counts it. A second call changes nothing."""
    require(by, EDIT)
    sheet = CueSheet.objects.select_for_update().select_related("episode__production").get(pk=sheet.pk)
    if sheet.state == "confirmed":
        return sheet
    if sheet.state == "withdrawn":
        raise ValidationError(_("This cue sheet was withdrawn."))
    durations = list(sheet.cues.values_list("duration", flat=True))
    if not durations:
        raise ValidationError(_("The sheet has no cue. Add the first one."))
    if over := music_exceeds(durations, sheet.episode.duration):
        raise ValidationError(too_long(sum(durations), sheet.episode.duration or 0, over))
    sheet.state = "confirmed"
    sheet.save(update_fields=["state"])
    record_act(by=by, verb="confirm_cue_sheet", on=sheet, facts={"cues": len(durations), "seconds": sum(durations)})
    return sheet


def too_long(music: int, episode: int, over: int) -> str:
    """What is said when the cues do not fit into their episode."""
    return _(
        "The cues make %(music)s seconds together, the episode has %(episode)s: %(over)s too many. Check the durations."
    ) % {"music": music, "episode": episode, "over": over}


@transaction.atomic
def reopen_sheet(*, sheet: CueSheet, by: User) -> CueSheet:
    """Let a confirmed sheet be changed again, as long as no money was paid from it."""
    require(by, EDIT)
    sheet = CueSheet.objects.select_for_update().get(pk=sheet.pk)
    _refuse_used(sheet)
    if sheet.state != "confirmed":
        raise ValidationError(_("Only a confirmed cue sheet can be opened again."))
    sheet.state = "entered"
    sheet.save(update_fields=["state"])
    record_act(by=by, verb="reopen_cue_sheet", on=sheet, facts={})
    return sheet


@transaction.atomic
def withdraw_sheet(*, sheet: CueSheet, reason: str, by: User) -> CueSheet:
    """Withdraw a sheet, with the reason; it stays for the record, and the episode may get another."""
    require(by, EDIT)
    sheet = CueSheet.objects.select_for_update().get(pk=sheet.pk)
    if sheet.state == "withdrawn":
        return sheet
    _refuse_used(sheet)
    if not clean_text(reason):
        raise ValidationError({"reason": _("Say why the cue sheet is withdrawn.")})
    sheet.state, sheet.reason = "withdrawn", clean_text(reason)[:300]
    sheet.save(update_fields=["state", "reason"])
    record_act(by=by, verb="withdraw_cue_sheet", on=sheet, facts={"reason": sheet.reason})
    return sheet


@transaction.atomic
def mark_sheets_used(*, sheets: Iterable[CueSheet], why: str, by: User | None, now: dt.datetime) -> int:
    """Note that money is paid from confirmed sheets: from now on they and their cues stand. `why` names the payer,
    for example a distribution run. Returns how many were newly marked; the second call for a sheet changes nothing."""
    wanted = sorted({sheet.pk for sheet in sheets})
    rows = list(CueSheet.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    if any(row.state != "confirmed" for row in rows):
        raise ValidationError(_("Money is paid from confirmed cue sheets only."))
    new = [row for row in rows if row.used_at is None]
    if new:
        CueSheet.objects.filter(pk__in=[row.pk for row in new]).update(used_at=now)
        facts = {"why": why, "sheets": [str(row.uid) for row in new][:200], "count": len(new)}
        record_act(by=by, verb="use_cue_sheets", on=new[0], facts=facts)
    return len(new)


def _open_for_change(sheet: CueSheet) -> CueSheet:
    sheet = CueSheet.objects.select_for_update().get(pk=sheet.pk)
    _refuse_used(sheet)
    if sheet.state != "entered":
        raise ValidationError(_("This cue sheet is not being entered. Open it again to change it."))
    return sheet


def _refuse_used(sheet: CueSheet) -> None:
    if sheet.used_at is not None:
        raise ValidationError(_("Money was paid from this cue sheet: it stands. A correction is a later payment."))
