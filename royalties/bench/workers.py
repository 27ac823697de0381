"""Worker processes for a measurement: they take jobs from the outbox as Celery's do, without a broker in between."""

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from cmo_portal.jobs import services as jobs
from cmo_portal.jobs.models import Job
from royalties.bench.place import Place, without_broker
from royalties.services import columns
from royalties.services.runs import slices

POLL_SECONDS = 0.005


class Workers:
    """Some processes that wait for jobs of these kinds; `stop` ends them and gathers what they report."""

    def __init__(self, place: Place, count: int, kinds: tuple[str, ...]) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", "worker", "--kinds", *kinds]
        env = os.environ | {"DATABASE_URL": place.app_url, "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
        self.processes = [
            subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
            for _ in range(count)
        ]
        for process in self.processes:
            assert process.stdout is not None
            process.stdout.readline()  # it says that it is ready: the clock starts with all workers up

    def stop(self) -> list[dict[str, Any]]:
        """End them after their present job; what each has seen of itself."""
        reports = []
        for process in self.processes:
            told, _nothing = process.communicate("stop\n")
            reports.append(json.loads(told.strip().splitlines()[-1]))
        return reports


@contextmanager
def workers(place: Place, count: int, *kinds: str) -> Iterator[list[dict[str, Any]]]:
    """Run the block with workers; the list is filled with their reports at the end."""
    team = Workers(place, count, kinds)
    reports: list[dict[str, Any]] = []
    try:
        yield reports
    finally:
        reports += team.stop()


def work(kinds: list[str]) -> dict[str, Any]:
    """Take and do jobs until told to stop; report the largest memory and the seconds spent in writing rows."""
    without_broker()
    writing = _timed_writing()
    print("ready", flush=True)
    told = _told_to_stop()
    while not told():
        waiting = (
            Job.objects.filter(state="pending", kind__in=kinds).order_by("id").values_list("pk", flat=True).first()
        )
        job = jobs.take(waiting) if waiting else None
        if job is None:
            time.sleep(POLL_SECONDS)
        else:
            jobs.perform(job)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"memory_mb": round(memory), "write_seconds": round(sum(writing), 3)}


def _timed_writing() -> list[float]:
    """Measure each COPY into the tables of results."""
    spent: list[float] = []
    inner = columns.copy_in

    def timed(*args: Any) -> int:
        began = time.perf_counter()
        rows = inner(*args)
        spent.append(time.perf_counter() - began)
        return rows

    vars(slices)["copy_in"] = timed
    return spent


def _told_to_stop() -> Any:
    stop = threading.Event()

    def listen() -> None:
        sys.stdin.readline()
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    return stop.is_set
