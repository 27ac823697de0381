"""Who drives a calculation: PostgreSQL. Steps follow one another by a count of jobs under the run's lock.

    weigh (K slices) → allocate (1) → lines (K slices) → verify (1)

A worker calls `close_step` after its slice has committed. Should it die between the two, `sweep_runs` calls it later:
the reaper does so on each of its rounds. A second caller finds the next step there and leaves.
"""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from cmo_portal.accounts.access import require
from cmo_portal.accounts.models import User
from cmo_portal.audit.services import record_act
from cmo_portal.common.faults import faultpoint
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job
from royalties.models import Run
from royalties.queries.frozen import feeds_of

STEPS = ("weigh", "allocate", "lines", "verify")
SLICED = {"weigh", "lines"}
LINES_PER_SLICE = 2_000_000  # keeps a worker under 1 GB and a slice far under five minutes
NOT_FROZEN = _("Freeze the inputs of this run before it is calculated.")
CALCULATED = _("This run was calculated before. Look at its state.")
RUN_LOCK = 0x52554E53  # first key of the advisory lock of a run; the second is its number


@transaction.atomic
def start_calculation(*, run: Run, by: User, now: dt.datetime, slices: int | None = None) -> Run:
    """Make the empty parts of the results and the jobs of the first step. Calling it again changes nothing.

    `slices` is worked out from the number of lines unless it is given. Raises ValidationError when nothing is frozen.
    """
    require(by, "royalties.make_runs")
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state != "frozen":
        raise ValidationError(NOT_FROZEN if run.state == "draft" else CALCULATED)
    if Job.objects.filter(subject=subject_of(run), step__in=STEPS).exists():
        return run
    run.slices = slices or _slices(run)
    run.code_version = settings.RELEASE
    run.save(update_fields=["slices", "code_version"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT royalties_make_parts(%s)", [run.pk])
    faultpoint("dist.start.after_write")
    _add_step(run, STEPS[0])
    record_act(by=by, verb="start_calculation", on=run, facts={"at": now, "slices": run.slices})
    return run


@transaction.atomic
def close_step(*, run_id: int, step: str) -> None:
    """Begin the next step once every job of this one is done. Safe to call at any time, by anybody, twice at once."""
    with connection.cursor() as cursor:  # its own statement: the count must see what was committed before the lock
        cursor.execute("SELECT pg_advisory_xact_lock(%s, (%s %% 2147483647)::int)", [RUN_LOCK, run_id])
    run = Run.objects.get(pk=run_id)
    jobs = Job.objects.filter(subject=subject_of(run), step=step)
    following = STEPS[STEPS.index(step) + 1 :]
    if run.state != "frozen" or not following or not jobs.exists() or jobs.exclude(state="done").exists():
        return
    faultpoint("dist.close.before_write")
    _add_step(run, following[0])
    faultpoint("dist.close.after_write")


def sweep_runs() -> int:
    """Close the steps whose worker died before it could; returns how many runs were looked at."""
    frozen = list(Run.objects.filter(state="frozen").values_list("pk", "uid"))
    for pk, uid in frozen:
        begun = Job.objects.filter(subject=f"run:{uid}", step__in=STEPS).values_list("step", flat=True)
        if steps := set(begun):
            close_step(run_id=pk, step=max(steps, key=STEPS.index))
    return len(frozen)


def subject_of(run: Run) -> str:
    """What the jobs of a run are filed under."""
    return f"run:{run.uid}"


def _slices(run: Run) -> int:
    lines = sum(feed.line_count for feed in feeds_of(run))
    return getattr(settings, "RUN_SLICES", None) or max(1, -(-lines // LINES_PER_SLICE))


def _add_step(run: Run, step: str) -> None:
    for slice_no in range(run.slices if step in SLICED else 1):
        add_job(
            kind=f"royalties.{step}",
            key=f"run:{run.uid}:{step}:{slice_no}",
            args={"run": run.pk, "slice": slice_no},
            queue="money",
            subject=subject_of(run),
            step=step,
            slice_no=slice_no,
        )
