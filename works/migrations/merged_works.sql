-- A merged work names the work that stands for it, and that work stands itself: never the work itself, never one that
-- is merged, so that there are no chains and no circles. The work it points to is locked first: two sessions that merge
-- A into B and B into C (or into A) at once wait for each other, and the second one sees what the first one did.

CREATE FUNCTION works_merged_work_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    target_state text;
BEGIN
    IF (NEW.state = 'merged') <> (NEW.merged_into_id IS NOT NULL) THEN
        RAISE EXCEPTION 'work % is % and points to %: a merged work, and no other, names the work that stands for it',
            NEW.number, NEW.state, NEW.merged_into_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'merged_names_its_work';
    END IF;
    IF NEW.merged_into_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF NEW.merged_into_id = NEW.id THEN
        RAISE EXCEPTION 'work % would be merged into itself', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'merged_into_another';
    END IF;
    PERFORM 1 FROM works_work WHERE id = NEW.merged_into_id FOR NO KEY UPDATE;
    SELECT state INTO target_state FROM works_work WHERE id = NEW.merged_into_id;
    IF target_state = 'merged' THEN
        RAISE EXCEPTION 'work % would be merged into a work that is merged itself', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'merged_into_a_standing_work';
    END IF;
    IF EXISTS (SELECT 1 FROM works_work WHERE merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'other works are merged into work %: lead them to its new work first', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'merged_without_followers';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER merged_work_stands AFTER INSERT OR UPDATE OF state, merged_into_id ON works_work
    FOR EACH ROW EXECUTE FUNCTION works_merged_work_stands();
