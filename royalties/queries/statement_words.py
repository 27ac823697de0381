"""Words of a statement that page and document share."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from cmo_portal.common.words import gettext_noop
from cmo_portal.wording import date_text
from royalties.queries.statements import Movement

MOVEMENTS = {
    "distribution": gettext_noop("Distributed on %(day)s"),
    "payment_settle": gettext_noop("Returned by your bank on %(day)s"),
    "reversal": gettext_noop("Taken back on %(day)s"),
}
TAX = gettext_noop("Tax withheld on %(day)s")
PAYMENTS = {
    "paid": gettext_noop("Paid to your bank on %(day)s"),
    "cancelled": gettext_noop("Payment prepared on %(day)s"),
}
SENT = gettext_noop("Sent to your bank on %(day)s")
BOOKED = gettext_noop("Booked on %(day)s")


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the balance: its words, its amount in minor units, and what it leads to: a statement (`uid`), the
    payments of the page (`is_payment`), or nothing."""

    text: str
    amount: int
    uid: UUID | None = None
    is_payment: bool = False


def balance_steps(moved: Movement) -> list[Step]:
    """What moved a balance, with its day; of a payment the tax and what went to the bank."""
    day = {"day": date_text(moved.on)}
    if not moved.payment:
        return [Step(_(MOVEMENTS.get(moved.kind, BOOKED)) % day, moved.amount, moved.statement)]
    sent = Step(_(PAYMENTS.get(moved.payment, SENT)) % day, moved.amount + moved.withheld, is_payment=True)
    return [Step(_(TAX) % day, -moved.withheld, is_payment=True), sent] if moved.withheld else [sent]
