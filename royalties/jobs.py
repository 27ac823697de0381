"""Doors of the workers: a job of a run in, one act, then the next step."""

from django.db import transaction

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import finish, handles, heals
from royalties.models import Run
from royalties.queries.agreement_faults import FIND as FIND_FAULTS
from royalties.queries.duplicates import FIND
from royalties.services import agreement_faults, duplicates, runs


@handles("royalties.freeze")
@transaction.atomic
def freeze(job: Job) -> None:
    """Freeze a large run."""
    runs.freeze_run(run=Run.objects.get(pk=job.args["run"]), by=User.objects.get(pk=job.args["by"]), now=clock.now())
    finish(job)


@handles("royalties.weigh")
def weigh(job: Job) -> None:
    """First step: what the texts of a slice weigh."""
    runs.weigh_slice(job=job)
    runs.close_step(run_id=job.args["run"], step="weigh")


@handles("royalties.allocate")
def allocate(job: Job) -> None:
    """Second step: pools to texts, works, shares, payees."""
    runs.allocate_run(job=job)
    runs.close_step(run_id=job.args["run"], step="allocate")


@handles("royalties.lines")
def lines(job: Job) -> None:
    """Third step: texts to the lines of a slice."""
    runs.split_lines_slice(job=job)
    runs.close_step(run_id=job.args["run"], step="lines")


@handles("royalties.verify")
def verify(job: Job) -> None:
    """Last step: sums in the database, seal, digest."""
    runs.verify_run(job=job, now=clock.now())


@handles("royalties.finalise")
@transaction.atomic
def finalise(job: Job) -> None:
    """Post a large run."""
    runs.finalise_run(
        run=Run.objects.get(pk=job.args["run"]),
        digest=job.args["digest"],
        by=User.objects.get(pk=job.args["by"]),
        now=clock.now(),
    )
    finish(job)


@handles("royalties.drop_parts")
@transaction.atomic
def drop_parts(job: Job) -> None:
    """Throw away what a cancelled run had written."""
    runs.drop_parts(run_id=job.args["run"])
    finish(job)


@handles(FIND)
def find_duplicates(job: Job) -> None:
    """Compare all works that are new or changed, and count what hangs on the pairs."""
    duplicates.sweep_by_job(job=job, now=clock.now())


@heals
def compare_works_each_night() -> None:
    """One comparison a night."""
    duplicates.sweep_each_night(now=clock.now())


@handles(FIND_FAULTS)
def find_agreement_faults(job: Job) -> None:
    """Look through all agreements, and count what hangs on the works at fault."""
    agreement_faults.sweep_by_job(job=job, now=clock.now())


@heals
def look_through_agreements() -> None:
    """Once a night, and after changes."""
    agreement_faults.sweep_when_due(now=clock.now())


@heals
def sweep() -> None:
    """On each round of the reaper: close steps whose worker died before it could."""
    runs.sweep_runs()
