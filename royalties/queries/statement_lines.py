"""The lines of a statement: grouped by work, source, right or territory, and one by one for files and documents."""

# ruff: noqa: S608 - the queries are composed of constants; values are parameters
import base64
import binascii
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from django.db import connection, transaction

from royalties.models import RunPool, Statement
from royalties.queries.frozen import line_rule
from royalties.rules.kernel import UNITS
from royalties.rules.points import LineRule

By = Literal["work", "pool", "right", "territory"]
PAGE_SIZE = 50
CHUNK = 2_000

LINES = """
    SELECT a.pool_no, a.work_id, a.share_id, a.units, a.amount FROM royalties_allocationline a
    WHERE a.run_id = %(run)s AND a.payee_id = %(party)s AND (%(pool)s::int IS NULL OR a.pool_no = %(pool)s)
        AND (%(right)s = '' OR a.pool_no IN (
            SELECT pool_no FROM royalties_runpool WHERE run_id = %(run)s AND "right" = %(right)s))
        AND (%(territory)s = '' OR a.pool_no IN (
            SELECT pool_no FROM royalties_runpool WHERE run_id = %(run)s AND territory = %(territory)s))
        AND (%(work)s = '' OR a.work_id = (
            SELECT work_id FROM royalties_statedwork WHERE run_id = %(run)s AND number = %(work)s))
"""
# Works in pools first: so that counting them needs no sorting, whatever the grouping.
PARTS = f"""
    line AS ({LINES}),
    part AS (
        SELECT work_id, pool_no, count(*) AS lines, sum(amount)::bigint AS amount FROM line GROUP BY work_id, pool_no
    )
"""
GROUPED: dict[By, str] = {
    "work": """
        SELECT work_id AS key, min(pool_no) AS pool_no, count(*) AS pools, 1::bigint AS works,
            sum(lines)::bigint AS lines, sum(amount)::bigint AS amount FROM part GROUP BY work_id
    """,
    "pool": """
        SELECT pool_no::bigint AS key, pool_no, 1::bigint AS pools, count(*) AS works, sum(lines)::bigint AS lines,
            sum(amount)::bigint AS amount FROM part GROUP BY pool_no
    """,
    "right": """
        SELECT array_position(ARRAY['PR', 'MR', 'SR'], p."right"::text)::bigint AS key, min(part.pool_no) AS pool_no,
            count(DISTINCT part.pool_no) AS pools, count(DISTINCT part.work_id) AS works,
            sum(part.lines)::bigint AS lines, sum(part.amount)::bigint AS amount
        FROM part JOIN royalties_runpool p ON p.run_id = %(run)s AND p.pool_no = part.pool_no GROUP BY p."right"
    """,
    "territory": """
        SELECT p.territory::bigint AS key, min(part.pool_no) AS pool_no, count(DISTINCT part.pool_no) AS pools,
            count(DISTINCT part.work_id) AS works, sum(part.lines)::bigint AS lines, sum(part.amount)::bigint AS amount
        FROM part JOIN royalties_runpool p ON p.run_id = %(run)s AND p.pool_no = part.pool_no GROUP BY p.territory
    """,
}
NAMED: dict[By, str] = {
    "work": """
        SELECT w.number AS shown, w.title AS name, w.title_original AS other, g.* FROM {source} g
            JOIN royalties_statedwork w ON w.run_id = %(run)s AND w.work_id = g.key
    """,
    "pool": """
        SELECT p.pool_no::text AS shown, p.name, o.name_ur AS other, g.* FROM {source} g
            JOIN royalties_runpool p ON p.run_id = %(run)s AND p.pool_no = g.key
            JOIN royalties_pool o ON o.id = p.pool_id
    """,
    "right": """
        SELECT r.code AS shown, r.code AS name, '' AS other, g.* FROM {source} g
            JOIN unnest(ARRAY['PR', 'MR', 'SR']) WITH ORDINALITY AS r (code, key) ON r.key = g.key
    """,
    "territory": """
        SELECT lpad(g.key::text, 4, '0') AS shown, lpad(g.key::text, 4, '0') AS name, '' AS other, g.* FROM {source} g
    """,
}
# A page by amount is cut before names are looked up, a page by name after it.
PAGES = {
    "amount": "top AS (SELECT * FROM grouped {beyond}), shown AS ({named_top})",
    "name": "named AS ({named_grouped}), shown AS (SELECT * FROM named {beyond})",
}
SORTS: dict[str, tuple[str, type]] = {"amount": ("-amount", int), "name": ("name", str)}
# One line with everything a file shows of it. The points of a work are those of all its texts in the pool.
DETAILS = f"""
    WITH line AS ({LINES} {{more}})
    SELECT line.pool_no, p.name, o.name_ur, p.section, p."right", w.number, w.title, w.title_original, w.iswc,
        s.role, s.units, t.plays, t.weight, p.weight_scale, line.units, line.amount
    FROM line
        JOIN royalties_runpool p ON p.run_id = %(run)s AND p.pool_no = line.pool_no
        JOIN royalties_pool o ON o.id = p.pool_id
        JOIN royalties_statedwork w ON w.run_id = %(run)s AND w.work_id = line.work_id
        JOIN royalties_runshare s ON s.run_id = %(run)s AND s."right" = p."right" AND s.work_id = line.work_id
            AND s.share_id = line.share_id
        JOIN LATERAL (
            SELECT sum(x.plays)::bigint AS plays, sum(r.weight)::numeric AS weight
            FROM royalties_textresult r JOIN royalties_runtext f ON f.run_id = r.run_id AND f.pool_no = r.pool_no
                    AND f.text_key = r.text_key
                JOIN royalties_usagetext x ON x.file_id = f.file_id AND x.text_no = f.text_no
            WHERE r.run_id = %(run)s AND r.work_id = line.work_id AND r.pool_no = line.pool_no
        ) t ON true
"""


class TotalsDiffer(AssertionError):
    """The lines of a statement do not make its total: nothing wrong is given out (M11)."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which lines are looked at; blank or None means all."""

    pool: int | None = None
    right: str = ""
    work: str = ""
    territory: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines taken together: `key` is the number of a work or pool, a right or a territory; amounts in minor units."""

    key: str
    name: str
    other: str
    pool_no: int
    pools: int
    works: int
    lines: int
    amount: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a list with the query strings' places of its neighbours (blank where there is none), and the sums over
    all its pages."""

    rows: tuple[Any, ...]
    after: str
    before: str
    count: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement in full: share in 1/10,000 %, amounts in minor units, `exact` before rounding."""

    pool_no: int
    pool: str
    pool_ur: str
    section: str
    right: str
    work: str
    title: str
    title_original: str
    iswc: str
    role: str
    share: int
    plays: int
    points: Fraction
    exact: Fraction
    amount: int


def groups(
    statement: Statement, by: By, *, filters: Filters, sort: str = "amount", after: str = "", before: str = ""
) -> Slice:
    """The lines of a statement grouped, one page of it. An unknown sort or damaged place gives the first page."""
    sort = sort if sort in SORTS else "amount"
    order, kind = SORTS[sort]
    place = read_place(before or after, (kind, int))
    backwards = bool(before) and place is not None
    turned = "DESC" if backwards else "ASC"
    inner = f"WHERE ({order}, key) {'<' if backwards else '>'} (%(one)s, %(two)s)" if place else ""
    page = PAGES[sort].format(
        beyond=f"{inner} ORDER BY {order} {turned}, key {turned} LIMIT {PAGE_SIZE + 1}",
        named_top=NAMED[by].format(source="top"),
        named_grouped=NAMED[by].format(source="grouped"),
    )
    query = f"""
        WITH {PARTS}, grouped AS ({GROUPED[by]}), {page}
        SELECT shown, name, other, pool_no, pools, works, lines, amount, {order}, key,
            (SELECT count(*) FROM grouped), (SELECT coalesce(sum(amount), 0)::bigint FROM grouped)
        FROM shown ORDER BY {order} {turned}, key {turned}
    """
    one, two = place or ("", 0)
    return cut_page(
        _fetch(query, _where(statement, filters) | {"one": one, "two": two}),
        backwards=backwards,
        placed=place is not None,
        place=lambda row: (row[8], row[9]),
        make=_group,
        sums=lambda row: (row[10], row[11]),
    )


def _group(row: tuple[Any, ...]) -> Group:
    return Group(*row[:8])


def top_lines(statement: Statement, count: int, *, filters: Filters | None = None) -> list[Line]:
    """The largest lines, the largest first."""
    more = f"ORDER BY a.amount DESC, a.pool_no, a.work_id, a.share_id LIMIT {count:d}"
    query = DETAILS.format(more=more) + " ORDER BY line.amount DESC, line.pool_no, line.work_id, line.share_id"
    return [_line(row) for row in _fetch(query, _where(statement, filters or Filters()))]


def require_totals(statement: Statement) -> None:
    """Fail closed before a file is made: raises TotalsDiffer when the lines are not what the statement says."""
    query = f"SELECT count(*), coalesce(sum(amount), 0)::bigint FROM ({LINES}) line"
    (found,) = _fetch(query, _where(statement, Filters()))
    if found != (statement.line_count, statement.earned):
        stated = f"{statement.line_count} lines of {statement.earned}"
        raise TotalsDiffer(f"{statement.number}: it has {found[0]} lines of {found[1]}, it says {stated}")


def all_lines(statement: Statement, filters: Filters | None = None) -> Iterator[Line]:
    """Every line in order of source and work, read in pieces on one snapshot: a statement may have a million."""
    query = DETAILS.format(more="") + " ORDER BY line.pool_no, line.work_id, line.share_id"
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(query, _where(statement, filters or Filters()))
        while rows := cursor.fetchmany(CHUNK):
            for row in rows:
                yield _line(row)


def _line(row: tuple[Any, ...]) -> Line:
    weight, scale, units, amount = row[-4:]
    return Line(*row[:-4], Fraction(int(weight), scale), Fraction(units, UNITS), amount)  # type: ignore[call-arg]


def rules_of(statement: Statement) -> dict[int, LineRule]:
    """The weighing rule of each pool of the statement's run, by pool number."""
    pools = RunPool.objects.filter(run_id=statement.run_id).select_related("rule_version")
    return {pool.pool_no: line_rule(pool.rule_version.parameters) for pool in pools}


def _where(statement: Statement, filters: Filters) -> dict[str, Any]:
    chosen = {"pool": filters.pool, "right": filters.right, "work": filters.work, "territory": filters.territory}
    return {"run": statement.run_id, "party": statement.party_id} | chosen


def _fetch(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


# --- places of a list that is not a table of one model (see cmo_portal.paging for those) -----------------------------


def write_place(values: tuple[Any, ...]) -> str:
    """Where a page ends, for the address."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_place(text: str, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """What `write_place` wrote, values of these kinds; None when there is none or it is damaged."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) if text else None
    except (binascii.Error, ValueError):
        return None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        return None
    return tuple(values) if all(abs(value) < 2**63 for value in values if isinstance(value, int)) else None


def cut_page(
    rows: list[Any],
    *,
    backwards: bool,
    placed: bool,
    place: Callable[[Any], tuple[Any, ...]],
    make: Callable[[Any], Any],
    sums: Callable[[Any], tuple[int, int]],
) -> Slice:
    """A page of at most PAGE_SIZE of the rows found; one row more says that there is more. `place` gives the place of
    a row, `make` what the page shows of it, `sums` count and total over all pages, which every row carries."""
    more, shown = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        shown.reverse()
    has_next = bool(shown) and (backwards or more)
    has_previous = bool(shown) and (more if backwards else placed)
    count, total = sums(shown[0]) if shown else (0, 0)
    return Slice(
        rows=tuple(make(row) for row in shown),
        after=write_place(place(shown[-1])) if has_next else "",
        before=write_place(place(shown[0])) if has_previous else "",
        count=count,
        total=total,
    )
