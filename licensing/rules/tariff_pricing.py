"""Working out a tariff: each part gives printable steps whose effects add up to the exact fee of each fund.

All arithmetic is in exact fractions of minor units; only the last step rounds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from cmo_portal.common.money import round_half_up
from cmo_portal.common.ruledata import Names
from cmo_portal.common.words import Figure, Words, gettext_noop, label, money, number, percent, say

from .tariff_terms import (
    Answer,
    Band,
    Banded,
    Component,
    Factor,
    Flat,
    Head,
    Input,
    Percent,
    PerUnit,
    Product,
    Rates,
    Tariff,
)

StepKind = Literal["working", "component", "modifier", "rounding"]
Funds = dict[str, Fraction]


@dataclass(frozen=True, slots=True)
class Step:
    """One printable line of the reckoning, in exact minor units.

    `exact` is the amount that the line shows (None where it shows none), `effects` what it adds to each fund (nothing
    for a mere working line), and `running` the whole fee after it. `rule` is the paragraph of the tariff behind it.
    """

    kind: StepKind
    code: str
    names: Names
    words: Words
    exact: Fraction | None
    effects: Rates
    rule: str
    running: Fraction = Fraction(0)

    @property
    def effect(self) -> Fraction:
        """What the line adds to the fee."""
        return sum((effect for _, effect in self.effects), Fraction(0))

    @property
    def amount(self) -> int | None:
        """The amount of the line in whole minor units, for display."""
        return None if self.exact is None else round_half_up(self.exact)

    def as_json(self) -> dict[str, Any]:
        """The line as plain JSON values, for the snapshot of a quote or invoice."""
        return {
            "kind": self.kind,
            "code": self.code,
            "names": [list(name) for name in self.names],
            "words": self.words.as_json(),
            "exact": None if self.exact is None else str(self.exact),
            "effects": [[fund, str(effect)] for fund, effect in self.effects],
            "rule": self.rule,
            "running": str(self.running),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Step":
        """Read back what `as_json` wrote."""
        return cls(
            kind=data["kind"],
            code=data["code"],
            names=tuple((language, name) for language, name in data["names"]),
            words=Words.from_json(data["words"]),
            exact=None if data["exact"] is None else Fraction(data["exact"]),
            effects=tuple((fund, Fraction(effect)) for fund, effect in data["effects"]),
            rule=data["rule"],
            running=Fraction(data["running"]),
        )


def step(kind: StepKind, head: Head, words: Words, exact: Fraction | None, effects: Rates = ()) -> Step:
    """A line for a part of the tariff; its running fee is set when the lines are put together."""
    return Step(kind, head.code, head.names, words, exact, effects, head.rule)


def with_running(steps: list[Step]) -> tuple[Step, ...]:
    """The same lines, each with the fee that stands after it."""
    running = Fraction(0)
    done: list[Step] = []
    for line in steps:
        running += line.effect
        done.append(replace(line, running=running))
    return tuple(done)


def component_steps(tariff: Tariff, component: Component, answers: dict[str, Answer]) -> Iterator[Step]:
    """The lines of one component."""
    match component:
        case PerUnit():
            yield from _per_unit(tariff, component, answers)
        case Flat():
            yield from _flat(tariff, component, answers)
        case Banded():
            yield from _banded(tariff, component, answers)
        case Percent():
            yield from _percent(component, answers)
        case Product():
            yield from _product(component, answers)


def quantity_of(answers: dict[str, Answer], name: str) -> Fraction:
    """A numeric answer."""
    value = answers[name]
    if not isinstance(value, Fraction):
        raise TypeError(f"the answer to {name} is not a number")
    return value


# --- components ------------------------------------------------------------------------------------------------------


def _per_unit(tariff: Tariff, part: PerUnit, answers: dict[str, Answer]) -> Iterator[Step]:
    asked = tariff.input(part.quantity)
    counted = quantity_of(answers, part.quantity)
    unit = label(asked.unit or asked.names)
    template = gettext_noop("%(quantity)s %(unit)s × %(rate)s")
    if part.per != 1:
        given, counted = counted, counted / part.per
        counted = Fraction(-(-counted // 1)) if part.started else counted
        words = say(
            gettext_noop("%(given)s %(unit)s, charged in units of %(per)s: %(counted)s"),
            given=number(given),
            unit=unit,
            per=number(part.per),
            counted=number(counted),
        )
        yield step("working", part.head, words, None)
        template = gettext_noop("%(quantity)s × %(rate)s")
    for fund, rate in part.rates:
        words = say(template, quantity=number(counted), unit=unit, rate=money(rate))
        yield _with_times(tariff, part.head, words, counted * rate, fund, part.times, answers)


def _flat(tariff: Tariff, part: Flat, answers: dict[str, Answer]) -> Iterator[Step]:
    for fund, rate in part.rates:
        words = say(gettext_noop("Fixed amount %(rate)s"), rate=money(rate))
        yield _with_times(tariff, part.head, words, rate, fund, part.times, answers)


def _with_times(
    tariff: Tariff, head: Head, words: Words, amount: Fraction, fund: str, times: str | None, answers: dict[str, Answer]
) -> Step:
    if times is not None:
        asked = tariff.input(times)
        factor = quantity_of(answers, times)
        amount *= factor
        figures = (*words.figures, ("times", number(factor)), ("times_unit", label(asked.unit or asked.names)))
        words = Words(_TIMES[words.template], figures)
    return step("component", head, words, amount, ((fund, amount),))


_TIMES = {
    "%(quantity)s %(unit)s × %(rate)s": gettext_noop("%(quantity)s %(unit)s × %(rate)s × %(times)s %(times_unit)s"),
    "%(quantity)s × %(rate)s": gettext_noop("%(quantity)s × %(rate)s × %(times)s %(times_unit)s"),
    "Fixed amount %(rate)s": gettext_noop("Fixed amount %(rate)s × %(times)s %(times_unit)s"),
    "%(value)s %(unit)s lies in the band up to %(up_to)s: %(rate)s": gettext_noop(
        "%(value)s %(unit)s lies in the band up to %(up_to)s: %(rate)s × %(times)s %(times_unit)s"
    ),
    "%(value)s %(unit)s lies in the band above %(above)s: %(rate)s": gettext_noop(
        "%(value)s %(unit)s lies in the band above %(above)s: %(rate)s × %(times)s %(times_unit)s"
    ),
    "%(value)s %(unit)s is above the last band: %(rate)s × %(value)s ÷ %(up_to)s": gettext_noop(
        "%(value)s %(unit)s is above the last band: %(rate)s × %(value)s ÷ %(up_to)s × %(times)s %(times_unit)s"
    ),
    "%(part)s %(unit)s × %(rate)s": gettext_noop("%(part)s %(unit)s × %(rate)s × %(times)s %(times_unit)s"),
    "%(rate)s of %(part)s": gettext_noop("%(rate)s of %(part)s × %(times)s %(times_unit)s"),
}


def _percent(part: Percent, answers: dict[str, Answer]) -> Iterator[Step]:
    base = quantity_of(answers, part.base)
    for fund, rate in part.rates:
        amount = base * rate / 100
        words = say(gettext_noop("%(rate)s of %(base)s"), rate=percent(rate), base=money(base))
        yield step("component", part.head, words, amount, ((fund, amount),))


def _product(part: Product, answers: dict[str, Answer]) -> Iterator[Step]:
    """The money first, then each factor with the result so far; the last line carries the effect."""
    ordered = sorted(part.factors, key=lambda factor: factor.kind != "money")
    result = Fraction(1)
    for position, factor in enumerate(ordered):
        value = factor.constant if factor.input is None else quantity_of(answers, factor.input)
        assert value is not None
        result *= value / 100 if factor.kind == "percent" else value
        template = gettext_noop("%(factor)s %(name)s")
        if position:
            template = gettext_noop("× %(factor)s %(name)s = %(result)s")
        words = say(template, factor=_figure(factor, value), name=label(factor.names), result=money(result))
        last = position == len(ordered) - 1
        yield step("component" if last else "working", part.head, words, result, ((part.fund, result),) if last else ())


def _figure(factor: Factor, value: Fraction) -> Figure:
    shown: dict[str, Callable[[Fraction], Figure]] = {"money": money, "percent": percent}
    return shown.get(factor.kind, number)(value)


# --- bands -----------------------------------------------------------------------------------------------------------


def _banded(tariff: Tariff, part: Banded, answers: dict[str, Answer]) -> Iterator[Step]:
    asked = tariff.input(part.on)
    value = quantity_of(answers, part.on)
    column = _column(part, answers)
    marginal = part.mode.endswith("marginal")
    for band, inside in _slices(part.bands, value) if marginal else [(_band_of(part.bands, value), value)]:
        for fund, rate in dict(band.columns)[column]:
            words, amount = _band_line(part, asked, band, rate, value, inside)
            yield _with_times(tariff, part.head, words, amount, fund, part.times, answers)


def _column(part: Banded, answers: dict[str, Answer]) -> str:
    if part.column is None:
        return ""
    answer = answers[part.column]
    return str(answer).lower() if isinstance(answer, bool) else str(answer)


def _band_of(bands: tuple[Band, ...], value: Fraction) -> Band:
    return next((band for band in bands if band.up_to is None or value <= band.up_to), bands[-1])


def _slices(bands: tuple[Band, ...], value: Fraction) -> list[tuple[Band, Fraction]]:
    """The part of the value that lies in each band, for the bands that it reaches."""
    slices: list[tuple[Band, Fraction]] = []
    floor = Fraction(0)
    for band in bands:
        ceiling = value if band.up_to is None else min(value, band.up_to)
        if ceiling > floor or not slices:
            slices.append((band, ceiling - floor))
            floor = ceiling
    return slices


def _band_line(
    part: Banded, asked: Input, band: Band, rate: Fraction, value: Fraction, inside: Fraction
) -> tuple[Words, Fraction]:
    shown = money if asked.kind == "money" else number
    unit = label(asked.unit or asked.names)
    if part.mode.startswith("percent"):
        words = say(gettext_noop("%(rate)s of %(part)s"), rate=percent(rate), part=shown(inside))
        return words, inside * rate / 100
    if part.mode.startswith("unit"):
        template = gettext_noop("%(part)s %(unit)s × %(rate)s")
        return say(template, part=shown(inside), unit=unit, rate=money(rate)), inside * rate
    if band.up_to is None:
        below = part.bands[-2].up_to if len(part.bands) > 1 else None
        template = gettext_noop("%(value)s %(unit)s lies in the band above %(above)s: %(rate)s")
        return say(template, value=shown(value), unit=unit, above=shown(below or Fraction(0)), rate=money(rate)), rate
    if value > band.up_to:
        template = gettext_noop("%(value)s %(unit)s is above the last band: %(rate)s × %(value)s ÷ %(up_to)s")
        amount = rate * value / band.up_to
    else:
        template = gettext_noop("%(value)s %(unit)s lies in the band up to %(up_to)s: %(rate)s")
        amount = rate
    return say(template, value=shown(value), unit=unit, up_to=shown(band.up_to), rate=money(rate)), amount
