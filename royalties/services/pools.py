"""Money on its way into pools: received, put into the ledger, allocated; and what a pool is made of."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.common.faults import faultpoint
from cmo_portal.common.money import require_int
from cmo_portal.common.periods import Period
from cmo_portal.form_keys import KeyReused
from cmo_portal.wording import money_text
from licensing.models import Invoice, Licensee, Receipt, ReceiptAllocation
from licensing.services.receipts import allocate_receipt, record_receipt
from members.models.territories import own_territory
from royalties.models import Journal, Pool, PoolReceipt, PoolSection, PoolUsage, RuleVersion, UsageFile
from royalties.models.ledger import AccountCode
from royalties.models.pools import PART_LOCK
from royalties.services.ledger import Entry, post_journal


class Section(NamedTuple):
    """A part of a pool: its code (as usage names it), its name, and its weight among the others."""

    code: str
    name: str
    weight: int


@transaction.atomic
def receive_payment(
    *,
    form_key: UUID,
    received_on: dt.date,
    amount: int,
    method: str,
    reference: str,
    payer: str,
    by: User,
    now: dt.datetime,
    invoices: Sequence[Invoice] = (),
    licensee: Licensee | None = None,
) -> Receipt:
    """Record money received, pay invoices from it, and post it: tax, fee, and what is over as the licensee's credit.

    The same form key again returns the receipt that exists. Raises ValidationError as `record_receipt` does.
    """
    receipt = record_receipt(
        form_key=form_key,
        received_on=received_on,
        amount=amount,
        method=method,
        reference=reference,
        payer=payer,
        invoices=invoices,
        licensee=licensee,
        by=by,
        now=now,
    )
    parts = receipt.allocations.filter(form_key=form_key).aggregate(net=Sum("net_amount"), tax=Sum("tax_amount"))
    net, tax = parts["net"] or 0, parts["tax"] or 0
    faultpoint("receipts.post.before_write")
    post_journal(
        kind="receipt",
        key=f"receipt:{receipt.uid}",
        business_date=receipt.received_on,
        description=_("Receipt %(number)s from %(payer)s") % {"number": receipt.number, "payer": receipt.payer},
        lines=_moving(
            Entry(AccountCode.BANK, receipt.amount),
            Entry(AccountCode.SALES_TAX, -tax),
            Entry(AccountCode.UNALLOCATED, -net),
            Entry(AccountCode.LICENSEE_CREDIT, net + tax - receipt.amount),
        ),
    )
    faultpoint("receipts.post.after_write")
    return receipt


@transaction.atomic
def use_credit(
    *, receipt: Receipt, invoice: Invoice, amount: int, form_key: UUID, by: User, now: dt.datetime
) -> ReceiptAllocation:
    """Pay `amount` minor units of an invoice from a licensee's credit, and post it."""
    part = allocate_receipt(receipt=receipt, invoice=invoice, amount=amount, form_key=form_key, by=by, now=now)
    post_journal(
        kind="credit",
        key=f"credit:{form_key}",
        business_date=business_date(now),
        description=_("Credit of receipt %(receipt)s pays invoice %(invoice)s")
        % {"receipt": receipt.number, "invoice": invoice.number},
        lines=_moving(
            Entry(AccountCode.LICENSEE_CREDIT, part.amount),
            Entry(AccountCode.SALES_TAX, -part.tax_amount),
            Entry(AccountCode.UNALLOCATED, -part.net_amount),
        ),
    )
    faultpoint("receipts.credit.after_write")
    return part


@transaction.atomic
def allocate_to_pool(*, pool: Pool, parts: Mapping[int, int], form_key: UUID, by: User, now: dt.datetime) -> Journal:
    """Put parts of receipts into a pool: minor units by the id of the receipt's allocation to its invoice (M17).

    The same form key again changes nothing. Raises ValidationError when a receipt has less left, or the pool's run has
    frozen it, and KeyReused for the same key with other parts.
    """
    require(by, "royalties.allocate_receipts")
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
    key = f"pool:{pool.uid}:{form_key}"
    if posted := Journal.objects.filter(key=key).first():
        if dict(pool.receipts.filter(form_key=form_key).values_list("allocation_id", "amount")) != dict(parts):
            raise KeyReused
        return posted
    _check_parts(pool, parts)
    faultpoint("pools.allocate.before_write")
    for allocation_id, amount in sorted(parts.items()):
        PoolReceipt.objects.create(pool=pool, allocation_id=allocation_id, amount=amount, form_key=form_key)
    total = sum(parts.values())
    journal = post_journal(
        kind="pool",
        key=key,
        business_date=business_date(now),
        description=_("Receipts into pool %(pool)s") % {"pool": pool.name},
        lines=[Entry(AccountCode.UNALLOCATED, total), Entry(AccountCode.POOLS, -total, pool_id=pool.pk)],
    )
    faultpoint("pools.allocate.after_write")
    record_act(by=by, verb="allocate_to_pool", on=pool, facts={"receipts": len(parts), "amount": total})
    return journal


@transaction.atomic
def create_pool(
    *,
    code: str,
    name: str,
    right: str,
    category: str,
    period: Period,
    distribution_rule: RuleVersion,
    deduction_rule: RuleVersion,
    by: User,
    name_ur: str = "",
    territory: str = "",
    sections: Sequence[Section] = (),
) -> Pool:
    """A pool with its rules, and its sections where it has any. Raises ValidationError for a code that is taken."""
    require(by, "royalties.make_runs")
    if Pool.objects.filter(code=code).exists():
        raise ValidationError(_("There is a pool with this code already."))
    faultpoint("pools.create.before_write")
    pool = Pool.objects.create(
        code=code,
        name=name,
        name_ur=name_ur,
        right=right,
        category=category,
        territory=territory or own_territory(),
        period_start=period.start,
        period_end=period.end,
        distribution_rule=distribution_rule,
        deduction_rule=deduction_rule,
    )
    for section in sections:
        PoolSection.objects.create(pool=pool, code=section.code, name=section.name, weight=section.weight)
    faultpoint("pools.create.after_write")
    record_act(by=by, verb="create_pool", on=pool, facts={"code": code, "sections": [s.code for s in sections]})
    return pool


@transaction.atomic
def feed_pool(*, pool: Pool, file: UsageFile, by: User) -> PoolUsage:
    """Let a usage file say how a pool is shared. Doing it again changes nothing."""
    require(by, "royalties.make_runs")
    _check_open(pool)
    usage, made = PoolUsage.objects.get_or_create(pool=pool, file=file)
    if made:
        record_act(by=by, verb="feed_pool", on=pool, facts={"file": file.filename})
    return usage


@transaction.atomic
def unfeed_pool(*, pool: Pool, file: UsageFile, by: User) -> None:
    """Take a usage file away from a pool again."""
    require(by, "royalties.make_runs")
    _check_open(pool)
    if PoolUsage.objects.filter(pool=pool, file=file).delete()[0]:
        record_act(by=by, verb="unfeed_pool", on=pool, facts={"file": file.filename})


def _moving(*entries: Entry) -> list[Entry]:
    return [entry for entry in entries if entry.amount]


def _check_parts(pool: Pool, parts: Mapping[int, int]) -> None:
    _check_open(pool)
    if not parts:
        raise ValidationError(_("Choose at least one receipt."))
    with connection.cursor() as cursor:  # the lock of the table's own guard, so that who comes second is told in words
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, (id %% 2147483647)::int) FROM unnest(%s::bigint[]) id ORDER BY id",
            [PART_LOCK, list(parts)],
        )
    known = ReceiptAllocation.objects.in_bulk(list(parts))
    spent = dict(
        PoolReceipt.objects.filter(allocation__in=known)
        .values_list("allocation")
        .annotate(sum=Sum("amount"))
        .order_by()
    )
    problems: list[str] = []
    for allocation_id, amount in parts.items():
        left = known[allocation_id].net_amount - spent.get(allocation_id, 0) if allocation_id in known else 0
        if not 0 < require_int(amount) <= left:
            problems.append(
                _("Of this receipt %(left)s is left; %(asked)s was asked for.")
                % {"left": money_text(left), "asked": money_text(amount)}
            )
    if problems:
        raise ValidationError(problems)


def _check_open(pool: Pool) -> None:
    claim = pool.claims.filter(released_at=None).exclude(run__state="draft").select_related("run").first()
    if claim is not None:
        raise ValidationError(
            _("%(pool)s is frozen in run %(run)s and cannot change any more.")
            % {"pool": pool.name, "run": claim.run.number}
        )
