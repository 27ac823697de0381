"""Receiving a file: its bytes are kept under a name of our own, once, whatever they are called later (M08)."""

import datetime as dt
import hashlib
import os
import re
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.periods import Period
from cmo_portal.common.tables import FileRefused, TableGuess, inspect_table
from cmo_portal.kept_words import notices_as_data
from cmo_portal.wording import comma_list, grouped
from royalties.formats.mapped_csv import known_headings
from royalties.models import UsageFile, UsageSource
from royalties.services.usage.opening import limits
from royalties.services.usage.repeats import files_of_period
from royalties.services.usage.sources import saved_mapping
from royalties.services.usage.spool import INCOMING, usage_folder

PIECE = 1 << 20
NAME_CHARS = 200
_UNSAFE = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class KnownFile(ValidationError):
    """The same bytes were received before: `file` is the first upload."""

    def __init__(self, file: UsageFile) -> None:
        self.file = file
        text = _("The same file was received before, as %(name)s. Nothing was taken twice.")
        super().__init__(text % {"name": file.filename})


class OverlappingFiles(ValidationError):
    """Files of the same source and period are here already: say yes explicitly if this one is another."""

    def __init__(self, files: Sequence[UsageFile]) -> None:
        self.files = files
        text = _("This source has reported for these days already: %(files)s. Say that this is another report.")
        facts = [{"name": file.filename, "rows": grouped(file.line_count)} for file in files]
        names = comma_list(_("%(name)s (%(rows)s rows)") % fact for fact in facts)
        super().__init__(text % {"files": names})


@dataclass(frozen=True, slots=True)
class _Received:
    path: Path
    digest: bytes
    size: int


def receive_file(
    *,
    source: UsageSource,
    upload: IO[bytes],
    filename: str,
    period: Period,
    by: User,
    now: dt.datetime,
    confirm_overlap: bool = False,
    form_key: UUID | None = None,
    coverage: str = "census",
) -> UsageFile:
    """Keep the bytes of a file and look at them; it waits for its mapping, or can be read (state `received`).

    The same form key with the same bytes returns the file that exists. Raises KnownFile for bytes that are here now,
    OverlappingFiles when the source has a file for these days and `confirm_overlap` is False, ValidationError with what
    and why when the file as a whole cannot be taken. A refused file may come again: it is then taken up anew.
    """
    require(by, "royalties.ingest_usage")
    name = display_name(filename)
    handle, temporary = tempfile.mkstemp(prefix=INCOMING, dir=usage_folder())
    path = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as target:
            received = _copy(upload, target, path)
        known = UsageFile.objects.filter(sha256=received.digest).select_related("source").first()
        if known is not None and known.state != "refused":
            return _the_same(known, form_key)
        others = list(files_of_period(source, period.start, period.end))
        if others and not confirm_overlap:
            raise OverlappingFiles(others)
        look = _look(source, path, name)
        values = {
            "source": source,
            "filename": name,
            "period_start": period.start,
            "period_end": period.end,
            "coverage": coverage,
            "form_key": _own_key(form_key),
            "received_by": by,
            "report": _report(look, others),
        }
        try:
            return _keep(known, received, values, look, by)
        except IntegrityError:  # another upload of the same bytes was faster
            first = UsageFile.objects.filter(sha256=received.digest).first()
            if first is None:
                raise
            return _the_same(first, form_key)
    finally:
        path.unlink(missing_ok=True)


def display_name(filename: str) -> str:
    """The sender's name for the file as it may be shown: no folders, no signs that hide or turn text."""
    bare = _UNSAFE.sub("", PurePosixPath(filename.replace("\\", "/")).name).strip()
    if len(bare) > NAME_CHARS:
        ending = PurePosixPath(bare).suffix[:20]
        bare = bare[: NAME_CHARS - len(ending)] + ending
    return bare or "file"


def _copy(upload: IO[bytes], target: IO[bytes], path: Path) -> _Received:
    digest, size = hashlib.sha256(), 0
    while piece := upload.read(PIECE):
        size += len(piece)
        if size > settings.UPLOAD_LIMIT:
            limit = grouped(settings.UPLOAD_LIMIT // 1_000_000)
            raise ValidationError(
                _("This file is larger than %(limit)s MB. Split it, for example by month, and upload the parts.")
                % {"limit": limit}
            )
        digest.update(piece)
        target.write(piece)
    return _Received(path, digest.digest(), size)


def _the_same(known: UsageFile, form_key: UUID | None) -> UsageFile:
    if form_key is not None and known.form_key == form_key:
        return known
    raise KnownFile(known)


def _own_key(form_key: UUID | None) -> UUID | None:
    """The form's key, unless it has brought another file already: a page that was gone back to is sent anew."""
    taken = form_key is not None and UsageFile.objects.filter(form_key=form_key).exists()
    return None if taken else form_key


def _look(source: UsageSource, path: Path, name: str) -> TableGuess | None:
    """The first look at a table; a sales report is looked at when it is read."""
    if source.format == "dsr":
        if not name.lower().endswith((".tsv", ".tsv.gz", ".txt", ".txt.gz")):
            raise ValidationError(_("A sales report ends in .tsv or .tsv.gz. Choose another source for other files."))
        return None
    try:
        return inspect_table(path, filename=name, limits=limits(), known_headings=known_headings())
    except FileRefused as refusal:
        raise ValidationError(str(refusal)) from refusal


def _report(look: TableGuess | None, others: Sequence[UsageFile]) -> dict[str, Any]:
    overlaps = [{"uid": str(file.uid), "name": file.filename, "rows": file.line_count} for file in others]
    if look is None:
        return {"overlaps": overlaps}
    return {
        "overlaps": overlaps,
        "layout": look.layout.as_dict(),
        "certain": look.certain,
        "headings": list(look.headings),
        "notices": notices_as_data(look.notices),
    }


@transaction.atomic
def _keep(
    refused: UsageFile | None, received: _Received, values: dict[str, Any], look: TableGuess | None, by: User
) -> UsageFile:
    """Store the row and the bytes; whichever comes first of two equal uploads has them."""
    file = UsageFile.objects.select_for_update().get(pk=refused.pk) if refused else UsageFile(sha256=received.digest)
    if refused is not None and file.state != "refused":
        return _the_same(file, values["form_key"])
    for name, value in values.items():
        setattr(file, name, value)
    file.size, file.reason, file.state = received.size, "", "received"
    file.mapping, file.mapping_version, file.encoding = {}, 0, ""
    if look is not None:
        _apply_saved_mapping(file, look)
    else:
        file.mapping = {"releases": "each"}
    stored: str | None = ""
    try:
        if refused is None:
            with received.path.open("rb") as stream:
                file.file.save(str(uuid.uuid4()), File(stream), save=False)
            stored = file.file.name
        faultpoint("usage.receive.before_write")
        file.save()
        faultpoint("usage.receive.after_write")
        record_act(by=by, verb="receive_usage", on=file, facts=_acted(file, received))
    except BaseException:
        if stored:
            file.file.storage.delete(stored)
        raise
    return file


def _apply_saved_mapping(file: UsageFile, look: TableGuess) -> None:
    """Read it as the table before when the headings are the same and the encoding is not in doubt; else it is asked."""
    file.encoding = look.layout.encoding
    known = saved_mapping(file.source, look.headings)
    if known is not None and (look.certain or known[1] == look.layout.encoding):
        file.mapping, file.mapping_version = known[0].as_dict(), known[0].version
    else:
        file.state = "mapping"


def _acted(file: UsageFile, received: _Received) -> dict[str, Any]:
    return {
        "source": file.source.code,
        "sha256": received.digest.hex(),
        "bytes": received.size,
        "period": [file.period_start.isoformat(), file.period_end.isoformat()],
        "also_of_this_period": [overlap["uid"] for overlap in file.report["overlaps"]],
    }
