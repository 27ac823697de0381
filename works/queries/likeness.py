"""Which works to compare with each other, and what they are compared by.

Nobody compares 500,000 works with 500,000: a work is held against those that share a recording, a title, the sound of a
title, or a writer and the beginning of that sound. A title that very many works bear leads nowhere by itself.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection

from cmo_portal.common.plans import bulk_plans
from cmo_portal.common.spelling import skeleton_words
from works.rules.likeness import WorkFacts

LIVE = "('registered', 'submitted')"
COMMON = 60  # a title or number that more works share than this says little about any two of them
SHORTEST_SOUND, TELLING_SOUND = 2, 3  # consonants: to be compared by, and to lead from one work to another
BUSY_WRITER = 3_000  # shares of a party from which its works are compared by title alone

# The recordings of works, also those whose link waits for a person: that two works ask for one recording is telling.
HELD = """(
    SELECT work_id, recording_id FROM works_recordingwork
    UNION ALL SELECT work_id, recording_id FROM works_linkrequest WHERE state = 'open'
)"""

# The facts of works as text, in a fixed order: for the comparison and for the digest that says whether they changed.
# Whole tables are read at once for all works, and by their indexes for a few: lists are joined, not asked one by one.
FACTS = f"""
    SELECT w.id, coalesce(w.iswc, '') AS iswc, coalesce(w.duration, 0) AS seconds, title.keys, title.sounds,
        owner.people, record.isrcs, number.values
    FROM works_work w
        LEFT JOIN (SELECT work_id, array_agg(DISTINCT key ORDER BY key) AS keys,
            array_agg(DISTINCT skeleton ORDER BY skeleton) FILTER (WHERE length(skeleton) >= {SHORTEST_SOUND}) AS sounds
            FROM works_worktitle WHERE key <> '' {{some}} GROUP BY work_id) title ON title.work_id = w.id
        LEFT JOIN (SELECT s.work_id, array_agg(DISTINCT p.display_name ORDER BY p.display_name) AS people
            FROM works_workshare s JOIN members_party p ON p.id = s.party_id
            WHERE s.role NOT IN ('E', 'SE', 'AM', 'PA') {{some}} GROUP BY s.work_id) owner ON owner.work_id = w.id
        LEFT JOIN (SELECT l.work_id, array_agg(DISTINCT r.isrc ORDER BY r.isrc) AS isrcs
            FROM {HELD} l JOIN works_recording r ON r.id = l.recording_id
            WHERE r.isrc IS NOT NULL {{some}} GROUP BY l.work_id) record ON record.work_id = w.id
        LEFT JOIN (SELECT work_id, array_agg(DISTINCT value ORDER BY value) AS values
            FROM works_workidentifier WHERE true {{some}} GROUP BY work_id) number ON number.work_id = w.id
"""  # noqa: S608 - composed of constants
ALL, SOME = {"some": ""}, {"some": "AND work_id = ANY (%(works)s)"}
# Notes every live work whose facts are others than when it was last compared, and forgets those that live no more.
STALE = f"""
    WITH facts (work, iswc, seconds, keys, sounds, people, isrcs, numbers) AS (
        {FACTS.format(**ALL)} WHERE w.state IN {LIVE}
    )
    INSERT INTO works_sweptwork (work_id, digest, is_stale)
    SELECT work, decode(md5(concat_ws('|', iswc, seconds, keys::text, people::text, isrcs::text, numbers::text)),
        'hex'), true FROM facts
    ON CONFLICT (work_id) DO UPDATE SET digest = excluded.digest, is_stale = true
        WHERE works_sweptwork.digest <> excluded.digest
"""  # noqa: S608
GONE = f"""
    DELETE FROM works_sweptwork s USING works_work w WHERE w.id = s.work_id AND w.state NOT IN {LIVE}
"""  # noqa: S608
CANDIDATES = f"""
    WITH mine AS (SELECT unnest(%(works)s::bigint[]) AS work_id),
    title AS (
        SELECT DISTINCT t.work_id, t.key, t.skeleton FROM works_worktitle t JOIN mine USING (work_id) WHERE t.key <> ''
    ),
    key AS (
        SELECT k.key FROM (SELECT DISTINCT key FROM title) k WHERE (SELECT count(*) FROM (
            SELECT 1 FROM works_worktitle o WHERE o.key = k.key LIMIT {COMMON} + 1) few) <= {COMMON}
    ),
    sound AS (
        SELECT k.skeleton FROM (SELECT DISTINCT skeleton FROM title WHERE length(skeleton) >= {TELLING_SOUND}) k
        WHERE (SELECT count(*) FROM (
            SELECT 1 FROM works_worktitle o WHERE o.skeleton = k.skeleton LIMIT {COMMON} + 1) few) <= {COMMON}
    ),
    writer AS (
        SELECT p.party_id FROM (SELECT DISTINCT s.party_id FROM works_workshare s JOIN mine USING (work_id)
            WHERE s.party_id IS NOT NULL) p
        WHERE (SELECT count(*) FROM (SELECT 1 FROM works_workshare o WHERE o.party_id = p.party_id
            LIMIT {BUSY_WRITER} + 1) few) <= {BUSY_WRITER}
    ),
    mine_by AS (
        SELECT DISTINCT party_id, t.work_id, left(t.skeleton, 2) AS start, length(t.skeleton) AS long
        FROM title t JOIN works_workshare s ON s.work_id = t.work_id JOIN writer USING (party_id)
        WHERE length(t.skeleton) >= {SHORTEST_SOUND}
    ),
    all_by AS (
        SELECT DISTINCT party_id, o.work_id, left(o.skeleton, 2) AS start, length(o.skeleton) AS long
        FROM writer JOIN works_workshare s USING (party_id) JOIN works_worktitle o ON o.work_id = s.work_id
    ),
    pair AS (
        SELECT t.work_id AS one, o.work_id AS two FROM title t JOIN key USING (key)
            JOIN works_worktitle o ON o.key = t.key
        UNION
        SELECT t.work_id, o.work_id FROM title t JOIN sound USING (skeleton)
            JOIN works_worktitle o ON o.skeleton = t.skeleton
        UNION
        SELECT m.work_id, a.work_id FROM mine_by m JOIN all_by a USING (party_id, start)
        WHERE abs(a.long - m.long) <= 2
        UNION
        SELECT l.work_id, o.work_id FROM {HELD} l JOIN mine USING (work_id)
            JOIN {HELD} o ON o.recording_id = l.recording_id
        UNION
        SELECT i.work_id, o.work_id FROM works_workidentifier i JOIN mine USING (work_id)
            JOIN works_workidentifier o ON o.value = i.value
    )
    SELECT DISTINCT least(one, two), greatest(one, two) FROM pair JOIN works_work w ON w.id = two
    WHERE one <> two AND w.state IN {LIVE} ORDER BY 1, 2
"""  # noqa: S608


def note_stale() -> int:
    """Mark every work that is new or changed since it was compared; returns how many wait."""
    with bulk_plans(), connection.cursor() as cursor:
        cursor.execute(GONE)
        cursor.execute(STALE)
        cursor.execute("SELECT count(*) FROM works_sweptwork WHERE is_stale")
        return int(cursor.fetchone()[0])


def pairs_to_compare(works: Collection[int]) -> list[tuple[int, int]]:
    """The pairs of works, lower id first, of which at least one is among `works` and that have something in common."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, {"works": list(works)})
        return [(one, two) for one, two in cursor.fetchall()]


def facts_of(works: Iterable[int]) -> dict[int, WorkFacts]:
    """Work → what it is compared by."""
    with connection.cursor() as cursor:
        cursor.execute(f"{FACTS.format(**SOME)} WHERE w.id = ANY (%(works)s)", {"works": list(works)})
        return {row[0]: _facts(row) for row in cursor.fetchall()}


def _facts(row: tuple[Any, ...]) -> WorkFacts:
    work, iswc, seconds, keys, sounds, people, isrcs, numbers = row
    voices = {" ".join(sorted(skeleton_words(name))) for name in people or ()} - {""}
    return WorkFacts(
        work=work,
        keys=tuple(keys or ()),
        skeletons=tuple(sounds or ()),
        voices=tuple(sorted(voices)),
        seconds=seconds,
        iswcs=(iswc,) if iswc else (),
        isrcs=tuple(isrcs or ()),
        numbers=tuple(numbers or ()),
    )
