"""Who is owed what, and why somebody is not paid yet."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from cmo_portal.common.money import Currency
from cmo_portal.common.texts import Text, say
from members.queries import Payee, payees
from royalties.models import Payment, RuleVersion, Statement
from royalties.models.ledger import AccountCode
from royalties.queries.rules import rule_in_force
from royalties.rules.threshold import decide_payout, read_minimum
from royalties.rules.withholding import NoWithholdingRate, Withholding, WithholdingRate, read_withholding, withhold

BALANCES = """
    SELECT l.party_id, -sum(l.amount)::bigint AS balance FROM royalties_ledgerline l
    JOIN royalties_account a ON a.id = l.account_id
    WHERE a.code = %(code)s AND l.party_id IS NOT NULL
        AND (%(parties)s::bigint[] IS NULL OR l.party_id = ANY(%(parties)s))
    GROUP BY l.party_id HAVING sum(l.amount) <> 0 ORDER BY l.party_id
"""
# M12: what a run has posted may be paid from its publishing on; a reversed run is in the books with its negative.
OWED = """
    SELECT l.party_id, -sum(l.amount)::bigint AS balance,
        -coalesce(sum(l.amount) FILTER (WHERE r.state IS DISTINCT FROM 'finalised'), 0)::bigint AS published
    FROM royalties_ledgerline l JOIN royalties_account a ON a.id = l.account_id
        LEFT JOIN royalties_run r ON r.id = l.run_id
    WHERE a.code = '2500' AND l.party_id IS NOT NULL
    GROUP BY l.party_id HAVING sum(l.amount) <> 0 ORDER BY l.party_id
"""
SENT_BACK = _(
    "The bank sent the last payment back: {reason}. It waits for another account, or for this one to be confirmed."
)


@dataclass(frozen=True, slots=True)
class Due:
    """One party's balance and what a batch on the payment date would do with it. Amounts in whole minor units.

    `waits` says in words why nothing is paid now; `withholding` is there when something is. `sent_back` marks a payee
    whose account the bank refused.
    """

    party_id: int
    payee: Payee
    balance: int
    statement_id: int | None
    withholding: Withholding | None
    waits: Text | None
    sent_back: bool


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """The rule versions in force on a payment date."""

    minimum: int
    payment: RuleVersion
    rates: tuple[WithholdingRate, ...]
    withholding: RuleVersion


def balances(account: AccountCode, party_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Credit balance of an account by party, whole minor units; zero balances are left out."""
    wanted = list(party_ids) if party_ids is not None else None
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"code": str(account), "parties": wanted})
        return dict(cursor.fetchall())


def owed_balances() -> list[tuple[int, int, int]]:
    """Each party with a balance: her id, the balance, and what of it is published. The rest waits for that."""
    with connection.cursor() as cursor:
        cursor.execute(OWED)
        return cursor.fetchall()


def payment_rules(on: dt.date) -> PaymentRules:
    """Minimum and withholding rates on a payment date. Raises ValidationError."""
    payment, withholding = rule_in_force("payment", on), rule_in_force("withholding", on)
    currency = Currency(settings.CURRENCY["code"], settings.CURRENCY["decimals"])
    minimum, complaints = read_minimum(payment.parameters, currency)
    rates, more = read_withholding(withholding.parameters, withholding.valid_from, withholding.valid_to)
    if complaints or more:
        raise ValidationError(_("The rules on payments cannot be read. Mend and approve them first."))
    return PaymentRules(minimum, payment, rates, withholding)


def sent_back(party_ids: Iterable[int]) -> dict[int, str]:
    """Why the bank sent the last payment back, by party: only while the account to which it went is still in force.

    A new account, and the same one confirmed, is another row, so what was sent back once is payable again once.
    """
    found = Payment.objects.filter(party_id__in=list(party_ids), state="rejected", account__state="approved")
    return dict(found.order_by("pk").values_list("party_id", "bank_reason"))


def due_on(on: dt.date, *, rules: PaymentRules | None = None, frozen_at: dt.datetime | None = None) -> list[Due]:
    """Every party with a balance, by party id, with what a batch on this day would pay and why the rest waits.

    An account that was approved after `frozen_at` counts for the next batch only (M12).
    """
    rules = rules or payment_rules(on)
    rows = owed_balances()
    owed = {party: published or balance for party, balance, published in rows}
    people = payees(owed.keys(), on=on)
    statements = dict(
        Statement.objects.filter(
            party_id__in=[party for party, _all, published in rows if published], run__state="published"
        )
        .values("party_id")
        .annotate(last=Max("pk"))
        .values_list("party_id", "last")
    )
    open_payments = set(Payment.objects.filter(party_id__in=owed, state="reserved").values_list("party_id", flat=True))
    returned = sent_back(owed)
    found: list[Due] = []
    for party, balance in owed.items():
        bank = _Bank(party in open_payments, returned.get(party))
        found.append(_due(_as_of(people[party], frozen_at), balance, statements.get(party), bank, rules, on))
    return found


@dataclass(frozen=True, slots=True)
class _Bank:
    """What the bank has to do with a payee now: whether a payment is with it, and why it sent the last one back."""

    is_open: bool
    returned: str | None


def _as_of(payee: Payee, frozen_at: dt.datetime | None) -> Payee:
    """The payee without an account that was approved too late."""
    approved_at = payee.account_approved_at
    if frozen_at is None or approved_at is None or approved_at <= frozen_at:
        return payee
    return replace(payee, account_id=None)


def _due(payee: Payee, balance: int, statement_id: int | None, bank: _Bank, rules: PaymentRules, on: dt.date) -> Due:
    waits = _why_waiting(payee, balance, statement_id, bank, rules)
    kept = None
    if waits is None:
        try:
            kept = withhold(balance, rules.rates, payee.tax_class, on)
        except NoWithholdingRate:
            waits = _("No withholding rate is in force for the tax class of this payee.")
        else:
            waits = _("Nothing is left after tax.") if kept.net <= 0 else None
    returned = bank.returned is not None
    return Due(payee.party_id, payee, balance, statement_id, kept if waits is None else None, waits, returned)


def _why_waiting(payee: Payee, balance: int, statement_id: int | None, bank: _Bank, rules: PaymentRules) -> Text | None:
    decision = decide_payout(balance, rules.minimum, closing=payee.state == "resigned")
    checks: list[tuple[bool, Text]] = [
        (bank.is_open, _("A payment of this payee is still under way.")),
        (statement_id is None, _("The statement is not published yet.")),
        (decision.reason == "in_debt", _("The balance is negative and is recovered from later earnings.")),
        (decision.reason == "below_minimum", _("The balance is below the minimum payment and is carried forward.")),
        (payee.state == "deceased", _("The member has died; the heirs are to be recorded first.")),
        (payee.state == "suspended", _("The membership is suspended.")),
        (payee.account_id is None, _("There is no approved bank account.")),
        (bank.returned is not None, say(SENT_BACK, reason=bank.returned or "")),
        (not payee.tax_class, _("The tax status is not recorded.")),
    ]
    return next((words for holds, words in checks if holds), None)
