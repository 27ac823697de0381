"""Deductions from receipts in declared order, each on its own declared basis, in whole minor units.

Order matters, and so does the basis: a deduction is a percentage of the balance that is left after a stated step, where
step 0 is the opening amount. Two percentages on one balance are not the same as one after the other.

Every deduction is rounded once, half up, to a whole minor unit, on the rounded balance that it names: what the ledger
shows after a step is what the next step is reckoned on. A negative opening amount (a reversal) mirrors the positive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

from cmo_portal.common.money import allocate, percent_of, require_int, round_half_up
from cmo_portal.common.ruledata import Complaint, Reader
from cmo_portal.common.words import Words, count, gettext_noop, money, percent, say, text

PURPOSES = ("administration", "social", "cultural", "educational", "reserve", "tax", "bank", "other")
HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class Deduction:
    """One deduction of a rule version. `rate` and `ceiling` are percents; `resolution` says who decided it."""

    order: int
    code: str
    rate: Fraction
    basis_after_order: int
    purpose: str
    ceiling: Fraction | None = None
    resolution: str = ""

    @property
    def above_ceiling(self) -> bool:
        """Whether the rate is higher than the rule allows."""
        return self.ceiling is not None and self.rate > self.ceiling


@dataclass(frozen=True, slots=True)
class DeductionStep:
    """One deduction carried out: amounts in minor units, `exact` before rounding, `balance` what is left after it."""

    order: int
    code: str
    purpose: str
    rate: Fraction
    basis_after_order: int
    basis: int
    exact: Fraction
    amount: int
    balance: int
    resolution: str

    @property
    def words(self) -> Words:
        """The step as a sentence with its numbers."""
        template = gettext_noop("%(code)s: %(rate)s of %(basis)s (the balance after step %(step)s) = %(amount)s")
        if self.basis_after_order == 0:
            template = gettext_noop("%(code)s: %(rate)s of the opening amount %(basis)s = %(amount)s")
        return say(
            template,
            code=text(self.code),
            rate=percent(self.rate),
            basis=money(self.basis),
            step=count(self.basis_after_order),
            amount=money(self.amount),
        )


@dataclass(frozen=True, slots=True)
class DeductionResult:
    """The whole chain: opening − the sum of the steps = distributable, in minor units, exactly."""

    opening: int
    steps: tuple[DeductionStep, ...]
    distributable: int

    def amounts(self) -> dict[str, int]:
        """The amount of each deduction by its code."""
        return {step.code: step.amount for step in self.steps}


def split_deductions(amounts: Sequence[int], weights: Sequence[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    """What each section of a pool bears of each of its deductions, in minor units, by section, in their order.

    The sum after each deduction is split as the freeze splits the whole, and a part is what a sum adds to the one
    before. So the parts of a section make what was deducted from it, and the parts of a deduction make its amount.
    """
    totals = [allocate(total, weights) for total in accumulate(amounts, initial=0)]
    return {code: tuple(after[code] - before[code] for before, after in pairwise(totals)) for code, _weight in weights}


class DeductionsExceedAmount(ValueError):
    """The deductions together would take more than there is."""


def apply_deductions(opening: int, deductions: Iterable[Deduction]) -> DeductionResult:
    """Take the deductions from `opening` minor units in their order.

    Raises ValueError for an order that repeats or a basis that is not an earlier step, and DeductionsExceedAmount when
    more would be taken than there is.
    """
    balances = {0: require_int(opening)}
    left = opening
    steps: list[DeductionStep] = []
    for deduction in sorted(deductions, key=lambda d: d.order):
        if deduction.order in balances or deduction.basis_after_order not in balances:
            raise ValueError(f"deduction {deduction.code}: order and basis must name one new and one earlier step")
        basis = balances[deduction.basis_after_order]
        exact = percent_of(basis, deduction.rate)
        amount = round_half_up(exact)
        left -= amount
        balances[deduction.order] = left
        steps.append(
            DeductionStep(
                order=deduction.order,
                code=deduction.code,
                purpose=deduction.purpose,
                rate=deduction.rate,
                basis_after_order=deduction.basis_after_order,
                basis=basis,
                exact=exact,
                amount=amount,
                balance=left,
                resolution=deduction.resolution,
            )
        )
    if (left < 0) != (opening < 0) and left != 0:
        raise DeductionsExceedAmount(f"deductions of {opening - left} were asked from {opening} minor units")
    return DeductionResult(opening, tuple(steps), left)


def read_deductions(data: Mapping[str, Any]) -> tuple[tuple[Deduction, ...], list[Complaint]]:
    """Read `{"deductions": [{"order", "code", "rate_percent", "basis_after_order", "purpose", …}]}`.

    A basis must be 0 or the order of an earlier deduction, orders and codes are unique, and a rate above its own
    ceiling is a fault. All faults come back together.
    """
    reader = Reader(data)
    found = [(entry, _read_one(entry)) for entry in reader.records("deductions", needed=False)]
    reader.close()
    orders = {0}
    codes: set[str] = set()
    for entry, deduction in sorted(found, key=lambda pair: pair[1].order):
        _check_one(entry, deduction, orders, codes)
        orders.add(deduction.order)
        codes.add(deduction.code)
    return tuple(deduction for _, deduction in sorted(found, key=lambda pair: pair[1].order)), reader.complaints


def _read_one(entry: Reader) -> Deduction:
    zero = Fraction(0)
    ceiling = entry.number("ceiling_percent", least=zero, most=HUNDRED) if entry.has("ceiling_percent") else None
    deduction = Deduction(
        order=entry.integer("order", least=1),
        code=entry.text("code"),
        rate=entry.number("rate_percent", least=zero, most=HUNDRED),
        basis_after_order=entry.integer("basis_after_order"),
        purpose=entry.choice("purpose", PURPOSES),
        ceiling=ceiling,
        resolution=entry.text("resolution", ""),
    )
    entry.close()
    return deduction


def _check_one(entry: Reader, deduction: Deduction, orders: set[int], codes: set[str]) -> None:
    if deduction.order in orders:
        entry.complain("order", deduction.order, say(gettext_noop("Each step needs an order number of its own.")))
    if deduction.code and deduction.code in codes:
        entry.complain("code", deduction.code, say(gettext_noop("This code is used twice.")))
    if deduction.basis_after_order not in orders or deduction.basis_after_order >= deduction.order:
        basis = deduction.basis_after_order
        entry.complain("basis_after_order", basis, say(gettext_noop("Name 0 or the order of an earlier step.")))
    if deduction.above_ceiling:
        words = say(
            gettext_noop("The rate %(rate)s is above its ceiling of %(ceiling)s."),
            rate=percent(deduction.rate),
            ceiling=percent(deduction.ceiling or Fraction(0)),
        )
        entry.complain("rate_percent", entry.raw("rate_percent"), words)
