"""Usage of works that were merged or split: what was paid on the strength of it, and which texts a work has."""

from dataclasses import dataclass

from django.db import connection

from royalties.queries.frozen import POSITION_BITS
from works.models import Regrouping, Work
from works.queries.regrouping import merged_ids

MOST_TEXTS = 60

# The posted runs in which texts whose newest match is one of `works` were frozen as the work `frozen`.
PAID = f"""
    WITH newest AS (
        SELECT m.file_id, m.text_no FROM royalties_usagematch m WHERE m.work_id = ANY (%(works)s) AND NOT EXISTS (
            SELECT 1 FROM royalties_usagematch later WHERE later.file_id = m.file_id AND later.text_no = m.text_no
                AND later.revision > m.revision)
    )
    SELECT DISTINCT r.number FROM newest n JOIN royalties_usageclaim c ON c.file_id = n.file_id
        JOIN royalties_run r ON r.id = c.run_id AND r.state IN ('finalised', 'published')
        JOIN royalties_runpool p ON p.run_id = r.id AND p."right" = c."right"
        JOIN royalties_runtext t ON t.run_id = r.id AND t.pool_no = p.pool_no
            AND t.text_key = (c.position::bigint << {POSITION_BITS}) | n.text_no
    WHERE t.work_id = %(frozen)s ORDER BY 1
"""  # noqa: S608 - composed of the constant
TEXTS = """
    WITH newest AS (
        SELECT m.file_id, m.text_no FROM royalties_usagematch m WHERE m.work_id = ANY (%(works)s) AND NOT EXISTS (
            SELECT 1 FROM royalties_usagematch later WHERE later.file_id = m.file_id AND later.text_no = m.text_no
                AND later.revision > m.revision)
    )
    SELECT t.memory_key, min(t.title), min(t.creators), min(t.performers), sum(t.plays)::bigint, count(*)
    FROM newest n JOIN royalties_usagetext t ON t.file_id = n.file_id AND t.text_no = n.text_no
    GROUP BY 1 ORDER BY 5 DESC, 1 LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class MatchedText:
    """Usage texts that say the same and are matched to a work; `key` in hexadecimal."""

    key: str
    title: str
    people: str
    plays: int
    texts: int


def paid_since(regrouping: Regrouping) -> list[str]:
    """The numbers of the posted runs that paid usage of the one work as the other because of this merge or split."""
    if regrouping.other is None or regrouping.state != "done":
        return []
    if regrouping.kind == "split":
        return _paid([regrouping.other_id], regrouping.other_id)
    led = regrouping.changes.filter(model="works.work", after__has_key="merged_into_id").values_list("row", flat=True)
    return _paid([regrouping.other_id, *led], regrouping.work_id)


def _paid(works: list[int | None], frozen: int | None) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(PAID, {"works": works, "frozen": frozen})
        return [number for (number,) in cursor.fetchall()]


def texts_of_work(work: Work) -> list[MatchedText]:
    """The usage texts that are matched to a work or to one merged into it, the most played first."""
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, {"works": merged_ids(work), "limit": MOST_TEXTS})
        rows = cursor.fetchall()
    return [MatchedText(bytes(row[0]).hex(), row[1], _people(row[2], row[3]), row[4], row[5]) for row in rows]


def _people(creators: str, performers: str) -> str:
    return " · ".join(filter(None, (performers.replace("|", ", "), creators.replace("|", ", "))))
