"""Receipts, credit and pools: every rupee received is in one pool or unallocated, and the ledger says the same (M17)."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Sum

from royalties import fsck
from royalties.models import Journal, LedgerLine, PoolReceipt
from royalties.services import pools, runs
from tests.factories import licensing as money
from tests.factories import royalties as make


def balance(code: str, **where) -> int:
    """What an account holds; debit positive."""
    return LedgerLine.objects.filter(account__code=code, **where).aggregate(sum=Sum("amount"))["sum"] or 0


def received(invoice, amount: int, form_key: uuid.UUID | None = None):
    """Money for an invoice, as finance records it."""
    return pools.receive_payment(
        form_key=form_key or uuid.uuid4(),
        received_on=money.TODAY,
        amount=amount,
        method="bank",
        reference=uuid.uuid4().hex[:12] if form_key is None else form_key.hex[:12],
        payer="CAFE",
        invoices=[invoice],
        by=make.finance(),
        now=make.NOW,
    )


def books() -> list[str]:
    """What the checks of accounts and pools find."""
    return [str(one) for one in fsck.findings(fsck.Scope(), ["M02", "M03", "M04", "M17", "M19"])]


def allocate(pool, parts, form_key=None) -> Journal:
    """Put parts into a pool as finance does."""
    return pools.allocate_to_pool(
        pool=pool, parts=parts, form_key=form_key or uuid.uuid4(), by=make.finance(), now=make.NOW
    )


@pytest.mark.django_db
class TestReceipts:
    """Money comes in."""

    def test_a_payment_is_posted_as_tax_fee_and_credit(self):
        invoice = money.approved().invoice
        receipt = received(invoice, invoice.total + 500_00)
        assert balance("1000") == invoice.total + 50_000
        assert balance("2100") == -invoice.tax
        assert balance("2200") == -invoice.net
        assert balance("2300") == -50_000
        assert Journal.objects.get().key == f"receipt:{receipt.uid}"
        assert books() == []

    def test_the_same_form_has_one_effect(self):
        invoice, key = money.approved().invoice, uuid.uuid4()
        assert received(invoice, invoice.total, key) == received(invoice, invoice.total, key)
        assert Journal.objects.count() == 1

    def test_credit_pays_another_invoice_and_leaves_the_credit_account(self):
        first = money.approved()
        second = money.approved(email="amna@cafe.example", name="Second")
        receipt = pools.receive_payment(
            form_key=uuid.uuid4(),
            received_on=money.TODAY,
            amount=1_000_00,
            method="bank",
            reference="credit",
            payer="CAFE",
            by=make.finance(),
            now=make.NOW,
        )
        pools.use_credit(
            receipt=receipt,
            invoice=second.invoice,
            amount=400_00,
            form_key=uuid.uuid4(),
            by=make.finance(),
            now=make.NOW,
        )
        assert balance("2300") == -60_000
        assert first.invoice.allocations.count() == 0
        assert books() == []

    def test_a_receipt_that_was_never_posted_is_found(self):
        money.pay(money.approved().invoice)
        assert {one.code for one in fsck.findings(fsck.Scope(), ["M03"])} == {"M03"}

    def test_only_finance_records_receipts(self):
        invoice = money.approved().invoice
        with pytest.raises(PermissionDenied):
            pools.receive_payment(
                form_key=uuid.uuid4(),
                received_on=money.TODAY,
                amount=1,
                method="bank",
                reference="",
                payer="X",
                invoices=[invoice],
                by=make.maker(),
                now=make.NOW,
            )


@pytest.mark.django_db
class TestAllocation:
    """Receipts go into pools."""

    def test_what_goes_into_a_pool_leaves_the_unallocated_receipts(self):
        pool, part = make.pool(0), make.receipt(1_000_00)
        allocate(pool, {part.pk: 600_00})
        assert balance("2200") == -40_000
        assert balance("2400", pool=pool) == -60_000
        assert books() == []

    def test_the_same_form_allocates_once(self):
        pool, part, key = make.pool(0), make.receipt(1_000_00), uuid.uuid4()
        assert allocate(pool, {part.pk: 600_00}, key) == allocate(pool, {part.pk: 600_00}, key)
        assert PoolReceipt.objects.count() == 1

    def test_one_receipt_cannot_fill_two_pools(self):
        part = make.receipt(1_000_00)
        allocate(make.pool(0), {part.pk: 600_00})
        with pytest.raises(ValidationError, match="400.00 is left"):
            allocate(make.pool(0), {part.pk: 400_01})

    def test_the_database_refuses_more_than_the_fee(self):
        part, pool = make.receipt(1_000_00), make.pool(0)
        with pytest.raises(DatabaseError, match="has only 100000 left"), transaction.atomic():
            PoolReceipt.objects.create(pool=pool, allocation=part, amount=1_000_01, form_key=uuid.uuid4())

    def test_a_pool_in_a_frozen_run_takes_no_more_money(self):
        pool, part = make.pool(100_00), make.receipt(1_000_00)
        run = make.frozen_run(pool)
        with pytest.raises(ValidationError, match=f"is frozen in run {run.number}"):
            allocate(pool, {part.pk: 1})
        with pytest.raises(DatabaseError, match="stands still"), transaction.atomic():
            PoolReceipt.objects.create(pool=pool, allocation=part, amount=1, form_key=uuid.uuid4())

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE royalties_pool SET right = 'MR'",
            "INSERT INTO royalties_poolsection (uid, pool_id, code, name, weight)"
            " SELECT gen_random_uuid(), id, 'x', 'x', 1 FROM royalties_pool",
            "DELETE FROM royalties_poolusage",
        ],
    )
    def test_a_pool_in_a_frozen_run_stands_still(self, change):
        make.frozen_run(make.pool(100_00, files=[make.usage(make.Play("song"))]))
        with pytest.raises(DatabaseError, match="stands still"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change.replace("right =", '"right" ='))

    def test_a_pool_is_free_again_after_its_run_was_cancelled(self, run_jobs):
        pool, part = make.pool(100_00), make.receipt(1_000_00)
        runs.cancel_run(run=make.frozen_run(pool), reason="wrong period", by=make.maker(), now=make.NOW)
        allocate(pool, {part.pk: 1})
        assert pool.receipts.aggregate(sum=Sum("amount"))["sum"] == 10_001

    def test_a_pool_code_is_taken_once(self):
        pool = make.pool(0, code="TWICE")
        with pytest.raises(ValidationError, match="with this code"):
            make.pool(0, code=pool.code)


@pytest.mark.django_db(transaction=True)
class TestTwins:
    """Two sessions at once, and the guard off."""

    def both_take(self, part) -> list[str]:
        """Two pools ask for 60 % of one receipt at the same moment, by raw rows."""
        chosen = [make.pool(0), make.pool(0)]

        def take(pool) -> str:
            try:
                with transaction.atomic():
                    PoolReceipt.objects.create(pool=pool, allocation=part, amount=600_00, form_key=uuid.uuid4())
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_sleep(0.3)")
                return "taken"
            except DatabaseError:
                return "refused"
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as threads:
            return sorted(threads.map(take, chosen))

    def test_two_sessions_cannot_take_one_receipt(self):
        assert self.both_take(make.receipt(1_000_00)) == ["refused", "taken"]

    def test_without_the_trigger_both_take_it_and_the_check_finds_it(self, superuser_cursor):
        part = make.receipt(1_000_00)
        superuser_cursor.execute("ALTER TABLE royalties_poolreceipt DISABLE TRIGGER USER")
        assert self.both_take(part) == ["taken", "taken"]
        assert [one.by for one in fsck.findings(fsck.Scope(), ["M17"])] == [20_000]
