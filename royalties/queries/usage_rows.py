"""The rows of usage files behind a statement: which of them a work was paid for, what each weighed, how it was matched.

Only rows of works that the statement pays are found here. A row is shown by its number as the sender's spreadsheet
counts; addresses use the number of the line, which is unique in its file.
"""

# ruff: noqa: S608 - the queries are composed of constants; values are parameters
import datetime as dt
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import connection

from royalties.models import Statement
from royalties.queries.statement_lines import PAGE_SIZE, Slice, cut_page, read_place, rules_of
from royalties.rules.explaining import RowWorking, row_working
from royalties.rules.kernel import UNITS
from royalties.rules.points import LineRule

ROW_BITS = 0xFFFFFFFF  # the line's number is the lower half of its key, the file's position the upper half

REPORTED = """
    p.pool_no, p.name AS pool, o.name_ur AS pool_ur, p.section, s.name AS source, f.filename, f.uid AS file_uid,
    f.coverage, u.row_no, coalesce(nullif(u.source_row, 0), u.row_no) AS shown_row, u.plays, u.seconds, u.use_code,
    u.daypart, u.used_on, u.used_at, u.channel, u.parts
"""
# The texts of a work in the pools in which the statement pays for it.
SONG = """
    SELECT t.pool_no, t.text_key, f.file_id, f.text_no FROM royalties_textresult t
        JOIN royalties_runtext f ON f.run_id = t.run_id AND f.pool_no = t.pool_no AND f.text_key = t.text_key
    WHERE t.run_id = %(run)s AND t.work_id = (
            SELECT work_id FROM royalties_statedwork WHERE run_id = %(run)s AND number = %(work)s)
        AND (%(pool)s::int IS NULL OR t.pool_no = %(pool)s)
        AND EXISTS (SELECT 1 FROM royalties_allocationline a WHERE a.run_id = t.run_id AND a.pool_no = t.pool_no
            AND a.payee_id = %(party)s AND a.work_id = t.work_id)
"""
ROWS = f"""
    WITH song AS MATERIALIZED ({SONG}),
    whole AS (
        SELECT sum(x.line_count)::bigint AS lines, sum(x.plays)::bigint AS all_plays
        FROM song JOIN royalties_usagetext x ON x.file_id = song.file_id AND x.text_no = song.text_no
    ),
    line AS (
        SELECT l.pool_no, l.line_key, l.units, song.file_id
        FROM song JOIN royalties_lineresult l ON l.run_id = %(run)s AND l.pool_no = song.pool_no
            AND l.text_key = song.text_key
        {{beyond}} ORDER BY l.pool_no {{turned}}, l.line_key {{turned}} LIMIT {PAGE_SIZE + 1}
    )
    SELECT {REPORTED}, line.line_key, line.units, whole.lines, whole.all_plays
    FROM line
        JOIN royalties_usageline u ON u.file_id = line.file_id AND u.row_no = (line.line_key & {ROW_BITS})
        JOIN royalties_usagefile f ON f.id = line.file_id JOIN royalties_usagesource s ON s.id = f.source_id
        JOIN royalties_runpool p ON p.run_id = %(run)s AND p.pool_no = line.pool_no
        JOIN royalties_pool o ON o.id = p.pool_id, whole
    ORDER BY line.pool_no {{turned}}, line.line_key {{turned}}
"""
# One row with the text it belongs to and the decision that counted when the run was frozen: the newest one then.
ROW = f"""
    SELECT {REPORTED}, p."right", f.period_start, f.period_end, f.sha256, l.units, u.raw, w.number AS work,
        w.title AS work_title, w.title_original AS work_title_original, x.title, x.creators, x.performers, x.isrc,
        x.iswc, m.stage, m.score, m.features, m.reason, m.decided_by_id IS NOT NULL AS by_person
    FROM royalties_usagefile f
        JOIN royalties_runpool p ON p.run_id = %(run)s AND p.pool_no = %(pool)s
        JOIN royalties_pool o ON o.id = p.pool_id
        JOIN royalties_usageclaim c ON c.run_id = p.run_id AND c.file_id = f.id AND c."right" = p."right"
        JOIN royalties_usagesource s ON s.id = f.source_id
        JOIN royalties_usageline u ON u.file_id = f.id AND u.row_no = %(row)s
        JOIN royalties_usagetext x ON x.file_id = u.file_id AND x.text_no = u.text_no
        JOIN royalties_runtext t ON t.run_id = p.run_id AND t.pool_no = p.pool_no
            AND t.text_key = ((c.position::bigint << 32) | u.text_no)
        JOIN royalties_statedwork w ON w.run_id = p.run_id AND w.work_id = t.work_id
        JOIN royalties_lineresult l ON l.run_id = p.run_id AND l.pool_no = p.pool_no
            AND l.line_key = ((c.position::bigint << 32) | u.row_no)
        LEFT JOIN LATERAL (
            SELECT * FROM royalties_usagematch m WHERE m.file_id = f.id AND m.text_no = u.text_no
                AND m.outcome = 'matched' AND m.created_at <= c.created_at ORDER BY m.revision DESC LIMIT 1
        ) m ON true
    WHERE f.uid = %(file)s AND EXISTS (SELECT 1 FROM royalties_allocationline a WHERE a.run_id = p.run_id
        AND a.pool_no = p.pool_no AND a.payee_id = %(party)s AND a.work_id = t.work_id)
"""


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One row of a usage file: what was reported, what it weighed, and what the whole song earned for it (`earned`,
    minor units with their fraction). `row_no` stands in addresses, `shown_row` is the row that a person finds."""

    pool_no: int
    pool: str
    pool_ur: str
    section: str
    source: str
    filename: str
    file_uid: str
    coverage: str
    row_no: int
    shown_row: int
    plays: int
    seconds: int
    used_on: dt.date | None
    used_at: str
    channel: str
    working: RowWorking
    earned: Fraction


@dataclass(frozen=True, slots=True)
class Matched:
    """What the source wrote, and how it was found to be the work. Similarities in ten-thousandths, −1 where silent."""

    title: str
    creators: str
    performers: str
    isrc: str
    iswc: str
    stage: str
    score: int
    features: dict[str, int]
    by_person: bool


@dataclass(frozen=True, slots=True)
class RowDetail:
    """One row in full, as sent, with its file and its match."""

    row: UsageRow
    right: str
    period: tuple[dt.date, dt.date]
    raw: str
    work: str
    work_title: str
    work_title_original: str
    file_sha256: str
    matched: Matched


def usage_rows(statement: Statement, *, work: str, pool: int | None = None, after: str = "", before: str = "") -> Slice:
    """The rows for which a statement pays a work (its number), a page of them. `count` of the page counts the rows of
    all pages, `total` the plays."""
    place = read_place(before or after, (int, int))
    backwards = bool(before) and place is not None
    beyond = f"WHERE (l.pool_no, l.line_key) {'<' if backwards else '>'} (%(one)s, %(two)s)" if place else ""
    one, two = place or (0, 0)
    rules = rules_of(statement)
    query = ROWS.format(beyond=beyond, turned="DESC" if backwards else "ASC")
    return cut_page(
        _rows(query, _where(statement, pool) | {"work": work, "one": one, "two": two}),
        backwards=backwards,
        placed=place is not None,
        place=lambda row: (row["pool_no"], row["line_key"]),
        make=lambda row: _row(row, rules[row["pool_no"]]),
        sums=lambda row: (row["lines"], row["all_plays"]),
    )


def usage_row(statement: Statement, *, pool: int, file: str, row: int) -> RowDetail | None:
    """One row by its pool, file (uid) and line number; None when the statement pays nothing for it."""
    found = _rows(ROW, _where(statement, pool) | {"file": file, "row": row})
    if not found:
        return None
    facts = found[0]
    return RowDetail(
        row=_row(facts, rules_of(statement)[pool]),
        right=facts["right"],
        period=(facts["period_start"], facts["period_end"]),
        raw=facts["raw"],
        work=facts["work"],
        work_title=facts["work_title"],
        work_title_original=facts["work_title_original"],
        file_sha256=bytes(facts["sha256"]).hex(),
        matched=_matched(facts),
    )


def _row(facts: dict[str, Any], rule: LineRule) -> UsageRow:
    kept = {name: facts[name] for name in UsageRow.__dataclass_fields__ if name in facts}
    working = row_working(
        rule,
        plays=facts["plays"],
        seconds=facts["seconds"],
        use=facts["use_code"],
        daypart=facts["daypart"],
        used_at=facts["used_at"],
        parts=facts["parts"],
    )
    more = {"file_uid": str(facts["file_uid"]), "working": working, "earned": Fraction(facts["units"], UNITS)}
    return UsageRow(**kept | more)


def _matched(facts: dict[str, Any]) -> Matched:
    kept = json.loads(facts["features"]) if facts["features"] else {}
    similar = kept.get("features")
    return Matched(
        title=facts["title"],
        creators=facts["creators"],
        performers=facts["performers"],
        isrc=facts["isrc"],
        iswc=facts["iswc"],
        stage=facts["stage"] or "",
        score=facts["score"] or 0,
        features={str(name): int(value) for name, value in similar.items()} if isinstance(similar, dict) else {},
        by_person=bool(facts["by_person"]),
    )


def _where(statement: Statement, pool: int | None) -> dict[str, Any]:
    return {"run": statement.run_id, "party": statement.party_id, "pool": pool}


def _rows(query: str, where: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, where)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
