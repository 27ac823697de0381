"""M03: what each account holds, and what each journal moved, derived anew from the rows that are their cause."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from royalties.fsck.framework import Breach, Scope, breaches, check
from royalties.models.ledger import ACCOUNT_OF_PURPOSE

TITLE = _("Every account holds what the rows behind it make")
# The account of a deduction by its purpose, and what a posted run moves: a liability is negative.
RUN_ENTRIES = """
    purpose (purpose, code) AS (SELECT * FROM unnest(%(purposes)s::text[], %(codes)s::text[])),
    posted AS (SELECT id, uid, state FROM royalties_run WHERE state IN ('finalised', 'published', 'reversed')),
    reason (payee_id, reason) AS (VALUES (-1, 'unidentified'), (-2, 'dispute'), (-3, 'undocumented'),
        (-4, 'unclaimed'), (-5, 'no_mandate'), (-6, 'no_usage'),
        (-7, 'unconfirmed'), (-8, 'public_domain')),
    run_entry (run_id, code, party_id, pool_id, reason, amount) AS (
        SELECT run_id, '2400', NULL::bigint, pool_id, '', sum(gross) FROM royalties_runpool
            WHERE run_id IN (SELECT id FROM posted) GROUP BY run_id, pool_id
        UNION ALL
        SELECT d.run_id, coalesce(p.code, 'of ' || d.purpose), NULL, d.pool_id, '', -sum(d.amount)
            FROM royalties_rundeduction d LEFT JOIN purpose p USING (purpose)
            WHERE d.run_id IN (SELECT id FROM posted) GROUP BY 1, 2, 4
        UNION ALL
        SELECT run_id, '2500', payee_id, NULL, '', -sum(amount) FROM royalties_payeetotal
            WHERE payee_id > 0 AND run_id IN (SELECT id FROM posted) GROUP BY run_id, payee_id
        UNION ALL
        SELECT t.run_id, '2600', NULL, p.pool_id, reason.reason, -sum(t.amount) FROM royalties_payeetotal t
            JOIN reason ON reason.payee_id = t.payee_id
            JOIN royalties_runpool p ON p.run_id = t.run_id AND p.pool_no = t.pool_no
            WHERE t.run_id IN (SELECT id FROM posted) GROUP BY t.run_id, p.pool_id, reason.reason
    )
"""
# What every account of the chart must hold, by the party, the pool and the reason that its lines name. Held money is
# what still waits line by line, not what the run once found.
ACCOUNTS = f"""
    WITH {RUN_ENTRIES},
    live AS (SELECT id FROM posted WHERE state <> 'reversed'),
    expected (code, party_id, pool_id, reason, amount) AS (
        SELECT '1000', NULL::bigint, NULL::bigint, '', sum(amount) FROM licensing_receipt
        UNION ALL
        SELECT '2300', NULL, NULL, '', -sum(amount) FROM licensing_receipt
        UNION ALL
        SELECT v.code, NULL, NULL, '', v.amount FROM (SELECT sum(amount) AS amount, sum(tax_amount) AS tax,
            sum(net_amount) AS net FROM licensing_receiptallocation) a,
            LATERAL (VALUES ('2300', a.amount), ('2100', -a.tax), ('2200', -a.net)) v (code, amount)
        UNION ALL
        SELECT '2200', NULL, NULL, '', sum(amount) FROM royalties_poolreceipt
        UNION ALL
        SELECT '2400', NULL, pool_id, '', -sum(amount) FROM royalties_poolreceipt GROUP BY pool_id
        UNION ALL
        SELECT code, party_id, pool_id, '', amount FROM run_entry
            WHERE code <> '2600' AND run_id IN (SELECT id FROM live)
        UNION ALL
        SELECT '2600', NULL, pool_id, reason, -sum(amount) FROM royalties_suspenseline
            WHERE state = 'open' AND run_id IN (SELECT id FROM live) GROUP BY pool_id, reason
        UNION ALL
        SELECT v.code, party_id, NULL, '', v.amount FROM (SELECT party_id,
            sum(gross) FILTER (WHERE state IN ('reserved', 'paid')) AS taken,
            sum(gross) FILTER (WHERE state = 'reserved') AS open, sum(net) FILTER (WHERE state = 'paid') AS paid,
            sum(withheld) FILTER (WHERE state = 'paid') AS withheld FROM royalties_payment GROUP BY party_id) p,
            LATERAL (VALUES ('2500', p.taken), ('2510', -p.open), ('1000', -p.paid), ('2700', -p.withheld))
                v (code, amount)
    ),
    found AS (
        SELECT a.code, l.party_id, l.pool_id, CASE WHEN a.code = '2600' THEN l.reason ELSE '' END AS reason,
            sum(l.amount) AS amount
        FROM royalties_ledgerline l JOIN royalties_account a ON a.id = l.account_id GROUP BY 1, 2, 3, 4
    )
    SELECT concat_ws(' ', 'account', code, 'party ' || nullif(party_id, 0), 'pool ' || p.code_of_pool,
        nullif(reason, '')), 'the ledger holds ' || found || ', the rows make ' || expected, found - expected
    FROM (
        SELECT code, coalesce(party_id, 0) AS party_id, coalesce(pool_id, 0) AS pool_id, reason,
            coalesce(sum(expected), 0) AS expected, coalesce(sum(found), 0) AS found
        FROM (SELECT code, party_id, pool_id, reason, amount AS expected, NULL::numeric AS found FROM expected
            UNION ALL SELECT code, party_id, pool_id, reason, NULL, amount FROM found) side
        GROUP BY 1, 2, 3, 4
    ) compared LEFT JOIN (SELECT id, code AS code_of_pool FROM royalties_pool) p ON p.id = pool_id
    WHERE expected <> found ORDER BY 1
"""  # noqa: S608 - composed of the constant above
# What each journal must have moved, by the receipt, the pool, the run or the batch that its key names.
JOURNALS = f"""
    WITH {RUN_ENTRIES},
    entry (key, kind, code, party_id, pool_id, run_id, reason, amount) AS (
        SELECT 'receipt:' || r.uid, 'receipt', v.code, NULL::bigint, NULL::bigint, NULL::bigint, '', v.amount
            FROM licensing_receipt r LEFT JOIN (SELECT receipt_id, form_key, sum(amount) AS amount,
                sum(tax_amount) AS tax, sum(net_amount) AS net FROM licensing_receiptallocation GROUP BY 1, 2) a
                ON a.receipt_id = r.id AND a.form_key = r.form_key,
            LATERAL (VALUES ('1000', r.amount::numeric), ('2100', -a.tax), ('2200', -a.net),
                ('2300', coalesce(a.amount, 0) - r.amount)) v (code, amount)
        UNION ALL
        SELECT 'credit:' || a.form_key, 'credit', v.code, NULL, NULL, NULL, '', v.amount
            FROM licensing_receiptallocation a JOIN licensing_receipt r ON r.id = a.receipt_id,
            LATERAL (VALUES ('2300', a.amount), ('2100', -a.tax_amount), ('2200', -a.net_amount)) v (code, amount)
            WHERE a.form_key <> r.form_key
        UNION ALL
        SELECT 'pool:' || p.uid || ':' || i.form_key, 'pool', v.code, NULL, v.pool_id, NULL, '', v.amount
            FROM royalties_poolreceipt i JOIN royalties_pool p ON p.id = i.pool_id,
            LATERAL (VALUES ('2200', NULL, i.amount), ('2400', p.id, -i.amount)) v (code, pool_id, amount)
        UNION ALL
        SELECT 'run:' || r.uid || ':finalise', 'distribution', code, party_id, pool_id, run_id, reason, amount
            FROM posted r JOIN run_entry ON run_id = r.id
        UNION ALL
        SELECT 'run:' || r.uid || ':reverse', 'reversal', code, party_id, pool_id, run_id, reason, -amount
            FROM posted r JOIN run_entry ON run_id = r.id WHERE r.state = 'reversed'
        UNION ALL
        SELECT 'payment:' || b.uid || ':reserve', 'payment_reserve', v.code, p.party_id, NULL, NULL, '', v.amount
            FROM royalties_payment p JOIN royalties_paymentbatch b ON b.id = p.batch_id,
            LATERAL (VALUES ('2500', p.gross), ('2510', -p.gross)) v (code, amount)
        UNION ALL
        SELECT 'payment:' || b.uid || ':cancel', 'reversal', v.code, p.party_id, NULL, NULL, '', v.amount
            FROM royalties_payment p JOIN royalties_paymentbatch b ON b.id = p.batch_id AND b.state = 'cancelled',
            LATERAL (VALUES ('2500', -p.gross), ('2510', p.gross)) v (code, amount)
        UNION ALL
        SELECT 'payment:' || b.uid || ':settle:' || left(encode(p.answer_sha256, 'hex'), 16), 'payment_settle', v.code,
            p.party_id, NULL, NULL, v.reason, v.amount
            FROM royalties_payment p JOIN royalties_paymentbatch b ON b.id = p.batch_id,
            LATERAL (VALUES ('2510', '', p.gross, p.state), ('1000', '', -p.net, 'paid'),
                ('2700', '', -p.withheld, 'paid'), ('2500', 'returned', -p.gross, 'rejected'))
                v (code, reason, amount, state) WHERE v.state = p.state AND p.answer_sha256 IS NOT NULL
    ),
    side (key, kind, posted, code, party_id, pool_id, run_id, reason, amount) AS (
        SELECT key, kind, NULL::bigint, code, party_id, pool_id, run_id, reason, -amount FROM entry
        UNION ALL
        SELECT j.key, NULL, j.number, a.code, l.party_id, l.pool_id, l.run_id, l.reason, l.amount
            FROM royalties_journal j JOIN royalties_ledgerline l ON l.journal_id = j.id
            JOIN royalties_account a ON a.id = l.account_id
    ),
    compared AS (
        SELECT key, max(number) AS number, max(kind) AS kind, sum(abs(amount)) AS off FROM (
            SELECT key, max(posted) AS number, max(kind) AS kind, sum(amount) AS amount FROM side
            GROUP BY key, code, party_id, pool_id, run_id, reason) line GROUP BY key
    )
    SELECT coalesce('journal ' || c.number, c.key), CASE
            WHEN c.kind IS NULL THEN 'no receipt, pool, run or batch is its cause (' || c.key || ')'
            WHEN c.number IS NULL THEN 'it was not posted'
            WHEN c.off <> 0 THEN 'its lines are not what ' || c.key || ' makes'
            ELSE 'it is of another kind than ' || c.kind END, c.off
    FROM compared c LEFT JOIN royalties_journal j ON j.key = c.key
    WHERE c.kind IS NULL OR c.number IS NULL OR c.off <> 0 OR j.kind <> c.kind ORDER BY c.number, 1
"""  # noqa: S608 - composed of the constant above


def _purposes() -> dict[str, Any]:
    return {"purposes": list(ACCOUNT_OF_PURPOSE), "codes": [str(code) for code in ACCOUNT_OF_PURPOSE.values()]}


@check("M03", TITLE)
def accounts_agree(scope: Scope) -> Iterable[Breach]:
    """Every account of the chart, for each party, pool and reason that its lines name."""
    return breaches(ACCOUNTS, _purposes())


@check("M03", TITLE)
def journals_have_their_cause(scope: Scope) -> Iterable[Breach]:
    """Every journal is what a receipt, a pool, a run or a batch makes; none of these was left unposted."""
    return breaches(JOURNALS, _purposes())
