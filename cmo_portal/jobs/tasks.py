"""The doors of Celery: ten lines each, ids in, one call."""

import contextvars
import logging
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task
from django.conf import settings
from django.db import close_old_connections, connection

from cmo_portal.jobs import services
from cmo_portal.jobs.models import Job
from cmo_portal.logs import job_in_hand, request_id

log = logging.getLogger(__name__)


@shared_task(name="cmo_portal.jobs.tasks.run_job")
def run_job(job_id: int) -> None:
    """Take the lease of one job and do it. Delivered twice, the second finds the lease held and ends."""
    contextvars.copy_context().run(_do, job_id)


def _do(job_id: int) -> None:
    """In a context of its own, so that what the log lines of this job tell does not stick to the next."""
    request_id.set(f"job-{job_id}")
    job = services.take(job_id)
    if job is None:
        log.info("lease held or nothing to do")
        return
    request_id.set(job.args.get(services.CAUSE, f"job-{job_id}"))
    job_in_hand.set((job_id, job.kind))
    log.info("job taken, attempt %s", job.attempt)
    begun = time.monotonic()
    try:
        with _lease_kept(job):
            services.perform(job)
        log.info("job done", extra={"milliseconds": round((time.monotonic() - begun) * 1000)})
    except services.StaleToken:
        log.warning("another worker took this job over; this one's work was rolled back")
    except Exception as error:
        log.exception("job failed")
        close_old_connections()
        services.fail(job, f"{error}\n\n{traceback.format_exc(limit=-6)}")


@shared_task(name="cmo_portal.jobs.tasks.drain_outbox")
def drain_outbox() -> None:
    """Send what waits in the outbox."""
    services.drain()


@shared_task(name="cmo_portal.jobs.tasks.reap")
def reap() -> None:
    """Take back what dead workers held, and take up what stopped between two jobs."""
    services.reap()
    services.heal()
    services.drain()


@shared_task(name="cmo_portal.jobs.tasks.beat")
def beat() -> None:
    """The watchdog's pulse: a worker consumed a message just now."""
    services.beat("worker")


@contextmanager
def _lease_kept(job: Job) -> Iterator[None]:
    """Renew the lease from a thread with a database connection of its own while the work goes on.

    When the lease is lost (the job was cancelled, or another worker took over) the statement that the work is waiting
    for is cancelled, so that it ends within seconds and not at its next write.
    """
    stop = threading.Event()
    at_work = connection.connection

    def renew() -> None:
        try:
            while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
                services.hold(job)
        except services.StaleToken:
            log.warning("the lease is lost; the work is stopped")
            at_work.cancel()
        except Exception:
            log.warning("the lease could not be renewed", exc_info=True)
        finally:
            connection.close()

    thread = threading.Thread(target=contextvars.copy_context().run, args=(renew,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
