"""What the matcher compares with: all live works as an index, and what was decided before about the texts of a file."""

from collections.abc import Mapping

from django.db import connection

from royalties.models import UsageFile
from royalties.rules.matching import MatchMemory, Remembered, WorkIndex
from works.models import Work
from works.queries.repertoire import indexed_works

REMEMBERED = """
    SELECT m.key, m.source_id, m.outcome, m.work_id FROM royalties_matchmemory m
    WHERE m.undone_at IS NULL AND m.key IN (SELECT memory_key FROM royalties_usagetext WHERE file_id = %s)
"""


def work_index() -> WorkIndex:
    """Every live work with its titles, people and identifiers; the numbers of merged works lead to those that stand."""
    works = indexed_works()
    index = WorkIndex.from_columns(
        [work.work_id for work in works],
        [work.titles for work in works],
        creators=[work.names for work in works],
        performers=[work.performers for work in works],
        isrcs=[work.isrcs for work in works],
        iswcs=[work.iswc for work in works],
        numbers=[work.number for work in works],
        seconds=[work.duration for work in works],
    )
    merged = Work.objects.filter(merged_into__isnull=False).order_by("pk")
    for target, iswc, number in merged.values_list("merged_into_id", "iswc", "number"):
        index.lead_on(target or 0, iswc=iswc or "", number=number)
    return index


def memory_of(file: UsageFile) -> MatchMemory:
    """The live decisions about texts that the file has, of its own source and of others; merged works followed."""
    with connection.cursor() as cursor:
        cursor.execute(REMEMBERED, [file.pk])
        rows = cursor.fetchall()
    merged = dict(Work.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
    return MatchMemory(
        Remembered(bytes(key), source, outcome, _final(work, merged)) for key, source, outcome, work in rows
    )


def _final(work: int | None, merged: Mapping[int, int | None]) -> int | None:
    seen: set[int | None] = set()
    while work is not None and work in merged and work not in seen:
        seen.add(work)
        work = merged[work]
    return work
