"""What the pages of receipts, pools and the ledger show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from cmo_portal.common.periods import Period
from licensing.models import Invoice, ReceiptAllocation
from licensing.queries.money import ReceiptPart, receipts_available
from royalties.models import Account, LedgerLine, Pool, PoolReceipt


@dataclass(frozen=True, slots=True)
class FreePart:
    """A part of a receipt that is in no pool yet; `left` in whole minor units."""

    part: ReceiptPart
    left: int


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account with what stands on it: debits less credits, whole minor units."""

    account: Account
    balance: int


def payable_invoices(form_key: UUID | None) -> QuerySet[Invoice]:
    """The open invoices, and those that this very form has paid already: sent twice, it is still in order."""
    wanted = Q(pk__in=Invoice.objects.open().values("pk"))
    if form_key is not None:
        wanted |= Q(pk__in=ReceiptAllocation.objects.filter(form_key=form_key).values("invoice"))
    return Invoice.objects.filter(wanted).select_related("licensee").order_by("due_on", "pk")


def free_parts(pool: Pool) -> list[FreePart]:
    """Receipts of the pool's period, category and right that are not wholly in pools yet."""
    period = Period(pool.period_start, pool.period_end)
    parts = receipts_available(period=period, category=pool.category, right=pool.right)
    spent = dict(
        PoolReceipt.objects.filter(allocation_id__in=[part.allocation_id for part in parts])
        .values("allocation_id")
        .annotate(sum=Sum("amount"))
        .values_list("allocation_id", "sum")
    )
    found = [FreePart(part, part.net_amount - spent.get(part.allocation_id, 0)) for part in parts]
    return [row for row in found if row.left > 0]


def chosen_parts(pool: Pool, chosen: Collection[str], form_key: UUID) -> dict[int, int]:
    """What a form takes into the pool, minor units by the id of the receipt's allocation: all that is left of each.

    What the same form has put there already counts as it was then, so that a form sent twice asks for the same twice.
    """
    left = {row.part.allocation_id: row.left for row in free_parts(pool)}
    taken = pool.receipts.filter(form_key=form_key).values_list("allocation_id", "amount")
    return {part: amount for part, amount in {**left, **dict(taken)}.items() if str(part) in chosen}


def amounts_of(pools: Sequence[Pool]) -> dict[int, int]:
    """What each pool holds, in whole minor units, by its id."""
    rows = PoolReceipt.objects.filter(pool__in=pools).values("pool_id").annotate(sum=Sum("amount"))
    return dict(rows.values_list("pool_id", "sum"))


def account_balances() -> list[AccountBalance]:
    """Every account with its balance, in the order of the codes."""
    sums = dict(LedgerLine.objects.values("account_id").annotate(sum=Sum("amount")).values_list("account_id", "sum"))
    return [AccountBalance(account, sums.get(account.pk, 0)) for account in Account.objects.order_by("code")]


def ledger_words(text: str) -> Q:
    """Lines whose party or journal matches the words."""
    return (
        Q(party__display_name__icontains=text)
        | Q(journal__description__icontains=text)
        | Q(journal__key__icontains=text)
        | Q(memo__icontains=text)
    )
