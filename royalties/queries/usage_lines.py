"""Usage lines as columns: the lines of a file, or of one slice of it, ready to be weighed by a rule.

Codes become the positions that the rule gives them while PostgreSQL reads the rows, so that only whole numbers travel.
A line without a daypart falls into the daypart of its time, where the rule states times. Where a recording holds
several works, each of its lines weighs its part of the plays.
"""

# ruff: noqa: S608 - the queries are composed of constants; codes are parameters
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
from django.db import connection

from royalties.formats.pgcopy import I64, Layout, layout
from royalties.queries.columns import copy_out
from royalties.rules.points import LARGEST_WEIGHT, LineRule, Weighted, WeightTooLarge, line_weights

UNKNOWN = -1  # a code that the rule does not name
BY_MINUTE = -2  # this and below: the daypart is that of minute −2 − value
MINUTE = "((substr(used_at, 1, 2)::int * 60 + substr(used_at, 4, 2)::int) % 1440)"  # 25:30 is half past one at night


@dataclass(frozen=True, slots=True)
class CodeColumns:
    """How the codes of a line become numbers: SQL expressions with named parameters; None where all lines are alike."""

    use: str | None
    daypart: str | None
    parameters: dict[str, Any]

    def layout(self, *, parts: bool) -> Layout:
        """The columns that are read of a line."""
        columns = {"row_no": "int4", "text_no": "int4", "plays": "int8", "seconds": "int8"}
        columns |= {"use_no": "int2"} if self.use else {}
        columns |= {"daypart_no": "int2"} if self.daypart else {}
        columns |= {"parts": "int2"} if parts else {}
        return layout(**columns)

    @property
    def expressions(self) -> dict[str, str]:
        """The SQL of the columns that are worked out."""
        return {"use_no": self.use or "0", "daypart_no": self.daypart or "0"}


def code_columns(rule: LineRule) -> CodeColumns:
    """The columns of codes that the weights of a rule need."""
    parameters: dict[str, Any] = {}
    use = _positions("use_code", rule.uses, rule.default_use, "use", parameters)
    minutes = any(part.from_minute is not None for part in rule.dayparts)
    daypart = _positions("daypart", rule.dayparts, rule.default_daypart, "daypart", parameters, by_minute=minutes)
    return CodeColumns(use, daypart, parameters)


def _positions(
    column: str,
    table: Sequence[Weighted],
    default: str | None,
    name: str,
    parameters: dict[str, Any],
    *,
    by_minute: bool = False,
) -> str | None:
    codes = [entry.code for entry in table]
    if codes == [""]:
        return None
    parameters |= {f"{name}_{number}": code for number, code in enumerate(codes)}
    rest = UNKNOWN if default is None else codes.index(default)
    cases = [f"WHEN {column} = %({name}_{number})s THEN {number}" for number in range(len(codes))]
    if by_minute:
        minute = MINUTE.replace("%", "%%")
        cases.append(f"WHEN {column} = '' AND used_at <> '' THEN {BY_MINUTE} - {minute}")
    return f"CASE {' '.join(cases)} ELSE {rest} END"


def parts_scale(file_ids: Collection[int]) -> int:
    """The smallest number that every count of works in a recording divides; 1 where each recording is one work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT parts FROM royalties_usageline WHERE file_id = ANY (%s)", [list(file_ids)])
        return lcm(*(max(parts, 1) for (parts,) in cursor.fetchall()))


def read_lines(
    file_id: int, rule: LineRule, *, parts_scale: int = 1, slices: int = 1, slice_no: int = 0
) -> dict[str, I64]:
    """The lines of a file whose text belongs to the slice: row_no, text_no, plays, seconds and `weight`.

    A weight is points × the rule's scale × `parts_scale` ÷ works in the recording. Raises WeightTooLarge.
    """
    codes = code_columns(rule)
    table = codes.layout(parts=parts_scale > 1)
    part = "" if slices == 1 else " AND text_no %% %(slices)s = %(slice)s"
    columns = copy_out(
        f"SELECT {table.select_list(codes.expressions)} FROM royalties_usageline WHERE file_id = %(file)s{part}",
        table,
        codes.parameters | {"file": file_id, "slices": slices, "slice": slice_no},
    )
    daypart_no = columns.get("daypart_no")
    if daypart_no is not None:
        daypart_no = dayparts_by_minute(rule, daypart_no)
    weight = line_weights(rule, columns["plays"], columns["seconds"], columns.get("use_no"), daypart_no)
    if parts_scale > 1 and weight.size:
        if int(weight.max()) * parts_scale > LARGEST_WEIGHT:
            raise WeightTooLarge(f"a line of file {file_id}")
        weight = weight * (parts_scale // np.maximum(columns["parts"], 1))
    return columns | {"weight": weight}


def dayparts_by_minute(rule: LineRule, numbers: I64) -> I64:
    """Put the daypart of the rule where a line carries its minute."""
    timed = numbers <= BY_MINUTE
    if not timed.any():
        return numbers
    table = rule.daypart_numbers_by_minute()
    return np.where(timed, table[np.where(timed, BY_MINUTE - numbers, 0)], numbers)


def unknown_codes(file_id: int, rule: LineRule) -> list[tuple[str, str, int]]:
    """Codes and times of a file for which the rule has no weight: ("use" or "daypart", the code, how many lines)."""
    codes = code_columns(rule)
    if codes.use is None and codes.daypart is None:
        return []
    query = (
        f"SELECT use_code, daypart, used_at <> '', {codes.use or 0}, {codes.daypart or 0}, count(*)"
        " FROM royalties_usageline WHERE file_id = %(file)s GROUP BY 1, 2, 3, 4, 5"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, codes.parameters | {"file": file_id})
        rows = cursor.fetchall()
    found: dict[tuple[str, str], int] = {}
    for use_code, daypart, _timed, use_no, daypart_no, lines in rows:
        if use_no == UNKNOWN:
            found["use", use_code] = found.get(("use", use_code), 0) + lines
        if int(dayparts_by_minute(rule, np.array([daypart_no], dtype=np.int64))[0]) == UNKNOWN:
            found["daypart", daypart] = found.get(("daypart", daypart), 0) + lines
    return [(what, code, lines) for (what, code), lines in sorted(found.items())]
