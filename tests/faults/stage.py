"""A child process that carries a run from draft to settled payment, from wherever it finds it.

Started as `python -m tests.faults.stage RUN-UID [ACT]` with DATABASE_URL and, where something is to go wrong, CMO_FAULT.
Each act is the product's own service, chosen by the state in the database; so a second child goes on where the first
one died, as the workers and people of the society would. ACT is a state of the run, `settled`, `started` (frozen, the
jobs of the calculation handed over and left to others) or `reversed` (the other way, see tests.faults.detour).
"""

import datetime as dt
import os
import sys
import time
import uuid
from typing import Any

from django.core.exceptions import ValidationError

ORDER = ["draft", "frozen", "calculated", "reviewed", "approved", "finalised", "published", "settled"]
NOW = dt.datetime(2030, 11, 29, 9, 0, tzinfo=dt.UTC)  # after everything the society did
PAY_KEY = uuid.UUID(int=2026)
PATIENCE = 60  # seconds until a run that does not move is a failure


def main() -> None:
    """Set up Django in this process and drive the run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmo_portal.settings")
    import django

    django.setup()
    carry(uuid.UUID(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "settled")


def carry(uid: uuid.UUID, last: str) -> None:
    """Act after act until the wanted state is reached."""
    from tests.faults import detour

    further = detour.step if last == detour.END else step
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if further(uid, last):
            return
    raise RuntimeError(f"the run did not reach {last} in {PATIENCE} s")


def step(uid: uuid.UUID, last: str) -> bool:
    """One act; True when the wanted state is reached."""
    from royalties.models import Run

    run = Run.objects.get(uid=uid)
    if last == "started" and run.state == "frozen":
        start(run, slices=4)
        return True
    if last in ORDER and ORDER.index(run.state) >= ORDER.index(last):
        return True
    try:
        if run.state == "published":
            return settle()
        ACTS[run.state](run)
    except ValidationError:
        time.sleep(0.1)  # another process was quicker; look again
    return False


def settle() -> bool:
    """Reserve, approve, export, answer; True once the batch is closed."""
    from royalties.models import PaymentBatch
    from royalties.services import payments

    batch = PaymentBatch.objects.filter(form_key=PAY_KEY).first()
    if batch is None:
        payments.make_batch(form_key=PAY_KEY, pay_on=NOW.date(), by=person("finance"), now=NOW)
    elif batch.state == "reserved":
        payments.approve_batch(batch=batch, digest=bytes(batch.digest), by=person("approver"), now=NOW)
    elif batch.state == "approved":
        payments.export_batch(batch=batch, by=person("finance"), now=NOW)
    elif batch.state == "exported":
        payments.export_batch(batch=batch, by=person("finance"), now=NOW)
        payments.load_bank_answers(
            batch=batch, data=bank_answers(batch), filename="answers.csv", by=person("finance"), now=NOW
        )
    return batch is not None and batch.state == "closed"


def bank_answers(batch: Any) -> bytes:
    """Everything is paid but the last line."""
    rows = ["batch,line,status,reference,reason"]
    for number in range(1, batch.count + 1):
        rejected = number == batch.count and batch.count > 1
        rows.append(
            f"{batch.number},{number},{'REJECTED' if rejected else 'PAID'},R{number},{'closed' if rejected else ''}"
        )
    return "\r\n".join(rows).encode()


def person(role: str) -> Any:
    """The member of staff with a role."""
    from cmo_portal.accounts.models import User

    return User.objects.filter(groups__name=role).order_by("pk").first()


def freeze(run: Any) -> None:
    from royalties.services import runs

    runs.freeze_run(run=run, by=person("distribution"), now=NOW)


def start(run: Any, *, slices: int = 2) -> None:
    """Hand the calculation over, unless somebody has: its jobs are in the outbox and on their way to the broker."""
    from royalties.services import runs

    runs.start_calculation(run=run, by=person("distribution"), now=NOW, slices=slices)


def calculate(run: Any) -> None:
    """Start the calculation if nobody has, then work like a worker until the run moves on."""
    start(run)
    work()


def review(run: Any) -> None:
    from royalties.services import runs

    runs.send_for_review(run=run, by=person("distribution"), now=NOW)


def approve(run: Any) -> None:
    from royalties.services import runs

    runs.approve_run(run=run, digest=bytes(run.digest).hex(), by=person("approver"), now=NOW)


def finalise(run: Any) -> None:
    from royalties.services import runs

    runs.finalise_run(run=run, digest=bytes(run.digest).hex(), by=person("distribution"), now=NOW)


def publish(run: Any) -> None:
    from royalties.services import runs

    runs.publish_run(run=run, by=person("distribution"), now=NOW)


ACTS = {
    "draft": freeze,
    "frozen": calculate,
    "calculated": review,
    "reviewed": approve,
    "approved": finalise,
    "finalised": publish,
}


def work() -> None:
    """What worker, reaper and drainer do between them, without a broker: the outbox decides what is due."""
    from cmo_portal.jobs import services
    from cmo_portal.jobs.models import Job
    from cmo_portal.jobs.tasks import run_job

    services.reap()
    services.heal()
    Job.objects.filter(state="pending").update(available_at=NOW)  # the pause after an error is not waited for
    for job_id in Job.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True):
        run_job(job_id)
    if not Job.objects.filter(state="pending").exists():
        time.sleep(0.2)  # a dead worker's lease has to run out


if __name__ == "__main__":
    main()
