"""Money in whole minor units: values, reading, writing, exact percentages, and the one way to split an amount.

A minor unit is the smallest unit of the currency of account (the paisa of the rupee). Nothing here is ever a binary
float: amounts are `int`, rates are `Fraction`, and text is read by rule or refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Literal, Protocol, Self, TypeVar

MINUS = "\N{MINUS SIGN}"
WHOLE_SHARE = 1_000_000  # 100 %: a share counts ten-thousandths of a percent
LARGEST_MINOR = 2**53 - 1  # what spreadsheets and JSON readers still hold exactly: 90 trillion rupees

Grouping = Literal["western", "lakh"]

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LONGEST = 60  # characters of one number


class AmountError(ValueError):
    """A text that is no amount. `reason` is a stable word: shape, places, range."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        self.text = text
        super().__init__(f"{reason}: {text!r} cannot be read as a number")


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum."""


class NothingToAllocateTo(ValueError):
    """An amount other than zero was to be split where no part has a weight."""


class Sortable(Protocol):
    """A key with an order of its own: int, str, or tuples of them."""

    def __lt__(self, other: Any, /) -> bool: ...

    def __hash__(self) -> int: ...


Key = TypeVar("Key", bound=Sortable)


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of account: its code and how many decimal places its major unit has."""

    code: str
    decimals: int = 2

    @property
    def scale(self) -> int:
        """Minor units in one major unit (100 for the rupee)."""
        return int(10**self.decimals)


@dataclass(frozen=True, slots=True)
class Money:
    """A whole number of minor units of one currency."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        require_int(self.minor)

    def __add__(self, other: Self) -> Self:
        return self._with(self.minor + self._same(other).minor)

    def __sub__(self, other: Self) -> Self:
        return self._with(self.minor - self._same(other).minor)

    def __neg__(self) -> Self:
        return self._with(-self.minor)

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._same(other).minor

    def __str__(self) -> str:
        return f"{self.currency.code} {format_minor(self.minor, self.currency)}"

    def percent(self, rate: Fraction) -> Self:
        """This amount's percentage, rounded half up to a whole minor unit."""
        return self._with(round_half_up(percent_of(self.minor, rate)))

    def split(self, weights: Iterable[tuple[Key, int | Fraction]]) -> dict[Key, Self]:
        """Split by `allocate`; the parts sum to this amount exactly."""
        return {key: self._with(part) for key, part in allocate(self.minor, weights).items()}

    def _with(self, minor: int) -> Self:
        return type(self)(minor, self.currency)

    def _same(self, other: Self) -> Self:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency.code} and {other.currency.code} cannot be added or compared")
        return other


def require_int(value: object) -> int:
    """Give the value back if it is a whole number; a bool, float or text is a programming error (TypeError)."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number of minor units is needed, not {value!r}")
    return value


# --- splitting -------------------------------------------------------------------------------------------------------


def allocate(total: int, weights: Iterable[tuple[Key, int | Fraction]]) -> dict[Key, int]:
    """Split `total` minor units by weight with the method of the largest remainder.

    Each part is the floor of its exact share; what is missing goes, one unit each, to the largest remainders, ties to
    the lower key. So the parts always sum to the total, each lies within one unit of its exact share, the order of the
    rows is irrelevant, and a negative total gives the exact negative of the positive split. A weight of zero never
    receives. The parts come back in ascending order of the keys.

    Raises NothingToAllocateTo when all weights are zero and the total is not; ValueError for a negative weight or a
    key that appears twice; TypeError for anything that is not exact.
    """
    require_int(total)
    whole = _whole_weights(weights)
    keys = sorted(whole)
    weight_sum = sum(whole.values())
    if weight_sum == 0:
        if total != 0:
            raise NothingToAllocateTo(f"{total} cannot be split: no part has a weight")
        return dict.fromkeys(keys, 0)
    sign, amount = (-1 if total < 0 else 1), abs(total)
    parts: dict[Key, int] = {}
    remainders: dict[Key, int] = {}
    for key in keys:
        parts[key], remainders[key] = divmod(amount * whole[key], weight_sum)
    missing = amount - sum(parts.values())
    for key in sorted(keys, key=lambda k: -remainders[k])[:missing]:  # a stable sort: ties stay in key order
        parts[key] += 1
    return {key: sign * part for key, part in parts.items()}


def _whole_weights(weights: Iterable[tuple[Key, int | Fraction]]) -> dict[Key, int]:
    """Bring all weights to their common denominator, so that the split works on integers only."""
    given: dict[Key, int | Fraction] = {}
    for key, weight in weights:
        if isinstance(weight, bool) or not isinstance(weight, int | Fraction):
            raise TypeError(f"the weight of {key!r} is {weight!r}, not a whole number or a fraction")
        if weight < 0:
            raise ValueError(f"the weight of {key!r} is negative")
        if key in given:
            raise ValueError(f"the key {key!r} appears twice")
        given[key] = weight
    common = lcm(*(weight.denominator for weight in given.values()))
    return {key: weight.numerator * (common // weight.denominator) for key, weight in given.items()}


# --- exact arithmetic ------------------------------------------------------------------------------------------------


def round_half_up(value: Fraction | int) -> int:
    """Round to a whole number, halves away from zero, so that a negative value mirrors the positive one."""
    numerator, denominator = abs(value.numerator), value.denominator
    rounded = (2 * numerator + denominator) // (2 * denominator)
    return -rounded if value.numerator < 0 else rounded


def percent_of(amount: int | Fraction, rate: Fraction) -> Fraction:
    """The exact percentage of an amount: 15 % of 3000 is `percent_of(3000, Fraction(15))`."""
    return Fraction(amount) * rate / 100


def percent_between(part: int, whole: int, places: int = 2) -> Fraction:
    """What percentage `part` is of `whole`, rounded half up to `places` decimals. The whole must not be zero."""
    scale = 10**places
    return Fraction(round_half_up(Fraction(part * 100 * scale, whole)), scale)


# --- reading trusted data (what people type and what files hold is read by cmo_portal.common.amounts) ----------------


def parse_fraction(text: str) -> Fraction:
    """Read a plain decimal of trusted configuration ("7.5") exactly. No grouping, no exponent, no sign but minus.

    Raises AmountError.
    """
    if not isinstance(text, str) or len(text) > _LONGEST or not _PLAIN.fullmatch(text):
        raise AmountError("shape", str(text)[:_LONGEST])
    return Fraction(text)


def parse_minor(text: str, currency: Currency) -> int:
    """Read a plain decimal of trusted configuration ("1250000.00") as minor units. Raises AmountError."""
    return _to_minor(parse_fraction(text), currency, text)


def parse_share(text: str) -> int:
    """Read a percentage ("33.34") as units of a share (333,400 of 1,000,000). Raises AmountError."""
    units = parse_fraction(text) * WHOLE_SHARE / 100
    if units.denominator != 1:
        raise AmountError("places", text)
    return units.numerator


def _to_minor(value: Fraction, currency: Currency, text: str) -> int:
    minor = value * currency.scale
    if minor.denominator != 1:
        raise AmountError("places", text)
    if abs(minor) > LARGEST_MINOR:
        raise AmountError("range", text)
    return minor.numerator


# --- writing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DisplayParts:
    """An amount ready to be set in type: minus sign or nothing, grouped whole part, point or nothing, decimals."""

    sign: str
    whole: str
    point: str
    decimals: str

    def __str__(self) -> str:
        return f"{self.sign}{self.whole}{self.point}{self.decimals}"


def group_digits(digits: str, grouping: Grouping = "western") -> str:
    """Set commas in a row of digits: by threes (1,234,567), or by twos above the last three (12,34,567)."""
    head, tail = digits[:-3], digits[-3:]
    step = 2 if grouping == "lakh" else 3
    groups = [head[max(0, stop - step) : stop] for stop in range(len(head), 0, -step)]
    return ",".join([*reversed(groups), tail])


def display_parts(minor: int, currency: Currency, grouping: Grouping = "western") -> DisplayParts:
    """The pieces of an amount of minor units for a page or document."""
    whole, rest = divmod(abs(require_int(minor)), currency.scale)
    decimals = f"{rest:0{currency.decimals}d}" if currency.decimals else ""
    sign = MINUS if minor < 0 else ""
    return DisplayParts(sign, group_digits(str(whole), grouping), "." if decimals else "", decimals)


def format_minor(minor: int, currency: Currency, grouping: Grouping = "western") -> str:
    """An amount with commas and all its decimals: 123456700 paisa → "1,234,567.00" or "12,34,567.00"."""
    return str(display_parts(minor, currency, grouping))


def plain_minor(minor: int, currency: Currency) -> str:
    """An amount as a machine reads it, for files: "-1234567.00". `parse_minor` reads it back."""
    return decimal_text(Fraction(require_int(minor), currency.scale), least=currency.decimals)


def decimal_text(value: Fraction | int, least: int = 0, most: int = 12) -> str:
    """A fraction as a decimal with `least` to `most` places, rounded half up at the last, without useless zeros."""
    scaled = round_half_up(Fraction(value) * 10**most)
    whole, rest = divmod(abs(scaled), 10**most)
    decimals = f"{rest:0{most}d}".rstrip("0").ljust(least, "0") if most else ""
    return f"{'-' if scaled < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"
