"""Planted damage in invoices, jobs, names and the record of acts: what a superuser does with the guards off is found
under its code."""

from typing import Any

import pytest
from django.db import DatabaseError

from cmo_portal.audit.models import Act
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, take
from licensing.models import Invoice, Licence
from royalties import fsck
from royalties.models.ledger import AccountCode
from royalties.services.ledger import Entry
from tests.factories import licensing as money
from tests.factories.members import make_member
from tests.royalties.bookkeeping import NOW, credited, execute, forge, found


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
