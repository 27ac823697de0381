"""The comparison of all works as a job, and the money that hangs on each pair it finds."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, check_held, finish, report_progress
from royalties.models import DuplicateStake
from royalties.queries.duplicates import FIND, open_pairs, standing_sweep
from royalties.queries.stakes import Stake, stakes_of
from works.models import DuplicatePair
from works.services.duplicates import sweep_works

PAIRS_AT_ONCE = 5_000


@transaction.atomic
def start_sweep(*, by: User, now: dt.datetime) -> Job:
    """Have the workers compare all works; while they do, asking again gives the same job."""
    require(by, "works.edit_works")
    if job := standing_sweep():
        return job
    job = add_job(kind=FIND, key=f"duplicates:{now.isoformat()}", args={}, subject="duplicates", step="sweep")
    record_act(by=by, verb="start_duplicate_sweep", on=job, facts={"at": now})
    return job


def sweep_by_job(*, job: Job, now: dt.datetime) -> None:
    """Compare what is new or changed, then count the money that hangs on every open pair."""
    sweep_works(
        told=lambda done, total: report_progress(job, done=done, total=max(total, 1)), held=lambda: check_held(job)
    )
    with transaction.atomic():
        check_held(job)
        count_stakes(now=now)
        finish(job)


@transaction.atomic
def count_stakes(*, now: dt.datetime) -> int:
    """Work out anew what hangs on every open pair; returns how many pairs."""
    waiting = list(open_pairs().order_by("pk"))
    for first in range(0, len(waiting), PAIRS_AT_ONCE):
        part = waiting[first : first + PAIRS_AT_ONCE]
        stakes = stakes_of({work for pair in part for work in (pair.first_id, pair.second_id)})
        DuplicateStake.objects.bulk_create(
            _rows(part, stakes, now),
            update_conflicts=True,
            unique_fields=["pair"],
            update_fields=["held", "usage", "at_stake", "counted_at"],
        )
    return len(waiting)


def _rows(pairs: Iterable[DuplicatePair], stakes: dict[int, Stake], now: dt.datetime) -> list[DuplicateStake]:
    found = []
    for pair in pairs:
        both = stakes[pair.first_id], stakes[pair.second_id]
        held, usage = sum(one.held for one in both), sum(one.usage for one in both)
        found.append(DuplicateStake(pair=pair, held=held, usage=usage, at_stake=held + usage, counted_at=now))
    return found
