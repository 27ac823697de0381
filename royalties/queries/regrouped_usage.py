"""Usage of works that were merged or split: what was paid on the strength of it, and which texts a work has."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from royalties.queries.frozen import POSITION_BITS
from works.models import Regrouping, Work, WorkShare
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
# The posted runs that paid a work by shares as they stood after a day: frozen since, for one of these rights.
PAID_BY_SHARES = """
    SELECT DISTINCT r.number FROM royalties_runshare s JOIN royalties_run r ON r.id = s.run_id
    WHERE s.work_id = %(work)s AND s."right" = ANY (%(rights)s) AND r.state IN ('finalised', 'published')
        AND r.frozen_at >= %(since)s ORDER BY 1
"""
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
    """The numbers of the posted runs that paid on the strength of this merge or split: usage of the one work as the
    other, or usage of the work that stayed by shares that came or went with it."""
    if regrouping.other is None or regrouping.state != "done":
        return []
    moved, frozen = [regrouping.other_id], regrouping.other_id
    if regrouping.kind == "merge":
        led = regrouping.changes.filter(model="works.work", after__has_key="merged_into_id")
        moved, frozen = [regrouping.other_id, *led.values_list("row", flat=True)], regrouping.work_id
    given = {"work": regrouping.work_id, "rights": _rights_changed(regrouping), "since": regrouping.confirmed_at}
    return sorted({*_numbers(PAID, {"works": moved, "frozen": frozen}), *_numbers(PAID_BY_SHARES, given)})


def _rights_changed(regrouping: Regrouping) -> list[str]:
    """The rights of which the work that stayed got, lost or changed a share."""
    changes = list(regrouping.changes.filter(model="works.workshare"))
    stayed = str(regrouping.work_id)
    gone = {
        (change.before or {})["right"]
        for change in changes
        if change.after is None and (change.before or {})["work_id"] == stayed
    }
    left = {change.row for change in changes if (change.before or {}).get("work_id") == stayed}
    touched = WorkShare.objects.filter(pk__in=[change.row for change in changes])
    return sorted(
        gone | set(touched.filter(Q(work=regrouping.work_id) | Q(pk__in=left)).values_list("right", flat=True))
    )


def _numbers(query: str, given: dict[str, Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [number for (number,) in cursor.fetchall()]


def texts_of_work(work: Work) -> list[MatchedText]:
    """The usage texts that are matched to a work or to one merged into it, the most played first."""
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, {"works": merged_ids(work), "limit": MOST_TEXTS})
        rows = cursor.fetchall()
    return [MatchedText(bytes(row[0]).hex(), row[1], _people(row[2], row[3]), row[4], row[5]) for row in rows]


def _people(creators: str, performers: str) -> str:
    return " · ".join(filter(None, (performers.replace("|", ", "), creators.replace("|", ", "))))
