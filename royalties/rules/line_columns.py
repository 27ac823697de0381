"""The lines of a usage file as columns, and what they weigh under a rule.

A code (use, daypart) stands as its position in the list of the codes of its part. A line without a daypart falls into
the daypart of its time, where the rule states times. Where a recording holds several works, each of its lines weighs
its part of the plays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cmo_portal.common.columns import I64, Columns

from .points import LARGEST_WEIGHT, LineRule, Weighted, WeightTooLarge, line_weights

UNKNOWN = -1  # a code that the rule does not name; a line without a time


@dataclass(frozen=True, slots=True)
class LineColumns(Columns):
    """Lines of a file in order of text and row. `minute` is that of the day, `parts` the works in the recording."""

    row_no: I64
    text_no: I64
    plays: I64
    seconds: I64
    use_no: I64
    daypart_no: I64
    minute: I64
    parts: I64


@dataclass(frozen=True, slots=True)
class CodedLines:
    """Lines with the codes that their `use_no` and `daypart_no` name. Each text stands in them with all its lines."""

    uses: tuple[str, ...]
    dayparts: tuple[str, ...]
    lines: LineColumns

    def of_slice(self, slices: int, slice_no: int) -> "CodedLines":
        """The lines whose text number leaves `slice_no` when divided by `slices`."""
        if slices == 1:
            return self
        return CodedLines(self.uses, self.dayparts, self.lines.take(self.lines.text_no % slices == slice_no))

    def weights(self, rule: LineRule, parts_scale: int = 1) -> I64:
        """Points × the rule's scale × `parts_scale` ÷ works in the recording. Raises WeightTooLarge, UnknownCode."""
        lines = self.lines
        weight = line_weights(rule, lines.plays, lines.seconds, self.use_numbers(rule), self.daypart_numbers(rule))
        if parts_scale == 1 or not weight.size:
            return weight
        if int(weight.max()) * parts_scale > LARGEST_WEIGHT:
            raise WeightTooLarge(f"a line weighs {int(weight.max())} times {parts_scale}")
        return weight * (parts_scale // np.maximum(lines.parts, 1))

    def use_numbers(self, rule: LineRule) -> I64 | None:
        """The position of each line's use in the rule, UNKNOWN where it has none; None where all uses weigh alike."""
        if _all_alike(rule.uses):
            return None
        return _positions(self.uses, rule.uses, rule.default_use)[self.lines.use_no]

    def daypart_numbers(self, rule: LineRule) -> I64 | None:
        """The position of each line's daypart in the rule, by its code or its time; UNKNOWN where it has none."""
        if _all_alike(rule.dayparts):
            return None
        numbers = _positions(self.dayparts, rule.dayparts, rule.default_daypart)[self.lines.daypart_no]
        if "" not in self.dayparts or all(part.from_minute is None for part in rule.dayparts):
            return numbers
        timed = (self.lines.daypart_no == self.dayparts.index("")) & (self.lines.minute != UNKNOWN)
        return np.where(timed, rule.daypart_numbers_by_minute()[self.lines.minute], numbers)

    def unknown_codes(self, rule: LineRule) -> dict[tuple[str, str], int]:
        """How many lines have a code or time without a weight, by ("use" or "daypart", the code)."""
        found: dict[tuple[str, str], int] = {}
        columns = (
            ("use", self.uses, self.lines.use_no, self.use_numbers(rule)),
            ("daypart", self.dayparts, self.lines.daypart_no, self.daypart_numbers(rule)),
        )
        for what, codes, code_no, numbers in columns:
            if numbers is not None:
                counts = np.bincount(code_no[numbers == UNKNOWN], minlength=len(codes))
                found |= {(what, codes[code]): int(counts[code]) for code in np.flatnonzero(counts)}
        return found


def _all_alike(table: Sequence[Weighted]) -> bool:
    return [entry.code for entry in table] == [""]


def _positions(codes: Sequence[str], table: Sequence[Weighted], default: str | None) -> I64:
    """The position in the rule's table for each code of a part."""
    known = {entry.code: position for position, entry in enumerate(table)}
    rest = UNKNOWN if default is None else known[default]
    return np.array([known.get(code, rest) for code in codes], dtype=np.int64)
