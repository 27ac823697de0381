"""Whether a tariff makes sense as a whole: names lead somewhere, answers have a rate, nothing is asked in vain."""

from collections.abc import Collection, Iterator
from fractions import Fraction

from cmo_portal.common.money import Currency
from cmo_portal.common.ruledata import Complaint
from cmo_portal.common.words import Words, gettext_noop, say, text

from .tariff_terms import (
    NUMBERS,
    Banded,
    ChoiceFactor,
    Component,
    Flat,
    Head,
    Input,
    Modifier,
    Percent,
    PerUnit,
    Product,
    Tariff,
)

Fault = tuple[str, str, Words]  # place inside the part, the value met, what is wrong
Use = tuple[str, str, Collection[str]]  # field, name of the input, kinds of input allowed there


def check_tariff(tariff: Tariff, currency: Currency) -> list[Complaint]:
    """Every fault of sense, with its place in the data."""
    complaints = [Complaint(place, value, words) for place, value, words in _whole(tariff)]
    parts: list[tuple[str, Component | Modifier]] = []
    parts += [(f"components[{position}]", part) for position, part in enumerate(tariff.components)]
    parts += [(f"modifiers[{position}]", part) for position, part in enumerate(tariff.modifiers)]
    inputs = {asked.name: asked for asked in tariff.inputs}
    used: set[str] = set()
    for place, part in parts:
        used |= {name for _, name, _ in _uses(part)}
        for inner, value, words in _part(part, inputs, tariff, currency):
            complaints.append(Complaint(f"{place}.{inner}", value, words))
    for position, asked in enumerate(tariff.inputs):
        if asked.name not in used:
            words = say(gettext_noop("The fee does not depend on this input."))
            complaints.append(Complaint(f"inputs[{position}]", asked.name, words))
    return complaints


def _whole(tariff: Tariff) -> Iterator[Fault]:
    if tariff.valid_to is not None and tariff.valid_to < tariff.valid_from:
        yield "valid_to", tariff.valid_to.isoformat(), say(gettext_noop("The period ends before it begins."))
    heads = [part.head.code for part in (*tariff.components, *tariff.modifiers)]
    named = {
        "inputs": [asked.name for asked in tariff.inputs],
        "funds": [fund.key for fund in tariff.funds],
        "components": heads,
    }
    for place, codes in named.items():
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield place, code, say(gettext_noop("This code is used twice."))
    for position, asked in enumerate(tariff.inputs):
        if asked.most is not None and asked.most < asked.least:
            yield f"inputs[{position}].maximum", asked.name, say(gettext_noop("The minimum is above the maximum."))


def _part(part: Component | Modifier, inputs: dict[str, Input], tariff: Tariff, currency: Currency) -> Iterator[Fault]:
    for field, name, kinds in _uses(part):
        asked = inputs.get(name)
        if asked is None:
            yield field, name, say(gettext_noop("There is no input of this name."))
        elif asked.kind not in kinds:
            options = text(", ".join(sorted(kinds)))
            yield field, name, say(gettext_noop("The input must be one of: %(options)s."), options=options)
    yield from _condition(part.head, inputs)
    match part:
        case Banded():
            yield from _bands(part, inputs, currency)
        case Product():
            yield from _product(part, tariff)
        case ChoiceFactor() if part.input in inputs:
            answers = {choice.value for choice in inputs[part.input].choices}
            yield from _covers("factors", answers, [name for name, _ in part.factors])


def _uses(part: Component | Modifier) -> list[Use]:
    """Which inputs a part reads, where, and of which kinds they must be."""
    uses: list[Use] = []
    if part.head.when is not None:
        uses.append(("when", part.head.when.input, ("boolean", "choice")))
    match part:
        case PerUnit():
            uses.append(("quantity", part.quantity, NUMBERS))
        case Percent():
            uses.append(("base", part.base, ("money",)))
        case Banded():
            uses.append(("on", part.on, ("money",) if part.mode.startswith("percent") else (*NUMBERS, "money")))
            if part.column is not None:
                uses.append(("column", part.column, ("boolean", "choice")))
        case Product():
            kinds = (*NUMBERS, "money", "percent")
            uses += [("factors", factor.input, kinds) for factor in part.factors if factor.input is not None]
        case ChoiceFactor():
            uses.append(("input", part.input, ("choice",)))
    if isinstance(part, PerUnit | Flat | Banded) and part.times is not None:
        uses.append(("times", part.times, NUMBERS))
    return uses


def _condition(head: Head, inputs: dict[str, Input]) -> Iterator[Fault]:
    if head.when is None or head.when.input not in inputs:
        return
    asked, wanted = inputs[head.when.input], head.when.equals
    allowed: set[bool | str] = {True, False} if asked.kind == "boolean" else {choice.value for choice in asked.choices}
    if wanted not in allowed or (asked.kind == "boolean") != isinstance(wanted, bool):
        yield "when.is", str(wanted), say(gettext_noop("This answer can never be given."))


def _bands(part: Banded, inputs: dict[str, Input], currency: Currency) -> Iterator[Fault]:
    limits = [band.up_to for band in part.bands]
    closed = [limit for limit in limits if limit is not None]
    if None in limits[:-1] or sorted(set(closed)) != closed:
        yield "bands", "", say(gettext_noop("Each band must end above the one before; only the last may be open."))
    asked = inputs.get(part.on)
    last = limits[-1] if limits else None
    if part.pro_rata and (part.mode != "flat" or last is None or last == 0):
        yield "above", "pro_rata", say(gettext_noop("Only flat bands with an end can go on in proportion."))
    if asked is not None and last is not None and not part.pro_rata and not _reaches(asked, last, currency):
        yield "bands", str(last), say(gettext_noop("The input allows values above the last band."))
    if part.column is not None and part.column in inputs:
        column = inputs[part.column]
        answers = {"true", "false"} if column.kind == "boolean" else {choice.value for choice in column.choices}
        for position, band in enumerate(part.bands):
            yield from _covers(f"bands[{position}].rates", answers, [name for name, _ in band.columns])


def _reaches(asked: Input, last: Fraction, currency: Currency) -> bool:
    """Whether the bands reach the largest answer; bounds of money inputs are in major units, bands in minor."""
    scale = currency.scale if asked.kind == "money" else 1
    return asked.most is not None and asked.most * scale <= last


def _covers(place: str, answers: set[str], named: list[str]) -> Iterator[Fault]:
    for missing in sorted(answers - set(named)):
        yield place, missing, say(gettext_noop("There is no rate for this answer."))
    for strange in sorted(set(named) - answers):
        yield place, strange, say(gettext_noop("This answer can never be given."))


def _product(part: Product, tariff: Tariff) -> Iterator[Fault]:
    if sum(factor.kind == "money" for factor in part.factors) != 1:
        yield "factors", "", say(gettext_noop("Exactly one factor must be an amount of money."))
    if part.fund not in [fund.key for fund in tariff.funds]:
        yield "fund", part.fund, say(gettext_noop("There is no fund of this name."))
