"""The life of a job: add → send → take the lease → finish, fail, or be reaped.

The broker is never trusted. `drain` sends what waits and sends again what was sent but never taken; `take` gives the
lease to one worker and raises the attempt counter in a transaction of its own, before the work starts; `finish` is
called inside the transaction of the work and fails when the token is stale; `reap` takes back expired leases.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from cmo_portal.audit.services import record_act
from cmo_portal.jobs.models import Heartbeat, Job
from cmo_portal.logs import request_id

log = logging.getLogger(__name__)
RESEND_AFTER = dt.timedelta(seconds=30)
BACK_OFF = dt.timedelta(seconds=10)
CAUSE = "caused_by"  # among the arguments of a job: the id of the request that asked for it


class StaleToken(Exception):
    """Another worker holds this job now; what this one did must be rolled back."""


Handler = Callable[[Job], None]
Healer = Callable[[], None]
_handlers: dict[str, Handler] = {}
_healers: list[Healer] = []


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of one kind. It receives the leased job and must be safe to run twice:
    its last act, inside its own transaction, is `finish(job)`."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def heals(function: Healer) -> Healer:
    """Register what the reaper calls on each of its rounds: it takes up work that stopped between two jobs."""
    _healers.append(function)
    return function


def heal() -> None:
    """Call every healer; one that fails does not keep the others from their work."""
    for function in _healers:
        try:
            function()
        except Exception:
            log.exception("a healer failed; the next round tries again")


def add_job(
    *,
    kind: str,
    key: str,
    args: dict[str, Any],
    queue: str = "default",
    subject: str = "",
    step: str = "",
    slice_no: int = 0,
) -> Job:
    """Write the job row in the caller's transaction; the same key again returns the row that exists."""
    job, made = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "args": args | _cause(),
            "queue": queue,
            "subject": subject,
            "step": step,
            "slice_no": slice_no,
            "available_at": _database_now(),
        },
    )
    if made:
        transaction.on_commit(drain_quietly, robust=True)
    return job


def _cause() -> dict[str, str]:
    """The request in hand, or the request or job behind the job in hand."""
    known = request_id.get()
    return {} if known == "-" else {CAUSE: known}


def drain_quietly() -> None:
    """Send what waits; a dead broker is logged and left to the next drain, never shown to the user."""
    try:
        drain()
    except Exception:
        log.warning("the broker did not take the waiting jobs; they stay in the outbox", exc_info=True)


WAITING = """
    SELECT * FROM jobs_job
    WHERE state = 'pending' AND available_at <= clock_timestamp()
        AND (sent_at IS NULL OR sent_at < clock_timestamp() - %s)
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""


def drain(*, limit: int = 500) -> int:
    """Send waiting jobs by id; returns how many. Sent but not taken within RESEND_AFTER: sent again.

    They are noted as sent and committed first: a worker that is quicker than this commit would find them locked.
    """
    from cmo_portal.jobs.tasks import run_job

    with transaction.atomic():
        waiting = list(Job.objects.raw(WAITING, [RESEND_AFTER, limit]))
        Job.objects.filter(pk__in=[job.pk for job in waiting]).update(sent_at=_database_now())
    for place, job in enumerate(waiting):
        try:
            run_job.apply_async(args=[job.pk], queue=job.queue, retry=False)
        except Exception:
            unsent = [other.pk for other in waiting[place:]]
            Job.objects.filter(pk__in=unsent, state="pending").update(sent_at=None)
            raise
    return len(waiting)


def take(job_id: int) -> Job | None:
    """Take the lease; None when another worker holds it or nothing is left to do. Commits at once."""
    with transaction.atomic(durable=not settings.TESTING):
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, state="pending").first()
        if job is None:
            return None
        if job.attempt >= settings.JOB_ATTEMPTS:
            _quarantine(job, job.error or "The worker died each time it tried this job.")
            return None
        now = _database_now()
        job.state, job.attempt, job.token = "running", job.attempt + 1, job.token + 1
        job.lease_until = now + dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
        job.started_at = now
        job.save(update_fields=["state", "attempt", "token", "lease_until", "started_at"])
    return job


def perform(job: Job) -> None:
    """Call the handler of the job's kind."""
    _handlers[job.kind](job)


def hold(job: Job) -> None:
    """Prolong the lease, from a connection apart from the work's; raises StaleToken when it was lost."""
    until = _database_now() + dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
    if not _held(job).update(lease_until=until):
        raise StaleToken(str(job))


def check_held(job: Job) -> None:
    """Lock the job's row and make sure this worker still holds it; raises StaleToken."""
    if not _held(job).select_for_update().exists():
        raise StaleToken(str(job))


def report_progress(job: Job, *, done: int, total: int) -> None:
    """Show how far the work is; outside the work's transaction it is seen at once."""
    _held(job).update(progress_done=done, progress_total=total)


def finish(job: Job) -> None:
    """Mark done, inside the work's transaction; raises StaleToken, which rolls the work back."""
    if not _held(job).update(state="done", finished_at=_database_now(), lease_until=None, error=""):
        raise StaleToken(str(job))


def fail(job: Job, error: str) -> None:
    """Give the job back after an error: waiting again with a pause, or quarantined after the last attempt."""
    with transaction.atomic():
        held = _held(job).select_for_update().first()
        if held is None:
            return
        if held.attempt >= settings.JOB_ATTEMPTS:
            _quarantine(held, error)
        else:
            _give_back(held, error, pause=BACK_OFF * held.attempt)


def reap() -> int:
    """Take back leases that ran out; returns how many. A job that killed its worker three times is quarantined."""
    reaped = 0
    with transaction.atomic():
        expired = Job.objects.raw(
            "SELECT * FROM jobs_job WHERE state = 'running' AND lease_until < clock_timestamp() FOR UPDATE SKIP LOCKED"
        )
        for job in expired:
            reaped += 1
            if job.attempt >= settings.JOB_ATTEMPTS:
                _quarantine(job, job.error or "The worker died each time it tried this job.")
            else:
                _give_back(job, "The worker went away; another one takes over.", pause=dt.timedelta())
    return reaped


@transaction.atomic
def retry_job(*, job: Job, by: Any) -> None:
    """Staff put a quarantined job back to work, with a fresh count of attempts."""
    moved = Job.objects.filter(pk=job.pk, state="quarantined").update(
        state="pending", attempt=0, sent_at=None, available_at=_database_now()
    )
    if moved:
        record_act(by=by, verb="retry_job", on=job, facts={"key": job.key})
        transaction.on_commit(drain_quietly, robust=True)


@transaction.atomic
def give_up_job(*, job: Job, reason: str, by: Any) -> None:
    """Staff give a quarantined job up, with a reason."""
    moved = Job.objects.filter(pk=job.pk, state="quarantined").update(state="cancelled", finished_at=_database_now())
    if moved:
        record_act(by=by, verb="give_up_job", on=job, facts={"key": job.key, "reason": reason})


def cancel_jobs(*, subject: str) -> int:
    """Cancel every open job of a subject (for example a run); a running one loses its lease and cannot finish."""
    return Job.objects.filter(subject=subject, state__in=("pending", "running", "quarantined")).update(
        state="cancelled", token=F("token") + 1, finished_at=_database_now(), lease_until=None
    )


def beat(name: str) -> None:
    """Note that a process is alive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_heartbeat (name, at) VALUES (%s, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at",
            [name],
        )


def heartbeat_age(name: str) -> dt.timedelta | None:
    """How long ago the process was last alive; None when it never was."""
    row = Heartbeat.objects.filter(name=name).first()
    return _database_now() - row.at if row else None


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state="running", token=job.token)


def _quarantine(job: Job, error: str) -> None:
    Job.objects.filter(pk=job.pk).update(
        state="quarantined", error=error[:4000], lease_until=None, finished_at=_database_now()
    )


def _give_back(job: Job, error: str, *, pause: dt.timedelta) -> None:
    Job.objects.filter(pk=job.pk).update(
        state="pending", error=error[:4000], lease_until=None, sent_at=None, available_at=_database_now() + pause
    )


def _database_now() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment
