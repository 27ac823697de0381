"""What the database refuses about runs, whoever asks; and with each guard off, the damage and the check that finds it."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from royalties import fsck
from royalties.models import (
    AllocationLine,
    PoolClaim,
    RuleVersion,
    Run,
    RunDeduction,
    RunPool,
    RunShare,
    RunText,
    UsageClaim,
    UsageFile,
)
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.members import make_member
from works.models import Dispute, WorkShare

FAR = "2099-01-01"


def song_pool(net: int = 1_000_00):
    """A pool with one song of two members and something unidentified."""
    one, two = make_member("One").party, make_member("Two").party
    song = make.song("Song", (one, 50), (two, 50))
    file = make.usage(make.Play("song", song, plays=2), make.Play("unknown"))
    return make.pool(net, files=[file], deductions=make.TWENTY_AND_FIVE)


def execute(sql: str, *parameters) -> None:
    """Raw SQL as the application."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def refused(match: str, sql: str, *parameters) -> None:
    """The database says no, in these words."""
    with pytest.raises(DatabaseError, match=match):
        execute(sql, *parameters)


def found(*codes: str) -> set[str]:
    """Which of these checks are red."""
    return {one.code for one in fsck.findings(fsck.Scope(), codes or None)}


@pytest.mark.django_db
class TestRunGuards:
    """The state machine and what each state lets change."""

    def test_a_run_begins_as_a_draft(self):
        user = make.maker()
        refused(
            "begins as a draft",
            "INSERT INTO royalties_run (uid, number, name, period_start, period_end, state, form_key, maker_id, slices,"
            " kernel, code_version, reason) VALUES (gen_random_uuid(), 'X', 'X', '2026-01-01', '2026-01-31', 'frozen',"
            " gen_random_uuid(), %s, 1, 'numpy', '', '')",
            user.pk,
        )

    @pytest.mark.parametrize("state", ["calculated", "reviewed", "approved", "finalised", "published", "reversed"])
    def test_a_draft_cannot_jump(self, state):
        run = make.draft_run(make.pool())
        refused("Invalid transition|check", "UPDATE royalties_run SET state = %s WHERE id = %s", state, run.pk)

    @pytest.mark.parametrize(
        "change",
        [
            "period_end = '2099-01-01'",
            "input_digest = '\\x00'",
            "maker_id = maker_id + 1",
            "approved_digest = '\\x00'",
            "number = 'X'",
        ],
    )
    def test_what_is_frozen_stands(self, change):
        make.frozen_run(make.pool())
        refused("this part of it stands", f"UPDATE royalties_run SET {change}")

    def test_the_digest_stands_after_the_calculation(self, run_jobs):
        make.calculated_run(run_jobs, make.pool())
        refused("this part of it stands", "UPDATE royalties_run SET digest = '\\x00'")

    def test_a_run_is_not_calculated_before_its_results_are_sealed(self):
        make.frozen_run(make.pool())
        refused(
            "are not sealed", "UPDATE royalties_run SET state = 'calculated', digest = '\\x00', calculated_at = now()"
        )

    def test_the_maker_cannot_be_the_approver(self, run_jobs):
        run = make.calculated_run(run_jobs, make.pool())
        run = runs.send_for_review(run=run, by=make.maker(), now=make.NOW)
        refused(
            "run_four_eyes",
            "UPDATE royalties_run SET state = 'approved', approved_by_id = maker_id, approved_digest = digest,"
            " approved_at = now()",
        )

    def test_an_approval_names_the_digest(self, run_jobs):
        run = make.calculated_run(run_jobs, make.pool())
        runs.send_for_review(run=run, by=make.maker(), now=make.NOW)
        refused(
            "approval_names_the_digest",
            "UPDATE royalties_run SET state = 'approved', approved_by_id = %s, approved_digest = '\\x00',"
            " approved_at = now()",
            make.approver().pk,
        )

    def test_a_run_is_not_finalised_without_its_journal(self, run_jobs):
        make.approved_run(run_jobs, song_pool())
        refused("the posting of", "UPDATE royalties_run SET state = 'finalised', finalised_at = now()")

    def test_the_application_removes_no_run(self):
        make.draft_run(make.pool())
        refused("permission denied", "DELETE FROM royalties_run")


@pytest.mark.django_db
class TestFrozenGuards:
    """What a run froze takes no more rows, and none changes."""

    ADDED = (
        "INSERT INTO royalties_runtext SELECT run_id, pool_no, text_key + 1000, file_id, text_no, work_id"
        " FROM royalties_runtext",
        'INSERT INTO royalties_runshare SELECT run_id, "right", work_id + 1000, share_id, payee_id, party_id, role,'
        " units FROM royalties_runshare",
        "INSERT INTO royalties_poolclaim (uid, run_id, pool_id, released_at)"
        " SELECT gen_random_uuid(), run_id, pool_id, now() FROM royalties_poolclaim",
    )

    @pytest.mark.parametrize("statement", ADDED)
    def test_nothing_is_added_to_a_frozen_run(self, statement):
        make.frozen_run(song_pool())
        refused("has frozen its inputs|claimed_once", statement)

    @pytest.mark.parametrize(
        "table", ["runtext", "runshare", "runpool", "rundeduction", "stepsum", "poolclaim", "usageclaim"]
    )
    def test_nothing_frozen_is_removed(self, table):
        make.frozen_run(song_pool())
        refused("permission denied", f"DELETE FROM royalties_{table}")

    @pytest.mark.parametrize("table", ["runtext", "runshare", "runpool", "rundeduction", "stepsum"])
    def test_nothing_frozen_is_changed(self, table):
        make.frozen_run(song_pool())
        refused("permission denied", f"UPDATE royalties_{table} SET run_id = run_id")

    def test_a_claim_of_a_live_run_is_not_given_back(self):
        make.frozen_run(song_pool())
        refused("claim stands", "UPDATE royalties_usageclaim SET released_at = now()")

    def test_frozen_shares_make_the_whole(self):
        run = make.draft_run(song_pool())
        refused(
            "do not make 100 percent",
            "INSERT INTO royalties_runshare VALUES (%s, 'PR', 1, 1, 1, 1, 'CA', 999999)",
            run.pk,
        )

    def test_a_disputed_share_has_no_payee(self):
        run, share = make.draft_run(make.pool()), disputed_share()
        refused(
            "disputed or unconfirmed share with a payee",
            "INSERT INTO royalties_runshare VALUES (%s, 'PR', %s, %s, 1, 1, 'CA', 1000000)",
            run.pk,
            share.work_id,
            share.pk,
        )

    def test_a_deduction_above_its_rule_is_refused(self):
        pool = song_pool()
        run = make.draft_run(pool)
        with pytest.raises(DatabaseError, match="not what its rule version says"), transaction.atomic():
            deduct(run, pool, amount=20_001)
        with transaction.atomic():
            deduct(run, pool, amount=20_000)


def disputed_share() -> WorkShare:
    """A whole work in dispute."""
    work = make.song("Disputed")
    dispute = Dispute.objects.create(
        work=work, right="PR", share=1_000_000, opened_on=dt.date(2026, 1, 1), deadline=dt.date(2027, 1, 1)
    )
    return WorkShare.objects.create(
        work=work, role="CA", right="PR", share=1_000_000, state="disputed", dispute=dispute
    )


def deduct(run: Run, pool, amount: int) -> RunDeduction:
    """A deduction of 20 % of 1,000 rupees, or what is said to be it."""
    return RunDeduction.objects.create(
        run=run,
        pool=pool,
        order=1,
        code="ADMIN",
        name="Administration",
        purpose="administration",
        basis=100_000,
        rate_percent="20",
        amount=amount,
        rule_version=pool.deduction_rule,
    )


@pytest.mark.django_db
class TestResultGuards:
    """The parts of a run: made while it is frozen, sealed once, dropped only when it is cancelled."""

    def part(self, run: Run, table: str) -> str:
        return f"royalties_{table}_r{run.pk}"

    def test_sealed_results_take_no_more_rows(self, run_jobs):
        run = make.calculated_run(run_jobs, song_pool())
        for table in ("textresult", "lineresult", "allocationline", "payeetotal"):
            for target in (self.part(run, table), f"royalties_{table}"):
                refused("permission denied", f"INSERT INTO {target} SELECT * FROM royalties_{table}")

    @pytest.mark.parametrize("statement", ["UPDATE {} SET units = 0", "DELETE FROM {}", "TRUNCATE {}"])
    def test_results_are_never_changed(self, run_jobs, statement):
        make.calculated_run(run_jobs, song_pool())
        for table in ("textresult", "lineresult", "allocationline", "payeetotal"):
            refused("permission denied", statement.format(f"royalties_{table}"))

    def test_parts_are_made_for_frozen_runs_alone(self):
        refused("is not frozen", "SELECT royalties_make_parts(%s)", make.draft_run(make.pool()).pk)

    def test_parts_are_sealed_for_frozen_runs_alone(self, run_jobs):
        run = make.calculated_run(run_jobs, make.pool())
        refused("is not frozen", "SELECT royalties_seal_parts(%s)", run.pk)

    def test_parts_of_a_live_run_are_not_dropped(self, run_jobs):
        run = make.calculated_run(run_jobs, make.pool())
        refused("is not cancelled", "SELECT royalties_drop_parts(%s)", run.pk)

    def test_a_row_of_another_run_does_not_enter_a_part(self):
        run = runs.start_calculation(run=make.frozen_run(make.pool()), by=make.maker(), now=make.NOW)
        refused("only_run", f"INSERT INTO {self.part(run, 'payeetotal')} VALUES (1, 0, 0, %s, 1)", run.pk + 1)

    def test_parts_that_do_not_add_up_are_not_sealed(self):
        run = runs.start_calculation(run=make.frozen_run(make.pool(100_00)), by=make.maker(), now=make.NOW)
        execute(f"INSERT INTO {self.part(run, 'payeetotal')} VALUES (-6, 99999999, 9999, %s, 1)", run.pk)
        execute(f"INSERT INTO {self.part(run, 'allocationline')} VALUES (-6, 0, 0, 0, 99999999, 9999, %s, 1)", run.pk)
        refused("come to 9999, not to 10000", "SELECT royalties_seal_parts(%s)", run.pk)

    def test_an_allocation_that_pays_another_than_frozen_is_not_sealed(self, run_jobs):
        pool = song_pool()
        run = runs.start_calculation(run=make.frozen_run(pool), by=make.maker(), now=make.NOW)
        leaf = RunPool.objects.get(run=run)
        share = RunShare.objects.filter(run_id=run.pk).first()
        text = RunText.objects.filter(run_id=run.pk, work_id__gt=0).get()
        units = leaf.amount * 10_000
        for table, values in (
            ("payeetotal", (share.payee_id + 1, units, leaf.amount)),
            ("allocationline", (share.payee_id + 1, share.work_id, share.share_id, 0, units, leaf.amount)),
            ("textresult", (text.text_key, share.work_id, 1, units)),
            ("lineresult", (1, text.text_key, 1, units)),
        ):
            listed = ", ".join(map(str, (*values, run.pk, 1)))
            execute(f"INSERT INTO {self.part(run, table)} VALUES ({listed})")
        refused("not what was frozen", "SELECT royalties_seal_parts(%s)", run.pk)


@pytest.mark.django_db(transaction=True)
class TestTwins:
    """Each guard off: the fault really happens, and the book check names it."""

    def test_m01_a_dropped_allocation_line(self, run_jobs, superuser_cursor):
        run = make.approved_run(run_jobs, song_pool())
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute(
            "DELETE FROM royalties_allocationline WHERE payee_id > 0 AND share_id = (SELECT"
            " max(share_id) FROM royalties_allocationline)"
        )
        assert "M01" in found("M01")
        with pytest.raises(Exception, match="checks are red"):
            runs.finalise_run(run=run, digest=bytes(run.digest).hex(), by=make.maker(), now=make.NOW)
        refused("come to", "UPDATE royalties_run SET state = 'finalised', finalised_at = now()")
        superuser_cursor.execute("ALTER TABLE royalties_run DISABLE TRIGGER USER")
        execute("UPDATE royalties_run SET state = 'finalised', finalised_at = now()")
        assert "M01" in found("M01")

    def test_m05_and_m06_frozen_shares(self, superuser_cursor):
        run, share = make.draft_run(make.pool()), disputed_share()
        superuser_cursor.execute("ALTER TABLE royalties_runshare DISABLE TRIGGER USER")
        execute(
            "INSERT INTO royalties_runshare VALUES (%s, 'PR', %s, %s, 1, 1, 'CA', 999999)",
            run.pk,
            share.work_id,
            share.pk,
        )
        assert found("M05") == {"M05"}

    def test_m06_a_line_that_pays_another(self, run_jobs, superuser_cursor):
        make.calculated_run(run_jobs, song_pool())
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute(
            "UPDATE royalties_runshare SET payee_id = -2 WHERE share_id = (SELECT max(share_id)"
            " FROM royalties_runshare)"
        )
        assert {"M06", "M09"} <= found("M06", "M09")

    def test_m07_a_file_in_two_live_runs(self, run_jobs, superuser_cursor):
        file = make.usage(make.Play("song"))
        make.calculated_run(run_jobs, make.pool(files=[file]))
        second = make.draft_run(make.pool())
        claim = UsageClaim.objects.get()
        with pytest.raises(DatabaseError, match="usage_paid_once_per_right"), transaction.atomic():
            UsageClaim.objects.create(run=second, file=file, right="PR", position=0)
        superuser_cursor.execute("DROP INDEX usage_paid_once_per_right")
        UsageClaim.objects.create(run=second, file=file, right=claim.right, position=0)
        assert found("M07") == {"M07"}

    def test_m07_a_line_that_stands_twice(self, run_jobs, superuser_cursor):
        run = make.calculated_run(run_jobs, song_pool())
        with pytest.raises(Exception, match="duplicate key"):
            superuser_cursor.execute("INSERT INTO royalties_lineresult SELECT * FROM royalties_lineresult")
        superuser_cursor.execute(f"DROP INDEX royalties_lineresult_r{run.pk}_pool_no_line_key_idx")
        superuser_cursor.execute("INSERT INTO royalties_lineresult SELECT * FROM royalties_lineresult")
        assert {"M07", "M10"} <= found("M07", "M10")

    def test_m08_the_same_bytes_twice(self, superuser_cursor):
        make.usage(make.Play("song"), name="one.csv"), make.usage(make.Play("song"), name="two.csv")
        again = UsageFile.objects.get(filename="one.csv")
        again.pk, again.uid = None, uuid.uuid4()
        with pytest.raises(DatabaseError, match="sha256"), transaction.atomic():
            again.save(force_insert=True)
        superuser_cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'royalties_usagefile'::regclass AND contype = 'u'"
            " AND conname LIKE '%sha256%'"
        )
        superuser_cursor.execute(f'ALTER TABLE royalties_usagefile DROP CONSTRAINT "{superuser_cursor.fetchone()[0]}"')
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute("UPDATE royalties_usagefile SET sha256 = '\\x00'")
        assert found("M08") == {"M08"}

    def test_m09_a_text_added_after_the_freeze(self, run_jobs, superuser_cursor):
        make.calculated_run(run_jobs, song_pool())
        superuser_cursor.execute("ALTER TABLE royalties_runtext DISABLE TRIGGER USER")
        execute(TestFrozenGuards.ADDED[0])
        assert found("M09") == {"M09"}

    def test_m09_results_that_the_application_may_change(self, run_jobs, superuser_cursor):
        make.finalised_run(run_jobs, song_pool())
        superuser_cursor.execute("GRANT UPDATE ON royalties_allocationline TO cmo_app")
        refused("never change", "UPDATE royalties_allocationline SET amount = amount + 1")
        assert found("M09") == {"M09"}
        line = AllocationLine.objects.filter(payee_id__gt=0).order_by("share_id").first()
        superuser_cursor.execute(f"ALTER TABLE royalties_allocationline_r{line.run_id} DISABLE TRIGGER results_stand")
        execute("UPDATE royalties_allocationline SET amount = amount + 1")
        assert {"M01", "M09", "M10"} <= found("M01", "M09", "M10")

    def test_m10_an_amount_moved_from_one_member_to_another(self, run_jobs, superuser_cursor):
        make.calculated_run(run_jobs, song_pool())
        superuser_cursor.execute("SET session_replication_role = replica")
        superuser_cursor.execute(
            "UPDATE royalties_allocationline SET amount = amount + CASE WHEN share_id = (SELECT max(share_id) FROM"
            " royalties_allocationline) THEN 1 ELSE -1 END WHERE payee_id > 0"
        )
        assert {"M01", "M10"} <= found("M01", "M10")

    def test_m14_the_maker_approves(self, run_jobs, superuser_cursor):
        runs.send_for_review(run=make.calculated_run(run_jobs, make.pool()), by=make.maker(), now=make.NOW)
        for name in ("run_four_eyes", "run_four_eyes_reviewer"):
            superuser_cursor.execute(f"ALTER TABLE royalties_run DROP CONSTRAINT {name}")
        execute(
            "UPDATE royalties_run SET state = 'approved', approved_by_id = maker_id, approved_digest = digest,"
            " approved_at = now()"
        )
        assert found("M14", "M15", "M23") == {"M14", "M23"}

    def test_m15_another_digest_than_was_approved(self, run_jobs, superuser_cursor):
        make.approved_run(run_jobs, make.pool())
        superuser_cursor.execute("ALTER TABLE royalties_run DROP CONSTRAINT approval_names_the_digest")
        superuser_cursor.execute("ALTER TABLE royalties_run DISABLE TRIGGER USER")
        execute("UPDATE royalties_run SET digest = '\\x00'")
        assert {"M10", "M15"} <= found("M10", "M15")

    def test_m15_a_state_that_jumps(self, superuser_cursor):
        run = make.draft_run(make.pool())
        superuser_cursor.execute("ALTER TABLE royalties_run DISABLE TRIGGER USER")
        execute(
            "UPDATE royalties_run SET state = 'finalised', frozen_at = now(), input_digest = '\\x00', digest = '\\x00',"
            " calculated_at = now(), reviewed_by_id = maker_id, approved_by_id = %s, approved_digest = '\\x00',"
            " claim_rule_id = %s WHERE id = %s",
            make.approver().pk,
            RuleVersion.objects.filter(rule__kind="claims").get().pk,
            run.pk,
        )
        assert {"M09", "M23"} <= found("M09", "M23")

    def test_m18_a_deduction_above_its_rule(self, superuser_cursor):
        pool = song_pool()
        superuser_cursor.execute("ALTER TABLE royalties_rundeduction DISABLE TRIGGER USER")
        deduct(make.draft_run(pool), pool, amount=20_001)
        assert found("M18") == {"M18"}

    def test_a_claim_given_back_too_early_lets_a_pool_into_two_runs(self, superuser_cursor):
        pool = song_pool()
        make.frozen_run(pool)
        superuser_cursor.execute("ALTER TABLE royalties_poolclaim DISABLE TRIGGER USER")
        superuser_cursor.execute("ALTER TABLE royalties_usageclaim DISABLE TRIGGER USER")
        for table in ("poolclaim", "usageclaim"):
            execute(f"UPDATE royalties_{table} SET released_at = now()")
        make.frozen_run(pool)
        assert PoolClaim.objects.filter(pool=pool).count() == 2
        assert found("M07") == {"M07"}
