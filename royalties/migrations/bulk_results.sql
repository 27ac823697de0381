-- The tables of results: one partition for each run, loaded by COPY before it is attached, sealed, and never changed.
-- The application owns nothing, so these functions make, seal and drop the parts for it, each under its own guard.

CREATE TABLE royalties_textresult (
    text_key bigint NOT NULL,
    work_id bigint NOT NULL,
    weight bigint NOT NULL,
    units bigint NOT NULL,
    run_id bigint NOT NULL,
    pool_no integer NOT NULL
) PARTITION BY LIST (run_id);

CREATE TABLE royalties_lineresult (
    line_key bigint NOT NULL,
    text_key bigint NOT NULL,
    weight bigint NOT NULL,
    units bigint NOT NULL,
    run_id bigint NOT NULL,
    pool_no integer NOT NULL
) PARTITION BY LIST (run_id);

CREATE TABLE royalties_allocationline (
    payee_id bigint NOT NULL,
    work_id bigint NOT NULL,
    share_id bigint NOT NULL,
    text_key bigint NOT NULL,
    units bigint NOT NULL,
    amount bigint NOT NULL,
    run_id bigint NOT NULL,
    pool_no integer NOT NULL
) PARTITION BY LIST (run_id);

CREATE TABLE royalties_payeetotal (
    payee_id bigint NOT NULL,
    units bigint NOT NULL,
    amount bigint NOT NULL,
    run_id bigint NOT NULL,
    pool_no integer NOT NULL
) PARTITION BY LIST (run_id);

-- What one step hands to the next: whole columns of numbers, kept only until the run is sealed. Never compressed: they
-- are read once, and soon.
CREATE TABLE royalties_handover (
    run_id bigint NOT NULL,
    slice_no integer NOT NULL,
    name text NOT NULL,
    body bytea STORAGE EXTERNAL NOT NULL
);

CREATE FUNCTION royalties_result_tables() RETURNS text[] LANGUAGE sql IMMUTABLE
    SET search_path = public, pg_temp
AS $$ SELECT ARRAY['royalties_textresult', 'royalties_lineresult', 'royalties_allocationline', 'royalties_payeetotal'] $$;

CREATE FUNCTION royalties_refuse_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'the results of a run never change (%)', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'results_stand';
END $$;

-- Rows: the parts take this trigger over from their table. Truncation: each part gets its own when it is sealed.
DO $$
DECLARE
    base text;
BEGIN
    FOREACH base IN ARRAY royalties_result_tables() LOOP
        EXECUTE format('CREATE TRIGGER results_stand BEFORE UPDATE OR DELETE ON %I'
            ' FOR EACH ROW EXECUTE FUNCTION royalties_refuse_change()', base);
        EXECUTE format('CREATE TRIGGER results_not_emptied BEFORE TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse_change()', base);
    END LOOP;
END $$;

-- Whether the results of a run are sealed: its parts are attached.
CREATE FUNCTION royalties_is_sealed(p_run bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp
AS $$
    SELECT count(*) = array_length(royalties_result_tables(), 1) FROM pg_inherits i
        JOIN pg_class part ON part.oid = i.inhrelid JOIN pg_class parent ON parent.oid = i.inhparent
        WHERE parent.relname = ANY (royalties_result_tables()) AND part.relname = parent.relname || '_r' || p_run
            AND NOT i.inhdetachpending
$$;

-- Makes the empty parts of a frozen run; again, it changes nothing.
CREATE FUNCTION royalties_make_parts(p_run bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp
AS $$
DECLARE
    base text;
    part text;
BEGIN
    PERFORM 1 FROM royalties_run WHERE id = p_run AND state = 'frozen' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'run % is not frozen', p_run
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_of_frozen_run';
    END IF;
    FOREACH base IN ARRAY royalties_result_tables() || 'royalties_handover'::text LOOP
        part := base || '_r' || p_run;
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING STORAGE, CONSTRAINT only_run_%s CHECK (run_id = %s))',
            part, base, p_run, p_run);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO {writers}', part);
    END LOOP;
END $$;

-- M01, M06: repeats the sums of every level over the parts as they lie there, and looks for rows without their frozen
-- cause. Raises at the first fault. Units are 1/10,000 of a minor unit; what a pool without usage holds has no texts.
CREATE FUNCTION royalties_check_parts(p_run bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp SET enable_nestloop = off SET work_mem = '128MB'
AS $$
DECLARE
    payees text := 'royalties_payeetotal_r' || p_run;
    rows text := 'royalties_allocationline_r' || p_run;
    texts text := 'royalties_textresult_r' || p_run;
    lines text := 'royalties_lineresult_r' || p_run;
    fault text;
BEGIN
    EXECUTE format($q$
        WITH pool AS (SELECT pool_no, amount FROM royalties_runpool WHERE run_id = %4$s),
        payee AS (SELECT pool_no, sum(amount) AS amount, sum(units) AS units,
                sum(units) FILTER (WHERE payee_id = -6) AS unused FROM %1$I GROUP BY pool_no),
        text AS (SELECT pool_no, sum(units) AS units FROM %2$I GROUP BY pool_no),
        line AS (SELECT pool_no, sum(units) AS units FROM %3$I GROUP BY pool_no),
        level AS (
            SELECT v.* FROM pool FULL JOIN payee USING (pool_no) FULL JOIN text USING (pool_no)
                FULL JOIN line USING (pool_no), LATERAL (VALUES
                    ('payees', pool_no, pool.amount, payee.amount),
                    ('units of payees', pool_no, pool.amount * 10000, payee.units),
                    ('units of texts', pool_no, pool.amount * 10000 - coalesce(payee.unused, 0), text.units),
                    ('units of lines', pool_no, pool.amount * 10000 - coalesce(payee.unused, 0), line.units)
                ) v (what, pool_no, expected, found)
        )
        SELECT format('pool %%s: the %%s come to %%s, not to %%s', pool_no, what, coalesce(found, 0),
            coalesce(expected, 0)) FROM level WHERE coalesce(expected, 0) <> coalesce(found, 0) LIMIT 1
    $q$, payees, texts, lines, p_run) INTO fault;
    IF fault IS NULL THEN
        EXECUTE format($q$
            SELECT format('pool %%s: the lines of payee %%s come to %%s, not to %%s', pool_no, payee_id,
                coalesce(a.amount, 0), coalesce(t.amount, 0))
            FROM %1$I t FULL JOIN (SELECT pool_no, payee_id, sum(amount)::bigint AS amount, sum(units)::bigint AS units
                FROM %2$I GROUP BY pool_no, payee_id) a USING (pool_no, payee_id)
            WHERE a.amount IS DISTINCT FROM t.amount OR a.units IS DISTINCT FROM t.units LIMIT 1
        $q$, payees, rows) INTO fault;
    END IF;
    IF fault IS NULL THEN
        EXECUTE format($q$
            SELECT format('pool %%s: work %%s, share %%s pays %%s, not what was frozen', a.pool_no, a.work_id,
                a.share_id, a.payee_id)
            FROM %1$I a JOIN royalties_runpool p ON p.run_id = %2$s AND p.pool_no = a.pool_no
            WHERE a.work_id > 0 AND NOT EXISTS (SELECT 1 FROM royalties_runshare s WHERE s.run_id = %2$s
                AND s.right = p.right AND s.work_id = a.work_id AND s.share_id = a.share_id
                AND s.payee_id = a.payee_id) LIMIT 1
        $q$, rows, p_run) INTO fault;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'run %, %', p_run, fault
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_conserve_pools';
    END IF;
END $$;

-- Ends the writing of a calculated run: nobody can add a row any more, the sums are repeated, keys are made unique, and
-- the parts join their tables. Refuses when anything is off.
CREATE FUNCTION royalties_seal_parts(p_run bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET maintenance_work_mem = '256MB'
AS $$
DECLARE
    base text;
    part text;
BEGIN
    PERFORM 1 FROM royalties_run WHERE id = p_run AND state = 'frozen' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'run % is not frozen', p_run
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_of_frozen_run';
    END IF;
    IF royalties_is_sealed(p_run) THEN
        RETURN;
    END IF;
    FOREACH base IN ARRAY royalties_result_tables() LOOP
        part := base || '_r' || p_run;
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part);
        EXECUTE format('REVOKE ALL ON %I FROM PUBLIC {and_app_role}', part);
    END LOOP;
    PERFORM royalties_check_parts(p_run);
    EXECUTE format('CREATE UNIQUE INDEX ON royalties_textresult_r%s (pool_no, text_key)', p_run);
    EXECUTE format('CREATE INDEX ON royalties_textresult_r%s (work_id)', p_run);
    EXECUTE format('CREATE UNIQUE INDEX ON royalties_lineresult_r%s (pool_no, line_key)', p_run);
    EXECUTE format('CREATE INDEX ON royalties_lineresult_r%s USING brin (text_key) WITH (pages_per_range = 16)', p_run);
    EXECUTE format('CREATE UNIQUE INDEX ON royalties_allocationline_r%s'
        ' (pool_no, payee_id, work_id, text_key, share_id)', p_run);
    EXECUTE format('CREATE INDEX ON royalties_allocationline_r%s (payee_id, amount DESC)', p_run);
    EXECUTE format('CREATE UNIQUE INDEX ON royalties_payeetotal_r%s (pool_no, payee_id)', p_run);
    EXECUTE format('CREATE INDEX ON royalties_payeetotal_r%s (payee_id)', p_run);
    FOREACH base IN ARRAY royalties_result_tables() LOOP
        part := base || '_r' || p_run;
        EXECUTE format('CREATE TRIGGER results_not_emptied BEFORE TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION royalties_refuse_change()', part);
        EXECUTE format('ANALYZE %I', part);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', base, part, p_run);
    END LOOP;
    EXECUTE format('DROP TABLE royalties_handover_r%s', p_run);
END $$;

-- Throws the parts of a cancelled run away.
CREATE FUNCTION royalties_drop_parts(p_run bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    base text;
BEGIN
    PERFORM 1 FROM royalties_run WHERE id = p_run AND state = 'cancelled' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'run % is not cancelled', p_run
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_of_cancelled_run';
    END IF;
    FOREACH base IN ARRAY royalties_result_tables() || 'royalties_handover'::text LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I', base || '_r' || p_run);
    END LOOP;
END $$;

-- Only the application calls these, and it reads the tables.
REVOKE ALL ON FUNCTION royalties_make_parts(bigint), royalties_seal_parts(bigint), royalties_drop_parts(bigint)
    FROM PUBLIC;
{grants}
