"""Payments: reserved, approved by a second person, sent to the bank once, answered once; nobody is paid twice."""

import datetime as dt
import threading
import time
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from django.urls import reverse

from cmo_portal.audit.models import Act
from cmo_portal.common.clock import business_date
from cmo_portal.form_keys import KeyReused
from members.models import BankAccount, Member
from members.services.bank import approve_account, propose_account
from royalties.fsck import Scope, findings
from royalties.models import Journal, LedgerLine, Payment, PaymentBatch, RuleVersion, Run
from royalties.models.ledger import AccountCode
from royalties.queries.payable import balances, due_on
from royalties.services import payments, runs
from royalties.services.runs import ending
from tests.factories import royalties as make
from tests.factories.members import iban, make_member

DAY = dt.date(2030, 11, 29)
NOW = dt.datetime(2030, 11, 29, 9, tzinfo=dt.UTC)
RATES = [
    {"tax_class": "resident_active", "rate_percent": "15", "section": "153B", "source": "sample"},
    {"tax_class": "resident_not_active", "rate_percent": "30", "section": "153B", "source": "sample"},
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def owners(run_jobs: Any) -> dict[str, Any]:
    """Owners with published statements: 500.00, 300.00, 200.00, and 400.00 of one without a tax status."""
    people = {name: make_member(name, number=700 + place).party for place, name in enumerate(("Alia", "Bilal", "Celi"))}
    people["Dara"] = make_member("Dara", number=704, tax_class=None).party
    songs = {name: make.song(f"Song of {name}", (party, 100)) for name, party in people.items()}
    file = make.usage(
        make.Play("a", songs["Alia"], 50),
        make.Play("b", songs["Bilal"], 30),
        make.Play("c", songs["Celi"], 20),
        make.Play("d", songs["Dara"], 40),
    )
    run = make.finalised_run(run_jobs, make.pool(140_000, files=[file]))
    runs.publish_run(run=run, by=make.maker(), now=make.NOW)
    make.rule("withholding", {"rates": RATES})
    make.rule("payment", {"minimum_payment": "250.00"})
    return people


def batch() -> PaymentBatch:
    return payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY, by=make.finance(), now=NOW)


def test_nobody_is_paid_on_a_day_that_has_passed(owners: Any) -> None:
    """Its tax rate may have been another one."""
    with pytest.raises(ValidationError, match="has passed"):
        payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY - dt.timedelta(days=1), by=make.finance(), now=NOW)
    assert not PaymentBatch.objects.exists()


def approved() -> PaymentBatch:
    made = batch()
    return payments.approve_batch(batch=made, digest=bytes(made.digest), by=make.approver(), now=NOW)


def answers(made: PaymentBatch, *statuses: str) -> bytes:
    rows = ["batch,line,status,reference,reason"]
    rows += [
        f"{made.number},{n},{s},R{n},{'account closed' if s == 'REJECTED' else ''}" for n, s in enumerate(statuses, 1)
    ]
    return "\n".join(rows).encode()


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


def another_run(run_jobs: Any, party: Any, amount: int) -> Any:
    """A finalised run of its own for one payee; not published yet."""
    name = uuid.uuid4().hex[:8]
    file = make.usage(make.Play(name, make.song(name, (party, 100))), name=name)
    return make.finalised_run(run_jobs, make.pool(amount, files=[file]))


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


def test_m12_the_database_refuses_to_pay_what_is_not_published(owners: Any, run_jobs: Any) -> None:
    another_run(run_jobs, owners["Celi"], 70_000)
    made = batch()
    with pytest.raises(IntegrityError, match="M13"), transaction.atomic():
        extra_payment(made, **cases(owners)["M13"])


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


def sent(made: PaymentBatch) -> PaymentBatch:
    payments.export_batch(batch=made, by=make.finance(), now=NOW)
    return made


def load(made: PaymentBatch, data: bytes) -> list[Any]:
    return payments.load_bank_answers(batch=made, data=data, filename="a.csv", by=make.finance(), now=NOW)


def waiting(party: Any) -> str:
    due = next(due for due in due_on(DAY) if due.party_id == party.pk)
    assert (due.waits is None) != (due.withholding is None)
    return str(due.waits or "")


def new_account(party: Any, number: int) -> BankAccount:
    """Propose an account by finance (900 + 1 of Bilal is the one in use) and approve it when it has cooled."""
    account = propose_account(
        party=party, iban=iban(number), title="Bilal", by=make.finance(), form_key=uuid.uuid4(), now=NOW
    )
    approve_account(account=account, by=make.approver(), now=account.cooling_until)
    account.refresh_from_db()
    return account


@pytest.mark.parametrize("number", [701, 999])
def test_f26_a_rejected_line_waits_for_its_account_and_is_payable_again_exactly_once(owners: Any, number: int) -> None:
    """701 is Bilal's own account again: a second person confirms it; 999 is another one."""
    made, bilal = sent(approved()), owners["Bilal"]
    data = answers(made, "PAID", "REJECTED")
    assert load(made, data) == []
    with pytest.raises(ValidationError, match="taken before"):
        load(made, data)
    assert balances(AccountCode.PAYABLE)[bilal.pk] == 30_000
    assert waiting(bilal) == (
        "The bank sent the last payment back: account closed. It waits for another account, or for this one to be "
        "confirmed."
    )
    with pytest.raises(ValidationError, match="Nobody can be paid"):
        batch()
    later = new_account(bilal, number).approved_at or NOW
    again = payments.make_batch(form_key=uuid.uuid4(), pay_on=business_date(later), by=make.finance(), now=later)
    assert again.payments.get().party == bilal
    with pytest.raises(ValidationError, match="Nobody can be paid"):
        payments.make_batch(form_key=uuid.uuid4(), pay_on=business_date(later), by=make.finance(), now=later)
    assert findings(Scope()) == []


def test_an_account_approved_while_the_payment_was_with_the_bank_is_paid_at_once(owners: Any) -> None:
    made, bilal = sent(approved()), owners["Bilal"]
    later = new_account(bilal, 999).approved_at or NOW
    assert load(made, answers(made, "PAID", "REJECTED")) == []
    assert waiting(bilal) == ""
    assert (
        payments.make_batch(form_key=uuid.uuid4(), pay_on=business_date(later), by=make.finance(), now=later).count == 1
    )


def test_staff_see_her_under_waits_with_the_way_to_her_account(owners: Any, sign_in: Any) -> None:
    made = sent(approved())
    load(made, answers(made, "PAID", "REJECTED"))
    page = sign_in(make.finance()).get("/staff/payments/new/").content.decode()
    paid, _heading, waits = page.partition("Waits, and why")
    assert "Bilal" not in paid.partition("<main")[2] and "account closed" in waits
    detail = sign_in(make.finance()).get(f"/staff/payments/{made.uid}/").content.decode()
    assert "resident_active" not in detail and "Resident, on the active taxpayers" in detail
    journal = Journal.objects.get(kind="payment_settle")
    lines = sign_in(make.money.person("auditor")).get(f"/staff/ledger/journals/{journal.number}/").content.decode()
    assert "Returned by the bank" in lines
    member = owners["Bilal"].member
    assert f'href="{reverse("members:staff-account-propose", args=[member.uid])}"' in waits


def test_a_bank_may_answer_over_two_days(owners: Any) -> None:
    made = sent(approved())
    assert load(made, answers(made, "PAID")) == []
    made.refresh_from_db()
    assert made.state == "exported"
    assert sorted(made.payments.values_list("line_no", "state")) == [(1, "paid"), (2, "reserved")]
    assert findings(Scope()) == []
    with pytest.raises(ValidationError, match="taken before"):
        load(made, answers(made, "PAID"))
    with pytest.raises(ValidationError, match="taken before"):  # the same answer in other bytes
        load(made, answers(made, "PAID") + b"\n")
    assert load(made, answers(made, "PAID", "REJECTED")) == []  # the second day's file repeats the first day's line
    made.refresh_from_db()
    assert made.state == "closed" and balances(AccountCode.IN_TRANSIT) == {}
    assert balances(AccountCode.PAYABLE)[owners["Bilal"].pk] == 30_000
    assert findings(Scope()) == []


@pytest.mark.parametrize(
    ("second", "column", "value"),
    [("REJECTED,R1,closed", "status", "REJECTED"), ("PAID,R9,", "reference", "R9"), ("PAID,R1,late", "reason", "late")],
)
def test_a_line_answered_otherwise_a_second_time_is_refused_with_its_place(
    owners: Any, second: str, column: str, value: str
) -> None:
    made = sent(approved())
    load(made, answers(made, "PAID"))
    data = f"batch,line,status,reference,reason\n{made.number},2,PAID,R2,\n{made.number},1,{second}".encode()
    (error,) = load(made, data)
    assert (error.row, error.column, error.value) == (3, column, value)
    assert made.payments.get(line_no=2).state == "reserved"


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2",
        b"\xff\xfe\x00",
        b"\x89PNG\r\n\x1a\n\x00",
        b"",
        b"batch,line,status,reference,reason\n",
        b"x" * 1_000_000,
    ],
)
def test_a_file_that_is_no_answer_has_one_fault(owners: Any, data: bytes) -> None:
    made = sent(approved())
    assert len(load(made, data)) == 1
    assert not Payment.objects.exclude(state="reserved").exists()


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (b"batch,line,status,reference,reason\nP-OTHER,1,PAID,R,", "batch"),
        (b"batch,line,status,reference,reason\n{n},1,PERHAPS,R,\n{n},2,PAID,R,", "status"),
        (b"batch,line,status,reference,reason\n{n},9,PAID,R,", "line"),
        (b"batch,line,status,reference,reason\n{n},1,PAID,R,\n{n},1,PAID,R,", "line"),
        (b"batch,line,status,reference,reason\n{n},1,REJECTED,R,\n{n},2,PAID,R,", "reason"),
        (b"a,b\n1,2", ""),
        (b"\xff\xfe\x00", ""),
    ],
)
def test_a_wrong_answer_names_row_and_column_and_changes_nothing(owners: Any, data: bytes, column: str) -> None:
    made = approved()
    payments.export_batch(batch=made, by=make.finance(), now=NOW)
    filled = data.replace(b"{n}", made.number.encode())
    errors = payments.load_bank_answers(batch=made, data=filled, filename="a.csv", by=make.finance(), now=NOW)
    assert column in {error.column for error in errors}
    assert not Payment.objects.exclude(state="reserved").exists()


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


def test_m14_the_database_refuses_the_maker_as_approver(owners: Any) -> None:
    made = batch()
    with pytest.raises(IntegrityError, match="batch_four_eyes"), transaction.atomic():
        PaymentBatch.objects.filter(pk=made.pk).update(
            state="approved", approved_by=made.maker, approved_digest=made.digest
        )


def test_a_cancelled_batch_gives_everything_back(owners: Any) -> None:
    made = batch()
    payments.cancel_batch(batch=made, reason="wrong day", by=make.finance(), now=NOW)
    payments.cancel_batch(batch=made, reason="wrong day", by=make.finance(), now=NOW)
    assert sum(balances(AccountCode.PAYABLE).values()) == 140_000
    assert batch().count == 2


@pytest.mark.parametrize(
    "change",
    [{"gross": 1}, {"net": 1}, {"payee_name": "x"}, {"tax_rate_percent": "0"}],
)
def test_a_reserved_payment_never_changes(owners: Any, change: dict[str, Any]) -> None:
    made = batch()
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        made.payments.filter(line_no=1).update(**change)


def extra_payment(made: PaymentBatch, **changes: Any) -> None:
    """Insert a copy of the first payment with changes, by raw means."""
    row = made.payments.order_by("line_no").first()
    values = {
        f.attname: getattr(row, f.attname) for f in Payment._meta.concrete_fields if f.attname not in ("id", "uid")
    }
    Payment.objects.create(**{**values, "line_no": 99, **changes})


def cases(owners: Any) -> dict[str, dict[str, Any]]:
    late = BankAccount.objects.get(party=owners["Celi"], state="approved")
    return {
        "M12": {"party_id": owners["Celi"].pk},
        "M13": {
            "party_id": owners["Celi"].pk,
            "account_id": late.pk,
            "statement_id": owners["Celi"].statements.order_by("pk").first().pk,
            "gross": 20_001,
            "withheld": 0,
            "net": 20_001,
        },
    }


@pytest.mark.parametrize("code", ["M12", "M13"])
def test_the_database_refuses_a_payment_that_is_not_covered(owners: Any, code: str) -> None:
    made = batch()
    with pytest.raises(IntegrityError, match=code), transaction.atomic():
        extra_payment(made, **cases(owners)[code])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["M12", "M13"])
def test_twin_with_the_guard_off_the_damage_is_done_and_found(owners: Any, code: str, superuser_cursor: Any) -> None:
    made = batch()
    superuser_cursor.execute("ALTER TABLE royalties_payment DISABLE TRIGGER USER")
    extra_payment(made, **cases(owners)[code])
    assert {finding.code for finding in findings(Scope())} >= {"M13", "M25"} | ({"M12"} if code == "M12" else set())


@pytest.mark.django_db(transaction=True)
def test_twin_a_control_total_changed_behind_the_guards_is_found(owners: Any, superuser_cursor: Any) -> None:
    made = approved()
    superuser_cursor.execute("ALTER TABLE royalties_paymentbatch DISABLE TRIGGER USER")
    superuser_cursor.execute("UPDATE royalties_paymentbatch SET control_total = control_total + 1")
    assert "M25" in {finding.code for finding in findings(Scope())}
    with pytest.raises(ValidationError, match="red"):
        payments.export_batch(batch=made, by=make.finance(), now=NOW)


def test_m25_the_database_refuses_an_approval_whose_total_is_off(owners: Any) -> None:
    made = batch()
    with connection.cursor() as cursor, pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        cursor.execute("UPDATE royalties_paymentbatch SET control_total = control_total + 1 WHERE id = %s", [made.pk])


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
