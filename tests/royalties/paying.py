"""What the tests of payments do again and again: make a batch, approve it, let the bank answer."""

import datetime as dt
import uuid
from typing import Any

from royalties.models import PaymentBatch
from royalties.services import payments
from tests.factories import royalties as make

DAY = dt.date(2030, 11, 29)
NOW = dt.datetime(2030, 11, 29, 9, tzinfo=dt.UTC)
RATES = [
    {"tax_class": "resident_active", "rate_percent": "15", "section": "153B", "source": "sample"},
    {"tax_class": "resident_not_active", "rate_percent": "30", "section": "153B", "source": "sample"},
]


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


def another_run(run_jobs: Any, party: Any, amount: int) -> Any:
    """A finalised run of its own for one payee; not published yet."""
    name = uuid.uuid4().hex[:8]
    file = make.usage(make.Play(name, make.song(name, (party, 100))), name=name)
    return make.finalised_run(run_jobs, make.pool(amount, files=[file]))
