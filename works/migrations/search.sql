-- The words of a work for the search, kept by triggers: after every change of a title, of a name of an owner, a
-- performer or a poet of old, or of a recording, in the same transaction, whether a service, a bulk import or psql made it.

-- What stands for a folded word: the twin of cmo_portal.common.spelling.sound, held equal by a property test.
CREATE FUNCTION search_sound(word text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bones text := word;
    head text;
BEGIN
    IF octet_length(word) = char_length(word) THEN
        bones := regexp_replace(bones, 'tch|chh|ch', 'C', 'g');
        bones := regexp_replace(bones, 'ssh|sch|sh', 'S', 'g');
        bones := regexp_replace(bones, 'kkh|kh', 'k', 'g');
        bones := replace(replace(bones, 'gh', 'g'), 'ph', 'p');
        bones := regexp_replace(bones, 'c(?=[eiy])', 's', 'g');
        bones := regexp_replace(bones, 'ck|c|q', 'k', 'g');
        bones := replace(replace(replace(bones, 'x', 'ks'), 'v', 'w'), 'zh', 'z');
    END IF;
    head := translate(left(bones, 1), 'وی', 'wy');
    bones := translate(substr(bones, 2), 'وwیy', '');
    bones := translate(
        head || bones,
        'بپتٹطثسصجچخدڈذزضظژرڑشغفقکگلمنںٻڀٺٿٽڄڃڇڌڏڊڍڙڦڳڱڻټډړږښڼګاآعحہaeiouh',
        'bptttsssjCkddzzzzzrrSgfkkglmnnbbtttjnCddddrpgnntdrzSng'
    );
    bones := regexp_replace(bones, '([^0-9])\1+', '\1', 'g');
    RETURN coalesce(nullif(bones, ''), '~' || word);
END $$;

-- The word, and what is left of it without any one of its letters; of words longer than any real one, the word alone.
CREATE FUNCTION search_slips(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT t.slip) FROM (
        SELECT word AS slip
        UNION ALL
        SELECT left(word, i - 1) || substr(word, i + 1) FROM generate_series(1, char_length(word)) i
        WHERE char_length(word) BETWEEN 2 AND 40
    ) t
$$;

-- A text folded as cmo_portal.common.spelling.text_key folds it, for names whose key is not kept (own script).
CREATE FUNCTION search_key(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(normalize(translate(regexp_replace(normalize(translate(
        lower(normalize(written, NFKC)),
        'يىېےۍكڪهھةۃەٱۅۆ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩' || U&'\0621\0640\200b\200c\200d\200e\200f\061c\2060\feff' || '''’‘ʼ`´ʿʾ',
        'ییییی' || 'کک' || 'ہہہہہ' || 'اوو' || '01234567890123456789'
        ), NFD), U&'[\0300-\036f\0610-\061a\064b-\065f\0670\06d6-\06dc\06df-\06e4\06e7\06e8\06ea-\06ed]', '', 'g'),
        'يك', 'یک'), NFC), '[^[:alnum:]]+', ' ', 'g'))
$$;

-- The texts by which a work may be found. A contested part names nobody: who claims it is not public.
CREATE FUNCTION search_texts(works bigint[]) RETURNS TABLE (work_id bigint, text text) LANGUAGE sql STABLE AS $$
    SELECT t.work_id, t.key FROM works_worktitle t WHERE t.work_id = ANY (works)
    UNION ALL
    SELECT s.work_id, names.key FROM (
        SELECT DISTINCT s.work_id, s.party_id FROM works_workshare s
        WHERE s.work_id = ANY (works) AND s.state = 'active'
        UNION
        SELECT l.work_id, p.party_id FROM works_recordingwork l
        JOIN works_recordingperformer p ON p.recording_id = l.recording_id WHERE l.work_id = ANY (works)
    ) s
    JOIN members_partyname n ON n.party_id = s.party_id
    CROSS JOIN LATERAL (VALUES (n.key::text), (search_key(nullif(n.original, '')))) names (key)
    WHERE names.key IS NOT NULL
    UNION ALL
    SELECT l.work_id, r.key || ' ' || search_key(r.version_title)
    FROM works_recordingwork l JOIN works_recording r ON r.id = l.recording_id WHERE l.work_id = ANY (works)
    UNION ALL
    SELECT l.work_id, p.key || ' ' || search_key(p.name_original)
    FROM works_recordingwork l JOIN works_recordingperformer p ON p.recording_id = l.recording_id
    WHERE l.work_id = ANY (works)
    UNION ALL
    SELECT p.work_id, search_key(p.first_name || ' ' || p.last_name)
    FROM works_workperformer p WHERE p.work_id = ANY (works)
    UNION ALL
    SELECT e.work_id, search_key(e.author) || ' ' || search_key(e.author_original)
    FROM works_publicdomainelement e WHERE e.work_id = ANY (works)
$$;

-- The documents as they should be.
CREATE FUNCTION search_documents(works bigint[]) RETURNS TABLE (work_id bigint, words text[], titles text)
LANGUAGE sql STABLE AS $$
    SELECT w.id, coalesce(f.words, '{}'), coalesce(k.titles, '')
    FROM works_work w
    LEFT JOIN (
        SELECT t.work_id, array_agg(DISTINCT b.sound ORDER BY b.sound) AS words
        FROM (SELECT DISTINCT s.work_id, u.word FROM search_texts(works) s, unnest(string_to_array(s.text, ' ')) u (word)
            WHERE u.word <> '') t
        LEFT JOIN LATERAL (SELECT v.sound FROM works_searchword v WHERE v.word = t.word LIMIT 1) v ON true
        CROSS JOIN LATERAL (SELECT coalesce(v.sound, search_sound(t.word)) AS sound) o
        -- A word of vowels only is written too differently in the other script: ~ says that there is one.
        CROSS JOIN LATERAL (SELECT o.sound UNION SELECT '~' WHERE o.sound LIKE '~%') b
        GROUP BY t.work_id
    ) f ON f.work_id = w.id
    LEFT JOIN (
        SELECT t.work_id, string_agg(DISTINCT t.key, ' | ' ORDER BY t.key) AS titles
        FROM works_worktitle t WHERE t.work_id = ANY (works) GROUP BY t.work_id
    ) k ON k.work_id = w.id
    WHERE w.id = ANY (works)
$$;

CREATE FUNCTION search_refresh(works bigint[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    changed integer;
BEGIN
    IF cardinality(works) IS NULL OR cardinality(works) = 0 THEN
        RETURN 0;
    END IF;
    INSERT INTO works_searchdocument (work_id, words, titles)
        SELECT w.id, '{}', '' FROM works_work w WHERE w.id = ANY (works) ORDER BY w.id ON CONFLICT DO NOTHING;
    -- Locked before it is read: what another session wrote to the same work while we waited is seen by the statements
    -- that follow.
    PERFORM 1 FROM works_searchdocument d WHERE d.work_id = ANY (works) ORDER BY d.work_id FOR UPDATE;
    INSERT INTO works_searchword (word, sound, slips)
        SELECT t.word, search_sound(t.word), search_slips(t.word)
        FROM (SELECT DISTINCT u.word FROM search_texts(works) s, unnest(string_to_array(s.text, ' ')) u (word)) t
        WHERE t.word <> '' AND NOT EXISTS (SELECT 1 FROM works_searchword v WHERE v.word = t.word);
    UPDATE works_searchdocument d SET words = f.words, titles = f.titles
        FROM search_documents(works) f
        WHERE d.work_id = f.work_id AND (d.words, d.titles) IS DISTINCT FROM (f.words, f.titles);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$;

-- Rows that name their work: titles, shares, links of recordings.
CREATE FUNCTION search_follow_works() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM search_refresh(ARRAY(SELECT DISTINCT work_id FROM new_rows));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM search_refresh(ARRAY(SELECT DISTINCT work_id FROM old_rows));
    ELSE
        PERFORM search_refresh(ARRAY(
            SELECT unnest(ARRAY[o.work_id, n.work_id]) FROM old_rows o JOIN new_rows n ON n.id = o.id
            WHERE o.* IS DISTINCT FROM n.*));
    END IF;
    RETURN NULL;
END $$;

-- Names of parties, who own works or perform them.
CREATE FUNCTION search_follow_names() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parties bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        parties := ARRAY(SELECT DISTINCT party_id FROM new_rows);
    ELSIF TG_OP = 'DELETE' THEN
        parties := ARRAY(SELECT DISTINCT party_id FROM old_rows);
    ELSE
        parties := ARRAY(SELECT unnest(ARRAY[o.party_id, n.party_id]) FROM old_rows o JOIN new_rows n ON n.id = o.id
            WHERE o.* IS DISTINCT FROM n.*);
    END IF;
    PERFORM search_refresh(ARRAY(
        SELECT s.work_id FROM works_workshare s WHERE s.party_id = ANY (parties)
        UNION
        SELECT l.work_id FROM works_recordingperformer p JOIN works_recordingwork l ON l.recording_id = p.recording_id
        WHERE p.party_id = ANY (parties)));
    RETURN NULL;
END $$;

-- Performers of recordings.
CREATE FUNCTION search_follow_performers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        touched := ARRAY(SELECT DISTINCT recording_id FROM new_rows);
    ELSIF TG_OP = 'DELETE' THEN
        touched := ARRAY(SELECT DISTINCT recording_id FROM old_rows);
    ELSE
        touched := ARRAY(SELECT unnest(ARRAY[o.recording_id, n.recording_id]) FROM old_rows o
            JOIN new_rows n ON n.id = o.id WHERE o.* IS DISTINCT FROM n.*);
    END IF;
    PERFORM search_refresh(ARRAY(
        SELECT DISTINCT l.work_id FROM works_recordingwork l WHERE l.recording_id = ANY (touched)));
    RETURN NULL;
END $$;

-- Titles of recordings. A new recording has no work yet, and one with works cannot be deleted.
CREATE FUNCTION search_follow_recordings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM search_refresh(ARRAY(
        SELECT DISTINCT l.work_id FROM old_rows o JOIN new_rows n ON n.id = o.id
        JOIN works_recordingwork l ON l.recording_id = n.id
        WHERE (o.key, o.version_title) IS DISTINCT FROM (n.key, n.version_title)));
    RETURN NULL;
END $$;

DO $$
DECLARE
    followed record;
BEGIN
    FOR followed IN SELECT * FROM (VALUES
        ('works_worktitle', 'search_follow_works'), ('works_workshare', 'search_follow_works'),
        ('works_recordingwork', 'search_follow_works'), ('works_workperformer', 'search_follow_works'),
        ('works_publicdomainelement', 'search_follow_works'), ('members_partyname', 'search_follow_names'),
        ('works_recordingperformer', 'search_follow_performers')) t (source, follower)
    LOOP
        EXECUTE format('CREATE TRIGGER search_follows_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION %I()', followed.source, followed.follower);
        EXECUTE format('CREATE TRIGGER search_follows_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows
            NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %I()', followed.source, followed.follower);
        EXECUTE format('CREATE TRIGGER search_follows_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows
            FOR EACH STATEMENT EXECUTE FUNCTION %I()', followed.source, followed.follower);
    END LOOP;
END $$;
CREATE TRIGGER search_follows_update AFTER UPDATE ON works_recording
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION search_follow_recordings();

-- The works of a party in their order: a page of a prolific writer reads no more than it shows.
CREATE INDEX works_share_of_party_by_work ON works_workshare (party_id, work_id) WHERE state = 'active';

-- Works that are there already.
SELECT search_refresh(ARRAY(SELECT id FROM works_work));
