"""Reading a tariff version from its data, with every complaint at once.

Amounts, rates and bounds are decimal strings in major units and percents. A rate is one string where the tariff has one
fund, and one string for each fund where it has several. See `licensing.rules.tariff_terms` for what the parts mean.
"""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, cast

from cmo_portal.common.money import AmountError, Currency, parse_minor
from cmo_portal.common.periods import Period
from cmo_portal.common.ruledata import Complaint, Reader
from cmo_portal.common.words import gettext_noop, say

from .tariff_checks import check_tariff
from .tariff_terms import (
    BAND_MODES,
    CHARGED_PER,
    INPUT_KINDS,
    PERIOD_COUNTS,
    ROUNDING_MODES,
    Adjustment,
    Band,
    Banded,
    BandMode,
    Bound,
    Choice,
    ChoiceFactor,
    Component,
    Condition,
    Example,
    Factor,
    Flat,
    Fund,
    Head,
    Input,
    InputKind,
    Modifier,
    Percent,
    PeriodCount,
    PerUnit,
    Product,
    Proration,
    Rates,
    Rounding,
    RoundingMode,
    Tariff,
)

ZERO = Fraction(0)
ONE_FUND: tuple[Fund, ...] = (Fund("total", (("en", "Total"),)),)


class TariffReader:
    """Reads one tariff version; `complaints` collects every fault."""

    def __init__(self, data: Mapping[str, Any], currency: Currency) -> None:
        self.root = Reader(data)
        self.currency = currency
        self.funds = ONE_FUND
        self.inputs: dict[str, Input] = {}

    def read(self) -> Tariff:
        """The tariff, complete only when no complaint was collected."""
        root = self.root
        self.funds = tuple(self._fund(entry) for entry in root.records("funds", needed=False)) or ONE_FUND
        inputs = tuple(self._input(entry) for entry in root.records("inputs", needed=False))
        self.inputs = {entry.name: entry for entry in inputs}
        tariff = Tariff(
            code=root.text("code"),
            version=root.text("version"),
            names=root.names("name"),
            charged_per=root.choice("charged_per", CHARGED_PER),
            valid_from=root.day("valid_from") or date.min,
            valid_to=root.day("valid_to", needed=False),
            inputs=inputs,
            funds=self.funds,
            components=tuple(filter(None, (self._component(entry) for entry in root.records("components")))),
            modifiers=tuple(filter(None, (self._modifier(entry) for entry in root.records("modifiers", needed=False)))),
            rounding=self._rounding(),
            examples=tuple(self._example(entry) for entry in root.records("examples", needed=False)),
            source=root.text("source", ""),
            document=root.names("document") if root.has("document") else (),
        )
        root.close()
        return tariff

    # --- what is asked -----------------------------------------------------------------------------------------------

    def _fund(self, entry: Reader) -> Fund:
        fund = Fund(entry.text("key"), entry.names("name"))
        entry.close()
        return fund

    def _input(self, entry: Reader) -> Input:
        kind = cast(InputKind, entry.choice("type", INPUT_KINDS))
        asked = Input(
            name=entry.text("name"),
            kind=kind,
            names=entry.names("label"),
            unit=entry.names("unit") if entry.has("unit") else (),
            help=entry.names("help") if entry.has("help") else (),
            least=entry.number("minimum", ZERO, least=ZERO),
            most=entry.number("maximum", least=ZERO) if entry.has("maximum") else None,
            places=entry.integer("places", 2, most=6),
            choices=tuple(self._choice(c) for c in entry.records("choices", needed=kind == "choice")),
            default=entry.text("default") if entry.has("default") else None,
            counts=cast(PeriodCount, entry.choice("counts", PERIOD_COUNTS)) if entry.has("counts") else None,
        )
        entry.close()
        return asked

    def _choice(self, entry: Reader) -> Choice:
        choice = Choice(entry.text("value"), entry.names("label"))
        entry.close()
        return choice

    def _head(self, entry: Reader) -> Head:
        when = None
        if entry.has("when"):
            condition = entry.record("when")
            equals = condition.raw("is")
            when = Condition(condition.text("input"), equals if isinstance(equals, bool) else str(equals))
            condition.close()
        return Head(entry.text("code"), entry.names("name"), entry.text("rule", ""), when)

    # --- rates -------------------------------------------------------------------------------------------------------

    def _rates(self, entry: Reader, key: str, *, scale: int) -> Rates:
        return self._rates_of(entry, key, entry.raw(key), scale=scale)

    def _rates_of(self, entry: Reader, place: str, value: Any, *, scale: int) -> Rates:
        """One amount for each fund; a bare string where there is one fund."""
        keys = [fund.key for fund in self.funds]
        if isinstance(value, str) and len(keys) == 1:
            value = {keys[0]: value}
        if not isinstance(value, Mapping) or set(value) != set(keys):
            entry.complain(place, value, say(gettext_noop("Give one amount for each fund, as text in quotes.")))
            return tuple((key, ZERO) for key in keys)
        return tuple((key, entry.number_of(f"{place}.{key}", value[key], least=ZERO) * scale) for key in keys)

    # --- components --------------------------------------------------------------------------------------------------

    def _component(self, entry: Reader) -> Component | None:
        readers: dict[str, Callable[[Reader, Head], Component]] = {
            "per_unit": self._per_unit,
            "flat": self._flat,
            "banded": self._banded,
            "percent": self._percent,
            "product": self._product,
        }
        kind = entry.choice("kind", readers.keys())
        component = readers[kind](entry, self._head(entry))
        entry.close()
        return component

    def _times(self, entry: Reader) -> str | None:
        return entry.text("times") if entry.has("times") else None

    def _per_unit(self, entry: Reader, head: Head) -> PerUnit:
        per = entry.number("per", Fraction(1), least=ZERO)
        if per == 0:
            entry.complain("per", entry.raw("per"), say(gettext_noop("This number is outside the range allowed here.")))
        return PerUnit(
            head=head,
            quantity=entry.text("quantity"),
            rates=self._rates(entry, "rates", scale=self.currency.scale),
            per=per or Fraction(1),
            started=entry.flag("started"),
            times=self._times(entry),
        )

    def _flat(self, entry: Reader, head: Head) -> Flat:
        return Flat(head, self._rates(entry, "rates", scale=self.currency.scale), self._times(entry))

    def _percent(self, entry: Reader, head: Head) -> Percent:
        return Percent(head, entry.text("base"), self._rates(entry, "rates_percent", scale=1))

    def _banded(self, entry: Reader, head: Head) -> Banded:
        mode = cast(BandMode, entry.choice("mode", BAND_MODES))
        on = entry.text("on")
        column = entry.text("column") if entry.has("column") else None
        asked = self.inputs.get(on)
        bound_scale = self.currency.scale if asked is not None and asked.kind == "money" else 1
        rate_scale = 1 if mode.startswith("percent") else self.currency.scale
        bands = tuple(self._band(b, column, bound_scale, rate_scale) for b in entry.records("bands"))
        above = entry.choice("above", ("refuse", "pro_rata"), "refuse")
        return Banded(head, on, mode, bands, column, above == "pro_rata", self._times(entry))

    def _band(self, entry: Reader, column: str | None, bound_scale: int, rate_scale: int) -> Band:
        up_to = entry.number("up_to", least=ZERO) * bound_scale if entry.has("up_to") else None
        if column is None:
            columns: tuple[tuple[str, Rates], ...] = (("", self._rates(entry, "rates", scale=rate_scale)),)
        else:
            columns = tuple(
                (name, self._rates_of(entry, f"rates.{name}", value, scale=rate_scale))
                for name, value in entry.mapping("rates").items()
            )
        entry.close()
        return Band(up_to, columns)

    def _product(self, entry: Reader, head: Head) -> Product:
        factors = tuple(self._factor(factor) for factor in entry.records("factors"))
        return Product(head, factors, entry.text("fund", self.funds[0].key))

    def _factor(self, entry: Reader) -> Factor:
        if entry.has("input"):
            name = entry.text("input")
            asked = self.inputs.get(name)
            factor = Factor(asked.kind if asked else "decimal", asked.names if asked else (), input=name)
        else:
            kind = cast(InputKind, entry.choice("type", ("money", "percent", "decimal"), "decimal"))
            constant = entry.number("constant", least=ZERO) * (self.currency.scale if kind == "money" else 1)
            factor = Factor(kind, entry.names("name"), constant=constant)
        entry.close()
        return factor

    # --- modifiers ---------------------------------------------------------------------------------------------------

    def _modifier(self, entry: Reader) -> Modifier | None:
        readers: dict[str, Callable[[Reader, Head, str], Modifier]] = {
            "minimum": self._bound,
            "maximum": self._bound,
            "proration": self._proration,
            "discount": self._adjustment,
            "surcharge": self._adjustment,
            "factor": self._choice_factor,
        }
        kind = entry.choice("kind", readers.keys())
        modifier = readers[kind](entry, self._head(entry), kind)
        entry.close()
        return modifier

    def _bound(self, entry: Reader, head: Head, kind: str) -> Bound:
        return Bound(head, kind == "minimum", self._rates(entry, "amounts", scale=self.currency.scale))

    def _proration(self, entry: Reader, head: Head, kind: str) -> Proration:
        return Proration(head, entry.choice("by", ("month", "day")) == "day")

    def _adjustment(self, entry: Reader, head: Head, kind: str) -> Adjustment:
        surcharge = kind == "surcharge"
        if entry.has("amounts"):
            return Adjustment(head, surcharge, amounts=self._rates(entry, "amounts", scale=self.currency.scale))
        most = None if surcharge else Fraction(100)
        share = entry.number("percent", least=ZERO, most=most)
        return Adjustment(head, surcharge, share, entry.choice("of", ("running", "basic"), "running") == "basic")

    def _choice_factor(self, entry: Reader, head: Head, kind: str) -> ChoiceFactor:
        factors = tuple(
            (choice, entry.number_of(f"factors.{choice}", value, least=ZERO))
            for choice, value in entry.mapping("factors").items()
        )
        return ChoiceFactor(head, entry.text("input"), factors)

    # --- the end -----------------------------------------------------------------------------------------------------

    def _rounding(self) -> Rounding:
        if not self.root.has("rounding"):
            return Rounding()
        entry = self.root.record("rounding")
        unit = self._minor(entry, "unit")
        if unit < 1:
            words = say(gettext_noop("This number is outside the range allowed here."))
            entry.complain("unit", entry.raw("unit"), words)
        rounding = Rounding(max(unit, 1), cast(RoundingMode, entry.choice("mode", ROUNDING_MODES, "half_up")))
        entry.close()
        return rounding

    def _example(self, entry: Reader) -> Example:
        funds = entry.mapping("funds")
        example = Example(
            answers=tuple(entry.mapping("answers").items()),
            fee=self._minor(entry, "fee"),
            funds=tuple((key, self._minor_of(entry, f"funds.{key}", value)) for key, value in funds.items()),
            period=self._period(entry.record("period")) if entry.has("period") else None,
            note=entry.text("note", ""),
        )
        entry.close()
        return example

    def _period(self, entry: Reader) -> Period | None:
        start, end = entry.day("start"), entry.day("end")
        entry.close()
        if start is None or end is None:
            return None
        if end < start:
            entry.complain("end", entry.raw("end"), say(gettext_noop("The period ends before it begins.")))
            return None
        return Period(start, end)

    def _minor(self, entry: Reader, key: str) -> int:
        return self._minor_of(entry, key, entry.text(key))

    def _minor_of(self, entry: Reader, place: str, value: Any) -> int:
        try:
            return parse_minor(value, self.currency)
        except AmountError:
            if value:
                entry.complain(place, value, say(gettext_noop("Write a plain amount such as 1250.00.")))
            return 0


def read_tariff(data: Mapping[str, Any], currency: Currency) -> tuple[Tariff | None, list[Complaint]]:
    """The tariff version in its data, or None and every complaint: of its form first, then of its sense."""
    reader = TariffReader(data, currency)
    tariff = reader.read()
    complaints = reader.root.complaints
    complaints += check_tariff(tariff, currency)
    return (None if complaints else tariff), complaints
