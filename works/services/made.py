"""What an import makes, noted row by row from the history that the database itself writes: nothing can be forgotten.

Every insert into a tracked table leaves an event with the context of the act. What a slice of an import has inserted
is exactly the events of its context since it began.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from django.db import connection

from works.models import ImportedRecord, RegistrationFile, Work, WorkShare

# kind → table of its history, and the column that names the work
HISTORIES = {
    "work": ("works_workevent", "pgh_obj_id"),
    "title": ("works_worktitleevent", "work_id"),
    "identifier": ("works_workidentifierevent", "work_id"),
    "share": ("works_workshareevent", "work_id"),
    "recording": ("works_recordingevent", "NULL::bigint"),
    "performer": ("works_recordingperformerevent", "NULL::bigint"),
    "link": ("works_recordingworkevent", "work_id"),
    "request": ("works_linkrequestevent", "work_id"),
    "party": ("members_partyevent", "NULL::bigint"),
    "name": ("members_partynameevent", "NULL::bigint"),
    "agreement": ("works_agreementevent", "NULL::bigint"),
    "listing": ("works_agreementworkevent", "work_id"),
    "affiliation": ("members_partyaffiliationevent", "NULL::bigint"),
}
SHARE_FIELDS = ("party_id", "role", "right", "territory", "share", "valid_from", "valid_to", "state", "source")
WORK_FIELDS = ("title", "language", "duration", "iswc")


@contextmanager
def noting(file: RegistrationFile) -> Iterator[None]:
    """Inside the caller's transaction: keep what is inserted until the end of the block as made by this import."""
    with pghistory.context(registration_file=str(file.uid)) as context, connection.cursor() as cursor:
        before = {kind: _last(cursor, table) for kind, (table, _work) in HISTORIES.items()}
        yield
        for kind, (table, work) in HISTORIES.items():
            cursor.execute(
                f"INSERT INTO works_importedrecord (file_id, act, kind, record_id, work_id)"  # noqa: S608 - our names
                f" SELECT %s, 'made', %s, pgh_obj_id, {work} FROM {table}"
                f" WHERE pgh_id > %s AND pgh_context_id = %s AND pgh_label = 'insert'",
                [file.pk, kind, before[kind], context.id],
            )


def note_revision(*, file: RegistrationFile, work: Work, shares: list[WorkShare]) -> None:
    """Keep what a revision is about to take away and change: the shares of its sender, and the work's own fields."""
    fields = {name: getattr(work, name) for name in WORK_FIELDS}
    ImportedRecord.objects.create(file=file, act="changed", kind="work", record_id=work.pk, work=work, data=fields)
    ImportedRecord.objects.bulk_create(
        ImportedRecord(file=file, act="removed", kind="share", record_id=row.pk, work=work, data=_share_data(row))
        for row in shares
    )


def _share_data(row: WorkShare) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in SHARE_FIELDS}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _last(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT coalesce(max(pgh_id), 0) FROM {table}")  # noqa: S608 - our own names
    return int(cursor.fetchone()[0])
