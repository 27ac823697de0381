"""The comparison of all works as a job, and the money that hangs on each pair it finds."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.clock import business_date
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, check_held, finish, report_progress
from royalties.models import DuplicateStake
from royalties.queries.duplicates import FIND, open_pairs
from royalties.queries.stakes import Stake, stakes_of
from royalties.queries.sweeps import standing_sweep
from works.services.duplicates import sweep_works

PAIRS_AT_ONCE = 5_000


@transaction.atomic
def start_sweep(*, by: User, now: dt.datetime) -> Job:
    """Have the workers compare all works; while they do, asking again gives the same job."""
    require(by, "works.edit_works")
    if job := standing_sweep(FIND):
        return job
    job = _add_sweep(now.isoformat())
    record_act(by=by, verb="start_duplicate_sweep", on=job, facts={"at": now})
    return job


def sweep_each_night(*, now: dt.datetime) -> None:
    """Have the workers compare what changed once a day, from the hour of the setting on (SWEEP_HOUR). Called on each
    round of the reaper: a portal that was off at that hour does it when it is up again."""
    if not standing_sweep(FIND):
        _add_sweep(business_date(now - dt.timedelta(hours=settings.SWEEP_HOUR)).isoformat())


def _add_sweep(when: str) -> Job:
    return add_job(kind=FIND, key=f"duplicates:{when}", args={}, subject="duplicates", step="sweep")


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
    """Work out anew what hangs on every open pair; returns how many pairs. Money moves without the works changing."""
    counted = last = 0
    waiting = open_pairs().order_by("pk").values_list("pk", "first_id", "second_id")
    while part := list(waiting.filter(pk__gt=last)[:PAIRS_AT_ONCE]):
        stakes = stakes_of({work for _pair, *works in part for work in works})
        DuplicateStake.objects.bulk_create(
            _rows(part, stakes, now),
            update_conflicts=True,
            unique_fields=["pair"],
            update_fields=["held", "usage", "at_stake", "counted_at"],
        )
        counted, last = counted + len(part), part[-1][0]
    return counted


def _rows(pairs: Iterable[tuple[int, int, int]], stakes: dict[int, Stake], now: dt.datetime) -> list[DuplicateStake]:
    found = []
    for pair, first, second in pairs:
        held = stakes[first].held + stakes[second].held
        usage = stakes[first].usage + stakes[second].usage
        found.append(DuplicateStake(pair_id=pair, held=held, usage=usage, at_stake=held + usage, counted_at=now))
    return found
