"""F05, F08, F09: real workers on a broker that forgets, goes away, or brings a job that kills whoever takes it."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Max

from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, retry_job
from royalties.models import Run
from royalties.services import runs
from tests.factories import royalties as make
from tests.faults import stage as acts
from tests.faults.bed import Broker, Crew

pytestmark = pytest.mark.long
SLOW = "dist.weigh.before_write:sleep:1"  # the first slice of each worker takes two seconds more
POISON = "dist.weigh.before_write:sigkill:1"
RECOVERY = 60  # the scenario's own limit
MARGIN = 15  # for a machine that is busy with other tests


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    found = Broker(tmp_path)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def crew(stage: Any, broker: Broker) -> Iterator[Crew]:
    found = Crew(stage, broker)
    yield found
    found.stop()


def wait_until(true: Callable[[], bool], seconds: float, crew: Crew) -> float:
    """Wait as the launcher does, with an eye on the workers; the seconds that it took."""
    begun = time.monotonic()
    while not true():
        waited = time.monotonic() - begun
        assert waited < seconds, f"not after {seconds} s: {list(Job.objects.values_list('key', 'state', 'error'))}"
        crew.watch()
        time.sleep(0.2)
    return time.monotonic() - begun


def is_calculated() -> bool:
    return Run.objects.exclude(state="cancelled").get().state == "calculated"


def begin(stage: Any, broker: Broker) -> None:
    """Freeze and start the calculation; its messages lie in the broker under test and nobody has fetched one."""
    assert stage.carry_on(until="started", REDIS_URL=broker.url) == 0
    assert Job.objects.filter(step="weigh", state="pending", sent_at__isnull=False).count() == 4
    assert broker.client.llen("money") == 4


def in_the_middle(crew: Crew, broker: Broker) -> None:
    """Workers have taken jobs from the broker under test, and it holds messages that are not answered for."""
    wait_until(lambda: Job.objects.filter(step="weigh", state="running").exists(), 60, crew)
    assert broker.fetched() > 0
    assert not is_calculated()


def now_of_database() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment


def test_f09_a_flushed_broker_loses_neither_work_nor_sign_ins(
    stage: Any, broker: Broker, crew: Crew, safe: Any, sign_in: Any, settings: Any
) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": broker.url}}
    client = sign_in(acts.person("distribution"))
    assert client.get("/staff/").status_code == 200
    begin(stage, broker)
    broker.client.flushall()
    assert broker.waiting() == 0
    assert client.get("/staff/").status_code == 200, "who was signed in still is"
    crew.start(SLOW)
    in_the_middle(crew, broker)
    broker.client.flushall()
    assert client.get("/staff/").status_code == 200
    assert wait_until(is_calculated, 120, crew) < 120
    assert stage.carry_on() == 0
    safe(stage)


def test_f08_a_restarted_broker_is_used_again_within_a_minute(
    stage: Any, broker: Broker, crew: Crew, safe: Any
) -> None:
    begin(stage, broker)
    crew.start(SLOW)
    in_the_middle(crew, broker)
    broker.stop()
    time.sleep(2)
    broker.start()
    assert broker.waiting() == 0, "it kept nothing"
    restarted = now_of_database()
    taken = Job.objects.filter(started_at__gt=restarted)
    assert wait_until(taken.exists, RECOVERY + MARGIN, crew) < RECOVERY + MARGIN
    wait_until(is_calculated, 120, crew)
    assert stage.carry_on() == 0
    safe(stage)


def test_f05_other_queues_go_on_while_a_poison_job_kills_its_workers(
    stage: Any, broker: Broker, crew: Crew, safe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = acts.person("distribution")
    given_up = runs.cancel_run(run=make.draft_run(make.pool(0)), reason="only for its job", by=by, now=acts.NOW)
    begin(stage, broker)
    monkeypatch.setenv("JOB_LEASE_SECONDS", "2")
    crew.start(POISON)
    wait_until(lambda: Job.objects.filter(step="weigh", attempt__gte=1).exists(), 60, crew)
    other = set()
    for queue in ("default", "pdf", "mail", "ingest"):
        job = add_job(kind="royalties.drop_parts", key=f"other:{queue}", args={"run": given_up.pk}, queue=queue)
        other.add(job.pk)
    Job.objects.filter(pk__in=other).update(sent_at=None)  # they went to this process's broker: the crew sends them
    wait_until(lambda: not Job.objects.filter(pk__in=other).exclude(state="done").exists(), 90, crew)
    poison = Job.objects.filter(step="weigh")
    wait_until(lambda: not poison.exclude(state="quarantined").exists(), 240, crew)
    assert set(poison.values_list("attempt", flat=True)) == {3}
    last_done = Job.objects.filter(pk__in=other).aggregate(last=Max("finished_at"))["last"]
    assert last_done < poison.aggregate(last=Max("finished_at"))["last"], "the other queues did not wait"
    crew.stop()
    crew.start()
    for job in poison:
        retry_job(job=job, by=by)
    wait_until(is_calculated, 120, crew)
    assert stage.carry_on() == 0
    safe(stage)
