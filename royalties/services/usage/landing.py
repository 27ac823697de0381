"""Taking a file: its spool is copied into the usage tables in one transaction, or nothing of it is there."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, finish
from royalties.models import UsageFile
from royalties.services.usage.columns import keep_columns
from royalties.services.usage.spool import LINE_COLUMNS, TEXT_COLUMNS, drop_spool, spool_path

COPIED_AT_ONCE = 1 << 20  # bytes a read
TAKEN_AT_ONCE = 200_000  # lines; a person can wait for that many
CONTROL = """
    SELECT l.lines, l.plays, l.seconds, t.texts, t.lines, t.plays, t.seconds FROM
        (SELECT count(*) AS lines, coalesce(sum(plays), 0) AS plays,
            coalesce(sum(plays * seconds), 0) AS seconds FROM royalties_usageline WHERE file_id = %(file)s) l,
        (SELECT count(*) AS texts, coalesce(sum(line_count), 0) AS lines, coalesce(sum(plays), 0) AS plays,
            coalesce(sum(seconds), 0) AS seconds FROM royalties_usagetext WHERE file_id = %(file)s) t
"""


class ControlTotalsDiffer(RuntimeError):
    """What stands in the tables is not what was read; everything is rolled back."""


def start_landing(*, file: UsageFile, by: User, now: dt.datetime) -> UsageFile:
    """Take the file now, or hand it to a worker when it is large."""
    require(by, "royalties.ingest_usage")
    if file.line_count <= TAKEN_AT_ONCE:
        return land_file(file=file, by=by, now=now)
    with transaction.atomic():
        locked = UsageFile.objects.select_for_update().get(pk=file.pk)
        if locked.state == "checked":
            spool = _spool_of(locked)
            add_job(
                kind="royalties.land_usage",
                key=f"usage:{file.uid}:land:{spool['lines']}",  # one job for one reading
                args={"file": file.pk, "by": by.pk},
                queue="ingest",
                subject=f"usage:{file.uid}",
                step="land",
            )
    return locked


@transaction.atomic
def land_file(*, file: UsageFile, by: User, now: dt.datetime, job: Job | None = None) -> UsageFile:
    """Copy the lines and texts that were read; called twice, the second call changes nothing. Matching comes next.

    Raises ValidationError when the file was not read or nothing of it is left to take, ControlTotalsDiffer when the
    tables do not hold what was read.
    """
    require(by, "royalties.ingest_usage")
    file = UsageFile.objects.select_for_update().get(pk=file.pk)
    if file.state != "landed":
        spool = _spool_of(file)
        faultpoint("usage.land.before_write")
        _copy("royalties_usageline", LINE_COLUMNS, spool["lines"])
        faultpoint("usage.land.after_lines")
        _copy("royalties_usagetext", TEXT_COLUMNS, spool["texts"])
        _check_totals(file)
        keep_columns(file)
        file.state, file.landed_at = "landed", now
        file.report = {**file.report, "spool": None}
        file.save(update_fields=["state", "landed_at", "report"])
        faultpoint("usage.land.after_write")
        start_matching(file)
        transaction.on_commit(lambda: drop_spool(spool))
        facts = {"lines": file.line_count, "plays": file.plays, "seconds": file.seconds, "refused": file.refused_count}
        record_act(by=by, verb="land_usage", on=file, facts=facts)
    if job is not None:
        finish(job)
    return file


def start_matching(file: UsageFile, again: str = "") -> None:
    """Hand the matching of a taken file to a worker; `again` names a repetition."""
    add_job(
        kind="royalties.match_usage",
        key=f"usage:{file.uid}:match{again}",
        args={"file": file.pk},
        queue="ingest",
        subject=f"usage:{file.uid}",
        step="match",
    )


def _spool_of(file: UsageFile) -> dict[str, Any]:
    """The spool of a file that may be taken."""
    if file.state != "checked":
        raise ValidationError(_("This file was not read to its end. Read it first."))
    if not file.line_count:
        raise ValidationError(_("No row of this file can be taken. Refuse it, or read it with another mapping."))
    spool: dict[str, Any] = file.report.get("spool") or {}
    for part, size in (("lines", "line_bytes"), ("texts", "text_bytes")):
        path = spool_path(str(spool.get(part, "-")))
        if not path.is_file() or path.stat().st_size != spool[size]:
            raise ValidationError(_("What was read is not there any more. Read the file again."))
    return spool


def _copy(table: str, columns: tuple[str, ...], name: str) -> None:
    with connection.cursor() as cursor, spool_path(name).open("rb") as rows:
        cursor.cursor.copy_expert(f'COPY "{table}" ({", ".join(columns)}) FROM STDIN', rows, size=COPIED_AT_ONCE)


def _check_totals(file: UsageFile) -> None:
    """Lines, plays and seconds in the tables, by line and by text, are those of the reading."""
    with connection.cursor() as cursor:
        cursor.execute(CONTROL, {"file": file.pk})
        found = [int(value) for value in cursor.fetchone()]
    read = [file.line_count, file.plays, file.seconds]
    if found != [*read, file.text_count, *read]:
        raise ControlTotalsDiffer(f"usage file {file.uid}: read {read} and {file.text_count} texts, stored {found}")
