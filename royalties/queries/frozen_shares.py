"""The shares of a run's works as they would be frozen now, and how they differ from those that were.

Who may collect comes from the one definition (works.rules.chains); here its parts get a payee, or the reason why they
are held. A share that agreements divide has a row for each part: `share_id` is the number of the share in the register,
with the number of the part in the bits above it, so that every row of a work has a number of its own.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction

from cmo_portal.common.clock import business_date
from cmo_portal.common.columns import I64, counts_of, starts_of
from cmo_portal.common.copying import copy_out
from cmo_portal.common.money import WHOLE_SHARE
from cmo_portal.common.pgcopy import layout
from cmo_portal.common.plans import bulk_plans
from royalties.models import Run
from royalties.queries.frozen import rights_of
from royalties.queries.payees import payees_of
from royalties.rules.kernel import DISPUTE, PUBLIC_DOMAIN, UNCLAIMED, UNCONFIRMED, UNDOCUMENTED
from works.queries.chains import ENDS, Loaded, ends_of, load_chains, question, role_text
from works.queries.held_rights import held_whole
from works.rules.chains import Resolution

PART_BITS = 40  # a row of the register has a number below 2**40
REGISTER_ROW = (1 << PART_BITS) - 1  # takes the number of the part off a share_id
HELD_BY_END = {
    "active": 0,
    "disputed": DISPUTE,
    "unclaimed": UNCLAIMED,
    "unconfirmed": UNCONFIRMED,
    "free": PUBLIC_DOMAIN,
    "conflict": DISPUTE,
    "cycle": DISPUTE,
}
HELD_REASON = [HELD_BY_END[end] for end in ENDS]  # by the number of the end; 0 is not held

WORKS = """
    SELECT DISTINCT t.work_id::bigint AS work_id FROM royalties_runtext t
        JOIN royalties_runpool p ON p.run_id = t.run_id AND p.pool_no = t.pool_no
        WHERE t.run_id = %(run)s AND p."right" = %(right)s AND t.work_id > 0
"""
WORK_LAYOUT = layout(work_id="int8")
FROZEN = """
    SELECT work_id, share_id, payee_id, coalesce(party_id, 0), role, units, holders::text, agreements::text
    FROM royalties_runshare WHERE run_id = %(run)s AND "right" = %(right)s
"""
COLUMNS = ("work_id", "share_id", "payee_id", "party_id", "role", "units", "holders", "agreements")
FREEZE = """
    INSERT INTO royalties_runshare (run_id, "right", work_id, share_id, payee_id, party_id, role, units, holders,
        agreements)
    SELECT %(run)s, %(right)s, work_id, share_id, payee_id, nullif(party_id, 0), role, units, holders::bigint[],
        agreements::bigint[]
    FROM unnest(%(work_id)s::bigint[], %(share_id)s::bigint[], %(payee_id)s::bigint[], %(party_id)s::bigint[],
        %(role)s::text[], %(units)s::int[], %(holders)s::text[], %(agreements)s::text[])
        AS fresh (work_id, share_id, payee_id, party_id, role, units, holders, agreements)
"""

# The texts of a run that would lead to another work now because works were merged, split, or put back since (F23): for
# the works that any merge or split ever touched, the frozen work of each text against its newest match, followed.
REGROUPED = """
    WITH touched AS (
        SELECT work_id AS id FROM works_regrouping WHERE state IN ('done', 'undone')
        UNION SELECT other_id FROM works_regrouping WHERE state IN ('done', 'undone')
        UNION SELECT id FROM works_work WHERE merged_into_id IS NOT NULL
    ),
    frozen AS (
        SELECT DISTINCT t.file_id, t.text_no, t.work_id FROM royalties_runtext t JOIN touched ON touched.id = t.work_id
        WHERE t.run_id = %(run)s
    )
    SELECT f.work_id, coalesce(w.merged_into_id, w.id, 0) AS leads_to, count(*) FROM frozen f
        LEFT JOIN LATERAL (SELECT m.work_id FROM royalties_usagematch m
            WHERE m.file_id = f.file_id AND m.text_no = f.text_no ORDER BY m.revision DESC LIMIT 1) m ON true
        LEFT JOIN works_work w ON w.id = m.work_id
    WHERE coalesce(w.merged_into_id, w.id, 0) <> f.work_id GROUP BY 1, 2 ORDER BY 1, 2
"""

FreshRow = tuple[int, int, int, int, str, int, str, str]  # in the order of COLUMNS; lists as PostgreSQL writes them


def fresh_shares(*, run: Run, right: str, territory: str) -> list[FreshRow]:
    """The shares of every work of a run for one right as they are now, by work and share.

    The rest to 100 % is undocumented; a work claimed above 100 % is held whole, and so is one in a dispute that by the
    society's rule holds the whole right.
    """
    parameters = {"run": run.pk, "right": right}
    works = copy_out(WORKS, WORK_LAYOUT, parameters)["work_id"]
    loaded = load_chains(right=right, territory=territory, on=run.period_end, works=WORKS, parameters=parameters)
    return frozen_rows(run=run, right=right, territory=territory, works=works.tolist(), loaded=loaded)


def frozen_rows(*, run: Run, right: str, territory: str, works: list[int], loaded: Loaded) -> list[FreshRow]:
    """The rows that a freeze writes for these works from their shares and agreements as loaded."""
    asked = question(run.period_end, collected_on(run))
    found = loaded.followed(asked)
    rows = _made_whole(works, _parts(run, right, territory, loaded, found))
    held = held_whole(right=right, territory=territory, on=run.period_end)
    if not held:
        return rows
    return [(*row[:2], DISPUTE, *row[3:]) if row[0] in held and row[1] else row for row in rows]


def collected_on(run: Run) -> dt.date:
    """The day of collection in the sense of agreements: when the run was begun, a fact that does not move."""
    return max(business_date(run.created_at), run.period_end)


def freeze_shares(*, run: Run, right: str, territory: str) -> None:
    """Write the shares of one right as they are now into the run, in one statement."""
    rows = fresh_shares(run=run, right=right, territory=territory)
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(COLUMNS, ())
    with connection.cursor() as cursor:
        lists = {name: list(values) for name, values in columns.items()}
        cursor.execute(FREEZE, {"run": run.pk, "right": right, **lists})


@dataclass(frozen=True, slots=True)
class Changes:
    """The works whose shares or payees would be frozen differently now (F22) or whose usage would lead to another work
    (F23), and a digest of how. `regrouped` are the latter: the frozen work and the one that its texts lead to now, 0
    where they lead to none."""

    works: frozenset[int]
    regrouped: tuple[tuple[int, int], ...]
    digest: bytes


def changes_since(run: Run) -> Changes:
    """What has changed since the run was frozen: shares, agreements, payees, a dispute, a merge or split."""
    works: set[int] = set()
    told = hashlib.sha256()
    for right, territory in rights_of(run):
        with transaction.atomic(), bulk_plans(), connection.cursor() as cursor:
            cursor.execute(FROZEN, {"run": run.pk, "right": right})
            frozen = set(cursor.fetchall())
            fresh = set(fresh_shares(run=run, right=right, territory=territory))
        changed = {row[0] for row in frozen ^ fresh}
        works |= changed
        for row in sorted(row for row in fresh if row[0] in changed):
            told.update(f"{right} {row}\n".encode())
        told.update(f"{right} {sorted(changed)}\n".encode())
    regrouped = _regrouped(run)
    for work_id, leads_to, texts in regrouped:
        works.add(work_id)
        told.update(f"regrouped {work_id} {leads_to} {texts}\n".encode())
    return Changes(frozenset(works), tuple((old, new) for old, new, _texts in regrouped), told.digest())


def _regrouped(run: Run) -> list[tuple[int, int, int]]:
    with transaction.atomic(), bulk_plans(), connection.cursor() as cursor:
        cursor.execute(REGROUPED, {"run": run.pk})
        return [(old, new, texts) for old, new, texts in cursor.fetchall()]


def _parts(run: Run, right: str, territory: str, loaded: Loaded, found: Resolution) -> list[FreshRow]:
    """A row for every part of a documented share, by work and share."""
    parts, ends = found.parts, ends_of(loaded, found)
    wanted = np.unique(ends.party_id[ends.party_id > 0]).tolist()
    payees = payees_of(wanted, on=run.period_end, right=right, territory=territory)
    share_id = parts.share_id[ends.row]
    keys = share_id | (_number_in_group(share_id) << np.int64(PART_BITS))
    rows: list[FreshRow] = []
    for row, key, owner, end, role in zip(
        ends.row.tolist(),
        keys.tolist(),
        ends.party_id.tolist(),
        ends.end_no.tolist(),
        loaded.role_no[ends.origin].tolist(),
        strict=True,
    ):
        way = found.path(row)[: int(parts.depth[row]) + 1] if parts.depth[row] else []
        rows.append(
            (
                int(parts.work_id[row]),
                key,
                HELD_REASON[end] or payees[owner],
                owner,
                _role(found, row) if way else role_text(role),
                int(parts.kept[row]),
                _array(holder for holder, _agreement in way[:-1]),
                _array(agreement for _holder, agreement in way[1:]),
            )
        )
    return rows


def _made_whole(works: list[int], rows: list[FreshRow]) -> list[FreshRow]:
    """The rows of works that are documented within the whole, the rest of each work, and works that are held whole."""
    totals = dict.fromkeys(works, 0)
    for row in rows:
        totals[row[0]] += row[5]
    whole = [row for row in rows if totals[row[0]] <= WHOLE_SHARE]
    for work, total in totals.items():
        if total > WHOLE_SHARE:
            whole.append((work, 0, DISPUTE, 0, "", WHOLE_SHARE, "{}", "{}"))
        elif total < WHOLE_SHARE:
            whole.append((work, 0, UNDOCUMENTED, 0, "", WHOLE_SHARE - total, "{}", "{}"))
    return sorted(whole)


def _number_in_group(share_id: I64) -> I64:
    """0, 1, 2, … within each run of equal numbers."""
    starts = starts_of(share_id)
    return np.arange(share_id.size, dtype=np.int64) - np.repeat(starts, counts_of(starts, share_id.size))


def _role(found: Resolution, row: int) -> str:
    """The role of whoever got a part by an agreement: original publisher, or sub-publisher."""
    return "E" if found.links.is_original[found.parts.link[row]] else "SE"


def _array(numbers: Iterable[int]) -> str:
    """Whole numbers as PostgreSQL writes an array."""
    return "{" + ",".join(map(str, numbers)) + "}"
