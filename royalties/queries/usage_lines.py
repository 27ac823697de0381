"""Usage lines as columns: as they are kept beside the rows, to be read at once, and as they follow from the rows."""

from collections.abc import Callable, Collection, Iterator
from math import lcm

import numpy as np
from django.db import connection

from cmo_portal.common.copying import copy_field, copy_out_in_blocks
from cmo_portal.common.pgcopy import I64, layout
from royalties.formats.packed import unpack
from royalties.models import UsageColumns
from royalties.rules.line_columns import CodedLines, LineColumns
from royalties.rules.points import LineRule

LINES_A_PART = 1_000_000
ROWS = layout(
    row_no="int4",
    text_no="int4",
    plays="int8",
    seconds="int8",
    use_no="int4",
    daypart_no="int4",
    minute="int2",
    parts="int2",
)
EXPRESSIONS = {
    "use_no": "array_position(%(uses)s::text[], use_code::text) - 1",
    "daypart_no": "array_position(%(dayparts)s::text[], daypart::text) - 1",
    # 25:30 is half past one at night
    "minute": "CASE WHEN used_at = '' THEN -1"
    " ELSE (substr(used_at, 1, 2)::int * 60 + substr(used_at, 4, 2)::int) %% 1440 END",
}
LINES = f"""
    SELECT {ROWS.select_list(EXPRESSIONS)} FROM royalties_usageline WHERE file_id = %(file)s ORDER BY text_no, row_no
"""  # noqa: S608 - composed of constants
BODY = "SELECT body FROM royalties_usagecolumns WHERE file_id = %s AND part_no = %s"
CODES = "SELECT DISTINCT use_code, daypart FROM royalties_usageline WHERE file_id = %s"


def stored_lines(file_id: int) -> Iterator[CodedLines]:
    """The lines of a taken file, part by part, from the columns that were kept when it was taken.

    Raises LookupError for a part that is missing, whether its number is left out or its body is not there.
    """
    kept = UsageColumns.objects.filter(file_id=file_id).order_by("part_no").values_list("uses", "dayparts")
    for part_no, (uses, dayparts) in enumerate(kept):
        body = copy_field(BODY, [file_id, part_no])
        if body is None:
            raise LookupError(f"usage file {file_id} has no columns of its part {part_no + 1}")
        yield CodedLines(tuple(uses), tuple(dayparts), unpack(LineColumns, body))


def make_lines(file_id: int, take: Callable[[CodedLines], None]) -> None:
    """The same from the rows of the table: what the columns must hold. `take` gets part after part."""
    with connection.cursor() as cursor:
        cursor.execute(CODES, [file_id])
        codes = cursor.fetchall()
    uses, dayparts = (sorted({row[place] for row in codes}) for place in (0, 1))
    waiting = LineColumns.empty()

    def add(block: dict[str, I64]) -> None:
        """Hand on what is more than a part, a part at a time; a text that may go on in the next block waits."""
        nonlocal waiting
        waiting = LineColumns.join([waiting, LineColumns(*(block[name] for name in ROWS.names))])
        while end := _end_of_part(waiting.text_no):
            take(CodedLines(tuple(uses), tuple(dayparts), waiting.take(slice(end))))
            waiting = waiting.take(slice(end, None))

    parameters = {"file": file_id, "uses": uses, "dayparts": dayparts}
    copy_out_in_blocks(LINES, ROWS, parameters, rows=LINES_A_PART, take=add)
    if len(waiting):
        take(CodedLines(tuple(uses), tuple(dayparts), waiting))


def _end_of_part(text_no: I64) -> int:
    """Where the first part of these lines ends: before the text that does not fit, or after a text that is larger than
    a part; 0 where more lines are to come first."""
    if len(text_no) <= LINES_A_PART:
        return 0
    last = text_no[LINES_A_PART]
    begin, end = (int(np.searchsorted(text_no, last, side=side)) for side in ("left", "right"))
    return begin or (end if end < len(text_no) else 0)


def parts_scale(file_ids: Collection[int]) -> int:
    """The smallest number that every count of works in a recording divides; 1 where each recording is one work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT parts FROM royalties_usageline WHERE file_id = ANY (%s)", [list(file_ids)])
        return lcm(*(max(parts, 1) for (parts,) in cursor.fetchall()))


def unknown_codes(file_id: int, rule: LineRule) -> list[tuple[str, str, int]]:
    """Codes and times of a file for which the rule has no weight: ("use" or "daypart", the code, how many lines)."""
    found: dict[tuple[str, str], int] = {}
    for part in stored_lines(file_id):
        for key, lines in part.unknown_codes(rule).items():
            found[key] = found.get(key, 0) + lines
    return [(what, code, lines) for (what, code), lines in sorted(found.items())]
