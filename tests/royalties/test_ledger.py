"""The ledger: whole journals or none, no hole, no change, exact reversals; each guard beside what happens without it."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from royalties import fsck
from royalties.models import Account, Journal, LedgerLine
from royalties.models.ledger import ACCOUNT_KINDS, AccountCode
from royalties.services.ledger import Entry, KeyConflict, post_journal, reverse_journal

DAY = dt.date(2026, 11, 22)


def post(key: str = "test:1", amount: int = 100_00, **facts) -> Journal:
    """A small journal: money in the bank that nobody has claimed yet."""
    lines = [Entry(AccountCode.BANK, amount), Entry(AccountCode.UNALLOCATED, -amount, memo="میمو | with bar")]
    return post_journal(kind="test", key=key, business_date=DAY, description="Test", lines=lines, **facts)


def codes() -> set[str]:
    """The codes of the ledger checks that are red."""
    return {one.code for one in fsck.findings(fsck.Scope(), ["M02", "M04", "M20", "M21"])}


@pytest.mark.django_db
class TestPosting:
    """What the service gives."""

    def test_a_journal_comes_with_all_its_lines(self):
        journal = post()
        assert (journal.number, journal.line_count) == (1, 2)
        assert list(journal.lines.order_by("line_no").values_list("account__code", "amount")) == [
            ("1000", 10_000),
            ("2200", -10_000),
        ]

    def test_numbers_follow_one_another_and_the_chain_holds(self):
        assert [post(f"test:{n}").number for n in range(5)] == [1, 2, 3, 4, 5]
        assert codes() == set()

    def test_the_same_key_posts_once(self):
        assert post() == post()
        assert Journal.objects.count() == 1

    def test_the_same_key_with_another_amount_is_refused(self):
        post()
        with pytest.raises(KeyConflict, match="test:1"):
            post(amount=100_01)

    def test_lines_that_do_not_sum_to_zero_are_refused(self):
        with pytest.raises(ValueError, match="do not sum to zero"):
            post_journal(
                kind="test",
                key="off",
                business_date=DAY,
                description="",
                lines=[Entry(AccountCode.BANK, 2), Entry(AccountCode.POOLS, -1)],
            )

    def test_a_reversal_is_the_exact_negative(self):
        journal = post()
        back = reverse_journal(journal=journal, key="back", business_date=DAY, description="Back")
        assert [line.amount for line in back.lines.order_by("line_no")] == [-10_000, 10_000]
        assert back.reverses == journal
        assert codes() == set()

    def test_a_journal_is_reversed_once(self):
        journal = post()
        reverse_journal(journal=journal, key="back", business_date=DAY, description="Back")
        with pytest.raises(DatabaseError, match="reverses_id"), transaction.atomic():
            reverse_journal(journal=journal, key="again", business_date=DAY, description="Again")

    def test_every_account_of_the_portal_is_seeded(self):
        seeded = dict(Account.objects.values_list("code", "kind"))
        assert seeded == {str(code): ACCOUNT_KINDS.get(code, "liability") for code in AccountCode}
        assert dict(Account.objects.values_list("code", "name")) == {str(code): str(code.label) for code in AccountCode}


def insert_header(cursor, number: int, lines: int, reverses: int | None = None) -> None:
    cursor.execute(
        "INSERT INTO royalties_journal (number, key, kind, business_date, description, line_count, sha256, chain,"
        " reverses_id) VALUES (%s, %s, 'raw', '2026-11-22', 'raw', %s, '', '', %s)",
        [number, f"raw:{number}", lines, reverses],
    )


def whole_journal(cursor, amounts: tuple[int, ...], *, number: int = 1, line_count: int | None = None) -> None:
    """A journal and its lines by one raw statement, its chain worked out as the service does."""
    cursor.execute(
        """
        WITH line AS (SELECT * FROM unnest(%(amounts)s::bigint[]) WITH ORDINALITY AS l (amount, line_no)),
        hash AS (SELECT sha256(convert_to(string_agg(royalties_line_text(line_no::int, 1, amount, NULL, NULL, NULL, '',
            ''), E'\\n' ORDER BY line_no), 'UTF8')) AS h FROM line),
        head AS (INSERT INTO royalties_journal (number, key, kind, business_date, description, line_count, sha256,
                chain) SELECT %(number)s, 'raw', 'raw', '2026-11-22', 'raw', %(count)s, h,
                royalties_journal_chain((SELECT chain FROM royalties_journal WHERE number = %(number)s - 1),
                %(number)s, 'raw', 'raw', '2026-11-22', 'raw', %(count)s, h, NULL) FROM hash RETURNING id)
        INSERT INTO royalties_ledgerline (journal_id, line_no, account_id, amount, reason, memo)
            SELECT head.id, line_no, 1, amount, '', '' FROM head, line
        """,
        {"amounts": list(amounts), "number": number, "count": line_count or len(amounts)},
    )


@pytest.mark.django_db
class TestGuards:
    """What the database refuses, whoever asks."""

    def refused(self, constraint: str, sql: str, parameters=()) -> None:
        with pytest.raises(DatabaseError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def test_an_unbalanced_journal_is_refused(self):
        with pytest.raises(DatabaseError, match="off by 1"), transaction.atomic(), connection.cursor() as cursor:
            whole_journal(cursor, (100, -99))

    def test_a_balanced_raw_journal_passes(self):
        with connection.cursor() as cursor:
            whole_journal(cursor, (100, -60, -40))
        assert codes() == set()

    def test_a_header_without_its_lines_is_refused(self):
        with pytest.raises(DatabaseError, match="does not continue"), transaction.atomic():
            insert_header(connection.cursor(), 1, 2)

    def test_a_journal_with_fewer_lines_than_it_says_is_refused(self):
        with pytest.raises(DatabaseError, match="one statement|does not continue"), transaction.atomic():
            whole_journal(connection.cursor(), (100, -100), line_count=3)

    def test_later_lines_to_a_posted_journal_are_refused(self):
        journal = post()
        self.refused(
            "not all of its one statement",
            "INSERT INTO royalties_ledgerline (journal_id, line_no, account_id, amount, reason, memo)"
            " VALUES (%(j)s, 3, 1, 5, '', ''), (%(j)s, 4, 1, -5, '', '')",
            {"j": journal.pk},
        )

    def test_a_hole_in_the_numbers_is_refused(self):
        with pytest.raises(DatabaseError, match="does not continue"), transaction.atomic():
            whole_journal(connection.cursor(), (100, -100), number=7)

    def test_a_line_without_money_is_refused(self):
        with pytest.raises(DatabaseError, match="ledger_line_moves_money"), transaction.atomic():
            whole_journal(connection.cursor(), (0, 0))

    def test_a_reversal_that_is_not_exact_is_refused(self):
        journal = post()
        lines = [Entry(AccountCode.BANK, -9_999), Entry(AccountCode.UNALLOCATED, 9_999)]
        with pytest.raises(DatabaseError, match="not the exact negative"), transaction.atomic():
            post_journal(kind="test", key="bad", business_date=DAY, description="", lines=lines, reverses=journal)

    @pytest.mark.parametrize("table", ["royalties_journal", "royalties_ledgerline"])
    @pytest.mark.parametrize("statement", ["UPDATE {} SET created_at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_the_application_may_neither_change_nor_remove(self, table, statement):
        post()
        self.refused("permission denied", statement.format(table))

    def test_the_application_adds_no_accounts(self):
        self.refused(
            "permission denied",
            "INSERT INTO royalties_account (uid, code, name, kind) VALUES (gen_random_uuid(), '9', '', 'asset')",
        )


@pytest.mark.django_db(transaction=True)
class TestTwins:
    """The same attempts with the guard off: the damage is real, and the book check finds it."""

    def test_without_the_balance_trigger_a_journal_is_one_out(self, superuser_cursor):
        superuser_cursor.execute("ALTER TABLE royalties_ledgerline DISABLE TRIGGER USER")
        whole_journal(connection.cursor(), (100, -99))
        assert LedgerLine.objects.count() == 2
        assert "M02" in codes()

    def test_without_the_header_trigger_a_journal_has_no_lines_and_a_hole(self, superuser_cursor):
        superuser_cursor.execute("ALTER TABLE royalties_journal DISABLE TRIGGER USER")
        insert_header(connection.cursor(), 7, 2)
        assert {"M02", "M04"} <= codes()

    def test_the_owner_is_stopped_by_triggers_and_found_without_them(self, superuser_cursor):
        post()
        for statement in (
            "UPDATE royalties_ledgerline SET amount = amount + 1",
            "DELETE FROM royalties_journal",
            "TRUNCATE royalties_ledgerline",
        ):
            with pytest.raises(Exception, match="Cannot"):
                superuser_cursor.execute(statement)
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("UPDATE royalties_ledgerline SET amount = amount * 2")
        assert codes() == {"M04"}  # both lines doubled: the sum is right, the hash is not

    def test_a_removed_journal_is_found(self, superuser_cursor):
        for number in range(3):
            post(f"test:{number}")
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute(
            "DELETE FROM royalties_ledgerline USING royalties_journal j WHERE j.number = 2"
            " AND journal_id = j.id; DELETE FROM royalties_journal WHERE number = 2"
        )
        assert codes() == {"M04"}

    def test_rights_that_were_given_to_the_application_are_found(self, superuser_cursor):
        superuser_cursor.execute("GRANT UPDATE ON royalties_ledgerline TO cmo_app")
        found = fsck.findings(fsck.Scope(), ["M04"])
        assert [(one.object, one.what) for one in found] == [
            ("table royalties_ledgerline", "the application may update it")
        ]

    def test_without_the_unique_key_a_journal_is_reversed_twice(self, superuser_cursor):
        journal = post()
        superuser_cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'royalties_journal'::regclass AND contype = 'u'"
            " AND conname LIKE '%reverses%'"
        )
        name = superuser_cursor.fetchone()[0]
        superuser_cursor.execute(f'ALTER TABLE royalties_journal DROP CONSTRAINT "{name}"')
        for key in ("one", "two"):
            reverse_journal(journal=journal, key=key, business_date=DAY, description="Back")
        assert codes() == {"M20"}

    def test_two_sessions_that_post_at_once_follow_one_another(self):
        from concurrent.futures import ThreadPoolExecutor

        from django.db import connections

        def one(number: int) -> int:
            try:
                return post(f"thread:{number}").number
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            numbers = sorted(pool.map(one, range(40)))
        assert numbers == list(range(1, 41))
        assert codes() == set()
