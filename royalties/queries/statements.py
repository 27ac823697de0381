"""A member's statements: which she may see, and all figures of one of them.

`statements_of` is the permission: every page of a statement reaches it through this queryset. The frozen figures of
`summary` are what screen, PDF and CSV show, so that their totals cannot differ.
"""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from cmo_portal.accounts.models import User
from cmo_portal.common.clock import business_date
from members.models import Party
from royalties.models import PayeeTotal, Payment, RunPool, Statement
from royalties.models.ledger import AccountCode
from royalties.rules.deductions import split_deductions

POOLS = """
    SELECT p.pool_no, p.name, pool.name_ur, p."right", pool.period_start, pool.period_end, p.gross, p.deducted,
        p.amount, t.amount, p.section, v.uid, r.first, r.last, r.receipts, s.weights, d.terms
    FROM royalties_payeetotal t
        JOIN royalties_runpool p ON p.run_id = t.run_id AND p.pool_no = t.pool_no
        JOIN royalties_pool pool ON pool.id = p.pool_id
        JOIN royalties_ruleversion v ON v.id = p.rule_version_id
        LEFT JOIN LATERAL (
            SELECT min(m.received_on) AS first, max(m.received_on) AS last, count(*) AS receipts
            FROM royalties_poolreceipt e JOIN licensing_receiptallocation a ON a.id = e.allocation_id
                JOIN licensing_receipt m ON m.id = a.receipt_id WHERE e.pool_id = p.pool_id
        ) r ON true
        LEFT JOIN LATERAL (
            SELECT array_agg(ARRAY[code, weight::text] ORDER BY code) AS weights FROM royalties_poolsection
                WHERE pool_id = p.pool_id
        ) s ON true
        LEFT JOIN LATERAL (
            SELECT array_agg(ARRAY[d.purpose, d.basis::text, d.rate_percent, d.amount::text, v.uid::text]
                ORDER BY d."order") AS terms
            FROM royalties_rundeduction d JOIN royalties_ruleversion v ON v.id = d.rule_version_id
            WHERE d.run_id = p.run_id AND d.pool_id = p.pool_id
        ) d ON true
    WHERE t.run_id = %(run)s AND t.payee_id = %(party)s ORDER BY t.amount DESC, p.pool_no
"""
# The party's statement before this one, and all that moved its balance since that (or from the beginning): before this
# statement and after it, with the statement's own journal as a mark between. A payment says what of it is tax; the
# statement of a distribution has an address once it is published.
MOVED = """
    WITH line AS (
        SELECT j.number, j.key, j.business_date, j.kind, sum(l.amount)::bigint AS amount FROM royalties_ledgerline l
            JOIN royalties_account a ON a.id = l.account_id AND a.code = %(payable)s
            JOIN royalties_journal j ON j.id = l.journal_id
        WHERE l.party_id = %(party)s GROUP BY j.number, j.key, j.business_date, j.kind
    ),
    before AS (
        SELECT s.number, s.uid, s.closing, j.number AS journal FROM royalties_statement s
            JOIN royalties_run r ON r.id = s.run_id
            JOIN royalties_journal j ON j.key = 'run:' || r.uid || ':finalise'
        WHERE s.party_id = %(party)s AND s.id < %(statement)s ORDER BY s.id DESC LIMIT 1
    )
    SELECT 0 AS number, NULL::date, before.number, before.closing, before.uid, 0::bigint, '', NULL::timestamptz
        FROM before
    UNION ALL
    SELECT line.number, line.business_date, line.kind, -line.amount, s.uid, p.withheld, coalesce(p.state, ''),
            p.settled_at FROM line
        LEFT JOIN royalties_paymentbatch b ON line.key = 'payment:' || b.uid || ':reserve'
        LEFT JOIN royalties_payment p ON p.batch_id = b.id AND p.party_id = %(party)s
        LEFT JOIN royalties_run r ON line.key = 'run:' || r.uid || ':finalise' AND r.published_at IS NOT NULL
        LEFT JOIN royalties_statement s ON s.run_id = r.id AND s.party_id = %(party)s
        WHERE line.number > coalesce((SELECT journal FROM before), 0) AND line.key <> %(journal)s
    UNION ALL
    SELECT number, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM royalties_journal WHERE key = %(journal)s
    ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class PoolDeduction:
    """A deduction from a pool, or a section's part of it (`basis` is the whole pool's): amounts in minor units, the
    rate in percent, the rule version by its uid."""

    purpose: str
    basis: int
    rate: Fraction
    amount: int
    rule_uid: str


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One source of money of a statement: a leaf pool, what came into it, and what of it is the payee's."""

    pool_no: int
    name: str
    name_ur: str
    right: str
    period_start: dt.date
    period_end: dt.date
    gross: int
    deducted: int
    amount: int
    earned: int
    section: str
    rule_uid: str
    collected_from: dt.date | None
    collected_to: dt.date | None
    receipts: int
    deductions: tuple[PoolDeduction, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved a balance: a distribution, a payment, a return, a reversal. `withheld` is the tax within the amount of
    a payment, `payment` its state and `on` the day on which it was paid, once it is; `statement` is the uid of the
    statement of a distribution.
    """

    on: dt.date
    kind: str
    amount: int
    statement: UUID | None
    withheld: int
    payment: str


@dataclass(frozen=True, slots=True)
class Previous:
    """The party's statement before."""

    number: str
    uid: UUID
    closing: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of a statement, in minor units. Its opening balance is the closing balance of the party's statement
    before it (`previous`) and the movements since; what moved after it (`since`) leads to what is owed now."""

    statement: Statement
    pools: tuple[PoolLine, ...]
    payments: tuple[Payment, ...]
    previous: Previous | None
    movements: tuple[Movement, ...]
    since: tuple[Movement, ...]

    @property
    def balance(self) -> int:
        """What is owed now, over all statements."""
        return int(self.statement.closing) + sum(moved.amount for moved in self.since)

    @property
    def earned(self) -> int:
        """What the sources make together; the same as the statement says."""
        return sum(pool.earned for pool in self.pools)

    @property
    def paid(self) -> int:
        """What reached the payee's bank, after tax."""
        return sum(payment.net for payment in self.payments if payment.state == "paid")

    @property
    def withheld(self) -> int:
        """The tax kept back from what was paid."""
        return sum(payment.withheld for payment in self.payments if payment.state == "paid")

    @property
    def used(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day on which the music was used."""
        if not self.pools:
            return None
        return min(pool.period_start for pool in self.pools), max(pool.period_end for pool in self.pools)

    @property
    def collected(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day on which the money came in."""
        days = [day for pool in self.pools for day in (pool.collected_from, pool.collected_to) if day]
        return (min(days), max(days)) if days else None

    @property
    def paid_at(self) -> dt.datetime | None:
        """When it was paid; None as long as it was not."""
        return next((payment.settled_at for payment in self.payments if payment.state == "paid"), None)


def statements_of(party: Party | None = None, *, user: User | None = None) -> QuerySet[Statement, Any]:
    """The statements that a party (or the member who signs in as `user`) may see: those of published runs, also of runs
    that were taken back later. Each with `state`: reversed, paid, on_its_way or waiting. The latest has the highest id.
    """
    mine = Payment.objects.filter(party_id=OuterRef("party_id"), statement_id__gte=OuterRef("pk"))
    state = Case(
        When(run__state="reversed", then=Value("reversed")),
        When(Exists(mine.filter(state="paid")), then=Value("paid")),
        When(Exists(mine.filter(state="reserved")), then=Value("on_its_way")),
        default=Value("waiting"),
        output_field=CharField(),
    )
    whose = {"party": party} if user is None else {"party__member__user": user}
    found = Statement.objects.filter(run__published_at__isnull=False, **whose)
    return found.select_related("run").annotate(state=state).order_by("-pk")


def chosen_statements(
    party: Party, *, year: int | None, state: str, right: str, category: str
) -> QuerySet[Statement, Any]:
    """Those of a year (of use), in a state, with money of a right and of a kind of source; blank means all."""
    found = statements_of(party)
    if year:
        found = found.filter(run__period_end__year=year)
    if state:
        found = found.filter(Q(state=state))
    if not (right or category):
        return found
    pools = RunPool.objects.filter(right=right) if right else RunPool.objects.all()
    pools = pools.filter(pool__category=category) if category else pools
    totals = PayeeTotal.objects.filter(
        run_id=OuterRef("run_id"), payee_id=OuterRef(OuterRef("party_id")), pool_no=OuterRef("pool_no")
    )
    return found.filter(Exists(pools.filter(Exists(totals), run_id=OuterRef("run_id"))))


def categories_of(party: Party) -> list[str]:
    """The kinds of sources (the use categories of pools) from which a party has money, by code."""
    runs = Statement.objects.filter(party=party, run__published_at__isnull=False).values("run_id")
    totals = PayeeTotal.objects.filter(run_id=OuterRef("run_id"), payee_id=party.pk, pool_no=OuterRef("pool_no"))
    pools = RunPool.objects.filter(Exists(totals), run_id__in=runs)
    return list(pools.values_list("pool__category", flat=True).distinct().order_by("pool__category"))


def years_of(party: Party) -> list[int]:
    """The years of use for which a party has statements, the latest first."""
    ends = Statement.objects.filter(party=party, run__published_at__isnull=False).dates("run__period_end", "year")
    return sorted({day.year for day in ends}, reverse=True)


def summary(statement: Statement) -> Summary:
    """The figures of one statement, in three queries."""
    where: dict[str, Any] = {
        "run": statement.run_id,
        "party": statement.party_id,
        "statement": statement.pk,
        "journal": f"run:{statement.run.uid}:finalise",
        "payable": str(AccountCode.PAYABLE),
    }
    with connection.cursor() as cursor:
        cursor.execute(POOLS, where)
        pools = tuple(_pool(row) for row in cursor.fetchall())
        cursor.execute(MOVED, where)
        rows = cursor.fetchall()
    own = next(place for place, row in enumerate(rows) if row[3] is None)
    before, after = rows[:own], rows[own + 1 :]
    previous = Previous(before[0][2], before[0][4], before[0][3]) if before and before[0][0] == 0 else None
    return Summary(
        statement=statement,
        pools=pools,
        payments=payments_for(statement),
        previous=previous,
        movements=tuple(_movement(row) for row in (before[1:] if previous else before)),
        since=tuple(_movement(row) for row in after),
    )


def _movement(row: tuple[Any, ...]) -> Movement:
    _number, day, kind, amount, statement, withheld, payment, settled_at = row
    if payment == "paid":
        day = business_date(settled_at)
    return Movement(day, kind, amount, statement, withheld or 0, payment)


def _pool(row: tuple[Any, ...]) -> PoolLine:
    *facts, sections, terms = row
    return PoolLine(*facts, _deductions(terms or [], sections or [], row[10]))  # type: ignore[call-arg]


def _deductions(terms: list[list[str]], sections: list[list[str]], section: str) -> tuple[PoolDeduction, ...]:
    """The deductions of a pool, or of a section of one: what falls on it of each."""
    amounts = [int(amount) for _purpose, _basis, _rate, amount, _uid in terms]
    if section:
        amounts = list(split_deductions(amounts, [(code, int(weight)) for code, weight in sections])[section])
    return tuple(
        PoolDeduction(purpose, int(basis), Fraction(rate), amount, uid)
        for (purpose, basis, rate, _amount, uid), amount in zip(terms, amounts, strict=True)
    )


def payments_for(statement: Statement) -> tuple[Payment, ...]:
    """The payments that covered a statement: what the bank rejected, then the one that is on its way or was paid.

    A payment pays the whole balance of its day, so it covers its own statement and all earlier ones not paid yet.
    """
    later = Payment.objects.filter(party_id=statement.party_id, statement_id__gte=statement.pk)
    found: list[Payment] = []
    for payment in (
        later.exclude(state="cancelled").select_related("batch", "statement", "tax_rule").order_by("pk")[:20]
    ):
        found.append(payment)
        if payment.state != "rejected":
            break
    return tuple(found)
