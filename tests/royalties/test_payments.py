"""Payments: reserved, approved by a second person, sent to the bank once, answered once; nobody is paid twice."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, connection, transaction

from members.models import BankAccount
from royalties.fsck import Scope, findings
from royalties.models import LedgerLine, Payment, PaymentBatch
from royalties.models.ledger import AccountCode
from royalties.queries.payable import balances, due_on
from royalties.services import payments, runs
from tests.factories import royalties as make
from tests.factories.members import make_member

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


def test_f26_a_rejected_line_is_payable_again_exactly_once(owners: Any) -> None:
    made = approved()
    payments.export_batch(batch=made, by=make.finance(), now=NOW)
    data = answers(made, "PAID", "REJECTED")
    payments.load_bank_answers(batch=made, data=data, filename="a.csv", by=make.finance(), now=NOW)
    again = {"batch": made, "data": data, "filename": "a.csv", "by": make.finance(), "now": NOW}
    with pytest.raises(ValidationError, match="taken before"):
        payments.load_bank_answers(**again)
    assert balances(AccountCode.PAYABLE)[owners["Bilal"].pk] == 30_000
    assert batch().payments.get().party == owners["Bilal"]
    assert findings(Scope()) == []


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (b"batch,line,status,reference,reason\nP-OTHER,1,PAID,R,", "batch"),
        (b"batch,line,status,reference,reason\n{n},1,PERHAPS,R,\n{n},2,PAID,R,", "status"),
        (b"batch,line,status,reference,reason\n{n},9,PAID,R,", "line"),
        (b"batch,line,status,reference,reason\n{n},1,PAID,R,\n{n},1,PAID,R,", "line"),
        (b"batch,line,status,reference,reason\n{n},1,REJECTED,R,\n{n},2,PAID,R,", "reason"),
        (b"batch,line,status,reference,reason\n{n},1,PAID,R,", "line"),
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
            "statement_id": owners["Celi"].statements.get().pk,
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
