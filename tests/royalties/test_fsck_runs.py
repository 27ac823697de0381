"""Planted damage in what runs have found and hold back, with the guards on and off; each is found under its code."""

import pytest
from django.db import DatabaseError

from royalties.models import SuspenseLine
from tests.factories import royalties as make
from tests.royalties.bookkeeping import execute, found, red


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


@pytest.mark.django_db(transaction=True)
class TestTwinsOfRuns:
    """Each guard off: held money, weights and deductions are changed, and the book check names it."""

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
