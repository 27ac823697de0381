"""Rows that an earlier file of the same source and period has already: found before anything is taken (M08).

A row is the same when it was sent the same. It counts as often as it stands there: of three equal rows, two of which
the earlier file has, one is new.
"""

import datetime as dt
import hashlib
from collections import Counter
from itertools import compress

from django.db import connection
from django.db.models import QuerySet

from royalties.formats.usage_line import UsageChunk
from royalties.models import UsageFile, UsageSource

# The first eight bytes of the MD5 of a row: enough to tell rows apart, small enough to hold millions.
TAKEN_ROWS = """
    SELECT ('x' || substr(md5(raw), 1, 16))::bit(64)::bigint, count(*) FROM royalties_usageline
    WHERE file_id = ANY (%s) GROUP BY 1
"""


def files_of_period(
    source: UsageSource, first: dt.date, last: dt.date, *, but: int | None = None
) -> QuerySet[UsageFile]:
    """The files of a source that share a day with the period, refused ones left out, oldest first."""
    found = UsageFile.objects.filter(source=source, period_start__lte=last, period_end__gte=first)
    others = found.exclude(state="refused").order_by("pk")
    return others if but is None else others.exclude(pk=but)


class KnownRows:
    """The rows of the files taken before that share the period; `take` passes on what is new."""

    def __init__(self, file: UsageFile) -> None:
        others = files_of_period(file.source, file.period_start, file.period_end, but=file.pk).filter(state="landed")
        self.files = [{"uid": str(other.uid), "name": other.filename} for other in others]
        self.allowed = file.repeats_allowed
        self.found = 0
        self._left: Counter[int] = Counter()
        if keys := [other.pk for other in others]:
            with connection.cursor() as cursor:
                cursor.execute(TAKEN_ROWS, [keys])
                self._left = Counter(dict(cursor.fetchall()))

    def take(self, chunk: UsageChunk) -> UsageChunk:
        """The chunk without rows that are known; with all of them when a person said that they are further plays."""
        if not self._left:
            return chunk
        new = [self._is_new(raw) for raw in chunk.columns["raw"]]
        if self.allowed or all(new):
            return chunk
        return UsageChunk({name: list(compress(values, new)) for name, values in chunk.columns.items()})

    def _is_new(self, raw: str) -> bool:
        key = int.from_bytes(hashlib.md5(raw.encode(), usedforsecurity=False).digest()[:8], signed=True)
        if self._left[key] <= 0:
            return True
        self._left[key] -= 1
        self.found += 1
        return False
