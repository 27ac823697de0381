"""A merged work as it was when it went into another: what the merge took from it stands there now.

The merge wrote down which rows it took (works.models.RegroupingChange); what they said is in their history.
"""

from dataclasses import dataclass
from typing import TypeVar

from django.db import models

from cmo_portal.common.known import NOW, Books
from works.models import Recording, RecordingWork, Regrouping, Work, WorkIdentifier, WorkShare, WorkTitle

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class MergedWork:
    """The rows that a work had when it was merged, to be read and never saved; shares with their parties, recordings
    with their performers."""

    iswc: str | None
    shares: list[WorkShare]
    titles: list[WorkTitle]
    identifiers: list[WorkIdentifier]
    recordings: list[Recording]


def before_merging(work: Work, *, books: Books = NOW) -> MergedWork | None:
    """A merged work as it was; None where nothing says which merge it was. A fixed number of queries."""
    merge = next(iter(books.rows(Regrouping, other_id=work.pk, kind="merge", state="done")), None)
    if merge is None:
        return None
    links = _rows(RecordingWork, "recording", work=work, merge=merge, books=books)
    recordings = [link.recording for link in links]
    books.attach(recordings, "performers")
    before = merge.changes.filter(model=Work._meta.label_lower, row=work.pk, before__has_key="iswc")
    exchanged = before.values_list("before__iswc", flat=True).first()
    return MergedWork(
        iswc=exchanged or work.iswc,
        shares=_rows(WorkShare, "party", work=work, merge=merge, books=books),
        titles=_rows(WorkTitle, work=work, merge=merge, books=books),
        identifiers=_rows(WorkIdentifier, work=work, merge=merge, books=books),
        recordings=sorted(recordings, key=lambda recording: recording.pk),
    )


def _rows(model: type[Row], *joined: str, work: Work, merge: Regrouping, books: Books) -> list[Row]:
    """What the merge left where it was, and what it took as it was before."""
    taken = merge.changes.filter(model=model._meta.label_lower, before__work_id=str(work.pk))
    ids = list(taken.values_list("row", flat=True))
    return books.rows(model, *joined, work_id=work.pk) + books.rows_while(model, *joined, ids=ids, work_id=work.pk)
