"""Matching a file: each distinct text once, its outcome written as a revision, what is left open put into the queue."""

import datetime as dt
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import finish, report_progress
from royalties.formats.copy_text import NULL, escaped, rows
from royalties.models import OpenText, TextClaim, UsageFile
from royalties.rules.matching import Decision, MatchSettings, UsageText, match_texts
from royalties.services.matching.repertoire import memory_of, work_index
from royalties.services.usage.landing import start_matching

TEXTS_AT_ONCE = 2_000
KEPT_CANDIDATES = 9  # as many as there are keys to choose them by
KEPT_OF_MATCHED = 3
MATCHING_LOCK = 0x4D41  # with the number of a file: one matching of it at a time
PENDING = """
    SELECT t.text_no, t.title, t.creators, t.performers, t.isrc, t.iswc, t.own_number, t.album, t.length, t.line_count,
        t.plays, m.revision, m.outcome, m.candidates -> 0 ->> 'work'
    FROM royalties_usagetext t
        LEFT JOIN royalties_opentext o ON o.file_id = t.file_id AND o.text_no = t.text_no
        LEFT JOIN LATERAL (SELECT revision, outcome, candidates FROM royalties_usagematch m
            WHERE m.file_id = t.file_id AND m.text_no = t.text_no ORDER BY revision DESC LIMIT 1) m ON true
    WHERE t.file_id = %s AND (o.file_id IS NOT NULL OR m.revision IS NULL) ORDER BY t.text_no
"""
MATCH_COLUMNS = (
    "file_id", "text_no", "revision", "outcome", "work_id", "stage", "score", "gap", "features", "candidates", "reason",
)  # fmt: skip
OPEN_NOW = """
    INSERT INTO royalties_opentext (file_id, text_no, source_id, outcome, memory_key, plays, seconds)
    SELECT t.file_id, t.text_no, f.source_id, %(outcome)s, t.memory_key, t.plays, t.seconds
    FROM royalties_usagetext t JOIN royalties_usagefile f ON f.id = t.file_id
    WHERE t.file_id = %(file)s AND t.text_no = ANY (%(texts)s)
    ON CONFLICT (file_id, text_no) DO UPDATE SET outcome = EXCLUDED.outcome
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """A text that has no answer yet, or one that a person has to give."""

    number: int
    text: UsageText
    revision: int
    outcome: str
    best: int | None


Outcome = tuple[Pending, Decision]
Progress = Callable[[int, int], None]


def match_file(
    *, file: UsageFile, now: dt.datetime, job: Job | None = None, settings: MatchSettings | None = None
) -> UsageFile:
    """Match the texts of a taken file that have no answer yet; a text has a new revision only when its outcome, or its
    best candidate, is another than before. Raises ValidationError for a file that was not taken."""
    file = UsageFile.objects.select_related("source").get(pk=file.pk)
    if file.state != "landed":
        raise ValidationError(_("This file was not taken yet. Take it first."))
    pending = _pending(file)
    progress = _reporter(job)
    decided = list(_decide(file, pending, progress, settings)) if pending else []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [MATCHING_LOCK, file.pk % 2**31])
        _store(file, [(before, after) for before, after in decided if _differs(before, after)])
        UsageFile.objects.filter(pk=file.pk).update(matched_at=now)
        faultpoint("usage.match.after_write")
        if job is not None:
            finish(job)
    file.refresh_from_db()
    return file


@transaction.atomic
def match_again(*, by: User, now: dt.datetime, file: UsageFile | None = None) -> int:
    """Have open texts compared with the works of today: of one file, or of every file that has some. Returns how many
    files will be matched."""
    require(by, "royalties.match_usage")
    keys = [file.pk] if file else list(OpenText.objects.values_list("file_id", flat=True).distinct())
    files = UsageFile.objects.filter(pk__in=keys, state="landed", matched_at__isnull=False)
    for one in files:
        start_matching(one, again=f":{one.matched_at.isoformat() if one.matched_at else ''}")
        record_act(by=by, verb="match_usage_again", on=one, facts={})
    return len(files)


def _pending(file: UsageFile) -> list[Pending]:
    with connection.cursor() as cursor:
        cursor.execute(PENDING, [file.pk])
        return [
            Pending(row[0], UsageText(*row[1:11]), row[11] or 0, row[12] or "", int(row[13]) if row[13] else None)
            for row in cursor.fetchall()
        ]


def _decide(
    file: UsageFile, pending: Sequence[Pending], progress: Progress, settings: MatchSettings | None
) -> Iterator[Outcome]:
    index, memory = work_index(), memory_of(file)
    for first in range(0, len(pending), TEXTS_AT_ONCE):
        part = pending[first : first + TEXTS_AT_ONCE]
        texts = [one.text for one in part]
        yield from zip(
            part, match_texts(texts, index, memory=memory, source=file.source_id, settings=settings), strict=True
        )
        progress(first + len(part), len(pending))


def _differs(before: Pending, after: Decision) -> bool:
    best = after.candidates[0].work_id if after.candidates else None
    return not before.revision or (before.outcome, before.best) != (after.outcome, best)


def _store(file: UsageFile, decided: Sequence[Outcome]) -> None:
    """Write the revisions of texts that nobody has decided in the meantime, and the queue that follows from them. A
    text that a member claims waits for a person."""
    known = [before.number for before, _after in decided if before.revision]
    locked = OpenText.objects.select_for_update().filter(file_id=file.pk, text_no__in=known)
    keys = {number: bytes(key) for number, key in locked.values_list("text_no", "memory_key")}
    claimed = {bytes(key) for key in TextClaim.objects.filter(state="open").values_list("key", flat=True)}
    still_open = {number for number, key in keys.items() if key not in claimed}
    fresh = set(_without_match(file, [before.number for before, _after in decided if not before.revision]))
    wanted = [(before, after) for before, after in decided if before.number in (still_open | fresh)]
    if not wanted:
        return
    _copy_matches(file, wanted)
    faultpoint("usage.match.after_matches")
    OpenText.objects.filter(file_id=file.pk, text_no__in=[before.number for before, _after in wanted]).delete()
    with connection.cursor() as cursor:
        for outcome in ("queue", "none"):
            texts = [before.number for before, after in wanted if after.outcome == outcome and after.stage != "memory"]
            cursor.execute(OPEN_NOW, {"file": file.pk, "outcome": outcome, "texts": texts})


def _without_match(file: UsageFile, numbers: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n FROM unnest(%s::int[]) AS n WHERE NOT EXISTS (SELECT 1 FROM royalties_usagematch m"
            " WHERE m.file_id = %s AND m.text_no = n)",
            [list(numbers), file.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy_matches(file: UsageFile, decided: Sequence[Outcome]) -> None:
    cells = [
        (
            str(before.number),
            str(before.revision + 1),
            after.outcome,
            NULL if after.work_id is None else str(after.work_id),
            after.stage,
            str(after.score),
            str(after.gap),
            _json(after.features()),
            _json(_candidates(after)),
            after.reason,
        )
        for before, after in decided
    ]
    columns: list[Sequence[str]] = list(zip(*cells, strict=True))
    columns[7:9] = [escaped(columns[7]), escaped(columns[8])]
    data = io.BytesIO(rows(*columns, before=f"{file.pk}\t"))
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY royalties_usagematch ({', '.join(MATCH_COLUMNS)}) FROM STDIN", data)


def _candidates(decision: Decision) -> list[dict[str, object]]:
    kept = KEPT_CANDIDATES if decision.outcome in {"queue", "none"} else KEPT_OF_MATCHED
    return [candidate.as_dict() for candidate in decision.candidates[:kept]]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _reporter(job: Job | None) -> Progress:
    """Tells a job how many texts were matched; nobody watches a matching within a command."""

    def tell(done: int, total: int) -> None:
        if job is not None:
            report_progress(job, done=done, total=total)

    return tell
