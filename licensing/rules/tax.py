"""Sales tax on a licence fee: dated rates by province as data, one printable line for each tax.

The province is that of the premises (or of the event). A province without a rule in force is refused, never taken as
untaxed: a true exemption is a rule of 0 %.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from cmo_portal.common.money import percent_of, require_int, round_half_up
from cmo_portal.common.periods import is_valid_on, overlapping
from cmo_portal.common.ruledata import Complaint, Names, Reader
from cmo_portal.common.words import Words, gettext_noop, label, money, percent, say


@dataclass(frozen=True, slots=True)
class TaxRule:
    """One tax of one province: percents of the fee, or of the fee with the taxes of lower order where `compound`."""

    code: str
    province: str
    names: Names
    rate: Fraction
    valid_from: date
    valid_to: date | None = None
    order: int = 1
    compound: bool = False
    authority: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A tax of one invoice in whole minor units."""

    rule: TaxRule
    base: int
    exact: Fraction
    amount: int

    @property
    def words(self) -> Words:
        """The reckoning as a sentence with its numbers."""
        return say(
            gettext_noop("%(name)s: %(rate)s of %(base)s = %(amount)s"),
            name=label(self.rule.names),
            rate=percent(self.rule.rate),
            base=money(self.base),
            amount=money(self.amount),
        )


@dataclass(frozen=True, slots=True)
class TaxedFee:
    """A fee with its taxes: net + the lines = gross, in whole minor units."""

    net: int
    lines: tuple[TaxLine, ...]
    gross: int


class NoTaxRule(LookupError):
    """No rule is in force for the province on the day."""


def tax_fee(net: int, rules: Iterable[TaxRule], province: str, on: date) -> TaxedFee:
    """The taxes on a net fee in a province on a day, each rounded half up. A negative net (a credit note) mirrors.

    Raises NoTaxRule.
    """
    in_force = [rule for rule in rules if rule.province == province and is_valid_on(rule, on)]
    if not in_force:
        raise NoTaxRule(f"no sales tax rule is in force for {province} on {on}")
    gross = require_int(net)
    lines: list[TaxLine] = []
    for rule in sorted(in_force, key=lambda rule: (rule.order, rule.code)):
        base = net + sum(line.amount for line in lines if line.rule.order < rule.order) if rule.compound else net
        exact = percent_of(base, rule.rate)
        lines.append(TaxLine(rule, base, exact, round_half_up(exact)))
        gross += lines[-1].amount
    return TaxedFee(net, tuple(lines), gross)


def read_tax_rules(data: Mapping[str, Any]) -> tuple[tuple[TaxRule, ...], list[Complaint]]:
    """Read `{"rules": [{"code", "province", "name", "rate_percent", "valid_from", …}]}`; all faults together.

    The versions of one tax of one province must not overlap in time.
    """
    reader = Reader(data)
    rules = tuple(_read_rule(entry) for entry in reader.records("rules"))
    reader.close()
    for province, code in sorted({(rule.province, rule.code) for rule in rules}):
        versions = [rule for rule in rules if (rule.province, rule.code) == (province, code)]
        for _, later in overlapping(versions):
            words = say(gettext_noop("Two versions of this tax are in force at once."))
            reader.complain("rules", f"{province} {code} {later.valid_from}", words)
    return rules, reader.complaints


def _read_rule(entry: Reader) -> TaxRule:
    rule = TaxRule(
        code=entry.text("code"),
        province=entry.text("province"),
        names=entry.names("name"),
        rate=entry.number("rate_percent", least=Fraction(0), most=Fraction(100)),
        valid_from=entry.day("valid_from") or date.min,
        valid_to=entry.day("valid_to", needed=False),
        order=entry.integer("order", 1, least=1),
        compound=entry.flag("compound"),
        authority=entry.text("authority", ""),
        source=entry.text("source", ""),
    )
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        entry.complain("valid_to", rule.valid_to, say(gettext_noop("The period ends before it begins.")))
    entry.close()
    return rule
