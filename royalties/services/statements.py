"""Statements: one for each payee of a run, made in bulk when the run is finalised and never changed.

Called by `finalise_run` inside its transaction, after the journal is posted and held amounts are written down. Nothing
is shown to anybody before the run is published (royalties.queries.statements).
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.common.copying import copy_out
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.pgcopy import layout
from royalties.models import PoolWorking, Run, RunPool, Statement
from royalties.models.ledger import AccountCode
from royalties.queries.statement_sums import BALANCE_BEFORE, LINES_SHA256
from royalties.rules.explaining import find_cut
from royalties.rules.kernel import UNITS

TEXTS = layout(key="int8", weight="int8", parts="int8")
PAYEES = layout(key="int8", weight="int8", parts="int8")
TOP_HELD = 20  # works named one by one in a statement's list of what waits; the rest only counts

# The title in its own script is the first Arabic-script title of the work.
WORKS = """
    INSERT INTO royalties_statedwork (run_id, work_id, number, title, title_original, iswc)
    SELECT %(run)s, w.id, w.number, w.title, coalesce(t.text, ''), coalesce(w.iswc, '')
    FROM (SELECT DISTINCT work_id FROM royalties_allocationline WHERE run_id = %(run)s AND work_id > 0) a
        JOIN works_work w ON w.id = a.work_id
        LEFT JOIN LATERAL (SELECT text FROM works_worktitle WHERE work_id = w.id AND script = 'Arab'
            ORDER BY id LIMIT 1) t ON true
"""
# Who waits for a held amount: the owner of the frozen share, with the dispute that holds a right whole; the sides of
# the dispute that held a part (read from the history of shares, because a settled dispute takes its share away); and
# the owners of a work that is claimed above 100 percent and therefore held whole.
CLAIMS = """
    INSERT INTO royalties_heldclaim (line_id, party_id, dispute_id, claimed)
    SELECT line_id, party_id, max(dispute_id), least(sum(claimed), 1000000) FROM (
        SELECT s.id AS line_id, f.party_id, d.id AS dispute_id, f.units AS claimed
        FROM royalties_suspenseline s
            JOIN royalties_runpool p ON p.run_id = s.run_id AND p.pool_no = s.pool_no
            JOIN royalties_run r ON r.id = s.run_id
            JOIN royalties_runshare f ON f.run_id = s.run_id AND f."right" = p."right" AND f.work_id = s.work_id
                AND f.share_id = s.share_id
            LEFT JOIN LATERAL (SELECT max(id) AS id FROM works_dispute WHERE work_id = f.work_id
                AND "right" = f."right" AND holds = 'whole' AND state <> 'filed' AND territory IN (
                    SELECT area_id FROM members_arealeaf
                    WHERE leaf = p.territory AND r.period_end BETWEEN valid_from AND valid_to)) d
                ON s.reason = 'dispute'
        WHERE s.run_id = %(run)s AND f.party_id IS NOT NULL
        UNION ALL
        SELECT s.id, c.party_id, c.dispute_id, c.share FROM royalties_suspenseline s
            JOIN LATERAL (SELECT DISTINCT e.dispute_id FROM works_workshareevent e
                WHERE e.pgh_obj_id = s.share_id AND e.dispute_id IS NOT NULL) d ON true
            JOIN works_claim c ON c.dispute_id = d.dispute_id AND c.share > 0
        WHERE s.run_id = %(run)s AND s.reason = 'dispute' AND s.share_id > 0
        UNION ALL
        SELECT s.id, o.party_id, NULL, o.share FROM royalties_suspenseline s
            JOIN royalties_runpool p ON p.run_id = s.run_id AND p.pool_no = s.pool_no
            JOIN works_workshare o ON o.work_id = s.work_id AND o."right" = p."right" AND o.party_id IS NOT NULL
        WHERE s.run_id = %(run)s AND s.reason = 'dispute' AND s.share_id = 0
    ) claim GROUP BY line_id, party_id
"""
# What waits for each party, by reason, the largest amounts by name.
HELD = """
    SELECT party_id, jsonb_agg(jsonb_build_object('reason', reason, 'lines', lines, 'amount', amount, 'top', top)
        ORDER BY reason) AS held
    FROM (
        SELECT party_id, reason, count(*) AS lines, sum(amount) AS amount,
            jsonb_agg(jsonb_build_object('number', number, 'title', title, 'original', title_original, 'pool', pool,
                'right', "right", 'amount', amount, 'claimed', claimed) ORDER BY place)
                FILTER (WHERE place <= %(top)s) AS top
        FROM (
            SELECT c.party_id, s.reason, s.amount, c.claimed, w.number, w.title, w.title_original, p.name AS pool,
                p."right", row_number() OVER (PARTITION BY c.party_id, s.reason ORDER BY s.amount DESC, s.id) AS place
            FROM royalties_heldclaim c JOIN royalties_suspenseline s ON s.id = c.line_id
                JOIN royalties_runpool p ON p.run_id = s.run_id AND p.pool_no = s.pool_no
                JOIN royalties_statedwork w ON w.run_id = s.run_id AND w.work_id = s.work_id
            WHERE s.run_id = %(run)s
        ) line GROUP BY party_id, reason
    ) waiting GROUP BY party_id
"""
STATEMENTS = f"""
    WITH journal AS (SELECT number FROM royalties_journal WHERE key = %(journal)s),
    total AS (
        SELECT payee_id AS party_id, sum(amount)::bigint AS earned FROM royalties_payeetotal
            WHERE run_id = %(run)s AND payee_id > 0 GROUP BY payee_id
    ),
    before AS ({BALANCE_BEFORE}),
    held AS ({HELD}),
    head AS (
        SELECT t.party_id, t.earned, coalesce(b.balance, 0) AS opening, p.display_name, p.display_name_original,
            coalesce(m.number, '') AS member_number,
            'S-' || %(number)s || '-' || coalesce(m.number, 'IP' || p.id) AS number
        FROM total t JOIN members_party p ON p.id = t.party_id
            LEFT JOIN members_member m ON m.party_id = t.party_id
            LEFT JOIN before b ON b.party_id = t.party_id
    ),
    line AS ({LINES_SHA256})
    INSERT INTO royalties_statement (uid, number, run_id, party_id, payee_name, payee_name_original, member_number,
        opening, earned, closing, line_count, sha256, held)
    SELECT gen_random_uuid(), h.number, %(run)s, h.party_id, h.display_name, h.display_name_original, h.member_number,
        h.opening, h.earned, h.opening + h.earned, l.line_count, l.sha256, coalesce(held.held, '[]'::jsonb)
    FROM head h JOIN line l ON l.party_id = h.party_id LEFT JOIN held ON held.party_id = h.party_id
"""  # noqa: S608 - composed of the constants above


@transaction.atomic
def make_statements(*, run: Run, by: User, now: dt.datetime) -> int:
    """Make the statement of every payee of a run whose journal is posted; returns how many.

    A second call for the same run is refused by the database (one statement per run and party).
    """
    require(by, "royalties.make_runs")
    faultpoint("dist.statements.before_write")
    _execute(WORKS, {"run": run.pk})
    faultpoint("dist.statements.after_works_write")
    _keep_workings(run)
    faultpoint("dist.statements.after_workings_write")
    _execute(CLAIMS, {"run": run.pk})
    faultpoint("dist.statements.after_claims_write")
    _execute(
        STATEMENTS,
        {
            "run": run.pk,
            "number": run.number,
            "journal": f"run:{run.uid}:finalise",
            "payable": str(AccountCode.PAYABLE),
            "top": TOP_HELD,
        },
    )
    faultpoint("dist.statements.after_write")
    return Statement.objects.filter(run=run).count()


def _keep_workings(run: Run) -> None:
    """Keep for each leaf pool what it weighed and where its roundings ended; repeats both splits of the pool on the
    way. Raises NotExplained when the stored results are not what their method gives: then nothing is finalised."""
    workings = []
    for pool in RunPool.objects.filter(run=run).order_by("pool_no"):
        where = {"run": run.pk, "pool": pool.pool_no}
        texts = copy_out(
            f"SELECT {TEXTS.select_list({'key': 'text_key', 'parts': 'units'})} FROM royalties_textresult"  # noqa: S608
            " WHERE run_id = %(run)s AND pool_no = %(pool)s",
            TEXTS,
            where,
        )
        paid = copy_out(
            f"SELECT {PAYEES.select_list({'key': 'payee_id', 'weight': 'units', 'parts': 'amount'})}"  # noqa: S608
            " FROM royalties_payeetotal WHERE run_id = %(run)s AND pool_no = %(pool)s",
            PAYEES,
            where,
        )
        weight = sum(texts["weight"].tolist())
        by_text = find_cut(pool.amount * UNITS if weight else 0, texts["weight"], texts["parts"], texts["key"])
        by_payee = find_cut(pool.amount, paid["weight"], paid["parts"], paid["key"])
        workings.append(
            PoolWorking(
                run=run,
                pool_no=pool.pool_no,
                texts=texts["key"].size,
                weight=weight,
                text_remainder=by_text.remainder if by_text else None,
                text_key=by_text.key[0] if by_text else 0,
                payee_remainder=by_payee.remainder if by_payee else None,
                payee_key=by_payee.key[0] if by_payee else 0,
            )
        )
    PoolWorking.objects.bulk_create(workings)


def _execute(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
