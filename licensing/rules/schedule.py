"""A tariff version as a printed schedule: every rate, band, bound and factor in words, in declared order."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cmo_portal.common.ruledata import Names
from cmo_portal.common.words import Figure, Words, gettext_noop, label, money, number, percent, say

from .tariff_terms import (
    Adjustment,
    Banded,
    Bound,
    ChoiceFactor,
    Component,
    Flat,
    Head,
    Input,
    Modifier,
    Percent,
    PerUnit,
    Product,
    Proration,
    Tariff,
)


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One line: the paragraph it stands in, what it is about, what it says, and under which answer it counts."""

    rule: str
    names: Names
    words: Words
    only_if: Words | None


def schedule(tariff: Tariff) -> list[ScheduleLine]:
    """The lines of the whole tariff."""
    lines: list[ScheduleLine] = []
    for component in tariff.components:
        lines += [_line(tariff, component.head, words) for words in _component(tariff, component)]
    for modifier in tariff.modifiers:
        lines += [_line(tariff, modifier.head, words) for words in _modifier(tariff, modifier)]
    return lines


def _line(tariff: Tariff, head: Head, words: Words) -> ScheduleLine:
    return ScheduleLine(head.rule, head.names, words, _condition(tariff, head))


def _condition(tariff: Tariff, head: Head) -> Words | None:
    if head.when is None:
        return None
    asked = tariff.input(head.when.input)
    if isinstance(head.when.equals, bool):
        template = gettext_noop("Only with: %(question)s")
        if not head.when.equals:
            template = gettext_noop("Only without: %(question)s")
        return say(template, question=label(asked.names))
    answer = next(choice.names for choice in asked.choices if choice.value == head.when.equals)
    return say(gettext_noop("Only for: %(answer)s"), answer=label(answer))


def _component(tariff: Tariff, part: Component) -> Iterator[Words]:
    match part:
        case PerUnit():
            yield from _per_unit(tariff, part)
        case Flat():
            for _, rate in part.rates:
                yield _times(tariff, say(gettext_noop("%(rate)s"), rate=money(rate)), part.times)
        case Banded():
            yield from _bands(tariff, part)
        case Percent():
            base = label(tariff.input(part.base).names)
            for _, rate in part.rates:
                yield say(gettext_noop("%(rate)s of: %(base)s"), rate=percent(rate), base=base)
        case Product():
            yield from _product(part)


def _per_unit(tariff: Tariff, part: PerUnit) -> Iterator[Words]:
    unit = _unit(tariff.input(part.quantity))
    for _, rate in part.rates:
        if part.per == 1:
            words = say(gettext_noop("%(rate)s each, by the number of %(unit)s"), rate=money(rate), unit=unit)
        else:
            template = gettext_noop("%(rate)s for each %(per)s %(unit)s")
            if part.started:
                template = gettext_noop("%(rate)s for each %(per)s %(unit)s begun")
            words = say(template, rate=money(rate), per=number(part.per), unit=unit)
        yield _times(tariff, words, part.times)


def _times(tariff: Tariff, words: Words, times: str | None) -> Words:
    if times is None:
        return words
    asked = tariff.input(times)
    figures = (*words.figures, ("times", _unit(asked)))
    templates = {
        "%(rate)s": gettext_noop("%(rate)s, times the number of %(times)s"),
        "%(rate)s each, by the number of %(unit)s": gettext_noop(
            "%(rate)s each, by the number of %(unit)s, times the number of %(times)s"
        ),
    }
    return Words(templates[words.template], figures) if words.template in templates else words


def _product(part: Product) -> Iterator[Words]:
    for factor in part.factors:
        if factor.constant is not None:
            yield say(gettext_noop("× %(factor)s"), factor=_constant(factor.kind, factor.constant))
        else:
            yield say(gettext_noop("× %(name)s"), name=label(factor.names))


def _constant(kind: str, value: Fraction) -> Figure:
    return money(value) if kind == "money" else percent(value) if kind == "percent" else number(value)


def _bands(tariff: Tariff, part: Banded) -> Iterator[Words]:
    asked = tariff.input(part.on)
    shown = money if asked.kind == "money" else number
    unit = label(()) if asked.kind == "money" else _unit(asked)
    above: Fraction | None = None
    for band in part.bands:
        for column, rates in band.columns:
            for _, rate in rates:
                price = percent(rate) if part.mode.startswith("percent") else money(rate)
                answer = label(_column_names(tariff, part, column))
                if band.up_to is not None:
                    template = _UP_TO[_manner(part), bool(column)]
                    yield say(template, up_to=shown(band.up_to), unit=unit, rate=price, column=answer)
                else:
                    template = _ABOVE[_manner(part), bool(column)]
                    yield say(template, above=shown(above or Fraction(0)), unit=unit, rate=price, column=answer)
        above = band.up_to
    if part.pro_rata and above is not None:
        yield say(gettext_noop("Above %(above)s %(unit)s: in proportion"), above=shown(above), unit=unit)


def _manner(part: Banded) -> str:
    """flat: one amount for the band; each: a rate for each unit or of the amount."""
    return "flat" if part.mode == "flat" else "of" if part.mode.startswith("percent") else "each"


_UP_TO = {
    ("flat", False): gettext_noop("Up to %(up_to)s %(unit)s: %(rate)s"),
    ("flat", True): gettext_noop("Up to %(up_to)s %(unit)s, %(column)s: %(rate)s"),
    ("each", False): gettext_noop("Up to %(up_to)s %(unit)s: %(rate)s each"),
    ("each", True): gettext_noop("Up to %(up_to)s %(unit)s, %(column)s: %(rate)s each"),
    ("of", False): gettext_noop("Up to %(up_to)s: %(rate)s of it"),
    ("of", True): gettext_noop("Up to %(up_to)s, %(column)s: %(rate)s of it"),
}
_ABOVE = {
    ("flat", False): gettext_noop("Above %(above)s %(unit)s: %(rate)s"),
    ("flat", True): gettext_noop("Above %(above)s %(unit)s, %(column)s: %(rate)s"),
    ("each", False): gettext_noop("Above %(above)s %(unit)s: %(rate)s each"),
    ("each", True): gettext_noop("Above %(above)s %(unit)s, %(column)s: %(rate)s each"),
    ("of", False): gettext_noop("Above %(above)s: %(rate)s of it"),
    ("of", True): gettext_noop("Above %(above)s, %(column)s: %(rate)s of it"),
}
_YES_NO: dict[str, Names] = {
    "true": (("en", "yes"), ("ur", "ہاں")),
    "false": (("en", "no"), ("ur", "نہیں")),
}


def _column_names(tariff: Tariff, part: Banded, column: str) -> Names:
    """The answer that chooses a column: `With dancing: yes` for a question, the choice itself for a choice."""
    if part.column is None:
        return ()
    asked = tariff.input(part.column)
    if asked.kind == "boolean":
        answer = dict(_YES_NO[column])
        return tuple((language, f"{name}: {answer.get(language, answer['en'])}") for language, name in asked.names)
    return next((choice.names for choice in asked.choices if choice.value == column), ())


def _modifier(tariff: Tariff, part: Modifier) -> Iterator[Words]:
    match part:
        case Bound():
            template = gettext_noop("At least %(amount)s") if part.minimum else gettext_noop("At most %(amount)s")
            yield say(template, amount=money(sum((amount for _, amount in part.amounts), Fraction(0))))
        case Proration():
            yield say(
                gettext_noop("In proportion to the days of use")
                if part.by_day
                else gettext_noop("In proportion to the months of use")
            )
        case Adjustment():
            yield _adjustment(part)
        case ChoiceFactor():
            choices = {choice.value: choice.names for choice in tariff.input(part.input).choices}
            for answer, factor in part.factors:
                yield say(
                    gettext_noop("%(choice)s: × %(factor)s"), choice=label(choices[answer]), factor=number(factor)
                )


def _adjustment(part: Adjustment) -> Words:
    if part.percent is None:
        amount = money(sum((amount for _, amount in part.amounts), Fraction(0)))
        template = gettext_noop("Plus %(amount)s") if part.surcharge else gettext_noop("Less %(amount)s")
        return say(template, amount=amount)
    if part.of_basic:
        template = gettext_noop("Plus %(percent)s of the basic fee")
        if not part.surcharge:
            template = gettext_noop("Less %(percent)s of the basic fee")
    else:
        template = gettext_noop("Plus %(percent)s") if part.surcharge else gettext_noop("Less %(percent)s")
    return say(template, percent=percent(part.percent))


def _unit(asked: Input) -> Figure:
    return label(asked.unit or asked.names)
