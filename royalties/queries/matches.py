"""The newest matches of texts, and what became of the texts of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from royalties.models import UsageFile, UsageMatch

NEWEST = """
    SELECT DISTINCT ON (m.file_id, m.text_no) m.* FROM royalties_usagematch m
        JOIN unnest(%s::bigint[], %s::int[]) AS wanted (file_id, text_no)
            ON wanted.file_id = m.file_id AND wanted.text_no = m.text_no
    ORDER BY m.file_id, m.text_no, m.revision DESC
"""
STAGES = """
    SELECT m.outcome, CASE WHEN m.outcome = 'matched' THEN m.stage ELSE '' END AS stage, count(*), sum(t.line_count),
        sum(t.plays)
    FROM (SELECT DISTINCT ON (text_no) text_no, outcome, stage FROM royalties_usagematch WHERE file_id = %(file)s
            ORDER BY text_no, revision DESC) m
        JOIN royalties_usagetext t ON t.file_id = %(file)s AND t.text_no = m.text_no
    GROUP BY 1, 2
"""


def latest_matches(places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], UsageMatch]:
    """The match that counts of each (file, text number); texts that were never matched are left out."""
    wanted = list(places)
    rows = UsageMatch.objects.raw(NEWEST, [[file for file, _text in wanted], [text for _file, text in wanted]])
    return {(row.file_id, row.text_no): row for row in rows}


@dataclass(frozen=True, slots=True)
class Share:
    """How many texts, lines and plays of a file came to one outcome; matched ones by the stage that decided."""

    outcome: str
    stage: str
    texts: int
    lines: int
    plays: int


def shares_of_stages(file: UsageFile) -> list[Share]:
    """What became of the texts of a file, in the order of the stages."""
    order = ["id", "memory", "exact", "score", "person", "withdrawn"]
    with connection.cursor() as cursor:
        cursor.execute(STAGES, {"file": file.pk})
        found = [Share(o, s, int(texts), int(lines), int(plays)) for o, s, texts, lines, plays in cursor.fetchall()]
    outcomes = ["matched", "queue", "none", "ignored"]
    return sorted(
        found, key=lambda one: (outcomes.index(one.outcome), order.index(one.stage) if one.stage in order else 9)
    )
