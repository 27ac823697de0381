"""The price of a licence: a tariff version, the answers and the period in, the fee with every step of its working out.

The fee is base × factors + components, then modifiers in declared order. Each step is printable and names its rule; the
effects of the steps add up to the fee exactly, for the whole and for each fund. Sales tax is reckoned apart
(`licensing.rules.tax`), on the fee that comes out here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cmo_portal.common.money import Currency, allocate, round_half_up
from cmo_portal.common.periods import Period, add_months
from cmo_portal.common.ruledata import Complaint, RuleDataError
from cmo_portal.common.words import Words, count, gettext_noop, label, money, number, percent, say

from .tariff_answers import read_answers
from .tariff_pricing import Funds, Step, component_steps, step, with_running
from .tariff_reading import read_tariff
from .tariff_terms import (
    Adjustment,
    Answer,
    Bound,
    ChoiceFactor,
    Component,
    Head,
    Modifier,
    Proration,
    Rates,
    Rounding,
    Tariff,
)

__all__ = [
    "Assessment",
    "PeriodNeeded",
    "assess",
    "assess_answers",
    "check_examples",
    "replay",
    "tariff_from",
]

DAYS_OF_ONE_SHOW = 2  # it may end after midnight


class PeriodNeeded(ValueError):
    """The fee depends on the period of the licence, and none was given."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A fee in whole minor units, its funds (they sum to it), and the steps that explain it."""

    tariff_code: str
    tariff_version: str
    fee: int
    funds: tuple[tuple[str, int], ...]
    steps: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """The assessment as plain JSON values, for the snapshot of a quote or invoice."""
        return {
            "tariff": self.tariff_code,
            "version": self.tariff_version,
            "fee": self.fee,
            "funds": [list(part) for part in self.funds],
            "steps": [line.as_json() for line in self.steps],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Assessment":
        """Read back what `as_json` wrote."""
        steps = tuple(Step.from_json(line) for line in data["steps"])
        funds = tuple((fund, part) for fund, part in data["funds"])
        return cls(data["tariff"], data["version"], data["fee"], funds, steps)


def tariff_from(data: Mapping[str, Any], currency: Currency) -> Tariff:
    """The tariff version in its data. Raises RuleDataError with every complaint."""
    tariff, complaints = read_tariff(data, currency)
    if tariff is None:
        raise RuleDataError(complaints)
    return tariff


def assess_answers(
    tariff: Tariff, raw: Mapping[str, str | bool | None], currency: Currency, period: Period | None = None
) -> tuple[Assessment | None, list[Complaint]]:
    """Read plain answers and work out the fee; None and the complaints where an answer is missing or wrong."""
    answers, complaints = read_answers(tariff, raw, currency)
    if tariff.needs_period and period is None:
        complaints.append(Complaint("period", "", say(gettext_noop("The period of the licence is needed."))))
    if not complaints and period is not None:
        complaints = _period_faults(tariff, answers, period)
    if complaints:
        return None, complaints
    return assess(tariff, answers, period), []


def _period_faults(tariff: Tariff, answers: Mapping[str, Answer], period: Period) -> list[Complaint]:
    """Answers that count days or shows and do not fit the days of the licence: it is valid on each of them."""
    faults = []
    days = (period.end - period.start).days + 1
    for asked in tariff.inputs:
        counted = answers[asked.name]
        if asked.counts == "days" and counted != days:
            words = gettext_noop(
                "From the first to the last day there are %(days)s days, and you count %(counted)s. Make the two agree."
            )
        elif asked.counts == "shows" and counted == 1 and days > DAYS_OF_ONE_SHOW:
            words = gettext_noop("One show, but %(days)s days. Give the day of the show, or the number of all shows.")
        else:
            continue
        said = say(words, days=count(days), counted=number(Fraction(counted)))
        faults.append(Complaint(asked.name, str(counted), said))
    return faults


def assess(tariff: Tariff, answers: dict[str, Answer], period: Period | None = None) -> Assessment:
    """Work out the fee for answers that `read_answers` has accepted. Raises PeriodNeeded."""
    if tariff.needs_period and period is None:
        raise PeriodNeeded(f"tariff {tariff.code} charges in proportion to the period")
    funds: Funds = {fund.key: Fraction(0) for fund in tariff.funds}
    steps: list[Step] = []

    def add(lines: list[Step]) -> None:
        for line in lines:
            for fund, effect in line.effects:
                funds[fund] += effect
        steps.extend(lines)

    for component in tariff.components:
        if _applies(component, answers):
            add(list(component_steps(tariff, component, answers)))
    basic = dict(funds)
    for modifier in tariff.modifiers:
        if _applies(modifier, answers):
            add(_modifier_steps(tariff, modifier, answers, period, funds, basic))
    fee = _round(sum(funds.values(), Fraction(0)), tariff.rounding)
    add(_rounding_steps(fee, funds, tariff.rounding))
    return Assessment(tariff.code, tariff.version, fee, _whole_funds(fee, funds), with_running(steps))


def _applies(part: Component | Modifier, answers: dict[str, Answer]) -> bool:
    return part.head.when is None or part.head.when.holds(answers)


def replay(steps: tuple[Step, ...]) -> Fraction:
    """The fee that the printed steps give by themselves: the sum of their effects."""
    return sum((line.effect for line in steps), Fraction(0))


def check_examples(tariff: Tariff, currency: Currency) -> list[Complaint]:
    """Work out each published example of the tariff and complain about every one that comes out differently."""
    complaints: list[Complaint] = []
    for position, example in enumerate(tariff.examples):
        place = f"examples[{position}]"
        found, faults = assess_answers(tariff, dict(example.answers), currency, example.period)
        complaints += [Complaint(f"{place}.{fault.place}", fault.value, fault.words) for fault in faults]
        if found is None:
            continue
        if found.fee != example.fee or any(dict(found.funds).get(key) != part for key, part in example.funds):
            words = say(
                gettext_noop("The tariff gives %(found)s, the example says %(expected)s."),
                found=money(found.fee),
                expected=money(example.fee),
            )
            complaints.append(Complaint(place, str(found.fee), words))
    return complaints


# --- modifiers -------------------------------------------------------------------------------------------------------


def _modifier_steps(
    tariff: Tariff,
    modifier: Modifier,
    answers: dict[str, Answer],
    period: Period | None,
    funds: Funds,
    basic: Funds,
) -> list[Step]:
    match modifier:
        case Bound():
            return _bound(modifier, funds)
        case Adjustment():
            return _adjustment(modifier, funds, basic)
        case ChoiceFactor():
            return _choice_factor(tariff, modifier, answers, funds)
        case Proration() if period is not None:
            return _proration(modifier, period, funds)
    raise PeriodNeeded(f"tariff {tariff.code} charges in proportion to the period")


def _changed(head: Head, words: Words, funds: Funds, after: Callable[[str, Fraction], Fraction]) -> list[Step]:
    """One line that brings every fund to its new amount, which is never below zero."""
    effects = tuple((key, max(after(key, amount), Fraction(0)) - amount) for key, amount in funds.items())
    return [step("modifier", head, words, sum((effect for _, effect in effects), Fraction(0)), effects)]


def _bound(modifier: Bound, funds: Funds) -> list[Step]:
    amounts = dict(modifier.amounts)
    choose: Callable[[Fraction, Fraction], Fraction] = max if modifier.minimum else min
    if all(choose(amount, amounts[key]) == amount for key, amount in funds.items()):
        return []
    template = gettext_noop("At least %(amount)s") if modifier.minimum else gettext_noop("At most %(amount)s")
    words = say(template, amount=money(sum(amounts.values(), Fraction(0))))
    return _changed(modifier.head, words, funds, lambda key, amount: choose(amount, amounts[key]))


def _adjustment(modifier: Adjustment, funds: Funds, basic: Funds) -> list[Step]:
    sign = 1 if modifier.surcharge else -1
    if modifier.percent is None:
        amounts = dict(modifier.amounts)
        words = say(gettext_noop("Fixed amount %(amount)s"), amount=money(sign * sum(amounts.values(), Fraction(0))))
        return _changed(modifier.head, words, funds, lambda key, amount: amount + sign * amounts[key])
    base = dict(basic if modifier.of_basic else funds)
    share = sign * modifier.percent / 100
    words = say(
        gettext_noop("%(percent)s of %(base)s"),
        percent=percent(sign * modifier.percent),
        base=money(sum(base.values(), Fraction(0))),
    )
    return _changed(modifier.head, words, funds, lambda key, amount: amount + share * base[key])


def _choice_factor(tariff: Tariff, modifier: ChoiceFactor, answers: dict[str, Answer], funds: Funds) -> list[Step]:
    answer = str(answers[modifier.input])
    factor = dict(modifier.factors)[answer]
    names = next(choice.names for choice in tariff.input(modifier.input).choices if choice.value == answer)
    words = say(gettext_noop("%(choice)s: × %(factor)s"), choice=label(names), factor=number(factor))
    return _changed(modifier.head, words, funds, lambda _, amount: amount * factor)


def _proration(modifier: Proration, period: Period, funds: Funds) -> list[Step]:
    if modifier.by_day:
        part, whole = period.days, (add_months(period.start, 12) - period.start).days
        template = gettext_noop("%(part)s of %(whole)s days")
    else:
        part, whole = period.months_begun(), 12
        template = gettext_noop("%(part)s of %(whole)s months")
    words = say(template, part=count(part), whole=count(whole))
    return _changed(modifier.head, words, funds, lambda _, amount: amount * part / whole)


# --- rounding, once --------------------------------------------------------------------------------------------------


def _round(exact: Fraction, rounding: Rounding) -> int:
    units = exact / rounding.unit
    if rounding.mode == "up":
        return int(-(-units // 1)) * rounding.unit
    if rounding.mode == "down":
        return int(units // 1) * rounding.unit
    return round_half_up(units) * rounding.unit


_ROUNDED = {
    "half_up": gettext_noop("Rounded to the nearest %(unit)s"),
    "up": gettext_noop("Rounded up to the next %(unit)s"),
    "down": gettext_noop("Rounded down to a whole %(unit)s"),
}


def _rounding_steps(fee: int, funds: Funds, rounding: Rounding) -> list[Step]:
    """A line that brings each fund to its whole amount; none when nothing is left to round."""
    whole = dict(_whole_funds(fee, funds))
    effects: Rates = tuple((key, whole[key] - amount) for key, amount in funds.items())
    if all(effect == 0 for _, effect in effects):
        return []
    head = Head("ROUNDING", (), "")
    words = say(_ROUNDED[rounding.mode], unit=money(rounding.unit))
    return [step("rounding", head, words, sum((effect for _, effect in effects), Fraction(0)), effects)]


def _whole_funds(fee: int, funds: Funds) -> tuple[tuple[str, int], ...]:
    """The whole fee over the funds by their exact amounts, in the order of the funds."""
    parts = allocate(fee, funds.items())
    return tuple((key, parts[key]) for key in funds)
