"""The database's own guards: never more than the whole of a work, right, territory and date (M05); no work that is,
through any number of steps, made from itself; no recording of others that stands with one more work unless a person of
the desk decided so.

A check without a lock is no invariant: two sessions would each see a sum that fits. The trigger locks the parent work
first, then adds up what is there. FOR NO KEY UPDATE does not collide with the key-share locks of the foreign key, so
two inserts wait for each other instead of dying in a deadlock.
"""

import pgtrigger

# What is above the whole in no sum over all territories cannot be above it in one: only works whose areas differ are
# looked at country by country, on every day on which a share begins or a country comes into an area.
_CHECK = """
    PERFORM 1 FROM works_work w WHERE w.id IN (SELECT work_id FROM new_rows)
        ORDER BY w.id FOR NO KEY UPDATE;
    WITH touched AS (SELECT DISTINCT work_id, "right" FROM new_rows),
    share AS (
        SELECT s.work_id, s."right", s.territory, s.share, coalesce(s.valid_from, DATE '0001-01-01') AS first_day,
            coalesce(s.valid_to, DATE '9999-12-31') AS last_day
        FROM touched JOIN works_workshare s USING (work_id, "right")
    ),
    suspect AS (
        SELECT DISTINCT s.work_id, s."right" FROM share s
            JOIN (SELECT DISTINCT work_id, "right", first_day AS day FROM share) d USING (work_id, "right")
        WHERE d.day BETWEEN s.first_day AND s.last_day
        GROUP BY s.work_id, s."right", d.day HAVING sum(s.share) > 1000000
    ),
    part AS (
        SELECT s.work_id, s."right", l.leaf, s.share, greatest(s.first_day, l.valid_from) AS first_day,
            least(s.last_day, l.valid_to) AS last_day
        FROM suspect JOIN share s USING (work_id, "right") JOIN members_arealeaf l ON l.area_id = s.territory
    )
    SELECT p.work_id, p."right" AS category, p.leaf, d.day, sum(p.share) AS total INTO too_much
        FROM part p JOIN (SELECT DISTINCT work_id, "right", leaf, first_day AS day FROM part) d
            USING (work_id, "right", leaf)
        WHERE d.day BETWEEN p.first_day AND p.last_day
        GROUP BY p.work_id, p."right", p.leaf, d.day HAVING sum(p.share) > 1000000 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'M05: shares of work % right % territory % from % add up to %, more than the whole',
            too_much.work_id, too_much.category, too_much.leaf, too_much.day, too_much.total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'shares_within_the_whole';
    END IF;
    RETURN NULL;
"""


def shares_within_the_whole() -> list[pgtrigger.Trigger]:
    """One trigger for inserts, one for updates: transition tables belong to single events."""
    return [
        pgtrigger.Trigger(
            name=f"shares_whole_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="new_rows"),
            declare=[("too_much", "record")],
            func=_CHECK,
        )
        for name, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
    ]


_UNCONFIRMED_ENDS = """
    IF (SELECT state FROM works_splitproposal WHERE work_id = NEW.work_id ORDER BY round DESC LIMIT 1)
            IS DISTINCT FROM 'agreed' THEN
        RAISE EXCEPTION 'a share of work % pays nobody before every side has agreed to the split', NEW.work_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'confirmed_by_all_sides';
    END IF;
    RETURN NEW;
"""


def confirmed_by_all_sides() -> pgtrigger.Trigger:
    """An unconfirmed share becomes active only when the last proposal for its work was agreed by every side."""
    return pgtrigger.Trigger(
        name="confirmed_by_all_sides",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__state="unconfirmed", new__state="active"),
        func=_UNCONFIRMED_ENDS,
    )


_NO_CYCLE = """
    IF NOT EXISTS (SELECT 1 FROM new_rows WHERE source_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(1397707331);
    WITH RECURSIVE up AS (
        SELECT work_id AS beginning, source_id AS reached FROM new_rows WHERE source_id IS NOT NULL
        UNION
        SELECT up.beginning, s.source_id FROM up JOIN works_sourcework s ON s.work_id = up.reached
            WHERE s.source_id IS NOT NULL
    )
    SELECT beginning INTO ring FROM up WHERE beginning = reached LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Work % would be its own source', ring.beginning
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sources_without_cycle';
    END IF;
    RETURN NULL;
"""


def sources_without_cycle() -> list[pgtrigger.Trigger]:
    """Two sessions could each add one half of a ring, so the links of the register are written one at a time."""
    return [
        pgtrigger.Trigger(
            name=f"no_cycle_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="new_rows"),
            declare=[("ring", "record")],
            func=_NO_CYCLE,
        )
        for name, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
    ]


# The row of the recording is locked: of two links made at once, the second sees the first.
_DECIDED_BY_A_PERSON = """
    PERFORM 1 FROM works_recording WHERE id = NEW.recording_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM works_recordingwork l JOIN works_workshare s ON s.work_id = l.work_id
        WHERE l.recording_id = NEW.recording_id AND l.work_id <> NEW.work_id
            AND s.party_id IS DISTINCT FROM coalesce(
                NEW.linked_by_id, (SELECT w.registered_by_id FROM works_work w WHERE w.id = NEW.work_id)
            )
    ) THEN
        RAISE EXCEPTION 'recording % stands with a work in which others own shares: a person decides', NEW.recording_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'link_decided_by_a_person';
    END IF;
    RETURN NEW;
"""


def links_decided_by_a_person() -> list[pgtrigger.Trigger]:
    """What matching reads: whoever links a recording cannot by herself draw to her work what others are paid for. A row
    that a person decided moves as she decided, and back when that is undone."""
    undecided = pgtrigger.Q(new__decided_by__isnull=True)
    return [
        pgtrigger.Trigger(
            name=f"link_decided_{name}",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=operation,
            condition=condition,
            func=_DECIDED_BY_A_PERSON,
        )
        for name, operation, condition in (
            ("insert", pgtrigger.Insert, undecided),
            (
                "update",
                pgtrigger.UpdateOf("recording_id", "work_id", "linked_by_id"),
                undecided & pgtrigger.Q(old__decided_by__isnull=True),
            ),
        )
    ]
