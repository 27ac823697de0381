"""M11: what a statement says is what its lines, the payee's totals and the ledger say."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from royalties.fsck.framework import Breach, Scope, breaches, check
from royalties.models import Run
from royalties.models.ledger import AccountCode
from royalties.queries.statement_sums import BALANCE_BEFORE, LINES_SHA256

TITLE = _("A statement is the sum of its lines and moves the ledger by exactly that")
STATED = ("finalised", "published", "reversed")
COMPARED = f"""
    WITH journal AS (SELECT id, number FROM royalties_journal WHERE key = %(journal)s),
    stated AS (SELECT * FROM royalties_statement WHERE run_id = %(run)s),
    payee AS (
        SELECT payee_id AS party_id, sum(amount)::bigint AS earned FROM royalties_payeetotal
            WHERE run_id = %(run)s AND payee_id > 0 GROUP BY payee_id
    ),
    total AS (SELECT party_id FROM payee UNION SELECT party_id FROM stated),
    book AS (
        SELECT l.party_id, -sum(l.amount)::bigint AS moved FROM royalties_ledgerline l
            JOIN royalties_account a ON a.id = l.account_id AND a.code = %(payable)s
        WHERE l.journal_id = (SELECT id FROM journal) GROUP BY l.party_id
    ),
    before AS ({BALANCE_BEFORE}),
    head AS (SELECT party_id, number, opening, earned FROM stated),
    line AS ({LINES_SHA256})
    SELECT coalesce('statement ' || s.number, 'run ' || %(number)s || ' party ' || t.party_id), v.what,
        v.found - v.expected
    FROM total t LEFT JOIN stated s USING (party_id) LEFT JOIN payee p USING (party_id)
        LEFT JOIN book k USING (party_id) LEFT JOIN before b USING (party_id) LEFT JOIN line l USING (party_id),
    LATERAL (VALUES
        ('it is missing or belongs to nobody who earned', (p.party_id IS NOT NULL)::int::bigint,
            (s.party_id IS NOT NULL)::int::bigint),
        ('what it earned is not the sum of its lines', coalesce(l.amount, 0), s.earned),
        ('what it earned is not the total of its payee', coalesce(p.earned, 0), s.earned),
        ('what it earned is not what the ledger moved', coalesce(k.moved, 0), s.earned),
        ('it opens with another balance than the ledger', coalesce(b.balance, 0), s.opening),
        ('it does not close with opening and earned', s.opening + s.earned, s.closing),
        ('it counts other lines than it has', coalesce(l.line_count, 0), s.line_count),
        ('its hash is not that of its lines', 0::bigint, (l.sha256 IS DISTINCT FROM s.sha256)::int::bigint)
    ) v (what, expected, found)
    WHERE v.expected IS DISTINCT FROM v.found AND (s.party_id IS NOT NULL OR v.what LIKE 'it is missing%%')
    ORDER BY 1, 2
"""  # noqa: S608 - composed of constants

# What the ledger owes each party, against what the statements of all posted runs say, less what it was paid or will be.
OWED = """
    WITH stated AS (
        SELECT s.party_id, sum(s.earned) AS amount FROM royalties_statement s
            JOIN royalties_run r ON r.id = s.run_id AND r.state IN ('finalised', 'published') GROUP BY s.party_id
    ), taken AS (
        SELECT party_id, sum(gross) AS amount FROM royalties_payment WHERE state IN ('reserved', 'paid')
        GROUP BY party_id
    ), book AS (
        SELECT l.party_id, -sum(l.amount) AS amount FROM royalties_ledgerline l
            JOIN royalties_account a ON a.id = l.account_id AND a.code = %(payable)s
        WHERE l.party_id IS NOT NULL GROUP BY l.party_id
    ), compared AS (
        SELECT party_id, coalesce(book.amount, 0) AS owed,
            coalesce(stated.amount, 0) - coalesce(taken.amount, 0) AS expected
        FROM stated FULL JOIN taken USING (party_id) FULL JOIN book USING (party_id)
    )
    SELECT 'party ' || party_id, 'the ledger owes ' || owed || ', its statements less what it took make ' || expected,
        owed - expected
    FROM compared WHERE owed <> expected ORDER BY 1
"""


@check("M11", TITLE)
def statements_are_their_lines(scope: Scope) -> Iterable[Breach]:
    """Lines, payee's totals, ledger movement, opening balance, count and hash, for every payee of every posted run."""
    runs = Run.objects.filter(state__in=STATED).order_by("pk")
    for run in runs.filter(pk=scope.run.pk) if scope.run else runs:
        parameters = {
            "run": run.pk,
            "number": run.number,
            "journal": f"run:{run.uid}:finalise",
            "payable": str(AccountCode.PAYABLE),
        }
        yield from breaches(COMPARED, parameters)


@check("M11", TITLE)
def statements_are_what_is_owed(scope: Scope) -> Iterable[Breach]:
    """Over all runs: what the statements of a party say, less payments, is what the ledger owes it."""
    return breaches(OWED, {"payable": str(AccountCode.PAYABLE)})
