"""Points: what one usage line weighs in its pool, and what a point is worth.

The points of a line are plays × duration × use weight × daypart weight, exactly. So that millions of lines can be
weighed in whole numbers, the weights of a rule are scaled by the smallest factor that makes all of them whole: the
*weight* of a line is its points times `scale`. A split does not change when all weights are multiplied by one factor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from cmo_portal.common.money import round_half_up
from cmo_portal.common.ruledata import Complaint, Reader
from cmo_portal.common.words import gettext_noop, say

I64 = npt.NDArray[np.int64]
Formula = Literal["seconds", "minutes", "plays"]
FORMULAS = ("seconds", "minutes", "plays")
LARGEST_WEIGHT = 2**61 - 1  # of one line; the kernel adds lines with its own guard
MINUTES_OF_DAY = 24 * 60


class WeightTooLarge(ValueError):
    """A line weighs more than the kernel can carry: its plays or seconds cannot be right."""


class UnknownCode(LookupError):
    """A use or daypart that the rule does not name and for which it states no default."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """A code of the rule and its exact weight; a daypart may state its minutes of the day, the end not included."""

    code: str
    weight: Fraction
    from_minute: int | None = None
    to_minute: int | None = None


@dataclass(frozen=True, slots=True)
class LineRule:
    """How lines are weighed.

    formula `seconds`: plays × seconds; `minutes`: plays × begun minutes; `plays`: plays alone. `assumed_seconds` stands
    in for a duration that is missing (0). A line names its use and daypart by their position in `uses` and `dayparts`.
    """

    formula: Formula
    uses: tuple[Weighted, ...] = (Weighted("", Fraction(1)),)
    dayparts: tuple[Weighted, ...] = (Weighted("", Fraction(1)),)
    default_use: str | None = None
    default_daypart: str | None = None
    assumed_seconds: int = 0

    @property
    def use_scale(self) -> int:
        """The factor that makes all use weights whole."""
        return lcm(*(use.weight.denominator for use in self.uses))

    @property
    def daypart_scale(self) -> int:
        """The factor that makes all daypart weights whole."""
        return lcm(*(part.weight.denominator for part in self.dayparts))

    @property
    def scale(self) -> int:
        """Weight of a line ÷ scale = its points."""
        return self.use_scale * self.daypart_scale

    def use_number(self, code: str) -> int:
        """The position of a use. Raises UnknownCode."""
        return _position(self.uses, code, self.default_use)

    def daypart_number(self, code: str) -> int:
        """The position of a daypart. Raises UnknownCode."""
        return _position(self.dayparts, code, self.default_daypart)

    def daypart_numbers_by_minute(self) -> I64:
        """For each of the 1,440 minutes of a day the position of its daypart; −1 where none is stated."""
        table = np.full(MINUTES_OF_DAY, -1, dtype=np.int64)
        if self.default_daypart is not None:
            table[:] = self.daypart_number(self.default_daypart)
        for position, part in enumerate(self.dayparts):
            if part.from_minute is not None and part.to_minute is not None:
                span = (part.to_minute - part.from_minute) % MINUTES_OF_DAY or MINUTES_OF_DAY
                table[(np.arange(span) + part.from_minute) % MINUTES_OF_DAY] = position
        return table

    def points(self, weight: int) -> Fraction:
        """The exact points of a weight, or of a sum of weights."""
        return Fraction(weight, self.scale)


def _position(table: tuple[Weighted, ...], code: str, default: str | None) -> int:
    codes = [entry.code for entry in table]
    if code in codes:
        return codes.index(code)
    if default is None:
        raise UnknownCode(f"the rule has no weight for {code!r}; it knows {', '.join(codes)}")
    return codes.index(default)


# --- weighing lines --------------------------------------------------------------------------------------------------


def line_weight(rule: LineRule, plays: int, seconds: int, use_no: int = 0, daypart_no: int = 0) -> int:
    """The weight of one line (the definition; `line_weights` is its bulk form)."""
    if plays < 0 or seconds < 0:
        raise ValueError("plays and seconds are never negative")
    duration = {"seconds": seconds or rule.assumed_seconds, "plays": 1}.get(rule.formula)
    if duration is None:
        duration = -(-(seconds or rule.assumed_seconds) // 60)
    use = rule.uses[use_no].weight * rule.use_scale
    daypart = rule.dayparts[daypart_no].weight * rule.daypart_scale
    weight = plays * duration * use * daypart
    if weight > LARGEST_WEIGHT:
        raise WeightTooLarge(f"{plays} plays of {seconds} seconds")
    return int(weight)


def line_weights(
    rule: LineRule, plays: I64, seconds: I64, use_no: I64 | None = None, daypart_no: I64 | None = None
) -> I64:
    """The weights of many lines: int64 columns of one length in, int64 out. `use_no`, `daypart_no` default to 0.

    Raises ValueError for a negative value, WeightTooLarge with the row of the first line that is too heavy.
    """
    plays, seconds = np.asarray(plays, dtype=np.int64), np.asarray(seconds, dtype=np.int64)
    if plays.size == 0:
        return np.zeros(0, dtype=np.int64)
    if min(int(plays.min()), int(seconds.min())) < 0:
        raise ValueError("plays and seconds are never negative")
    factors = [plays, *_durations(rule, seconds)]
    factors.append(_scaled(rule.uses, rule.use_scale, use_no, plays.size))
    factors.append(_scaled(rule.dayparts, rule.daypart_scale, daypart_no, plays.size))
    weight, bound = np.ones(plays.size, dtype=np.int64), 1
    for factor in factors:
        bound *= int(factor.max())
    if bound > LARGEST_WEIGHT:
        _refuse_heavy(factors)
    for factor in factors:
        weight = weight * factor
    return weight


def _durations(rule: LineRule, seconds: I64) -> list[I64]:
    if rule.formula == "plays":
        return []
    if rule.assumed_seconds:
        seconds = np.where(seconds == 0, np.int64(rule.assumed_seconds), seconds)
    return [seconds] if rule.formula == "seconds" else [-(-seconds // 60)]


def _scaled(table: tuple[Weighted, ...], scale: int, numbers: I64 | None, size: int) -> I64:
    whole = np.array([int(entry.weight * scale) for entry in table], dtype=np.int64)
    if numbers is None:
        return np.full(size, whole[0])
    if int(numbers.min()) < 0:
        raise UnknownCode("a line has no use or daypart of the rule")
    scaled: I64 = whole[numbers]
    return scaled


def _refuse_heavy(factors: list[I64]) -> None:
    """The product of the largest values is too large; only a line that really is too heavy is refused."""
    exact = np.ones(factors[0].size, dtype=object)
    for factor in factors:
        exact = exact * factor.astype(object)
    heavy = np.flatnonzero(exact > LARGEST_WEIGHT)
    if heavy.size:
        raise WeightTooLarge(f"row {int(heavy[0])} of the columns weighs {exact[heavy[0]]}")


# --- what a point is worth -------------------------------------------------------------------------------------------


def point_value(pool: int, points: Fraction | int) -> Fraction:
    """Minor units for one point, exact and never rounded before it is multiplied. Points must not be zero."""
    return Fraction(pool) / points


def amount_at_value(points: Fraction | int, value: Fraction) -> int:
    """What points are worth at a point value that stands, such as a late claim at the value of its own run."""
    return round_half_up(points * value)


# --- concert points --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConcertRule:
    """Points of a concert from its fee (one point for a major unit), in steps, with floor and cap."""

    round_up_to: int
    minimum_points: int
    maximum_points: int
    minimum_minutes: int
    individual_from_fee: Fraction | None = None


def concert_points(rule: ConcertRule, fee: Fraction) -> int | None:
    """The points of a concert for its fee in major units; None where the fee is settled on its own."""
    if rule.individual_from_fee is not None and fee >= rule.individual_from_fee:
        return None
    stepped = -(-fee // rule.round_up_to) * rule.round_up_to
    return min(max(int(stepped), rule.minimum_points), rule.maximum_points)


def concert_work_points(rule: ConcertRule, points: int, work_minutes: Fraction, concert_minutes: Fraction) -> int:
    """The whole points of one work by its minutes; a short concert counts as the minimum duration."""
    return round_half_up(points * work_minutes / max(concert_minutes, Fraction(rule.minimum_minutes)))


# --- rule data -------------------------------------------------------------------------------------------------------


def read_line_rule(data: Mapping[str, Any]) -> tuple[LineRule, list[Complaint]]:
    """Read `{"formula", "use_weights": {code: "0.25"}, "dayparts": [{"code", "weight", "from", "to"}], …}`.

    All faults come back together; use the rule only when there are none.
    """
    reader = Reader(data)
    uses = _read_uses(reader) if reader.has("use_weights") else (Weighted("", Fraction(1)),)
    dayparts = tuple(_read_daypart(entry) for entry in reader.records("dayparts", needed=False))
    rule = LineRule(
        formula=cast(Formula, reader.choice("formula", FORMULAS)),
        uses=uses,
        dayparts=dayparts or (Weighted("", Fraction(1)),),
        default_use=_read_default(reader, "default_use", uses),
        default_daypart=_read_default(reader, "default_daypart", dayparts),
        assumed_seconds=reader.integer("assumed_seconds", 0, most=86_400),
    )
    codes = [part.code for part in dayparts]
    if len(set(codes)) != len(codes):
        reader.complain("dayparts", ", ".join(codes), say(gettext_noop("This code is used twice.")))
    reader.close()
    return rule, reader.complaints


def read_concert_rule(data: Mapping[str, Any]) -> tuple[ConcertRule, list[Complaint]]:
    """Read the parameters of a concert rule; whole numbers as strings. All faults come back together."""
    reader = Reader(data)
    individual = reader.has("individual_settlement_from_fee")
    rule = ConcertRule(
        round_up_to=reader.integer("round_up_to", least=1),
        minimum_points=reader.integer("minimum_points"),
        maximum_points=reader.integer("maximum_points", least=1),
        minimum_minutes=reader.integer("minimum_concert_minutes", least=1),
        individual_from_fee=reader.number("individual_settlement_from_fee", least=Fraction(0)) if individual else None,
    )
    if rule.minimum_points > rule.maximum_points:
        words = say(gettext_noop("The minimum is above the maximum."))
        reader.complain("minimum_points", rule.minimum_points, words)
    reader.close()
    return rule, reader.complaints


def _read_uses(reader: Reader) -> tuple[Weighted, ...]:
    entries = reader.mapping("use_weights")
    if not entries:
        reader.complain("use_weights", None, say(gettext_noop("At least one weight is needed.")))
    return tuple(
        Weighted(code, reader.number_of(f"use_weights.{code}", value, least=Fraction(0)))
        for code, value in entries.items()
    )


def _read_daypart(entry: Reader) -> Weighted:
    start = _read_minute(entry, "from") if entry.has("from") else None
    end = _read_minute(entry, "to") if entry.has("to") else None
    if (start is None) != (end is None):
        entry.complain("from", entry.raw("from"), say(gettext_noop("Give both the beginning and the end, or neither.")))
    part = Weighted(entry.text("code"), entry.number("weight", least=Fraction(0)), start, end)
    entry.close()
    return part


def _read_minute(entry: Reader, key: str) -> int:
    hour, _, minute = entry.text(key).partition(":")
    if not (hour.isascii() and minute.isascii() and hour.isdigit() and minute.isdigit() and len(hour + minute) == 4):
        entry.complain(key, entry.raw(key), say(gettext_noop("Write the time as hours and minutes, such as 18:30.")))
        return 0
    if int(hour) > 24 or int(minute) > 59 or int(hour) * 60 + int(minute) > MINUTES_OF_DAY:
        entry.complain(key, entry.raw(key), say(gettext_noop("This is no time of the day.")))
        return 0
    return int(hour) * 60 + int(minute)


def _read_default(reader: Reader, key: str, table: tuple[Weighted, ...]) -> str | None:
    if not reader.has(key):
        return None
    code = reader.text(key)
    if code not in [entry.code for entry in table]:
        reader.complain(key, code, say(gettext_noop("This code is not among the weights of the rule.")))
        return None
    return code
