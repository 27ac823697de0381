"""What the bank answers: each line once, a rejected one waits for its account and is paid again."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from cmo_portal.common.clock import business_date
from members.models import BankAccount
from members.services.bank import approve_account, propose_account
from royalties.fsck import Scope, findings
from royalties.models import Journal, Payment, PaymentBatch
from royalties.models.ledger import AccountCode
from royalties.queries.payable import balances, due_on
from royalties.services import payments
from tests.factories import royalties as make
from tests.factories.members import iban
from tests.royalties.paying import DAY, NOW, answers, approved, batch

pytestmark = pytest.mark.django_db


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
