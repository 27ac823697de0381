"""Tax kept back at payment: dated rates by tax class, on the payment date, once on the paid total, half up.

A tax class joins what decides the rate (residency, place on the taxpayers' list, kind of payee), for example
`resident_active`. Rates are data with their source; none is built in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from cmo_portal.common.money import percent_of, require_int, round_half_up
from cmo_portal.common.periods import AmbiguouslyValid, NotValid, valid_row
from cmo_portal.common.ruledata import Complaint, Reader
from cmo_portal.common.words import Words, day, gettext_noop, money, percent, say, text


@dataclass(frozen=True, slots=True)
class WithholdingRate:
    """A rate (percents of the paid total) of one tax class, valid from the first to the last day given."""

    tax_class: str
    rate: Fraction
    valid_from: date
    valid_to: date | None = None
    section: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Withholding:
    """What is kept back of one payment, in minor units: gross − withheld = net."""

    gross: int
    withheld: int
    net: int
    exact: Fraction
    rate: WithholdingRate
    paid_on: date

    @property
    def words(self) -> Words:
        """The reckoning as a sentence with its numbers."""
        return say(
            gettext_noop("%(rate)s of %(gross)s for %(tax_class)s on %(day)s (%(section)s) = %(withheld)s"),
            rate=percent(self.rate.rate),
            gross=money(self.gross),
            tax_class=text(self.rate.tax_class),
            day=day(self.paid_on),
            section=text(self.rate.section),
            withheld=money(self.withheld),
        )


class NoWithholdingRate(LookupError):
    """No rate, or more than one, is in force for the tax class on the payment date."""


def rate_on(rates: Iterable[WithholdingRate], tax_class: str, paid_on: date) -> WithholdingRate:
    """The one rate of a tax class on the payment date. Raises NoWithholdingRate: a payment is never guessed."""
    try:
        return valid_row([rate for rate in rates if rate.tax_class == tax_class], paid_on)
    except (NotValid, AmbiguouslyValid) as fault:
        raise NoWithholdingRate(f"tax class {tax_class}: {fault}") from fault


def withhold(paid_total: int, rates: Iterable[WithholdingRate], tax_class: str, paid_on: date) -> Withholding:
    """Reckon the tax on one payment of `paid_total` minor units; periods that were carried forward are already in it.

    Raises NoWithholdingRate, and ValueError for a negative payment.
    """
    if require_int(paid_total) < 0:
        raise ValueError("a payment is never negative")
    rate = rate_on(rates, tax_class, paid_on)
    exact = percent_of(paid_total, rate.rate)
    withheld = round_half_up(exact)
    return Withholding(paid_total, withheld, paid_total - withheld, exact, rate, paid_on)


def read_withholding(
    data: Mapping[str, Any], valid_from: date, valid_to: date | None
) -> tuple[tuple[WithholdingRate, ...], list[Complaint]]:
    """Read `{"rates": [{"tax_class", "rate_percent", "section", "source"}]}` of a rule version with its validity.

    Each tax class has one rate; all faults come back together.
    """
    reader = Reader(data)
    rates: list[WithholdingRate] = []
    for entry in reader.records("rates"):
        rate = WithholdingRate(
            tax_class=entry.text("tax_class"),
            rate=entry.number("rate_percent", least=Fraction(0), most=Fraction(100)),
            valid_from=valid_from,
            valid_to=valid_to,
            section=entry.text("section", ""),
            source=entry.text("source"),
        )
        if rate.tax_class and rate.tax_class in [other.tax_class for other in rates]:
            entry.complain("tax_class", rate.tax_class, say(gettext_noop("This code is used twice.")))
        entry.close()
        rates.append(rate)
    reader.close()
    return tuple(rates), reader.complaints
