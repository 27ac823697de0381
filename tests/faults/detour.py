"""The other way through the stage: what a society does besides the straight road from draft to settled payment.

Money comes in as a licensee's credit, pays an invoice and goes into a new pool; the first run is cancelled once frozen;
a second one over the same pools is returned to its maker, published, put into a payment batch that is cancelled, and
reversed. As in `tests.faults.stage`, each step is chosen by what the database holds.
"""

import datetime as dt
import time
import uuid
from typing import Any

from django.core.exceptions import ValidationError

from tests.faults import stage

END = "reversed"
KEYS = {name: uuid.UUID(int=place) for place, name in enumerate(("receipt", "credit", "pool", "run", "batch"), start=1)}
RETURNED = "Look at the second pool again."


def step(uid: uuid.UUID, last: str) -> bool:
    """The first thing that is not done yet; True when everything is."""
    from royalties.models import Run

    try:
        if bring_money() or cancel_first(Run.objects.get(uid=uid)):
            return False
        again = Run.objects.filter(form_key=KEYS["run"]).first()
        if again is None:
            begin_again(Run.objects.get(uid=uid))
        else:
            carry(again)
        return bool(again and again.state == last)
    except ValidationError:
        time.sleep(0.1)  # another process was quicker; look again
        return False


def bring_money() -> bool:
    """A credit received, used on an invoice, put into a pool of its own; True when something was done."""
    from licensing.models import Invoice, Receipt, ReceiptAllocation
    from royalties.models import Journal, Pool
    from royalties.services import pools

    finance = {"by": stage.person("finance"), "now": stage.NOW}
    invoice = Invoice.objects.order_by("pk").last()
    assert invoice is not None
    receipt = Receipt.objects.filter(form_key=KEYS["receipt"]).first()
    part = ReceiptAllocation.objects.filter(form_key=KEYS["credit"]).first()
    pool = Pool.objects.filter(code="DETOUR").first()
    if receipt is None:
        pools.receive_payment(
            form_key=KEYS["receipt"],
            received_on=dt.date(2030, 11, 28),
            amount=invoice.total,
            method="bank",
            reference="DETOUR",
            payer="STATION",
            licensee=invoice.licensee,
            **finance,
        )
    elif part is None:
        pools.use_credit(receipt=receipt, invoice=invoice, amount=invoice.total, form_key=KEYS["credit"], **finance)
    elif pool is None:
        make_pool()
    elif not Journal.objects.filter(key=f"pool:{pool.uid}:{KEYS['pool']}").exists():
        pools.allocate_to_pool(pool=pool, parts={part.pk: part.net_amount}, form_key=KEYS["pool"], **finance)
    else:
        return False
    return True


def make_pool() -> None:
    """A pool under the rules of the first one."""
    from cmo_portal.common.periods import Period
    from royalties.models import Pool
    from royalties.services import pools

    like = Pool.objects.order_by("pk")[0]
    pools.create_pool(
        code="DETOUR",
        name="Detour",
        right="PR",
        category="radio",
        period=Period(like.period_start, like.period_end),
        distribution_rule=like.distribution_rule,
        deduction_rule=like.deduction_rule,
        sections=[pools.Section("a", "First", 1), pools.Section("b", "Second", 2)],
        by=stage.person("distribution"),
    )


def cancel_first(run: Any) -> bool:
    """The first run frozen, cancelled and cleared away; True when something was done."""
    from cmo_portal.jobs.models import Job
    from royalties.services import runs

    if run.state == "draft":
        stage.freeze(run)
    elif run.state == "frozen":
        runs.cancel_run(run=run, reason="wrong usage", by=stage.person("distribution"), now=stage.NOW)
    elif not Job.objects.filter(key=f"run:{run.uid}:drop", state="done").exists():
        stage.work()
    else:
        return False
    return True


def begin_again(first: Any) -> None:
    """Another run over the pools of the cancelled one."""
    from cmo_portal.common.periods import Period
    from royalties.models import Pool
    from royalties.services import runs

    runs.create_run(
        form_key=KEYS["run"],
        name="Second try",
        period=Period(first.period_start, first.period_end),
        pools=list(Pool.objects.exclude(code="DETOUR").order_by("pk")),
        by=stage.person("distribution"),
        now=stage.NOW,
    )


def carry(run: Any) -> None:
    """One act on the second run: returned once, published, paid out on paper, reversed."""
    from royalties.models import PaymentBatch
    from royalties.services import payments, runs

    approver = stage.person("approver")
    if run.state == "reviewed" and run.reason != RETURNED:
        runs.return_to_maker(run=run, reason=RETURNED, by=approver, now=stage.NOW)
    elif run.state in stage.ACTS:
        stage.ACTS[run.state](run)
    elif run.state == "published":
        finance = {"by": stage.person("finance"), "now": stage.NOW}
        batch = payments.make_batch(form_key=KEYS["batch"], pay_on=stage.NOW.date(), **finance)
        if PaymentBatch.objects.get(pk=batch.pk).state == "reserved":
            payments.cancel_batch(batch=batch, reason="wrong date", **finance)
        else:
            runs.reverse_run(run=run, reason="wrong pool", by=approver, now=stage.NOW)
