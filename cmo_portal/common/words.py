"""Sentences with numbers in them, kept apart until a page or document puts them into a language.

Pure rules explain themselves by a template and its figures. The door that shows them translates the template and
formats each figure for its reader; the same pair, stored beside a result, explains it again years later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from .money import Currency, decimal_text, group_digits

FigureKind = Literal["money", "count", "number", "percent", "text", "date", "label"]
FigureValue = int | Fraction | str | date | tuple[tuple[str, str], ...]


def gettext_noop(text: str) -> str:
    """Mark a template for the catalogue of translations, and give it back as it is."""
    return text


@dataclass(frozen=True, slots=True)
class Figure:
    """One value inside a sentence. Money counts minor units (a fraction where a working step is not yet whole);
    percent counts percents; a label is a name in several languages as (language, text) pairs."""

    kind: FigureKind
    value: FigureValue


@dataclass(frozen=True, slots=True)
class Words:
    """An English template in the % style and the figures that fill it."""

    template: str
    figures: tuple[tuple[str, Figure], ...] = ()

    def __post_init__(self) -> None:
        # JSON stores do not keep the order of names, so the order is always that of the alphabet.
        object.__setattr__(self, "figures", tuple(sorted(self.figures, key=lambda named: named[0])))

    def render(self, translate: Callable[[str], str], show: Callable[[Figure], str]) -> str:
        """The sentence in the language of `translate`, each figure written by `show`."""
        return translate(self.template) % {name: show(figure) for name, figure in self.figures}

    def as_json(self) -> dict[str, Any]:
        """The sentence as plain JSON values, for storing beside the result that it explains."""
        return {
            "template": self.template,
            "figures": {name: {"kind": f.kind, "value": _value_to_json(f.value)} for name, f in self.figures},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Words":
        """Read back what `as_json` wrote."""
        figures = data["figures"].items()
        return cls(data["template"], tuple((name, _figure_from_json(f)) for name, f in figures))


def say(template: str, **figures: Figure) -> Words:
    """Build a sentence: `say(gettext_noop("%(seats)s seats"), seats=count(40))`."""
    return Words(template, tuple(figures.items()))


def money(minor: int | Fraction) -> Figure:
    """An amount in minor units."""
    return Figure("money", minor)


def count(value: int) -> Figure:
    """A whole number of things."""
    return Figure("count", value)


def number(value: Fraction | int) -> Figure:
    """An exact number such as a weight, an area or a factor."""
    return Figure("number", Fraction(value))


def percent(value: Fraction | int) -> Figure:
    """A percentage, 7.5 for seven and a half percent."""
    return Figure("percent", Fraction(value))


def text(value: str) -> Figure:
    """A code or name that is the same in every language."""
    return Figure("text", value)


def day(value: date) -> Figure:
    """A calendar day."""
    return Figure("date", value)


def label(value: tuple[tuple[str, str], ...]) -> Figure:
    """A name in several languages."""
    return Figure("label", value)


def in_language(names: tuple[tuple[str, str], ...], language: str) -> str:
    """The name in the language asked for, else in English, else in the first language given."""
    by_language = dict(names)
    return by_language.get(language) or by_language.get("en") or next(iter(by_language.values()), "")


def plain_figures(currency: Currency, language: str = "en") -> Callable[[Figure], str]:
    """A writer of figures for files, logs and tests: English digits, western grouping, exact decimals."""

    def show(figure: Figure) -> str:
        value = figure.value
        if isinstance(value, tuple):
            return in_language(value, language)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, str):
            return value
        if figure.kind == "money":
            return _grouped(decimal_text(Fraction(value) / currency.scale, least=currency.decimals))
        written = _grouped(decimal_text(value))
        return f"{written}%" if figure.kind == "percent" else written

    return show


def plain(words: Words, currency: Currency) -> str:
    """The sentence in English with plain figures."""
    return words.render(lambda template: template, plain_figures(currency))


def _grouped(written: str) -> str:
    whole, point, decimals = written.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{group_digits(whole.removeprefix('-'))}{point}{decimals}"


def _value_to_json(value: FigureValue) -> Any:
    if isinstance(value, tuple):
        return [list(name) for name in value]  # a list: JSON stores do not keep the order of names
    return value.isoformat() if isinstance(value, date) else str(value)


def _figure_from_json(data: Mapping[str, Any]) -> Figure:
    kind: FigureKind = data["kind"]
    raw = data["value"]
    if kind == "label":
        return Figure(kind, tuple((language, name) for language, name in raw))
    if kind == "date":
        return Figure(kind, date.fromisoformat(raw))
    if kind == "count":
        return Figure(kind, int(raw))
    if kind == "money":
        value = Fraction(raw)
        return Figure(kind, value.numerator if value.denominator == 1 else value)
    return Figure(kind, raw if kind == "text" else Fraction(raw))
