"""The sums behind statements, in SQL and once: the making of statements and the check of the books both use them.

The hash of a statement is sha256 over UTF-8 text: one line for the head, then one for each allocation line of the
party in the order of its key, each a JSON array.

    [statement number, party id, opening, earned, line count]
    [pool_no, work id, text key, share id, units, amount]
"""

# Credit balance of each party on the payable account before the run's journal: `journal` holds its number, `total` the
# parties. Parameter: payable, the account's code.
BALANCE_BEFORE = """
    SELECT l.party_id, -sum(l.amount)::bigint AS balance FROM royalties_ledgerline l
        JOIN royalties_account a ON a.id = l.account_id AND a.code = %(payable)s
        JOIN royalties_journal j ON j.id = l.journal_id
    WHERE l.party_id IN (SELECT party_id FROM total) AND j.number < (SELECT number FROM journal) GROUP BY l.party_id
"""
# How many lines each party of `head` (party_id, number, opening, earned) has in the run, and the hash over all of it.
LINES_SHA256 = """
    SELECT h.party_id, l.line_count, l.amount, sha256(convert_to(
        jsonb_build_array(h.number, h.party_id, h.opening, h.earned, l.line_count)::text || E'\\n' || l.lines, 'UTF8')
        ) AS sha256
    FROM head h JOIN (
        SELECT payee_id, count(*) AS line_count, sum(amount)::bigint AS amount,
            string_agg(jsonb_build_array(pool_no, work_id, text_key, share_id, units, amount)::text, E'\\n'
                ORDER BY pool_no, work_id, text_key, share_id) AS lines
        FROM royalties_allocationline WHERE run_id = %(run)s AND payee_id > 0 GROUP BY payee_id
    ) l ON l.payee_id = h.party_id
"""
