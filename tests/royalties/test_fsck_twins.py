"""Planted damage: what the application's role could post by itself, and what a superuser does with the guards off; each
is found under its code."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from cmo_portal.audit.models import Act
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, take
from licensing.models import Invoice, Licence
from members.models import Party
from members.services.bank import approve_account, propose_account
from royalties import fsck
from royalties.models import Journal, PaymentBatch, Pool, Run, SuspenseLine
from royalties.models.ledger import AccountCode
from royalties.queries.payable import balances, due_on
from royalties.services import payments, pools, runs
from royalties.services.ledger import Entry, post_journal, reverse_journal
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories.members import iban, make_member

DAY = dt.date(2030, 11, 29)
NOW = dt.datetime(2030, 11, 29, 9, tzinfo=dt.UTC)
RATES = [{"tax_class": "resident_active", "rate_percent": "15", "section": "153B", "source": "sample"}]
DEDUCTIONS = {
    "deductions": [
        {"order": str(place), "code": code, "rate_percent": "5", "basis_after_order": "0", "purpose": purpose}
        for place, (code, purpose) in enumerate(
            [("ADMIN", "administration"), ("SOCIAL", "social"), ("LATE", "reserve"), ("OTHER", "other")], start=1
        )
    ]
}


def found(*codes: str, run: Run | None = None) -> list[str]:
    """What the checks find, as texts."""
    return [f"{one.code} {one.object}: {one.what}" for one in fsck.findings(fsck.Scope(run), codes or None)]


def red(*codes: str) -> set[str]:
    """Which checks are red."""
    return {text[:3] for text in found(*codes)}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written in the block is taken back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def books(run_jobs: Any) -> Party:
    """A year of money: a receipt with credit, pools, a published run with deductions and held money, a batch of which
    one line was paid and one came back, and another that waits. Gives the payee who was paid."""
    alia, bilal = (make_member(name, number=800 + place).party for place, name in enumerate(("Alia", "Bilal")))
    songs = [make.song("A", (alia, 100)), make.song("B", (bilal, 100))]
    file = make.usage(make.Play("a", songs[0], 6), make.Play("b", songs[1], 3), make.Play("unknown"))
    run = make.finalised_run(run_jobs, make.pool(200_000, deductions=DEDUCTIONS, files=[file]))
    runs.publish_run(run=run, by=make.maker(), now=make.NOW)
    credited()
    make.rule("withholding", {"rates": RATES})
    make.rule("payment", {"minimum_payment": "1.00"})
    answered(paid_batch(), "PAID", "REJECTED")
    confirmed(bilal, 801)
    payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY, by=make.finance(), now=NOW)
    return alia


def confirmed(party: Party, number: int) -> None:
    """The account that the bank refused is looked at again and approved by a second person."""
    before = NOW - dt.timedelta(days=5)
    account = propose_account(
        party=party, iban=iban(number), title="Bilal", by=make.finance(), form_key=uuid.uuid4(), now=before
    )
    approve_account(account=account, by=make.approver(), now=account.cooling_until)


def credited() -> None:
    """An invoice paid with more than it demands, and a credit that pays a part of another."""
    for invoice, over in ((money.approved().invoice, 900_00), (None, 400_00)):
        receipt = pools.receive_payment(
            form_key=uuid.uuid4(),
            received_on=money.TODAY,
            amount=(invoice.total if invoice else 0) + over,
            method="bank",
            reference=f"over {over}",
            payer="CAFE",
            invoices=[invoice] if invoice else [],
            by=make.finance(),
            now=make.NOW,
        )
    second = money.approved(email="second@cafe.example", name="Second").invoice
    pools.use_credit(
        receipt=receipt, invoice=second, amount=300_00, form_key=uuid.uuid4(), by=make.finance(), now=make.NOW
    )


def paid_batch() -> PaymentBatch:
    made = payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY, by=make.finance(), now=NOW)
    made = payments.approve_batch(batch=made, digest=bytes(made.digest), by=make.approver(), now=NOW)
    payments.export_batch(batch=made, by=make.finance(), now=NOW)
    return made


def waiting_batch() -> PaymentBatch:
    return PaymentBatch.objects.get(state="reserved")


def answered(made: PaymentBatch, *statuses: str) -> None:
    rows = ["batch,line,status,reference,reason"]
    rows += [f"{made.number},{n},{s},R{n},{'closed' if s == 'REJECTED' else ''}" for n, s in enumerate(statuses, 1)]
    errors = payments.load_bank_answers(
        batch=made, data="\n".join(rows).encode(), filename="a.csv", by=make.finance(), now=NOW
    )
    assert errors == []


def forge(*lines: Entry, key: str = "forged", kind: str = "receipt") -> Journal:
    """A journal that no act caused, posted as the application may."""
    return post_journal(kind=kind, key=key, business_date=DAY, description="Forged", lines=lines)


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


def execute(sql: str, *parameters: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.mark.django_db
class TestHeldMoney:
    """What waits moves on, and nothing else of it moves."""

    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("UPDATE royalties_suspenseline SET amount = amount + 1", "Cannot update"),
            ("UPDATE royalties_suspenseline SET prescribes_on = '2020-01-01'", "Cannot update"),
            ("UPDATE royalties_suspenseline SET reason = 'dispute'", "Cannot update"),
            ("UPDATE royalties_suspenseline SET state = 'gone'", "Invalid transition"),
            ("DELETE FROM royalties_suspenseline", "permission denied"),
            ("TRUNCATE royalties_suspenseline CASCADE", "permission denied"),
            (
                "INSERT INTO royalties_suspenseline (uid, run_id, pool_id, pool_no, reason, share_id, text_key, amount,"
                " units, collected_year_end, prescribes_on, state) SELECT gen_random_uuid(), run_id, pool_id, pool_no,"
                " 'dispute', 0, 77, 1, 1, collected_year_end, prescribes_on, 'open' FROM royalties_suspenseline",
                "held_by_posting|does not begin open",
            ),
        ],
    )
    def test_the_database_refuses_every_other_change(self, books, statement, words):
        with pytest.raises(DatabaseError, match=words):
            execute(statement)

    def test_what_moved_does_not_move_back_and_leaves_its_history(self, books):
        line = SuspenseLine.objects.get()
        execute("UPDATE royalties_suspenseline SET state = 'released'")
        with pytest.raises(DatabaseError, match="Invalid transition"):
            execute("UPDATE royalties_suspenseline SET state = 'open'")
        history = SuspenseLine.pgh_event_model.objects.filter(pgh_obj_id=line.pk)
        assert list(history.values_list("state", "amount")) == [("released", line.amount)]
        assert red() == {"M03"}  # nothing was posted for what was released


def without_constraints(cursor: Any, *tables: str) -> None:
    """Let a superuser write into these tables of licensing what no check would take."""
    cursor.execute(
        "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid = ANY (%s::regclass[])",
        [[f"licensing_{table}" for table in tables]],
    )
    for table, name in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


@pytest.mark.django_db(transaction=True)
class TestTwins:
    """Each guard off: the fault really happens, and the book check names it."""

    def test_m09_and_m19_held_money(self, books, superuser_cursor):
        planted = [
            ("UPDATE royalties_suspenseline SET prescribes_on = prescribes_on + 1", {"M19"}),
            ("UPDATE royalties_suspenseline SET collected_year_end = collected_year_end - 365", {"M19"}),
            ("UPDATE royalties_suspenseline SET amount = amount + 1", {"M03", "M19"}),
            ("UPDATE royalties_suspenseline SET text_key = text_key + 1", {"M19"}),
            ("UPDATE royalties_suspenseline SET reason = 'dispute'", {"M03", "M19"}),
            ("DELETE FROM royalties_suspenseline", {"M03", "M19"}),
        ]
        superuser_cursor.execute("CREATE TABLE kept AS SELECT * FROM royalties_suspenseline")
        superuser_cursor.execute("SET session_replication_role = replica")
        for statement, codes in planted:
            superuser_cursor.execute(statement)
            assert red() == codes, statement
            superuser_cursor.execute("DELETE FROM royalties_suspenseline")
            superuser_cursor.execute("INSERT INTO royalties_suspenseline SELECT * FROM kept")
        superuser_cursor.execute("GRANT DELETE ON royalties_suspenseline TO cmo_app")
        superuser_cursor.execute("ALTER TABLE royalties_suspenseline DISABLE TRIGGER USER")
        assert "M09 table royalties_suspenseline: the application may delete it" in found("M09")
        assert any("is switched off" in text for text in found("M09"))

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

    def test_m10_a_weight_or_work_that_the_lines_do_not_make(self, books, superuser_cursor):
        """Both levels changed alike, so that the sums still fit and the digest, which is of money, too."""
        superuser_cursor.execute("SET session_replication_role = replica")
        for back in ("+", "-"):
            superuser_cursor.execute(f"UPDATE royalties_lineresult SET weight = weight {back} 1")
            superuser_cursor.execute(
                "UPDATE royalties_textresult t SET weight = (SELECT sum(weight) FROM"
                " royalties_lineresult l WHERE (l.run_id, l.pool_no, l.text_key) = (t.run_id, t.pool_no, t.text_key))"
            )
            assert any("the weights of its texts" in text for text in found("M10")) is (back == "+")
        superuser_cursor.execute("UPDATE royalties_textresult SET work_id = work_id + 1 WHERE work_id > 0")
        assert any("frozen was" in text for text in found("M10"))

    def test_m18_a_deduction_on_another_basis_than_its_rule_names(self, run_jobs, superuser_cursor):
        steps = [
            {
                "order": "1",
                "code": "ADMIN",
                "rate_percent": "20",
                "basis_after_order": "0",
                "purpose": "administration",
            },
            {"order": "2", "code": "SOCIAL", "rate_percent": "5", "basis_after_order": "1", "purpose": "social"},
        ]
        make.calculated_run(
            run_jobs, make.pool(100_000, deductions={"deductions": steps}, files=[make.usage(make.Play("x"))])
        )
        assert found("M18") == []
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute(
            "UPDATE royalties_rundeduction SET basis = 100000, amount = 5000 WHERE code = 'SOCIAL'"
        )
        assert any("SOCIAL" in text for text in found("M18"))

    def test_m19_money_without_a_name(self, books, superuser_cursor):
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("UPDATE royalties_ledgerline SET reason = '' WHERE reason = 'unidentified'")
        assert {"M03", "M04", "M19"} <= red()

    def test_m16_what_an_invoice_says(self, superuser_cursor):
        credited()
        without_constraints(superuser_cursor, "invoice", "invoiceline", "receipt", "receiptallocation")
        superuser_cursor.execute("SET session_replication_role = replica")
        changes = [
            ("licensing_invoiceline SET amount = amount {} 1, base = base {} 1 WHERE kind = 'fee'", "make a fee of"),
            ("licensing_invoiceline SET amount = amount {} 1 WHERE kind = 'tax'", "make a tax of"),
            ("licensing_invoice SET net = net {} 1, tax = tax - (0 {} 1) WHERE tax > 0", "make a fee of"),
            (
                "licensing_receiptallocation SET net_amount = net_amount {} 1, tax_amount = tax_amount - (0 {} 1) WHERE tax_amount > 0",
                "its fee is settled by",
            ),
            ("licensing_receiptallocation SET amount = amount {} 1", "it is settled by"),
            ("licensing_receipt SET amount = amount - (0 {} 100000)", "are spent"),
        ]
        for change, words in changes:
            superuser_cursor.execute("UPDATE " + change.replace("{}", "+"))
            assert words in " ".join(found("M16")), change
            superuser_cursor.execute("UPDATE " + change.replace("{}", "-"))
            assert found("M16") == [], change
        superuser_cursor.execute("UPDATE licensing_invoice SET state = 'issued'")
        assert "it stands as issued, its money says paid" in " ".join(found("M16"))

    def test_m16_a_licence_that_nobody_paid(self, superuser_cursor):
        made = money.approved()
        with pytest.raises(DatabaseError, match="not paid"):
            execute("UPDATE licensing_licence SET state = 'active', code = 'x', activated_at = now()")
        superuser_cursor.execute("ALTER TABLE licensing_licence DISABLE TRIGGER USER")
        execute("UPDATE licensing_licence SET state = 'active', code = 'x', activated_at = now()")
        assert [one.by for one in fsck.findings(fsck.Scope(), ["M16"])] == [made.invoice.total]
        assert Licence.objects.get().state == "active" and Invoice.objects.get().state == "issued"

    def test_m21_an_act_that_posts_twice(self, superuser_cursor):
        superuser_cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'royalties_journal'::regclass AND contype = 'u'"
            " AND conname LIKE '%\\_key\\_%'"
        )
        first = forge(Entry(AccountCode.BANK, 5), Entry(AccountCode.UNALLOCATED, -5))
        for (name,) in superuser_cursor.fetchall():
            superuser_cursor.execute(f'ALTER TABLE royalties_journal DROP CONSTRAINT "{name}"')
        forge(Entry(AccountCode.BANK, 5), Entry(AccountCode.UNALLOCATED, -5), key="again")
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("UPDATE royalties_journal SET key = %s", [first.key])
        assert found("M21") == ["M21 key forged: 2 journals have it"]

    def test_m22_money_in_floating_point(self, superuser_cursor):
        assert found("M22") == []
        superuser_cursor.execute("ALTER TABLE royalties_payment ADD COLUMN fee double precision")
        assert found("M22") == ["M22 column royalties_payment.fee: it is double precision"]

    def test_m24_a_job_that_nobody_takes_back(self):
        job = add_job(kind="test", key="stuck", args={})
        assert take(job.pk) is not None and found("M24") == []
        Job.objects.update(lease_until=NOW.replace(year=2020))
        assert found("M24") == ["M24 job stuck: it is past its lease and nobody took it back"]
        Job.objects.update(attempt=9)
        assert "M24 job stuck: it was tried 9 times" in found("M24")

    def test_m26_a_payee_without_a_name_and_one_cnic_twice(self, superuser_cursor):
        one, two = make_member("One", number=1), make_member("Two", number=2)
        superuser_cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'members_member' AND indexdef LIKE '%UNIQUE%cnic_index%'"
        )
        for (name,) in superuser_cursor.fetchall():
            superuser_cursor.execute(f'DROP INDEX "{name}"')
        superuser_cursor.execute("ALTER TABLE members_party DROP CONSTRAINT party_has_a_name")
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("UPDATE members_member SET cnic_index = sha256('x'), state = 'active'")
        superuser_cursor.execute("UPDATE members_party SET display_name = ' ' WHERE id = %s", [one.party_id])
        assert found("M26") == [
            f"M26 party {one.party_id}: it has no name",
            f"M26 members {', '.join(sorted((one.number, two.number)))}: they have the same CNIC",
        ]

    def test_m28_a_view_that_opens_more_than_its_reader_may_see(self, superuser_cursor):
        superuser_cursor.execute("CREATE VIEW everything AS SELECT * FROM members_member")
        assert found("M28") == ["M28 view everything: it works with the rights of its owner"]
        superuser_cursor.execute("ALTER VIEW everything SET (security_invoker = true)")
        assert found("M28") == []

    def test_m23_a_tail_cut_off_the_record_of_acts(self, books, superuser_cursor):
        assert found("M23") == []
        last = Act.objects.latest("number")
        assert last.verb == "make_payment_batch"
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("DELETE FROM audit_act WHERE number = %s", [last.number])
        texts = found("M23")
        assert len(texts) == 1 and "of its acts (make_payment_batch) 1 are not in the record" in texts[0]
        superuser_cursor.execute("TRUNCATE audit_act")
        texts = " ".join(found("M23"))
        for words in ("payment batch", "run", "rule version"):
            assert f"M23 {words}" in texts
        for verb in (
            "record_receipt",
            "allocate_receipt",
            "allocate_to_pool",
            "finalise_run",
            "publish_run",
            "settle_payment_batch",
            "export_payment_batch",
        ):
            assert f"({verb})" in texts, verb
