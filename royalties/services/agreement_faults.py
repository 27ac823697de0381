"""Finding works whose agreements cannot all be true, as a job, and counting the money that hangs on them.

The whole register is asked, because one agreement can change the answer for every work of a publisher; that takes
longer than a page may. So a small table is kept: once a night, and whenever a share or an agreement has been written
since. What was written is seen from the histories of their tables, whoever wrote it: the desk, a file, a merge, a
dispute. The page asks anew for the rows that it shows.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, check_held, finish, report_progress
from royalties.models import AgreementFaultStake, Run
from royalties.queries.agreement_faults import FIND, fault_stakes
from royalties.queries.stakes import Stake
from royalties.queries.sweeps import last_sweep, standing_sweep
from works.models import AgreementFault
from works.queries.agreement_faults import books_mark
from works.services.agreement_faults import sweep_agreements

REST = dt.timedelta(minutes=5)  # between two sweeps that nobody asked for, while the desk writes
FAULTS_AT_ONCE = 5_000


@transaction.atomic
def start_sweep(*, by: User, now: dt.datetime) -> Job:
    """Have the workers look through all agreements now; while they do, asking again gives the same job."""
    require(by, "works.edit_works")
    if job := standing_sweep(FIND):
        return job
    job = _add_sweep(now.isoformat())
    record_act(by=by, verb="start_agreement_sweep", on=job, facts={"at": now})
    return job


def sweep_when_due(*, now: dt.datetime) -> None:
    """Have the workers look through all agreements once a day, from the hour of the setting on (SWEEP_HOUR), and after
    changes of shares, agreements or posted runs. Called on each round of the reaper: the job bears the state of the
    books in its key, so that the same books are looked through once."""
    last = last_sweep(FIND)
    if last and (last.state in ("pending", "running") or last.created_at > now - REST):
        return
    night = business_date(now - dt.timedelta(hours=settings.SWEEP_HOUR)).isoformat()
    posted = Run.objects.filter(state__in=["finalised", "published"]).count()
    _add_sweep(f"{night}:{books_mark()}-{posted}")


def _add_sweep(when: str) -> Job:
    return add_job(kind=FIND, key=f"agreement_faults:{when}", args={}, subject="agreement_faults", step="sweep")


def sweep_by_job(*, job: Job, now: dt.datetime) -> None:
    """Find the works, then count the money that hangs on each. Done twice, it finds the same."""
    sweep_agreements(
        on=business_date(now),
        now=now,
        told=lambda done, total: report_progress(job, done=done, total=max(total, 1)),
        held=lambda: check_held(job),
    )
    with transaction.atomic():
        check_held(job)
        count_stakes(now=now)
        finish(job)


@transaction.atomic
def count_stakes(*, now: dt.datetime) -> int:
    """Work out anew what hangs on every work and right that was found; returns how many."""
    counted = last = 0
    while part := list(AgreementFault.objects.filter(pk__gt=last).order_by("pk")[:FAULTS_AT_ONCE]):
        money = fault_stakes({(fault.work_id, fault.right): fault.units for fault in part})
        AgreementFaultStake.objects.bulk_create(
            [_row(fault, money[fault.work_id, fault.right], now) for fault in part],
            update_conflicts=True,
            unique_fields=["fault"],
            update_fields=["held", "usage", "at_stake", "counted_at"],
        )
        counted, last = counted + len(part), part[-1].pk
    return counted


def _row(fault: AgreementFault, stake: Stake, now: dt.datetime) -> AgreementFaultStake:
    return AgreementFaultStake(fault=fault, held=stake.held, usage=stake.usage, at_stake=stake.total, counted_at=now)
