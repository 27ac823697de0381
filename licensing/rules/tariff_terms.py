"""The terms of a tariff version as frozen values: what is asked, how the fee is built, and what changes it afterwards.

A published tariff is a table: its figures are stored as published and never derived from one another. Money is counted
in exact minor units (a published rate may be finer than one), percentages in percents. A rate holds one amount for each
fund, because one payment may be collected for several societies.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from cmo_portal.common.periods import Period
from cmo_portal.common.ruledata import Names

InputKind = Literal["integer", "decimal", "money", "percent", "boolean", "choice"]
INPUT_KINDS = ("integer", "decimal", "money", "percent", "boolean", "choice")
NUMBERS = ("integer", "decimal")

Answer = Fraction | bool | str
Rates = tuple[tuple[str, Fraction], ...]  # one entry for each fund, in the order of the funds

# What an answer says about the days of the licence: how many there are, or how many shows stand on them.
PeriodCount = Literal["days", "shows"]
PERIOD_COUNTS = ("days", "shows")

BandMode = Literal["flat", "unit_whole", "unit_marginal", "percent_whole", "percent_marginal"]
BAND_MODES = ("flat", "unit_whole", "unit_marginal", "percent_whole", "percent_marginal")
RoundingMode = Literal["half_up", "up", "down"]
ROUNDING_MODES = ("half_up", "up", "down")
CHARGED_PER = ("year", "month", "event", "day", "once")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a choice."""

    value: str
    names: Names


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that is asked. Bounds are in the unit of the input (money: major units) and are both allowed values."""

    name: str
    kind: InputKind
    names: Names
    unit: Names = ()
    help: Names = ()
    least: Fraction = Fraction(0)
    most: Fraction | None = None
    places: int = 2
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    counts: PeriodCount | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Applies only when an input was answered so."""

    input: str
    equals: bool | str

    def holds(self, answers: dict[str, Answer]) -> bool:
        """Whether the answer is the one named."""
        return answers[self.input] == self.equals


@dataclass(frozen=True, slots=True)
class Head:
    """What every part of a tariff has: a code, a printable name, the paragraph it follows, and when it applies."""

    code: str
    names: Names
    rule: str
    when: Condition | None = None


# --- components: their sum is the basic fee --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PerUnit:
    """Rate × quantity: seats, rooms, m². `per` 10 charges each ten; `started` counts a begun ten as whole."""

    head: Head
    quantity: str
    rates: Rates
    per: Fraction = Fraction(1)
    started: bool = False
    times: str | None = None


@dataclass(frozen=True, slots=True)
class Flat:
    """A fixed amount, once or for each of `times` (events, days)."""

    head: Head
    rates: Rates
    times: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Values up to and including `up_to` (None: no end). Rates by column; one column "" where none is asked."""

    up_to: Fraction | None
    columns: tuple[tuple[str, Rates], ...]


@dataclass(frozen=True, slots=True)
class Banded:
    """Bands on one input, with a rate column chosen by another where given.

    flat: the amount of the band that holds the value; unit_whole and percent_whole: the band's rate on the whole value;
    unit_marginal and percent_marginal: each band's rate on the part of the value that lies in it. `pro_rata`: above
    the last band the amount grows in proportion to the value.
    """

    head: Head
    on: str
    mode: BandMode
    bands: tuple[Band, ...]
    column: str | None = None
    pro_rata: bool = False
    times: str | None = None


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage of an amount that is asked: box office, revenue, production cost."""

    head: Head
    base: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a product: an input, or a constant of kind money, percent or decimal."""

    kind: InputKind
    names: Names
    input: str | None = None
    constant: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product of factors, of which exactly one is money. It belongs to one fund."""

    head: Head
    factors: tuple[Factor, ...]
    fund: str


Component = PerUnit | Flat | Banded | Percent | Product


# --- modifiers, in declared order ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """Each fund gets at least (`minimum`) or at most its amount."""

    head: Head
    minimum: bool
    amounts: Rates


@dataclass(frozen=True, slots=True)
class Proration:
    """A yearly fee for a part of a year: begun months of twelve, or days of the year that begins with the period."""

    head: Head
    by_day: bool


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A discount or surcharge: a percentage of the running fee or of the basic fee, or a fixed amount for each fund."""

    head: Head
    surcharge: bool
    percent: Fraction | None = None
    of_basic: bool = False
    amounts: Rates = ()


@dataclass(frozen=True, slots=True)
class ChoiceFactor:
    """Multiplies by the factor that belongs to an answer: city class, season, level."""

    head: Head
    input: str
    factors: tuple[tuple[str, Fraction], ...]


Modifier = Bound | Proration | Adjustment | ChoiceFactor


# --- the tariff version ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fund:
    """Who a part of the fee is collected for."""

    key: str
    names: Names


@dataclass(frozen=True, slots=True)
class Rounding:
    """The fee is rounded once, at the end, to a multiple of `unit` minor units."""

    unit: int = 1
    mode: RoundingMode = "half_up"


@dataclass(frozen=True, slots=True)
class Example:
    """A published example of the tariff, with the fee (and funds) in minor units that it must give."""

    answers: tuple[tuple[str, str | bool], ...]
    fee: int
    funds: tuple[tuple[str, int], ...] = ()
    period: Period | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version of a tariff, valid from its first to its last day."""

    code: str
    version: str
    names: Names
    charged_per: str
    valid_from: date
    valid_to: date | None
    inputs: tuple[Input, ...]
    funds: tuple[Fund, ...]
    components: tuple[Component, ...]
    modifiers: tuple[Modifier, ...] = ()
    rounding: Rounding = Rounding()
    examples: tuple[Example, ...] = ()
    source: str = ""
    document: Names = ()  # the document that an applicant must send; none where it is left to her

    @property
    def needs_period(self) -> bool:
        """Whether the fee depends on the period of the licence."""
        return any(isinstance(modifier, Proration) for modifier in self.modifiers)

    def input(self, name: str) -> Input:
        """The input of that name. Raises KeyError."""
        return {entry.name: entry for entry in self.inputs}[name]
