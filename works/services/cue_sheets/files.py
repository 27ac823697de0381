"""Files of cue sheets: kept, mapped, checked, taken on a yes, and undone as long as nothing was paid from them."""

import datetime as dt
import hashlib
import io
import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.cleaning import clean_text
from cmo_portal.common.tables import FileRefused, Row, TableLayout, inspect_table, open_table, write_refused
from cmo_portal.kept_words import errors_as_data, notices_as_data
from cmo_portal.wording import comma_list
from works.formats.cue_tables import (
    CueColumns,
    guess_mapping,
    headings_key,
    known_headings,
    lacking,
    repeated,
)
from works.models import Cue, CueFile, CueMapping, CueSheet, CueType, Episode, Production
from works.queries.cue_sheets import cue_types
from works.services.cue_sheets.planning import Plan, PlannedSheet, limits, plan_file
from works.services.cue_sheets.productions import ProductionEntry, production_rows

IMPORT = "works.import_works"
IMPORT_LOCK = 0x43554553  # one import at a time: what a plan did not find is still free when it is written
SAMPLE_ROWS, SHEETS_SHOWN = 12, 300
_UNSAFE = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff/\\\\]")


class KnownCueFile(ValidationError):
    """The same bytes stand here already: `file` is the first upload."""

    def __init__(self, file: CueFile) -> None:
        self.file = file
        text = _("The same file was received before, as %(name)s. Nothing was taken twice.")
        super().__init__(text % {"name": file.filename})


def receive_cue_file(
    *, upload: IO[bytes], filename: str, source: str, by: User, today: dt.date, episode: Episode | None = None
) -> CueFile:
    """Keep a table and look at it. With the headings of a saved mapping it is checked at once; else it waits for one.

    Raises KnownCueFile for bytes that stand here, ValidationError with what and why when it is no table at all.
    """
    require(by, IMPORT)
    body = upload.read(settings.UPLOAD_LIMIT + 1)
    if len(body) > settings.UPLOAD_LIMIT:
        raise ValidationError(
            _("This file is larger than %(limit)s MB. Split it and hand in the parts.")
            % {"limit": settings.UPLOAD_LIMIT // 1_000_000}
        )
    digest, name = hashlib.sha256(body).digest(), _UNSAFE.sub("", filename).strip()[-200:] or "file"
    if not clean_text(source):
        raise ValidationError(_("Say who supplied the cue sheet."))
    standing = CueFile.objects.exclude(state__in=("undone", "refused"))
    if known := standing.filter(sha256=digest).first():
        raise KnownCueFile(known)
    file = CueFile(filename=name, sha256=digest, source=clean_text(source)[:120], episode=episode, received_by=by)
    file.file.save(str(uuid.uuid4()), ContentFile(body), save=False)
    stored = str(file.file.name)
    try:
        with transaction.atomic():
            _look(file)
            file.save()
            record_act(by=by, verb="receive_cue_file", on=file, facts={"sha256": digest.hex(), "bytes": len(body)})
            if known_mapping := _saved_mapping(file):
                _check(file, known_mapping, by, today)
    except IntegrityError:  # another upload of the same bytes was faster
        file.file.storage.delete(stored)
        raise KnownCueFile(standing.get(sha256=digest)) from None
    except BaseException:
        file.file.storage.delete(stored)
        raise
    return file


def look_at_cue_file(file: CueFile) -> tuple[tuple[str, ...], list[Row], CueColumns]:
    """Headings, first rows and the proposed mapping of a kept table."""
    layout = TableLayout.from_dict(file.layout)
    with open_table(Path(file.file.path), filename=file.filename, layout=layout, limits=limits()) as table:
        rows = next(iter(table), [])[:SAMPLE_ROWS]
        return table.headings, rows, guess_mapping(table.headings, rows)


@transaction.atomic
def confirm_cue_mapping(*, file: CueFile, columns: CueColumns, by: User, today: dt.date) -> CueFile:
    """Save the mapping for tables with these headings, and check the file by it: nothing is taken yet."""
    require(by, IMPORT)
    file = _locked(file)
    if file.state not in ("mapping", "checked"):
        raise ValidationError(_("This file was decided already. Its mapping stands."))
    if missing := columns.missing_headings(file.headings):
        raise ValidationError(_("These columns are not in the table: %(names)s.") % {"names": comma_list(missing)})
    if lacking(columns, of_one_episode=file.episode is not None) or repeated(columns):
        raise ValidationError(_("Choose one column for each: production, number, cue type, duration and title."))
    mapping, made = CueMapping.objects.select_for_update().get_or_create(
        headings_key=headings_key(file.headings),
        defaults={"headings": file.headings, "mapping": columns.as_dict(), "saved_by": by},
    )
    if not made and mapping.mapping != columns.as_dict():
        mapping.mapping, mapping.version, mapping.saved_by = columns.as_dict(), mapping.version + 1, by
        mapping.save()
    _check(file, columns, by, today)
    return file


@transaction.atomic
def import_cue_file(*, file: CueFile, by: User, now: dt.datetime, today: dt.date) -> CueFile:
    """Take the sheets that passed, whole ones only; the second call changes nothing. What cannot be taken any more is
    added to the refused rows."""
    require(by, IMPORT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
    file = _locked(file)
    if file.state == "imported":
        return file
    if file.state != "checked":
        raise ValidationError(_("This file cannot be taken: it was not checked, or it was decided already."))
    types = {kind.code: kind for kind in cue_types(today)}
    plan = plan_file(file, CueColumns.from_dict(file.mapping), types)
    if not plan.sheets:
        raise ValidationError(_("No cue sheet of this file can be taken. Look at what is wrong with its rows."))
    _store(file, plan, types)
    _tell(file, plan)
    file.state, file.imported_at = "imported", now
    file.save()
    facts = {"sheets": len(plan.sheets), "cues": file.report["cues"], "refused": len(plan.refused)}
    record_act(by=by, verb="import_cue_file", on=file, facts=facts)
    return file


@transaction.atomic
def undo_cue_import(*, file: CueFile, reason: str, by: User) -> CueFile:
    """Withdraw every sheet of the file and the productions that it alone brought. Refused as a whole when money was
    paid from one of them. The file may then be handed in again."""
    require(by, IMPORT)
    file = _locked(file)
    if file.state != "imported":
        raise ValidationError(_("Only an import can be undone, and only once."))
    if not clean_text(reason):
        raise ValidationError({"reason": _("Say why the import is undone.")})
    sheets = list(
        CueSheet.objects.select_for_update(of=("self",)).filter(file=file).select_related("episode__production")
    )
    used = [sheet for sheet in sheets if sheet.used_at is not None]
    if used:
        names = ", ".join(str(sheet) for sheet in used[:5])
        raise ValidationError(
            _("Money was paid from cue sheets of this file (%(count)s: %(names)s). The import stands; withdraw single"
              " sheets that were not used.") % {"count": len(used), "names": names}
        )  # fmt: skip
    why = clean_text(reason)[:300]
    CueSheet.objects.filter(pk__in=[sheet.pk for sheet in sheets]).exclude(state="withdrawn").update(
        state="withdrawn", reason=why
    )
    alone = Production.objects.filter(made_by_file=file, state="listed").exclude(
        episodes__sheets__state__in=("entered", "confirmed")
    )
    withdrawn = alone.update(state="withdrawn")
    file.state, file.reason = "undone", why
    file.save(update_fields=["state", "reason"])
    facts = {"reason": why, "sheets": len(sheets), "productions": withdrawn}
    record_act(by=by, verb="undo_cue_import", on=file, facts=facts)
    return file


@transaction.atomic
def refuse_cue_file(*, file: CueFile, reason: str, by: User) -> CueFile:
    """Refuse a file that was not taken; nothing of it is kept but the file."""
    require(by, IMPORT)
    file = _locked(file)
    if file.state not in ("mapping", "checked"):
        raise ValidationError(_("This file was decided already."))
    file.state, file.reason = "refused", clean_text(reason)[:300]
    file.save(update_fields=["state", "reason"])
    record_act(by=by, verb="refuse_cue_file", on=file, facts={"reason": file.reason})
    return file


def refused_rows_name(file: CueFile) -> str:
    """What the file of refused rows is called."""
    return f"{Path(file.filename).stem}-refused{'.xlsx' if file.layout.get('kind') == 'workbook' else '.csv'}"


def _locked(file: CueFile) -> CueFile:
    return CueFile.objects.select_for_update(of=("self",)).select_related("episode__production").get(pk=file.pk)


def _look(file: CueFile) -> None:
    path = Path(file.file.path)
    try:
        look = inspect_table(path, filename=file.filename, limits=limits(), known_headings=known_headings())
    except FileRefused as refusal:
        raise ValidationError(str(refusal)) from refusal
    file.layout, file.headings = look.layout.as_dict(), list(look.headings)
    file.report = {"certain": look.certain, "notices": notices_as_data(look.notices)}


def _saved_mapping(file: CueFile) -> CueColumns | None:
    known = CueMapping.objects.filter(headings_key=headings_key(file.headings)).first()
    columns = CueColumns.from_dict(known.mapping) if known else None
    fits = columns and not columns.missing_headings(file.headings)
    return columns if fits and columns and not lacking(columns, of_one_episode=file.episode is not None) else None


def _check(file: CueFile, columns: CueColumns, by: User, today: dt.date) -> None:
    try:
        plan = plan_file(file, columns, {kind.code: kind for kind in cue_types(today)})
    except FileRefused as refusal:
        raise ValidationError(str(refusal)) from refusal
    file.mapping, file.state = columns.as_dict(), "checked"
    _tell(file, plan)
    file.save()
    facts = {"sheets": len(plan.sheets), "refused": len(plan.refused), "columns": dict(columns.columns)}
    record_act(by=by, verb="check_cue_file", on=file, facts=facts)


def _tell(file: CueFile, plan: Plan) -> None:
    """Keep what the reading found for the page, and the refused rows as a file."""
    file.report = {
        "rows": plan.rows,
        "sheets": len(plan.sheets),
        "cues": sum(len(sheet.read.lines) for sheet in plan.sheets),
        "linked": sum(work is not None for sheet in plan.sheets for work in sheet.work_ids),
        "refused": len(plan.refused),
        "errors": errors_as_data(plan.errors),
        "error_count": len(plan.errors),
        "warnings": errors_as_data(plan.warnings),
        "warning_count": len(plan.warnings),
        "notices": notices_as_data(plan.notices),
        "list": [_told(sheet) for sheet in plan.sheets[:SHEETS_SHOWN]],
    }
    if file.refused_rows:
        storage, before = file.refused_rows.storage, str(file.refused_rows.name)
        transaction.on_commit(lambda: storage.delete(before))
        file.refused_rows = ""
    if plan.errors:
        target = io.BytesIO()
        layout = TableLayout.from_dict(file.layout)
        write_refused(target, layout=layout, headings=plan.headings, rows=plan.refused, errors=plan.errors)
        file.refused_rows.save(f"{uuid.uuid4()}", ContentFile(target.getvalue()), save=False)


def _told(sheet: PlannedSheet) -> dict[str, Any]:
    production, episode = sheet.production, sheet.episode
    return {
        "production": production.title if production else sheet.read.production.title,
        "production_uid": str(production.uid) if production else "",
        "number": episode.number if episode else sheet.read.episode.number,
        "cues": len(sheet.read.lines),
        "linked": sum(work is not None for work in sheet.work_ids),
        "seconds": sheet.seconds,
        "duration": (episode.duration if episode else None) or sheet.read.episode.duration,
    }


def _store(file: CueFile, plan: Plan, types: dict[str, CueType]) -> None:
    """Write productions, episodes, sheets and cues, each kind in one statement."""
    _make_productions(file, plan.sheets)
    _make_episodes(plan.sheets)
    sheets = CueSheet.objects.bulk_create(
        CueSheet(episode=sheet.episode, source=file.source, file=file) for sheet in plan.sheets
    )
    cues: list[Cue] = []
    for row, planned in zip(sheets, plan.sheets, strict=True):
        for line, work_id in zip(planned.read.lines, planned.work_ids, strict=True):
            cues.append(
                Cue(
                    sheet=row,
                    sequence=line.sequence,
                    cue_type=types[line.cue_type],
                    duration=line.duration,
                    title=clean_text(line.title)[:400],
                    composers=clean_text(line.composers)[:400],
                    performers=clean_text(line.performers)[:400],
                    work_number=line.work_number,
                    iswc=line.iswc,
                    isrc=line.isrc,
                    work_id=work_id,
                    linked_by="number" if work_id else "",
                )
            )
    Cue.objects.bulk_create(cues, batch_size=2000)


def _make_productions(file: CueFile, sheets: Sequence[PlannedSheet]) -> None:
    """One production for all new sheets that name the same one."""
    fallback = CueColumns.from_dict(file.mapping).kind
    new: dict[ProductionEntry, list[PlannedSheet]] = {}
    for sheet in sheets:
        if sheet.production is None:
            facts = asdict(sheet.read.production)
            new.setdefault(ProductionEntry(**facts | {"kind": facts["kind"] or fallback}), []).append(sheet)
    rows = Production.objects.bulk_create(production_rows(list(new), file))
    for row, group in zip(rows, new.values(), strict=True):
        for sheet in group:
            sheet.production = row


def _make_episodes(sheets: Sequence[PlannedSheet]) -> None:
    new = [sheet for sheet in sheets if sheet.episode is None]
    rows = Episode.objects.bulk_create(
        Episode(
            production=sheet.production,
            number=sheet.read.episode.number,
            title=clean_text(sheet.read.episode.title)[:400],
            broadcast_on=sheet.read.episode.broadcast_on,
            duration=sheet.read.episode.duration,
        )
        for sheet in new
    )
    for sheet, row in zip(new, rows, strict=True):
        sheet.episode = row
