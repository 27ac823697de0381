-- Guards that span tables: the hash chain of the ledger, sealed results, and the conservation of every pool. Triggers of
-- the models call them.

-- The canonical text of a journal's lines, in the order of their numbers, hashed. One definition for posting and checking.
CREATE FUNCTION royalties_line_text(
    line_no integer, account_id bigint, amount bigint, party_id bigint, pool_id bigint, run_id bigint,
    reason text, memo text
) RETURNS text LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT jsonb_build_array($1, $2, $3, $4, $5, $6, $7, $8)::text $$;

CREATE FUNCTION royalties_lines_sha256(p_journal bigint) RETURNS bytea LANGUAGE sql STABLE
    SET search_path = public, pg_temp
AS $$
    SELECT sha256(convert_to(string_agg(royalties_line_text(line_no, account_id, amount, party_id, pool_id, run_id,
        reason, memo), E'\n' ORDER BY line_no), 'UTF8')) FROM royalties_ledgerline WHERE journal_id = p_journal
$$;

-- The link of a journal in the chain: over the link before it (none for the first) and its own header.
CREATE FUNCTION royalties_journal_chain(
    previous bytea, number bigint, key text, kind text, business_date date, description text, line_count integer,
    lines_sha256 bytea, reverses_id bigint
) RETURNS bytea LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(coalesce($1, decode(repeat('00', 32), 'hex')) || convert_to(jsonb_build_array(
        $2, $3, $4, to_char($5, 'YYYY-MM-DD'), $6, $7, encode($8, 'hex'), $9)::text, 'UTF8'))
$$;

CREATE FUNCTION royalties_require_sealed(p_run bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT royalties_is_sealed(p_run) THEN
        RAISE EXCEPTION 'the results of run % are not sealed', p_run
            USING ERRCODE = 'check_violation', CONSTRAINT = 'run_results_sealed';
    END IF;
END $$;

-- M01: the first place where a run does not conserve its pools, in words; NULL when all is well. With `posted` the
-- run's journal must carry the same figures to the paisa.
CREATE FUNCTION royalties_conservation_fault(p_run bigint, posted boolean) RETURNS text LANGUAGE sql STABLE
    SET search_path = public, pg_temp SET enable_nestloop = off
AS $$
    WITH book AS (
        SELECT l.*, a.code FROM royalties_run r JOIN royalties_journal j ON j.key = 'run:' || r.uid || ':finalise'
            JOIN royalties_ledgerline l ON l.journal_id = j.id JOIN royalties_account a ON a.id = l.account_id
            WHERE r.id = p_run AND posted
    ),
    leaf AS (SELECT * FROM royalties_runpool WHERE run_id = p_run),
    total AS (SELECT * FROM royalties_payeetotal WHERE run_id = p_run),
    pool AS (SELECT pool_id, sum(gross) AS gross, sum(deducted) AS deducted FROM leaf GROUP BY pool_id),
    reason (payee_id, code) AS (VALUES (-1, 'unidentified'), (-2, 'dispute'), (-3, 'undocumented'),
        (-4, 'unclaimed'), (-5, 'no_mandate'), (-6, 'no_usage'), (-7, 'unconfirmed'), (-8, 'public_domain')),
    level (what, expected, found) AS (
        SELECT 'receipts of pool ' || pool_id, p.gross,
            (SELECT sum(amount) FROM royalties_poolreceipt WHERE pool_id = p.pool_id) FROM pool p
        UNION ALL
        SELECT 'deductions of pool ' || pool_id, p.deducted,
            (SELECT sum(amount) FROM royalties_rundeduction WHERE run_id = p_run AND pool_id = p.pool_id) FROM pool p
        UNION ALL
        SELECT 'payees of pool ' || pool_no, leaf.amount, t.amount FROM leaf
            FULL JOIN (SELECT pool_no, sum(amount) AS amount FROM total GROUP BY 1) t USING (pool_no)
        UNION ALL
        SELECT 'lines of payee ' || payee_id || ' in pool ' || pool_no, t.amount, a.amount FROM total t
            FULL JOIN (SELECT pool_no, payee_id, sum(amount) AS amount FROM royalties_allocationline
                WHERE run_id = p_run GROUP BY 1, 2) a USING (pool_no, payee_id)
        UNION ALL
        SELECT 'posting of pool ' || pool_id, pool.gross, b.amount FROM pool FULL JOIN
            (SELECT pool_id, sum(amount) AS amount FROM book WHERE code = '2400' GROUP BY 1) b USING (pool_id)
            WHERE posted
        UNION ALL
        SELECT 'posting of payee ' || payee_id, t.amount, -b.amount FROM
            (SELECT payee_id, sum(amount) AS amount FROM total WHERE payee_id > 0 GROUP BY 1) t FULL JOIN
            (SELECT party_id AS payee_id, sum(amount) AS amount FROM book WHERE code = '2500' GROUP BY 1) b
            USING (payee_id) WHERE posted
        UNION ALL
        SELECT 'posting of what is held: ' || code, t.amount, -b.amount FROM
            (SELECT code, sum(amount) AS amount FROM total JOIN reason USING (payee_id) GROUP BY 1) t FULL JOIN
            (SELECT reason AS code, sum(amount) AS amount FROM book WHERE code = '2600' GROUP BY 1) b
            USING (code) WHERE posted
        UNION ALL
        SELECT 'posting of deductions', (SELECT sum(deducted) FROM pool),
            -(SELECT sum(amount) FROM book WHERE code NOT IN ('2400', '2500', '2600')) WHERE posted
    )
    SELECT format('the %s come to %s, not to %s', what, coalesce(found, 0), coalesce(expected, 0))
        FROM level WHERE coalesce(expected, 0) <> coalesce(found, 0) ORDER BY what LIMIT 1
$$;

CREATE FUNCTION royalties_require_conserved(p_run bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp
AS $$
DECLARE
    fault text := royalties_conservation_fault(p_run, true);
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'run %: %', p_run, fault
            USING ERRCODE = 'check_violation', CONSTRAINT = 'run_conserves_pools';
    END IF;
END $$;

-- M13: a payee of the run who would owe money if the run had never been posted, because it was paid from it; NULL when
-- nobody would. Payments name no run, so what the ledger says apart from the run's own lines decides.
CREATE FUNCTION royalties_overdrawn_by(p_run bigint) RETURNS bigint LANGUAGE sql STABLE
    SET search_path = public, pg_temp SET enable_nestloop = off
AS $$
    SELECT l.party_id FROM royalties_ledgerline l JOIN royalties_account a ON a.id = l.account_id
        WHERE a.code = '2500' AND l.run_id IS DISTINCT FROM p_run
            AND l.party_id IN (SELECT payee_id FROM royalties_payeetotal WHERE run_id = p_run AND payee_id > 0)
        GROUP BY l.party_id HAVING sum(l.amount) > 0 LIMIT 1
$$;

-- Numbers in few bytes are read at once, and whole: they are not compressed.
ALTER TABLE royalties_usagecolumns ALTER COLUMN body SET STORAGE EXTERNAL;
