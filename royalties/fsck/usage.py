"""M07, M08: every usage line stands in the text it is paid by, and no play is counted twice by two files."""

import hashlib
import json
from collections.abc import Iterable
from itertools import zip_longest

from django.db import connection
from django.utils.translation import gettext_lazy as _

from royalties.formats.packed import pack
from royalties.fsck.framework import Breach, Scope, breaches, check
from royalties.queries.usage_lines import make_lines
from royalties.rules.line_columns import CodedLines

# The files that a check looks at: those that the run has claimed, or every taken one.
FILES = """
    SELECT f.id, f.filename, f.source_id, f.period_start, f.period_end, f.repeats_allowed, f.text_count
    FROM royalties_usagefile f WHERE f.state = 'landed' AND (%(run)s::bigint IS NULL
        OR EXISTS (SELECT 1 FROM royalties_usageclaim c WHERE c.file_id = f.id AND c.run_id = %(run)s))
"""
TEXTS = f"""
    WITH file AS ({FILES}),
    line AS (
        SELECT file_id, text_no, count(*) AS lines, sum(plays) AS plays, sum(plays::numeric * seconds) AS seconds
        FROM royalties_usageline WHERE file_id IN (SELECT id FROM file) GROUP BY 1, 2
    ),
    text AS (SELECT * FROM royalties_usagetext WHERE file_id IN (SELECT id FROM file))
    SELECT 'file ' || file.filename || ' text ' || coalesce(text.text_no, line.text_no), 'its lines make '
        || coalesce(line.plays, 0) || ' plays and ' || coalesce(line.seconds, 0) || ' seconds, it says '
        || coalesce(text.plays::text, 'nothing') || ' and ' || coalesce(text.seconds::text, 'nothing'),
        coalesce(line.plays, 0) - coalesce(text.plays, 0)
    FROM text FULL JOIN line USING (file_id, text_no) JOIN file ON file.id = file_id
    WHERE (text.line_count, text.plays, text.seconds) IS DISTINCT FROM (line.lines, line.plays, line.seconds)
    UNION ALL
    SELECT 'file ' || file.filename, 'it has ' || count(text.text_no) || ' texts, not ' || file.text_count,
        count(text.text_no) - file.text_count
    FROM file LEFT JOIN text ON text.file_id = file.id GROUP BY file.id, file.filename, file.text_count
    HAVING count(text.text_no) <> file.text_count
"""  # noqa: S608 - composed of the constant above
KEPT_COLUMNS = """
    SELECT uses::text, dayparts::text, sha256(body) FROM royalties_usagecolumns WHERE file_id = %s ORDER BY part_no
"""
# Rows that state the time of day and were sent alike are one play, unless a person said that they are further plays.
TWICE = f"""
    WITH file AS ({FILES}),
    pair AS (
        SELECT a.id AS first, b.id AS second, a.filename AS first_name, b.filename AS second_name
        FROM file a JOIN royalties_usagefile b ON b.source_id = a.source_id AND b.id > a.id AND b.state = 'landed'
            AND b.period_start <= a.period_end AND b.period_end >= a.period_start
        WHERE NOT (a.repeats_allowed OR b.repeats_allowed)
    ),
    timed AS (
        SELECT file_id, md5(raw) AS row, count(*) AS times FROM royalties_usageline
        WHERE used_at <> '' AND file_id IN (SELECT first FROM pair UNION SELECT second FROM pair) GROUP BY 1, 2
    )
    SELECT 'files ' || pair.first_name || ', ' || pair.second_name, sum(least(one.times, two.times))
        || ' rows stand in both', sum(least(one.times, two.times))
    FROM pair JOIN timed one ON one.file_id = pair.first
        JOIN timed two ON two.file_id = pair.second AND two.row = one.row
    GROUP BY pair.first, pair.second, pair.first_name, pair.second_name
"""  # noqa: S608 - composed of the constant above


@check("M07", _("A usage line is paid once per right, and its money is its text's"))
def lines_stand_in_their_texts(scope: Scope) -> Iterable[Breach]:
    """Texts sum up their lines, no line is without a text, no text is missing."""
    return breaches(TEXTS, {"run": scope.run_id})


@check("M07", _("A usage line is paid once per right, and its money is its text's"))
def columns_hold_the_lines(scope: Scope) -> Iterable[Breach]:
    """What a run reads of a file, number by number, is what the rows of the table say."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, filename FROM ({FILES}) file ORDER BY id", {"run": scope.run_id})  # noqa: S608
        files = cursor.fetchall()
    for file_id, filename in files:
        for number, (kept, made) in enumerate(zip_longest(_kept_columns(file_id), _made_columns(file_id)), 1):
            if kept != made:
                yield Breach(f"file {filename}", f"part {number} of its columns is not what its rows make")


def _kept_columns(file_id: int) -> list[tuple[list[str], list[str], bytes]]:
    """Codes and hash of each part of a file's columns as they lie in the table."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT_COLUMNS, [file_id])
        return [(json.loads(uses), json.loads(dayparts), bytes(sha256)) for uses, dayparts, sha256 in cursor.fetchall()]


def _made_columns(file_id: int) -> list[tuple[list[str], list[str], bytes]]:
    """The same as the rows make them."""
    made = []

    def add(part: CodedLines) -> None:
        made.append((list(part.uses), list(part.dayparts), hashlib.sha256(pack(part.lines)).digest()))

    make_lines(file_id, add)
    return made


@check("M08", _("The same usage file counts once"))
def rows_count_once(scope: Scope) -> Iterable[Breach]:
    """No row with its time of day stands in two taken files of one source and period."""
    return breaches(TWICE, {"run": scope.run_id})
