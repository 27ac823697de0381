"""The list of usage without a known work, made anew from the newest matches and from what published runs hold.

One row stands for all texts that say the same, whatever their file. Figures are counted by the database; what a row is
found by is made for new rows only.
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction

from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, finish
from royalties.models import UnmatchedText
from royalties.rules.matching import MatchSettings
from royalties.rules.unmatched import index_of, step_bounds

LIST = "royalties.list_unmatched"
LISTING_LOCK = 0x554E4D41  # one listing at a time
INDEXED_AT_ONCE = 5_000
MADE_HERE = ("title_keys", "title_sounds", "name_sounds", "words", "sounds")
# The kind of use of a file is that of the pool it feeds; a sales report that feeds none yet is online use.
TEXTS = """
    unmatched AS (
        SELECT m.file_id, m.text_no FROM royalties_usagematch m WHERE m.outcome IN ('none', 'queue') AND NOT EXISTS (
            SELECT 1 FROM royalties_usagematch later WHERE later.file_id = m.file_id AND later.text_no = m.text_no
                AND later.revision > m.revision)
    ),
    file AS (
        SELECT f.id, f.period_start, f.period_end, coalesce(
            (SELECT min(p.category) FROM royalties_poolusage u JOIN royalties_pool p ON p.id = u.pool_id
                WHERE u.file_id = f.id),
            CASE s.format WHEN 'dsr' THEN 'online' ELSE 'other' END) AS kind
        FROM royalties_usagefile f JOIN royalties_usagesource s ON s.id = f.source_id
    ),
    text AS (
        SELECT t.file_id, t.text_no, t.memory_key AS key, t.title, t.creators, t.performers, t.plays, file.kind,
            file.period_start, file.period_end
        FROM unmatched JOIN royalties_usagetext t USING (file_id, text_no) JOIN file ON file.id = t.file_id
        WHERE t.title <> ''
    ),
    of_kind AS (SELECT key, kind, sum(plays)::bigint AS plays FROM text GROUP BY 1, 2)
"""
MOST_OF_KINDS = f"WITH {TEXTS} SELECT kind, max(plays) FROM of_kind GROUP BY 1"  # noqa: S608 - of constants
LISTED = f"""
    WITH {TEXTS},
    step AS (
        SELECT o.key, max(1 + width_bucket(o.plays, b.bounds)) AS step, array_agg(o.kind ORDER BY o.kind) AS kinds
        FROM of_kind o CROSS JOIN LATERAL (
            SELECT ARRAY(SELECT bound FROM unnest(%(of)s::text[], %(bounds)s::bigint[]) AS each (kind, bound)
                WHERE each.kind = o.kind ORDER BY bound) AS bounds) b
        GROUP BY 1
    ),
    shown AS (
        SELECT DISTINCT ON (key) key, title, creators, performers FROM text ORDER BY key, plays DESC, file_id, text_no
    ),
    counted AS (
        SELECT key, sum(plays) AS plays, min(period_start) AS first_day, max(period_end) AS last_day
        FROM text GROUP BY 1
    ),
    money AS (
        SELECT t.memory_key AS key, sum(s.amount)::bigint AS held, min(s.prescribes_on) AS keep_until
        FROM royalties_suspenseline s JOIN royalties_run r ON r.id = s.run_id AND r.state = 'published'
            JOIN royalties_runtext x ON x.run_id = s.run_id AND x.pool_no = s.pool_no AND x.text_key = s.text_key
            JOIN royalties_usagetext t ON t.file_id = x.file_id AND t.text_no = x.text_no
        WHERE s.reason = 'unidentified' AND s.state = 'open' GROUP BY 1
    ),
    near AS (
        SELECT text.key, array_agg(DISTINCT (c.one ->> 'work')::bigint) AS works
        FROM text CROSS JOIN LATERAL (
            SELECT candidates FROM royalties_usagematch m WHERE m.file_id = text.file_id AND m.text_no = text.text_no
            ORDER BY revision DESC LIMIT 1) m
            CROSS JOIN LATERAL jsonb_array_elements(m.candidates) AS c (one)
        WHERE (c.one ->> 'score')::int >= %(near)s GROUP BY 1
    )
    INSERT INTO royalties_unmatchedtext AS known (uid, key, title, creators, performers, place, step, kinds, first_day,
        last_day, held, keep_until, works, listed_at)
    SELECT gen_random_uuid(), key, shown.title, shown.creators, shown.performers,
        row_number() OVER (ORDER BY step.step DESC, counted.plays DESC, key), step.step, step.kinds, counted.first_day,
        counted.last_day, coalesce(money.held, 0), money.keep_until, coalesce(near.works, '{{}}'), %(now)s
    FROM shown JOIN counted USING (key) JOIN step USING (key) LEFT JOIN money USING (key) LEFT JOIN near USING (key)
    ON CONFLICT (key) DO UPDATE SET title = EXCLUDED.title, creators = EXCLUDED.creators,
        performers = EXCLUDED.performers, place = EXCLUDED.place, step = EXCLUDED.step, kinds = EXCLUDED.kinds,
        first_day = EXCLUDED.first_day, last_day = EXCLUDED.last_day, held = EXCLUDED.held,
        keep_until = EXCLUDED.keep_until, works = EXCLUDED.works, listed_at = EXCLUDED.listed_at,
        indexed = known.indexed AND (known.title, known.creators, known.performers)
            = (EXCLUDED.title, EXCLUDED.creators, EXCLUDED.performers)
"""  # noqa: S608 - composed of constants
# Lists travel as lines of one text: folded words have no line breaks.
INDEX = """
    UPDATE royalties_unmatchedtext t SET indexed = true, title_keys = string_to_array(m.title_keys, E'\\n'),
        title_sounds = string_to_array(m.title_sounds, E'\\n'), name_sounds = string_to_array(m.name_sounds, E'\\n'),
        words = string_to_array(m.words, E'\\n'), sounds = string_to_array(m.sounds, E'\\n')
    FROM unnest(%(ids)s::bigint[], %(title_keys)s::text[], %(title_sounds)s::text[], %(name_sounds)s::text[],
        %(words)s::text[], %(sounds)s::text[]) AS m (id, title_keys, title_sounds, name_sounds, words, sounds)
    WHERE t.id = m.id
"""


def start_listing(*, now: dt.datetime) -> Job:
    """Hand the listing of an hour to a worker; asked again within the hour, it is the same job."""
    return add_job(kind=LIST, key=f"unmatched:{now:%Y-%m-%dT%H}", args={}, queue="ingest", step="list")


@transaction.atomic
def list_unmatched(*, now: dt.datetime, job: Job | None = None) -> int:
    """Make the list anew; returns how many rows it has. People read the one before until this one is whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LISTING_LOCK])
        cursor.execute(MOST_OF_KINDS)
        cursor.execute(LISTED, _bounds(dict(cursor.fetchall())) | {"now": now, "near": MatchSettings().queue_score})
        listed = cursor.rowcount
    UnmatchedText.objects.exclude(listed_at=now).delete()
    _index()
    if job is not None:
        finish(job)
    return listed


def _bounds(most: dict[str, int]) -> dict[str, Any]:
    """The steps of each kind of use as two columns: the kind, and a bound of it."""
    pairs = [(kind, bound) for kind, plays in most.items() for bound in step_bounds(max(plays, 1))]
    return {"of": [kind for kind, _bound in pairs], "bounds": [bound for _kind, bound in pairs]}


def _index() -> None:
    """Make what new rows are found by."""
    rows = UnmatchedText.objects.filter(indexed=False).order_by("pk").only("title", "performers", "creators")
    while part := list(rows[:INDEXED_AT_ONCE]):
        made = [index_of(row.title, f"{row.performers}|{row.creators}") for row in part]
        columns: dict[str, list[Any]] = {name: ["\n".join(getattr(one, name)) for one in made] for name in MADE_HERE}
        columns["ids"] = [row.pk for row in part]
        with connection.cursor() as cursor:
            cursor.execute(INDEX, columns)
