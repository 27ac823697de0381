"""Statements: one for each payee of a run, with the right sums, what waits for each party, and nothing to change later."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from royalties import fsck
from royalties.models import HeldClaim, PoolWorking, StatedWork, Statement
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
