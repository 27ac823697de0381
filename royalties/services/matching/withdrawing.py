"""Texts that the machine matched to works which were withdrawn since: they are open again."""

from collections.abc import Sequence

from django.db import connection

# The newest match of a text counts; one that a person gave keeps its work in the register, so only the machine's stand
# here. A file that no run has claimed and one that a run claimed are treated alike: a frozen run keeps what it froze.
REOPEN = """
    WITH newest AS (
        SELECT DISTINCT ON (m.file_id, m.text_no) m.file_id, m.text_no, m.revision, m.outcome, m.work_id
        FROM royalties_usagematch m
        WHERE (m.file_id, m.text_no) IN (
            SELECT file_id, text_no FROM royalties_usagematch WHERE work_id = ANY (%(works)s))
        ORDER BY m.file_id, m.text_no, m.revision DESC
    ),
    reopened AS (
        INSERT INTO royalties_usagematch (file_id, text_no, revision, outcome, work_id, stage, score, gap, features,
            candidates, reason)
        SELECT file_id, text_no, revision + 1, 'none', NULL, 'withdrawn', 0, 0, '{}', '[]', ''
        FROM newest WHERE outcome = 'matched' AND work_id = ANY (%(works)s)
        RETURNING file_id, text_no
    )
    INSERT INTO royalties_opentext (file_id, text_no, source_id, outcome, memory_key, plays, seconds)
    SELECT t.file_id, t.text_no, f.source_id, 'none', t.memory_key, t.plays, t.seconds
    FROM reopened JOIN royalties_usagetext t USING (file_id, text_no) JOIN royalties_usagefile f ON f.id = t.file_id
    ON CONFLICT (file_id, text_no) DO UPDATE SET outcome = EXCLUDED.outcome
"""


def reopen_texts(work_ids: Sequence[int]) -> None:
    """Ask again about every text whose newest match names one of these works. Inside the caller's transaction."""
    if work_ids:
        with connection.cursor() as cursor:
            cursor.execute(REOPEN, {"works": list(work_ids)})
