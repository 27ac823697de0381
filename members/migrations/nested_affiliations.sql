-- Areas of one party and right that are held by two societies on the same days lie one inside the other, so that the
-- nearer one collects. Two that overlap otherwise would leave it to chance who is paid.

-- Whether on one of these days two areas share a country and neither lies inside the other; the same countries count.
CREATE FUNCTION areas_cross(one text, other text, first_day date, last_day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1
        FROM (
            SELECT first_day AS day
            UNION
            SELECT l.valid_from FROM members_arealeaf l
            WHERE l.area_id IN (one, other) AND l.valid_from > first_day AND l.valid_from <= last_day
            UNION
            SELECT l.valid_to + 1 FROM members_arealeaf l
            WHERE l.area_id IN (one, other) AND l.valid_to >= first_day AND l.valid_to < last_day
        ) d
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE c.in_one AND c.in_other) AS both_hold,
                count(*) FILTER (WHERE NOT c.in_other) AS only_one,
                count(*) FILTER (WHERE NOT c.in_one) AS only_other
            FROM (
                SELECT bool_or(l.area_id = one) AS in_one, bool_or(l.area_id = other) AS in_other
                FROM members_arealeaf l
                WHERE l.area_id IN (one, other) AND d.day BETWEEN l.valid_from AND l.valid_to
                GROUP BY l.leaf
            ) c
        ) held
        WHERE held.both_hold > 0 AND (held.only_one > 0) = (held.only_other > 0)
    )
$$;

-- The affiliations of other societies that cross an affiliation, by their ids.
CREATE FUNCTION affiliations_crossing(party bigint, society text, of_right text, area text, first_day date,
    last_day date, own bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT a.id FROM members_partyaffiliation a
    WHERE a.party_id = party AND a."right" = of_right AND a.society_code <> society AND a.id IS DISTINCT FROM own
        AND a.territory <> area
        AND daterange(a.valid_from, a.valid_to, '[]') && daterange(first_day, last_day, '[]')
        AND areas_cross(a.territory, area,
            greatest(coalesce(a.valid_from, '0001-01-01'), coalesce(first_day, '0001-01-01')),
            least(coalesce(a.valid_to, '9999-12-31'), coalesce(last_day, '9999-12-31')))
$$;

CREATE FUNCTION members_affiliations_nest() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    crossed record;
BEGIN
    -- One writer at a time for a party: what another session has just written is seen by the statement that follows.
    PERFORM 1 FROM members_party p WHERE p.id IN (SELECT n.party_id FROM new_rows n) ORDER BY p.id FOR NO KEY UPDATE;
    SELECT n.territory AS new_area, n.society_code AS new_society, a.territory, a.society_code INTO crossed
        FROM new_rows n
        CROSS JOIN LATERAL affiliations_crossing(
            n.party_id, n.society_code, n."right", n.territory, n.valid_from, n.valid_to, n.id) c
        JOIN members_partyaffiliation a ON a.id = c
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'area % of society % overlaps area % of society %, and neither lies inside the other',
            crossed.new_area, crossed.new_society, crossed.territory, crossed.society_code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'societies_nest';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER societies_nest_insert AFTER INSERT ON members_partyaffiliation
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION members_affiliations_nest();
CREATE TRIGGER societies_nest_update AFTER UPDATE ON members_partyaffiliation
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION members_affiliations_nest();
