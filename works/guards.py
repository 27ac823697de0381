"""The database's own guard over shares: never more than the whole of a work, right, territory and date (M05).

A check without a lock is no invariant: two sessions would each see a sum that fits. The trigger locks the parent work
first, then adds up what is there. FOR NO KEY UPDATE does not collide with the key-share locks of the foreign key, so
two inserts wait for each other instead of dying in a deadlock.
"""

import pgtrigger

_CHECK = """
    PERFORM 1 FROM works_work w WHERE w.id IN (SELECT work_id FROM new_rows)
        ORDER BY w.id FOR NO KEY UPDATE;
    SELECT s.work_id, s."right" AS category, t.territory, d.day, sum(s.share) AS total INTO too_much
    FROM (SELECT DISTINCT work_id, "right" FROM new_rows) n
    JOIN works_workshare s ON s.work_id = n.work_id AND s."right" = n."right"
    JOIN (SELECT DISTINCT work_id, "right", territory FROM works_workshare) t
        ON t.work_id = n.work_id AND t."right" = n."right"
    JOIN (SELECT DISTINCT work_id, "right", coalesce(valid_from, DATE '0001-01-01') AS day FROM works_workshare) d
        ON d.work_id = n.work_id AND d."right" = n."right"
    WHERE (s.territory = t.territory OR s.territory = '2136')
        AND coalesce(s.valid_from, DATE '0001-01-01') <= d.day
        AND coalesce(s.valid_to, DATE '9999-12-31') >= d.day
    GROUP BY 1, 2, 3, 4 HAVING sum(s.share) > 1000000 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'M05: shares of work % right % territory % from % add up to %, more than the whole',
            too_much.work_id, too_much.category, too_much.territory, too_much.day, too_much.total
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
