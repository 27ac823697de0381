"""Payments: reserved, approved by a second person, sent to the bank once; nobody is paid twice."""

import datetime as dt
import threading
import time
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from cmo_portal.audit.models import Act
from cmo_portal.form_keys import KeyReused
from members.models import Member
from royalties.fsck import Scope, findings
from royalties.models import LedgerLine, PaymentBatch, RuleVersion, Run
from royalties.models.ledger import AccountCode
from royalties.queries.payable import balances, due_on
from royalties.services import payments, runs
from royalties.services.runs import ending
from tests.factories import royalties as make
from tests.royalties.paying import DAY, NOW, RATES, another_run, answers, approved, batch

pytestmark = pytest.mark.django_db


def test_nobody_is_paid_on_a_day_that_has_passed(owners: Any) -> None:
    """Its tax rate may have been another one."""
    with pytest.raises(ValidationError, match="has passed"):
        payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY - dt.timedelta(days=1), by=make.finance(), now=NOW)
    assert not PaymentBatch.objects.exists()


def test_who_is_paid_and_who_waits_and_why(owners: Any) -> None:
    found = {due.payee.name.split()[-1]: due for due in due_on(DAY)}
    paid = [due for due in found.values() if due.withholding]
    assert [(due.balance, due.withholding.withheld, due.withholding.net) for due in paid] == [
        (50_000, 7_500, 42_500),
        (30_000, 4_500, 25_500),
    ]
    assert {str(due.waits) for due in found.values() if due.waits} == {
        "The tax status is not recorded.",
        "The balance is below the minimum payment and is carried forward.",
    }


def test_a_settled_batch_closes_in_the_ledger(owners: Any) -> None:
    made = approved()
    payments.export_batch(batch=made, by=make.finance(), now=NOW)
    errors = payments.load_bank_answers(
        batch=made, data=answers(made, "PAID", "PAID"), filename="a.csv", by=make.finance(), now=NOW
    )
    assert errors == []
    made.refresh_from_db()
    assert made.state == "closed"
    assert balances(AccountCode.IN_TRANSIT) == {}
    assert sum(balances(AccountCode.PAYABLE).values()) == 60_000
    assert sum(balances(AccountCode.WITHHOLDING).values()) == 12_000
    assert sum(LedgerLine.objects.values_list("amount", flat=True)) == 0
    assert findings(Scope()) == []


def owed_now() -> dict[str, int]:
    return {due.payee.name.split()[-1]: due.balance for due in due_on(DAY)}


def test_m12_money_of_a_run_that_is_not_published_waits_for_it(owners: Any, run_jobs: Any) -> None:
    run = another_run(run_jobs, owners["Alia"], 70_000)
    assert owed_now()["Alia"] == 50_000
    made = batch()
    assert made.payments.get(party=owners["Alia"]).gross == 50_000
    assert balances(AccountCode.PAYABLE)[owners["Alia"].pk] == 70_000
    answered(made)
    alia = next(due for due in due_on(DAY) if due.party_id == owners["Alia"].pk)
    assert (alia.balance, str(alia.waits)) == (70_000, "The statement is not published yet.")
    runs.publish_run(run=run, by=make.maker(), now=make.NOW)
    assert batch().payments.get().gross == 70_000
    assert findings(Scope()) == []


def answered(made: PaymentBatch) -> None:
    """Approved, sent, and everything paid."""
    made = payments.approve_batch(batch=made, digest=bytes(made.digest), by=make.approver(), now=NOW)
    payments.export_batch(batch=made, by=make.finance(), now=NOW)
    reply = answers(made, *["PAID"] * made.count)
    assert not payments.load_bank_answers(batch=made, data=reply, filename="a.csv", by=make.finance(), now=NOW)


@pytest.mark.parametrize("settled", [True, False])
def test_a_run_that_was_paid_from_is_not_reversed_whatever_statement_the_payment_names(
    owners: Any, run_jobs: Any, settled: bool
) -> None:
    first = Run.objects.get()
    later = another_run(run_jobs, owners["Alia"], 70_000)
    runs.publish_run(run=later, by=make.maker(), now=make.NOW)
    made = batch()
    if settled:
        answered(made)
    assert made.payments.get(party=owners["Alia"]).statement.run == later
    for run in (first, later):
        with pytest.raises(ValidationError, match="was paid or is on its way"):
            runs.reverse_run(run=run, reason="wrong", by=make.approver(), now=make.NOW)


def test_a_run_published_after_the_payment_can_be_reversed(owners: Any, run_jobs: Any) -> None:
    answered(batch())
    later = another_run(run_jobs, owners["Alia"], 70_000)
    runs.publish_run(run=later, by=make.maker(), now=NOW + dt.timedelta(days=1))
    runs.reverse_run(run=later, reason="wrong", by=make.approver(), now=make.NOW)
    assert owners["Alia"].pk not in balances(AccountCode.PAYABLE)
    assert findings(Scope()) == []


def test_the_database_refuses_a_reversal_after_which_somebody_would_owe(owners: Any, monkeypatch: Any) -> None:
    batch()
    monkeypatch.setattr(ending, "_is_paid_from", lambda run: False)
    with pytest.raises(IntegrityError, match="M13: money of run"), transaction.atomic():
        runs.reverse_run(run=Run.objects.get(), reason="wrong", by=make.approver(), now=make.NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lead", [0.0, 0.01, 0.03, -0.03])
def test_a_reversal_and_a_batch_at_once_never_both_have_the_money(owners: Any, lead: float) -> None:
    run, done = Run.objects.get(), []

    def reverse() -> None:
        time.sleep(max(-lead, 0))
        runs.reverse_run(run=run, reason="race", by=make.approver(), now=make.NOW)

    def reserve() -> None:
        time.sleep(max(lead, 0))
        batch()

    def act(function: Any) -> None:
        try:
            function()
            done.append(function)
        except ValidationError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[function]) for function in (reverse, reserve)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert min(balances(AccountCode.PAYABLE).values(), default=0) >= 0
    assert findings(Scope()) == []


def test_m21_the_same_form_for_another_day_is_refused(owners: Any) -> None:
    key = uuid.uuid4()
    given = {"form_key": key, "by": make.finance(), "now": NOW}
    payments.make_batch(pay_on=DAY, **given)
    with pytest.raises(KeyReused):
        payments.make_batch(pay_on=DAY + dt.timedelta(days=1), **given)


def test_nobody_approves_a_payment_to_herself(owners: Any) -> None:
    made, approver = batch(), make.approver()
    member = owners["Alia"].member
    member.user = approver
    member.save(update_fields=["user"])
    with pytest.raises(ValidationError, match="payment to yourself"):
        payments.approve_batch(batch=made, digest=bytes(made.digest), by=approver, now=NOW)


def test_the_rules_of_the_day_of_payment_count_not_those_of_today(owners: Any) -> None:
    RuleVersion.objects.filter(rule__kind="withholding").update(valid_to=DAY)
    later = [{**rate, "rate_percent": "20"} for rate in RATES]
    make.rule("withholding", {"rates": later}, valid_from=DAY + dt.timedelta(days=1))
    after = payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY + dt.timedelta(days=1), by=make.finance(), now=NOW)
    assert {payment.tax_rate_percent for payment in after.payments.all()} == {"20"}


@pytest.mark.parametrize(("state", "reason"), [("deceased", "has died"), ("suspended", "is suspended")])
def test_a_member_who_died_or_is_suspended_waits(owners: Any, state: str, reason: str) -> None:
    Member.objects.filter(party=owners["Alia"]).update(state=state)
    waits = next(due.waits for due in due_on(DAY) if due.party_id == owners["Alia"].pk)
    assert reason in str(waits)
    assert not batch().payments.filter(party=owners["Alia"]).exists()


def test_the_acts_of_a_batch_are_on_record(owners: Any) -> None:
    answered(batch())
    verbs = Act.objects.filter(verb__contains="payment").order_by("pk").values_list("verb", "actor__email")
    assert [verb for verb, _actor in verbs][:2] == ["make_payment_batch", "approve_payment_batch"]


def test_the_same_batch_gives_the_same_bytes_and_counts_each_download(owners: Any) -> None:
    made = approved()
    first = payments.export_batch(batch=made, by=make.finance(), now=NOW)
    second = payments.export_batch(batch=made, by=make.finance(), now=NOW)
    made.refresh_from_db()
    assert first == second and made.downloads == 2
    assert first.decode().splitlines()[0] == f"H,{made.number},2030-11-29,PKR,2,680.00"


def test_m14_the_maker_cannot_approve_and_a_stale_digest_is_refused(owners: Any, staff: Any) -> None:
    both = staff("finance", "approver")
    made = payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY, by=both, now=NOW)
    with pytest.raises(ValidationError, match="second person"):
        payments.approve_batch(batch=made, digest=bytes(made.digest), by=both, now=NOW)
    with pytest.raises(ValidationError, match="changed"):
        payments.approve_batch(batch=made, digest=bytes(32), by=make.approver(), now=NOW)
    with pytest.raises(PermissionDenied):
        payments.approve_batch(batch=made, digest=bytes(made.digest), by=make.finance(), now=NOW)


def test_a_cancelled_batch_gives_everything_back(owners: Any) -> None:
    made = batch()
    payments.cancel_batch(batch=made, reason="wrong day", by=make.finance(), now=NOW)
    payments.cancel_batch(batch=made, reason="wrong day", by=make.finance(), now=NOW)
    assert sum(balances(AccountCode.PAYABLE).values()) == 140_000
    assert batch().count == 2


def test_c8_the_withholding_is_worked_out_once_on_the_paid_total(owners: Any) -> None:
    made = batch()
    for payment in made.payments.all():
        assert payment.withheld == (payment.gross * 15 + 50) // 100
        assert payment.gross == payment.net + payment.withheld


def test_an_account_approved_after_the_freeze_waits_for_the_next_batch(owners: Any) -> None:
    early = dt.datetime(2020, 6, 1, tzinfo=dt.UTC)
    assert not [due for due in due_on(DAY, frozen_at=early) if due.withholding]


@pytest.mark.django_db(transaction=True)
def test_the_desk_pays_in_the_browser(owners: Any, sign_in: Any) -> None:
    finance, approver = sign_in(make.finance()), sign_in(make.approver())
    page = finance.get("/staff/payments/new/")
    key = page.context["form"]["form_key"].value()
    made = finance.post("/staff/payments/new/", {"pay_on": DAY.isoformat(), "form_key": key})
    assert made.status_code == 302, made.content.decode()[:2000]
    assert (
        finance.post("/staff/payments/new/", {"pay_on": DAY.isoformat(), "form_key": key})["Location"]
        == made["Location"]
    )
    address = made["Location"]
    digest = approver.get(address).context["digest"]
    assert approver.post(f"{address}approve/", {"digest": digest}).status_code == 302
    data = finance.post(f"{address}file/").content
    assert data.startswith(b"H,P-")
    from django.core.files.uploadedfile import SimpleUploadedFile

    wrong = finance.post(f"{address}answer/", {"file": SimpleUploadedFile("a.csv", b"x,y\n1,2")})
    assert wrong.status_code == 400
    reply = answers(PaymentBatch.objects.get(), "PAID", "PAID")
    assert finance.post(f"{address}answer/", {"file": SimpleUploadedFile("a.csv", reply)}).status_code == 302
    assert PaymentBatch.objects.get().state == "closed"
    assert finance.get("/staff/payments/").status_code == 200
