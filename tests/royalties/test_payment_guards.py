"""What the database refuses of payments, and what is found with the guards off."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, connection, transaction

from members.models import BankAccount
from royalties.fsck import Scope, findings
from royalties.models import Payment, PaymentBatch
from royalties.services import payments
from tests.factories import royalties as make
from tests.royalties.paying import NOW, another_run, approved, batch

pytestmark = pytest.mark.django_db


def test_m12_the_database_refuses_to_pay_what_is_not_published(owners: Any, run_jobs: Any) -> None:
    another_run(run_jobs, owners["Celi"], 70_000)
    made = batch()
    with pytest.raises(IntegrityError, match="M13"), transaction.atomic():
        extra_payment(made, **cases(owners)["M13"])


def test_m14_the_database_refuses_the_maker_as_approver(owners: Any) -> None:
    made = batch()
    with pytest.raises(IntegrityError, match="batch_four_eyes"), transaction.atomic():
        PaymentBatch.objects.filter(pk=made.pk).update(
            state="approved", approved_by=made.maker, approved_digest=made.digest
        )


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
