"""The price of a licence: tariff version, answers, place and period in; fee, sales tax and every step out."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cmo_portal.common.periods import Period, add_months
from cmo_portal.common.ruledata import Complaint
from cmo_portal.common.words import Words, day, gettext_noop, label, money, percent, say
from licensing.models import Province, Quote, SalesTaxRate, Tariff, TariffVersion
from licensing.models.tariffs import Term
from licensing.queries.tariffs import currency, terms_of, version_on
from licensing.rules.tariff_pricing import Step
from licensing.rules.tariff_terms import Tariff as Terms
from licensing.rules.tariffs import Assessment, assess_answers
from licensing.rules.tax import NoTaxRule, TaxedFee, TaxRule, tax_fee

Answers = dict[str, str | bool | None]
LONGEST_EVENT_DAYS = 366


@dataclass(frozen=True, slots=True)
class Use:
    """What is asked for: a tariff, the answers to its questions as plain text, the place, the first and last day."""

    tariff: Tariff
    answers: Answers
    province: Province
    starts_on: dt.date
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class TaxCharge:
    """One tax of a price with the row that it follows. Amounts in minor units."""

    rate: SalesTaxRate
    base: int
    amount: int

    @property
    def words(self) -> Words:
        """The reckoning as a sentence."""
        return tax_words(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """The charge as plain JSON values, for the snapshot of a quote."""
        return {
            "rate_id": self.rate.pk,
            "code": self.rate.code,
            "names": _names(self.rate),
            "rate": f"{self.rate.rate.normalize():f}",
            "base": self.base,
            "amount": self.amount,
        }


@dataclass(frozen=True, slots=True)
class Price:
    """A price as of a day. fee + tax = total, in minor units."""

    use: Use
    version: TariffVersion
    terms: Terms
    period: Period
    on: dt.date
    assessment: Assessment
    taxes: tuple[TaxCharge, ...]

    @property
    def fee(self) -> int:
        """The fee without sales tax."""
        return self.assessment.fee

    @property
    def tax(self) -> int:
        """All sales taxes together."""
        return sum(charge.amount for charge in self.taxes)

    @property
    def total(self) -> int:
        """What is to be paid."""
        return self.fee + self.tax

    def same_as(self, quote: Quote) -> bool:
        """Whether a quote gave this very price by this very rule."""
        given = (quote.tariff_version_id, quote.fee, quote.tax, quote.total)
        return given == (self.version.pk, self.fee, self.tax, self.total)


def work_out(use: Use, *, on: dt.date) -> tuple[Price | None, list[Complaint]]:
    """Price a use as of the day `on`, which decides the tax rate; the first day of the licence decides the version.

    None and every complaint where something is missing or wrong. The place of a complaint is the name of an input, or
    one of `tariff`, `place`, `from`, `to`.
    """
    version = version_on(use.tariff, use.starts_on)
    if version is None:
        words = say(
            gettext_noop(
                "No version of this tariff can be used on %(day)s. Choose a later first day; the page of the tariff"
                " shows from when it is valid."
            ),
            day=day(use.starts_on),
        )
        return None, [Complaint("from", use.starts_on.isoformat(), words)]
    terms = terms_of(version)
    period, complaints = licence_period(use, terms)
    found, faults = assess_answers(terms, use.answers, currency(), period)
    complaints += [fault for fault in faults if fault.place != "period"]
    taxes = _taxes(found.fee, use.province, on) if found is not None else ()
    if taxes is None:
        words = say(gettext_noop("No sales tax rate is recorded for this place. Please write to us."))
        complaints.append(Complaint("place", use.province.code, words))
    if found is not None and found.fee <= 0:
        words = say(gettext_noop("With these answers no fee is due. Please write to us before you use music."))
        complaints.append(Complaint("tariff", use.tariff.code, words))
    if complaints or found is None or period is None or taxes is None:
        return None, complaints
    return Price(use, version, terms, period, on, found, taxes), []


def licence_period(use: Use, terms: Terms) -> tuple[Period | None, list[Complaint]]:
    """The days that one fee pays: twelve months, less where the tariff charges by time, or the days of the event."""
    year_end = add_months(use.starts_on, 12) - dt.timedelta(days=1)
    if use.tariff.term == Term.YEAR and not terms.needs_period:
        return Period(use.starts_on, year_end), []
    last = use.ends_on or (use.starts_on if use.tariff.term == Term.EVENT else year_end)
    latest = year_end if use.tariff.term == Term.YEAR else use.starts_on + dt.timedelta(days=LONGEST_EVENT_DAYS)
    if last < use.starts_on:
        words = say(gettext_noop("The last day is before the first day. Choose the first day or a later one."))
        return None, [Complaint("to", last.isoformat(), words)]
    if last > latest:
        words = say(gettext_noop("One licence lasts until %(day)s at most."), day=day(latest))
        return None, [Complaint("to", last.isoformat(), words)]
    return Period(use.starts_on, last), []


def _taxes(fee: int, province: Province, on: dt.date) -> tuple[TaxCharge, ...] | None:
    """The taxes on a fee, or None where no rate is in force."""
    rows = {row.code: row for row in province.tax_rates.all() if _holds(row, on)}
    try:
        taxed: TaxedFee = tax_fee(fee, [_rule(row, province) for row in rows.values()], province.code, on)
    except NoTaxRule:
        return None
    return tuple(TaxCharge(rows[line.rule.code], line.base, line.amount) for line in taxed.lines)


def _holds(row: SalesTaxRate, on: dt.date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)


def _rule(row: SalesTaxRate, province: Province) -> TaxRule:
    return TaxRule(
        code=row.code,
        province=province.code,
        names=tuple((language, name) for language, name in _names(row)),
        rate=exact_rate(row.rate),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        order=row.order,
        compound=row.compound,
        authority=province.authority,
        source=row.source,
    )


def exact_rate(rate: Decimal | str) -> Fraction:
    """A stored decimal as an exact fraction."""
    return Fraction(rate)


def _names(row: SalesTaxRate) -> list[list[str]]:
    return [["en", row.name], *([["ur", row.name_ur]] if row.name_ur else [])]


def tax_words(charge: dict[str, Any]) -> Words:
    """The sentence of a tax line from its snapshot."""
    return say(
        gettext_noop("%(name)s: %(rate)s of %(base)s"),
        name=label(tuple((language, name) for language, name in charge["names"])),
        rate=percent(exact_rate(charge["rate"])),
        base=money(charge["base"]),
    )


def tax_reckoning(charge: dict[str, Any]) -> Words:
    """The reckoning alone, for where the name of the tax stands beside it."""
    base = money(charge["base"])
    return say(gettext_noop("%(rate)s of %(base)s"), rate=percent(exact_rate(charge["rate"])), base=base)


def steps_of(quote: Quote) -> tuple[Step, ...]:
    """The working of a quote, read back from its snapshot."""
    return tuple(Step.from_json(step) for step in quote.steps)
