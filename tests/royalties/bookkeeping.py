"""What the tests of the book checks do again and again: look for what is red, and post what no act caused."""

import datetime as dt
import uuid
from typing import Any

from django.db import connection, transaction

from members.models import Party
from members.services.bank import approve_account, propose_account
from royalties import fsck
from royalties.models import Journal, PaymentBatch, Run
from royalties.services import payments, pools
from royalties.services.ledger import Entry, post_journal
from tests.factories import licensing as money
from tests.factories import royalties as make
from tests.factories.members import iban

DAY = dt.date(2030, 11, 29)
NOW = dt.datetime(2030, 11, 29, 9, tzinfo=dt.UTC)
RATES = [{"tax_class": "resident_active", "rate_percent": "15", "section": "153B", "source": "sample"}]
DEDUCTIONS = {
    "deductions": [
        {"order": str(place), "code": code, "rate_percent": "5", "basis_after_order": "0", "purpose": purpose}
        for place, (code, purpose) in enumerate(
            [("ADMIN", "administration"), ("SOCIAL", "social"), ("LATE", "reserve"), ("OTHER", "other")], start=1
        )
    ]
}


def found(*codes: str, run: Run | None = None) -> list[str]:
    """What the checks find, as texts."""
    return [f"{one.code} {one.object}: {one.what}" for one in fsck.findings(fsck.Scope(run), codes or None)]


def red(*codes: str) -> set[str]:
    """Which checks are red."""
    return {text[:3] for text in found(*codes)}


def confirmed(party: Party, number: int) -> None:
    """The account that the bank refused is looked at again and approved by a second person."""
    before = NOW - dt.timedelta(days=5)
    account = propose_account(
        party=party, iban=iban(number), title="Bilal", by=make.finance(), form_key=uuid.uuid4(), now=before
    )
    approve_account(account=account, by=make.approver(), now=account.cooling_until)


def credited() -> None:
    """An invoice paid with more than it demands, and a credit that pays a part of another."""
    for invoice, over in ((money.approved().invoice, 900_00), (None, 400_00)):
        receipt = pools.receive_payment(
            form_key=uuid.uuid4(),
            received_on=money.TODAY,
            amount=(invoice.total if invoice else 0) + over,
            method="bank",
            reference=f"over {over}",
            payer="CAFE",
            invoices=[invoice] if invoice else [],
            by=make.finance(),
            now=make.NOW,
        )
    second = money.approved(email="second@cafe.example", name="Second").invoice
    pools.use_credit(
        receipt=receipt, invoice=second, amount=300_00, form_key=uuid.uuid4(), by=make.finance(), now=make.NOW
    )


def paid_batch() -> PaymentBatch:
    made = payments.make_batch(form_key=uuid.uuid4(), pay_on=DAY, by=make.finance(), now=NOW)
    made = payments.approve_batch(batch=made, digest=bytes(made.digest), by=make.approver(), now=NOW)
    payments.export_batch(batch=made, by=make.finance(), now=NOW)
    return made


def answered(made: PaymentBatch, *statuses: str) -> None:
    rows = ["batch,line,status,reference,reason"]
    rows += [f"{made.number},{n},{s},R{n},{'closed' if s == 'REJECTED' else ''}" for n, s in enumerate(statuses, 1)]
    errors = payments.load_bank_answers(
        batch=made, data="\n".join(rows).encode(), filename="a.csv", by=make.finance(), now=NOW
    )
    assert errors == []


def forge(*lines: Entry, key: str = "forged", kind: str = "receipt") -> Journal:
    """A journal that no act caused, posted as the application may."""
    return post_journal(kind=kind, key=key, business_date=DAY, description="Forged", lines=lines)


def execute(sql: str, *parameters: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
