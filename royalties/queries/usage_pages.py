"""What the pages of usage files show: the register, the work in progress, the texts of a file with their matches."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from cmo_portal.jobs.models import Job
from royalties.models import OpenText, UsageFile, UsageMatch, UsageText
from royalties.queries.matches import latest_matches
from works.models import Work

# The texts of a file whose newest match has an outcome and a stage, in the order of the file.
TEXTS = """
    SELECT t.text_no FROM royalties_usagetext t
        LEFT JOIN LATERAL (SELECT outcome, stage FROM royalties_usagematch m
            WHERE m.file_id = t.file_id AND m.text_no = t.text_no ORDER BY revision DESC LIMIT 1) m ON true
    WHERE t.file_id = %(file)s AND (%(outcome)s = '' OR m.outcome = %(outcome)s)
        AND (%(stage)s = '' OR m.stage = %(stage)s) AND t.text_no > %(after)s
    ORDER BY t.text_no LIMIT %(limit)s
"""


def file_register(*, source: int | None = None, state: str = "") -> QuerySet[UsageFile]:
    """All files, or those of a source or in a state."""
    files = UsageFile.objects.select_related("source")
    if source:
        files = files.filter(source_id=source)
    return files.filter(state=state) if state else files


def work_on(file: UsageFile) -> Job | None:
    """The job that works, or waits to work, on a file; a quarantined one too."""
    newest = Job.objects.filter(subject=f"usage:{file.uid}").order_by("-pk").first()
    return newest if newest and newest.state in {"pending", "running", "quarantined"} else None


def open_texts(file: UsageFile) -> int:
    """How many texts of a file wait for a person."""
    return OpenText.objects.filter(file_id=file.pk).count()


def texts_of_file(
    file: UsageFile, *, outcome: str = "", stage: str = "", after: int = 0, limit: int = 50
) -> list[tuple[UsageText, UsageMatch | None]]:
    """Texts of a file from number `after` on, each with the match that counts; three queries."""
    values: dict[str, Any] = {"file": file.pk, "outcome": outcome, "stage": stage, "after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, values)
        numbers = [row[0] for row in cursor.fetchall()]
    texts = UsageText.objects.filter(file_id=file.pk, text_no__in=numbers).order_by("text_no")
    matches = latest_matches((file.pk, number) for number in numbers)
    works = {match.work_id for match in matches.values()} - {None}
    if works:
        known = Work.objects.in_bulk(works)
        for match in matches.values():
            if match.work_id:
                match.work = known[match.work_id]
    return [(text, matches.get((file.pk, text.text_no))) for text in texts]
