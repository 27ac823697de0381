"""Planted damage in the ledger and in batches: what the application's role could post by itself, and what a superuser
does with the guards off; each is found under its code."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from royalties.models import PaymentBatch, Pool, Run
from royalties.models.ledger import AccountCode
from royalties.queries.payable import balances, due_on
from royalties.services import payments, runs
from royalties.services.ledger import Entry, reverse_journal
from tests.factories import royalties as make
from tests.factories.members import make_member
from tests.royalties.bookkeeping import DAY, NOW, answered, forge, found, paid_batch, red


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written in the block is taken back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def waiting_batch() -> PaymentBatch:
    return PaymentBatch.objects.get(state="reserved")


@pytest.mark.django_db
class TestForgedJournals:
    """Balanced, chained, and nobody's."""

    def test_the_books_of_a_whole_year_are_green(self, books):
        assert found() == []

    def test_money_owed_out_of_nothing_is_found_before_it_is_paid(self, books):
        before = {due.party_id: due.balance for due in due_on(DAY)}
        forge(Entry(AccountCode.PAYABLE, -500_000_00, party_id=books.pk), Entry(AccountCode.BANK, 500_000_00))
        after = {due.party_id: due.balance for due in due_on(DAY)}
        assert after[books.pk] == before.get(books.pk, 0) + 500_000_00
        assert red() >= {"M03", "M11", "M13"}
        made = payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY, by=make.finance(), now=NOW)
        with pytest.raises(ValidationError, match="red"):
            payments.approve_batch(batch=made, digest=bytes(made.digest), by=make.approver(), now=NOW)

    def test_no_account_takes_a_posting_without_rows_behind_it(self, books):
        pool, run = Pool.objects.get(), Run.objects.get()
        named = {
            AccountCode.PAYABLE: {"party_id": books.pk},
            AccountCode.IN_TRANSIT: {"party_id": books.pk},
            AccountCode.POOLS: {"pool_id": pool.pk},
            AccountCode.HELD: {"pool_id": pool.pk, "reason": "unidentified", "run_id": run.pk},
            AccountCode.ADMINISTRATION: {"pool_id": pool.pk, "run_id": run.pk},
        }
        for account in AccountCode:
            other = AccountCode.SALES_TAX if account == AccountCode.BANK else AccountCode.BANK
            with undone():
                forge(Entry(account, -1, **named.get(account, {})), Entry(other, 1))
                texts = found("M03")
                assert any(f"account {account}" in text for text in texts), account
                assert any("is its cause (forged)" in text for text in texts), account
        assert found() == []

    def test_money_moved_between_parties_is_found(self, books):
        other = make_member("Other").party
        forge(Entry(AccountCode.PAYABLE, 5, party_id=books.pk), Entry(AccountCode.PAYABLE, -5, party_id=other.pk))
        assert red() >= {"M03", "M11", "M13"}

    def test_a_forged_journal_that_is_taken_back_is_found_too(self, books):
        journal = forge(Entry(AccountCode.BANK, 5), Entry(AccountCode.UNALLOCATED, -5))
        reverse_journal(journal=journal, key="back", business_date=DAY, description="Back")
        assert [text.split(" (")[0].split(": ")[1] for text in found()] == [
            "no receipt, pool, run or batch is its cause"
        ] * 2

    def test_a_real_act_cannot_lend_its_name(self, books):
        key = f"payment:{waiting_batch().uid}:settle"
        forge(Entry(AccountCode.PAYABLE, -5, party_id=books.pk), Entry(AccountCode.BANK, 5), key=key)
        assert any("is its cause" in text for text in found("M03"))

    def test_less_than_nothing_is_payable(self, books):
        owed = balances(AccountCode.PAYABLE).get(books.pk, 0)
        forge(Entry(AccountCode.PAYABLE, owed + 1, party_id=books.pk), Entry(AccountCode.BANK, -owed - 1))
        assert any("less than nothing is payable" in text for text in found("M13"))

    def test_a_run_is_not_approved_over_forged_books(self, books, run_jobs):
        pool = make.pool(100_00)
        run = runs.send_for_review(run=make.calculated_run(run_jobs, pool), by=make.maker(), now=make.NOW)
        forge(Entry(AccountCode.ADMINISTRATION, -5), Entry(AccountCode.BANK, 5))
        with pytest.raises(ValidationError, match="red.*M03"):
            runs.approve_run(run=run, digest=bytes(run.digest).hex(), by=make.approver(), now=make.NOW)


@pytest.mark.django_db
def test_m13_a_run_whose_money_was_paid_by_a_later_statement_is_not_reversed(books, run_jobs):
    song = make.song("Late", (books, 100))
    later = make.finalised_run(run_jobs, make.pool(50_00, files=[make.usage(make.Play("late", song))]))
    runs.publish_run(run=later, by=make.maker(), now=make.NOW)
    payments.cancel_batch(batch=waiting_batch(), reason="test", by=make.finance(), now=NOW)
    answered(paid_batch(), "PAID", "PAID")
    with pytest.raises(ValidationError, match="was paid or is on its way"):
        runs.reverse_run(run=Run.objects.earliest("pk"), reason="test", by=make.approver(), now=NOW)
    assert found() == []


@pytest.mark.django_db(transaction=True)
class TestTwinsOfBatches:
    """Each guard off: a batch is changed after its approval, and the book check names it."""

    def test_m14_and_m25_a_batch_that_was_changed_after_its_approval(self, books, superuser_cursor):
        """The control total still fits in all of them; the bank file of the changed rows is not given out."""
        made = waiting_batch()
        payments.approve_batch(batch=made, digest=bytes(made.digest), by=make.approver(), now=NOW)
        row = f"WHERE batch_id = {made.pk}"
        planted = [
            (
                f"UPDATE royalties_payment SET net = net + 7, withheld = withheld - 7 {row};"
                f" UPDATE royalties_paymentbatch SET control_total = control_total + 7 * count WHERE id = {made.pk}",
                {"M14", "M25"},
            ),
            (f"UPDATE royalties_payment SET tax_rate_percent = '1' {row}", {"M14", "M25"}),
            (f"UPDATE royalties_payment SET payee_name = 'Somebody else' {row}", {"M14"}),
            (f"UPDATE royalties_payment SET iban_masked = 'PK00' {row}", {"M14"}),
            (f"UPDATE royalties_paymentbatch SET digest = 'x', approved_digest = 'x' WHERE id = {made.pk}", {"M14"}),
            ("UPDATE royalties_paymentbatch SET file_sha256 = 'x' WHERE state = 'closed'", {"M14"}),
        ]
        for table in ("royalties_payment", "royalties_paymentbatch"):
            superuser_cursor.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
        superuser_cursor.execute("SET session_replication_role = replica")
        for statement, codes in planted:
            superuser_cursor.execute(statement)
            superuser_cursor.execute(
                "SELECT sum(net) = control_total FROM royalties_payment p JOIN"
                " royalties_paymentbatch b ON b.id = p.batch_id WHERE b.id = %s GROUP BY b.id",
                [made.pk],
            )
            assert superuser_cursor.fetchone() == (True,), statement
            assert red() >= codes and red() <= {"M14", "M25", "M03"}, statement
            if "closed" not in statement:
                with pytest.raises(ValidationError, match="red|not those that were approved"):
                    payments.export_batch(batch=made, by=make.finance(), now=NOW)
            for table in ("royalties_payment", "royalties_paymentbatch"):
                superuser_cursor.execute(f"DELETE FROM {table}")
                superuser_cursor.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
        assert red() == set()

    def test_m14_a_batch_whose_digest_or_approver_is_not_the_one_it_was_approved_with(self, books, superuser_cursor):
        made = waiting_batch()
        payments.approve_batch(batch=made, digest=bytes(made.digest), by=make.approver(), now=NOW)
        for constraint in ("batch_approval_names_digest", "batch_four_eyes"):
            superuser_cursor.execute(f"ALTER TABLE royalties_paymentbatch DROP CONSTRAINT {constraint}")
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("UPDATE royalties_paymentbatch SET digest = 'x' WHERE id = %s", [made.pk])
        assert [text.partition(": ")[2] for text in found("M14")] == [
            "its digest is not that of its payments",
            "its approval is not of its digest",
        ]
        superuser_cursor.execute(
            "UPDATE royalties_paymentbatch SET digest = approved_digest, approved_by_id = maker_id WHERE id = %s",
            [made.pk],
        )
        assert [text.partition(": ")[2] for text in found("M14")] == ["the batch was not approved by a second person"]
