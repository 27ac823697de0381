"""Whether a balance is paid now or carried forward: minimum payment, closing accounts, debts.

Amounts are whole minor units and gross, before tax. A balance equal to the minimum is paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cmo_portal.common.money import Currency, require_int
from cmo_portal.common.ruledata import Complaint, Reader
from cmo_portal.common.words import Words, gettext_noop, money, say

Reason = Literal["paid", "closing", "below_minimum", "in_debt", "nothing"]


@dataclass(frozen=True, slots=True)
class Payout:
    """What becomes of a balance: `paid` + `carried` = balance, with the reason."""

    paid: int
    carried: int
    reason: Reason
    minimum: int

    @property
    def words(self) -> Words:
        """The decision as a sentence with its numbers."""
        return say(_TEMPLATES[self.reason], balance=money(self.paid + self.carried), minimum=money(self.minimum))


_TEMPLATES: dict[Reason, str] = {
    "paid": gettext_noop("The balance of %(balance)s reaches the minimum of %(minimum)s and is paid."),
    "closing": gettext_noop("The account is closing: the balance of %(balance)s is paid whatever its size."),
    "below_minimum": gettext_noop("The balance of %(balance)s is below the minimum of %(minimum)s and is carried."),
    "in_debt": gettext_noop("The balance of %(balance)s is negative and is recovered from later earnings."),
    "nothing": gettext_noop("There is nothing to pay."),
}


def decide_payout(balance: int, minimum: int, *, closing: bool = False) -> Payout:
    """Decide on a gross balance. Raises ValueError for a negative minimum."""
    if require_int(minimum) < 0:
        raise ValueError("a minimum payment is never negative")
    reason = _reason(require_int(balance), minimum, closing)
    paid = balance if reason in ("paid", "closing") else 0
    return Payout(paid, balance - paid, reason, minimum)


def _reason(balance: int, minimum: int, closing: bool) -> Reason:
    if balance == 0:
        return "nothing"
    if balance < 0:
        return "in_debt"
    if balance >= minimum:
        return "paid"
    return "closing" if closing else "below_minimum"


def read_minimum(data: Mapping[str, Any], currency: Currency) -> tuple[int, list[Complaint]]:
    """Read `{"minimum_payment": "2000.00"}` as minor units; all faults come back together."""
    reader = Reader(data)
    minimum = reader.amount("minimum_payment", currency)
    if minimum.denominator != 1:
        words = say(gettext_noop("Write an amount with the decimals of the currency."))
        reader.complain("minimum_payment", data.get("minimum_payment"), words)
    reader.close()
    return int(minimum), reader.complaints
