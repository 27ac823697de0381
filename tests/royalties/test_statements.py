"""Statements: one for each payee of a run, with the right sums, what waits for each party, and nothing to change later."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from royalties import fsck
from royalties.exports.statements import statement_lines_csv
from royalties.models import HeldClaim, PoolWorking, StatedWork, Statement
from royalties.queries.statement_document import statement_data
from royalties.queries.statement_lines import TotalsDiffer
from royalties.queries.statements import statements_of
from royalties.rules.explaining import NotExplained
from royalties.services.statements import make_statements
from tests.factories import census as example
from tests.factories import royalties as make

pytestmark = pytest.mark.django_db


def rupees(text):
    return int(text.replace(",", "").replace(".", ""))


def test_c1_every_payee_gets_one_statement_of_the_right_amount(run_jobs):
    census = example.finalised(run_jobs)
    earned = {key: census.statement(key).earned for key in ("M1", "M2", "PUB1", "SOC-X")}
    assert earned == {
        "M1": rupees("376,200.00"),
        "M2": rupees("102,600.00"),
        "PUB1": rupees("102,600.00"),
        "SOC-X": rupees("71,250.00"),
    }
    assert Statement.objects.count() == 4
    statement = census.statement("M1")
    assert (statement.opening, statement.closing, statement.line_count) == (0, 37_620_000, 2)
    assert statement.number == f"S-{census.run.number}-T000001"
    assert statement.payee_name_original == "نور جہاں"


def test_what_is_held_is_told_to_those_it_may_belong_to(run_jobs):
    census = example.finalised(run_jobs)
    claims = {
        (claim.party_id, claim.line.reason, claim.line.amount, claim.claimed) for claim in HeldClaim.objects.all()
    }
    disputed = rupees("171,000.00")
    assert claims == {(census.parties[key].pk, "dispute", disputed, 500_000) for key in ("X1", "X2")}
    assert all(claim.dispute.work == census.works["B"] for claim in HeldClaim.objects.all())
    assert census.statement("M1").held == []


def test_m11_the_check_finds_nothing_wrong_with_real_statements(run_jobs):
    census = example.finalised(run_jobs)
    assert fsck.findings(fsck.Scope(census.run), ["M11"]) == []
    assert fsck.findings(fsck.Scope()) == []


def test_works_and_workings_of_a_run_are_kept(run_jobs):
    census = example.finalised(run_jobs)
    works = {work.title: work.title_original for work in StatedWork.objects.filter(run_id=census.run.pk)}
    assert works == {"Aaj Jane Ki Zid": "آج جانے کی ضد", "Bol Ke Lab": "", "Chai Jingle": ""}
    working = PoolWorking.objects.get(run=census.run)
    assert (working.texts, working.weight) == (4, 400_000)


def test_statements_are_made_once(run_jobs):
    census = example.finalised(run_jobs)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_statements(run=census.run, by=make.maker(), now=make.NOW)


def test_a_statement_is_never_changed(run_jobs):
    census = example.finalised(run_jobs)
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(run=census.run).update(earned=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(run=census.run).delete()


# What a superuser could do with the guards off, the words of the finding, and how to undo it.
LARGEST = "id = (SELECT id FROM royalties_statement ORDER BY earned DESC LIMIT 1)"
CORRUPTIONS = [
    (
        "UPDATE royalties_statement SET earned = earned {} 1, closing = closing {} 1 WHERE " + LARGEST,
        "sum of its lines",
    ),
    ("UPDATE royalties_statement SET opening = opening {} 1, closing = closing {} 1 WHERE " + LARGEST, "opens with"),
    ("UPDATE royalties_statement SET line_count = line_count {} 1 WHERE " + LARGEST, "counts other lines"),
    ("UPDATE royalties_statement SET party_id = party_id {} 1000000 WHERE " + LARGEST, "is missing"),
    ("UPDATE royalties_allocationline SET amount = amount {} 1 WHERE payee_id > 0", "sum of its lines"),
    ("UPDATE royalties_allocationline SET units = units {} 1 WHERE payee_id > 0", "hash"),
    ("UPDATE royalties_payeetotal SET amount = amount {} 1 WHERE payee_id > 0", "total of its payee"),
    ("UPDATE royalties_ledgerline SET amount = amount {} 1 WHERE party_id IS NOT NULL", "what the ledger moved"),
]


@pytest.mark.django_db(transaction=True)
def test_m11_with_the_guards_off_every_corruption_is_found(run_jobs, superuser_cursor):
    census = example.published(run_jobs)
    scope = fsck.Scope(census.run)
    superuser_cursor.execute("SET session_replication_role = replica")
    for statement, words in CORRUPTIONS:
        superuser_cursor.execute(statement.replace("{}", "+"))
        assert words in " ".join(finding.what for finding in fsck.findings(scope, ["M11"])), statement
        superuser_cursor.execute(statement.replace("{}", "-"))
        assert fsck.findings(scope, ["M11"]) == [], statement
    superuser_cursor.execute("DELETE FROM royalties_statement WHERE " + LARGEST)
    assert "is missing" in fsck.findings(scope, ["M11"])[0].what


@pytest.mark.django_db(transaction=True)
def test_m11_with_a_line_dropped_no_file_of_the_statement_is_given_out(run_jobs, superuser_cursor):
    census = example.published(run_jobs)
    statement = statements_of(census.parties["M1"]).get()
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute(
        "DELETE FROM royalties_allocationline WHERE payee_id = %s AND work_id = %s",
        [census.parties["M1"].pk, census.works["B"].pk],
    )
    with pytest.raises(TotalsDiffer):
        statement_lines_csv(statement)
    with pytest.raises(TotalsDiffer):
        statement_data(statement, today=make.NOW.date())


@pytest.mark.parametrize("table", ["statement", "statedwork", "poolworking", "heldclaim"])
def test_the_application_may_not_change_what_statements_rest_on(table):
    with connection.cursor() as cursor:
        for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute("SELECT has_table_privilege(%s, %s)", [f"royalties_{table}", privilege])
            assert cursor.fetchone() == (False,)


@pytest.mark.django_db(transaction=True)
def test_finalising_fails_when_the_results_were_not_split_as_the_rule_says(run_jobs, superuser_cursor):
    census = example.world()
    pool = make.pool(example.RECEIPTS, weights=make.WEIGHED, files=[make.usage(*example.plays(census))])
    run = make.approved_run(run_jobs, pool)
    superuser_cursor.execute("SET session_replication_role = replica")
    for sign, work in (("+", "A"), ("-", "B")):
        superuser_cursor.execute(
            f"UPDATE royalties_textresult SET units = units {sign} 1 WHERE work_id = %s", [census.works[work].pk]
        )
    with pytest.raises(NotExplained):
        make_statements(run=run, by=make.maker(), now=make.NOW)
