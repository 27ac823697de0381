"""The work of the workers, done in this process: the demo is loaded before they start, and at the days of its story."""

import datetime as dt
import time
from collections.abc import Callable

from cmo_portal.jobs import services
from cmo_portal.jobs.models import Job
from royalties.models import UsageFile
from royalties.services import matching, runs

PATIENCE = 120.0  # seconds that a job which somebody else's worker has taken may last


class JobFailed(RuntimeError):
    """A job of the demo did not come to its end."""


def do_jobs(now: dt.datetime) -> None:
    """Do every waiting job, and wait for those that a worker has taken already. Raises JobFailed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        waiting = Job.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True).first()
        if waiting is not None:
            job = services.take(waiting)
            if job is not None:
                _do(job, now)
        elif Job.objects.filter(state="running").exists():
            services.reap()  # what an interrupted load had begun comes back when its lease has run out
            time.sleep(0.2)
        else:
            return
    raise JobFailed("the jobs of the demo did not come to an end")


def _do(job: Job, now: dt.datetime) -> None:
    doors: dict[str, Callable[[Job, dt.datetime], None]] = {
        "royalties.match_usage": _match,
        "royalties.verify": lambda job, now: runs.verify_run(job=job, now=now),
    }
    door = doors.get(job.kind)
    if door is None:
        services.perform(job)
    else:
        door(job, now)


def _match(job: Job, now: dt.datetime) -> None:
    matching.match_file(file=UsageFile.objects.get(pk=job.args["file"]), now=now, job=job)
