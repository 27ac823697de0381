"""Why an amount is what it is: the chain of a statement line as values, each step to be repeated by hand.

    receipts − deductions = distributable → the pool's part → ÷ points of all music → × points of the song
    → × share → a whole minor unit

Every split rounds its parts down and gives one unit more to the largest remainders (cmo_portal.common.money). Who got
that unit is decided by all parts together; the last part that got one, the *cut*, is enough to repeat the decision for
any single part. So an explanation is small, and yet `recomputed()` repeats the whole calculation without looking away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from cmo_portal.common.columns import I64
from cmo_portal.common.exact import KernelRangeError, mul_div, mul_div_reference
from cmo_portal.common.money import WHOLE_SHARE, allocate, percent_of, round_half_up

from .kernel import UNITS
from .points import Formula, LineRule

Key = tuple[int, ...]


class NotExplained(ArithmeticError):
    """The stored parts of a split are not what the method of the largest remainder gives."""


# --- one split, seen from one of its parts ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    """The last part that received a unit for its remainder: parts before it in the order (remainder descending, key
    ascending) received one too, parts after it did not."""

    remainder: int
    key: Key


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split: `total` whole units divided by weight. `cut` is None where every part came out whole."""

    total: int
    weight: int
    weight_sum: int
    key: Key
    cut: Cut | None

    @property
    def exact(self) -> Fraction:
        """The part before it is rounded; nothing where nobody has a weight."""
        return Fraction(self.total * self.weight, self.weight_sum) if self.weight_sum else Fraction(0)

    @property
    def remainder(self) -> int:
        """What rounding down leaves over, in 1/weight_sum of a unit."""
        return self.total * self.weight % self.weight_sum if self.weight_sum else 0

    @property
    def is_rounded_up(self) -> bool:
        """Whether this part received a unit for its remainder."""
        if self.cut is None or self.remainder == 0:
            return False
        return (-self.remainder, self.key) <= (-self.cut.remainder, self.cut.key)

    @property
    def given(self) -> int:
        """The part in whole units."""
        return floor(self.exact) + int(self.is_rounded_up)


def find_cut(total: int, weights: I64, parts: I64, keys: I64) -> Cut | None:
    """Where the largest remainders ended in a split of `total` whose stored `parts` are given. Keys are unique.

    Raises NotExplained when a part is neither rounded down nor one more, or when units went past a larger remainder.
    """
    weight_sum = sum(weights.tolist())
    if weight_sum == 0:
        if parts.any():
            raise NotExplained("parts without weight were given something")
        return None
    quotients, remainders = _divided(total, weights, weight_sum)
    more = parts - quotients
    if ((more != 0) & (more != 1)).any() or int(more.sum()) + int(quotients.sum()) != total:
        raise NotExplained(f"the parts of {total} are not its floors and one more for some")
    raised = more == 1
    if not raised.any():
        return None
    last = remainders[raised].min()
    key = int(keys[raised & (remainders == last)].max())
    ought = (remainders > last) | ((remainders == last) & (keys <= key))
    if (ought != raised).any():
        raise NotExplained(f"a unit of {total} went past a larger remainder")
    return Cut(int(last), (key,))


def _divided(total: int, weights: I64, weight_sum: int) -> tuple[Any, Any]:
    try:
        return mul_div(total, weights, weight_sum)
    except KernelRangeError:
        return mul_div_reference(total, weights, weight_sum)


# --- the chain of one statement line ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeductionTerm:
    """A deduction from the pool as frozen. `version_id` names its rule version; amounts in minor units."""

    order: int
    name: str
    purpose: str
    basis: int
    rate: Fraction
    amount: int
    version_id: int

    @property
    def is_right(self) -> bool:
        """Whether the amount is the rate of the basis, rounded half up."""
        return self.amount == round_half_up(percent_of(self.basis, self.rate))


@dataclass(frozen=True, slots=True)
class SectionTerm:
    """A leaf pool that is one section of its pool: the weights of all sections by code."""

    code: str
    weights: tuple[tuple[str, int], ...]

    def amount(self, distributable: int) -> int:
        """This section's part of the pool, in minor units."""
        return allocate(distributable, self.weights)[self.code]


@dataclass(frozen=True, slots=True)
class TextTerm:
    """One distinct text of the usage that is this work: `part` splits the pool's units, `units` is what was stored."""

    text_key: int
    part: Part
    units: int
    plays: int
    lines: int


@dataclass(frozen=True, slots=True)
class ShareTerm:
    """A frozen share of the work: `units` of 1,000,000; a negative payee is a reason why the share is held."""

    share_id: int
    party_id: int
    payee_id: int
    role: str
    units: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that makes one statement line. Amounts are minor units, `…_units` are ten-thousandths of them, and a
    weight ÷ `scale` is points."""

    pool_no: int
    work_id: int
    share_id: int
    gross: int
    deductions: tuple[DeductionTerm, ...]
    section: SectionTerm | None
    pool_amount: int
    rule: LineRule
    scale: int
    weight_sum: int
    texts: tuple[TextTerm, ...]
    shares: tuple[ShareTerm, ...]
    line_units: int
    payee_part: Part
    line_part: Part
    amount: int

    @property
    def distributable(self) -> int:
        """What is left of the whole pool after its deductions."""
        return self.gross - sum(term.amount for term in self.deductions)

    @property
    def points_sum(self) -> Fraction:
        """The points of all music in the pool."""
        return Fraction(self.weight_sum, self.scale)

    @property
    def point_value(self) -> Fraction:
        """Minor units for one point; nothing where the pool has no points."""
        return Fraction(self.pool_amount) / self.points_sum if self.points_sum else Fraction(0)

    @property
    def points(self) -> Fraction:
        """The points of this work in the pool."""
        return Fraction(sum(term.part.weight for term in self.texts), self.scale)

    @property
    def plays(self) -> int:
        """How often the work was played."""
        return sum(term.plays for term in self.texts)

    @property
    def lines(self) -> int:
        """In how many rows of usage files."""
        return sum(term.lines for term in self.texts)

    @property
    def work_units(self) -> int:
        """What the work earned in the pool."""
        return sum(term.units for term in self.texts)

    @property
    def share(self) -> ShareTerm:
        """The share that this line pays."""
        return next(term for term in self.shares if term.share_id == self.share_id)

    @property
    def before_rounding(self) -> Fraction:
        """The amount in minor units with its fraction, before it became a whole minor unit."""
        return Fraction(self.line_units, UNITS)

    @property
    def rounding(self) -> Fraction:
        """What the rounding to a whole minor unit added (or took, when negative)."""
        return self.amount - self.before_rounding

    def recomputed(self) -> int:
        """The amount worked out anew from the receipts down, in minor units. Raises NotExplained at the first step
        that differs from what the run has stored."""
        if not all(term.is_right for term in self.deductions):
            raise NotExplained("a deduction is not its rate of its basis")
        pool = self.section.amount(self.distributable) if self.section else self.distributable
        _same("the pool", pool, self.pool_amount)
        for term in self.texts:
            _same("the pool's units", term.part.total, pool * UNITS)
            _same("the weight of all music", term.part.weight_sum, self.weight_sum)
            _same("a text", term.part.given, term.units)
        if sum(term.units for term in self.shares) != WHOLE_SHARE:
            raise NotExplained("the shares do not make 100 percent")
        by_share = allocate(self.work_units, [((term.party_id, term.share_id), term.units) for term in self.shares])
        _same("the share", by_share[self.share.party_id, self.share_id], self.line_units)
        _same("the pool in minor units", self.payee_part.total, pool)
        _same("the units of the payee", self.line_part.weight_sum, self.payee_part.weight)
        _same("the payee", self.line_part.total, self.payee_part.given)
        _same("the line's units", self.line_part.weight, self.line_units)
        return self.line_part.given


def _same(what: str, one: int, other: int) -> None:
    if one != other:
        raise NotExplained(f"{what}: {one} is not {other}")


# --- one row of a usage file -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowWorking:
    """What a usage row weighs: points = plays × duration × use weight × daypart weight ÷ works in the recording.

    `duration` counts seconds or begun minutes as the formula says, 1 where plays alone count; `is_assumed` marks a
    duration that the rule stood in. Codes are blank where the rule has a single weight for all.
    """

    formula: Formula
    plays: int
    duration: int
    is_assumed: bool
    use: str
    use_weight: Fraction
    daypart: str
    daypart_weight: Fraction
    parts: int

    @property
    def points(self) -> Fraction:
        """The product, divided among the works of the recording."""
        return self.plays * self.duration * self.use_weight * self.daypart_weight / self.parts


def row_working(
    rule: LineRule, *, plays: int, seconds: int, use: str, daypart: str, used_at: str, parts: int = 1
) -> RowWorking:
    """How one row is weighed, with the same answer as the columns of royalties.rules.points.

    A row without a daypart falls into the daypart of its time (`HH:MM…`, 25:30 is half past one at night), where the
    rule states times. Raises UnknownCode.
    """
    use_entry = rule.uses[0 if _is_plain(rule.uses) else rule.use_number(use)]
    part_entry = rule.dayparts[_daypart_number(rule, daypart, used_at)]
    is_assumed = seconds == 0 and rule.formula != "plays" and rule.assumed_seconds > 0
    length = rule.assumed_seconds if is_assumed else seconds
    return RowWorking(
        formula=rule.formula,
        plays=plays,
        duration={"plays": 1, "seconds": length, "minutes": -(-length // 60)}[rule.formula],
        is_assumed=is_assumed,
        use=use_entry.code,
        use_weight=use_entry.weight,
        daypart=part_entry.code,
        daypart_weight=part_entry.weight,
        parts=max(parts, 1),
    )


def _is_plain(table: Sequence[object]) -> bool:
    return [getattr(entry, "code", None) for entry in table] == [""]


def _daypart_number(rule: LineRule, daypart: str, used_at: str) -> int:
    if _is_plain(rule.dayparts):
        return 0
    timed = any(part.from_minute is not None for part in rule.dayparts)
    named = any(part.code == daypart for part in rule.dayparts)
    if timed and not named and daypart == "" and used_at:
        minute = (int(used_at[0:2]) * 60 + int(used_at[3:5])) % 1440
        return int(rule.daypart_numbers_by_minute()[minute])
    return rule.daypart_number(daypart)
