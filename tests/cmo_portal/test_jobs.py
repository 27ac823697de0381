"""Jobs: delivered twice they are done once; a dead worker's job is taken over; a poison job stops after three."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from cmo_portal.jobs import services
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.tasks import run_job
from cmo_portal.logs import job_in_hand, request_id

done: list[int] = []
told: list[tuple[str, tuple[int, str]]] = []


@services.handles("test.count")
def count(job: Job) -> None:
    with transaction.atomic():
        done.append(job.pk)
        services.finish(job)


@services.handles("test.tell")
def tell(job: Job) -> None:
    with transaction.atomic():
        told.append((request_id.get(), job_in_hand.get()))
        add("test.count", key=f"child of {job.key}")
        services.finish(job)


@services.handles("test.poison")
def poison(job: Job) -> None:
    raise RuntimeError("this job cannot be done")


@pytest.fixture(autouse=True)
def fresh_list() -> None:
    done.clear()
    told.clear()


def add(kind: str = "test.count", key: str = "k") -> Job:
    with transaction.atomic():
        return services.add_job(kind=kind, key=key, args={})


@pytest.mark.django_db
def test_the_same_key_makes_one_job() -> None:
    assert add().pk == add().pk


@pytest.mark.django_db(transaction=True)
def test_a_job_delivered_twice_is_done_once() -> None:
    job = add()
    run_job(job.pk)
    run_job(job.pk)
    assert done == [job.pk]
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("done", 1)


@pytest.mark.django_db(transaction=True)
def test_a_job_knows_the_request_that_caused_it_and_hands_it_on() -> None:
    token = request_id.set("desk-0000-1111")
    try:
        job = add("test.tell")
    finally:
        request_id.reset(token)
    run_job(job.pk)
    assert told == [("desk-0000-1111", (job.pk, "test.tell"))]
    assert Job.objects.get(key="child of k").args == {services.CAUSE: "desk-0000-1111"}
    assert request_id.get() == "-" and job_in_hand.get(None) is None, "nothing sticks to the next job"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_no_request_caused_is_known_by_its_own_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="cmo_portal.jobs")
    job = add("test.tell")
    assert job.args == {}
    run_job(job.pk)
    assert told == [(f"job-{job.pk}", (job.pk, "test.tell"))]
    assert [record.message for record in caplog.records] == ["job taken, attempt 1", "job done"]
    assert isinstance(caplog.records[-1].__dict__["milliseconds"], int)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_share_no_lease() -> None:
    job = add()
    gate, taken = threading.Barrier(2), []

    def worker() -> None:
        gate.wait()
        taken.append(services.take(job.pk))
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(lease is not None for lease in taken) == 1


@pytest.mark.django_db(transaction=True)
def test_a_poison_job_is_quarantined_after_three_attempts() -> None:
    job = add("test.poison")
    for _ in range(4):
        Job.objects.filter(pk=job.pk, state="pending").update(available_at="2000-01-01T00:00Z")
        run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("quarantined", 3)
    assert "this job cannot be done" in job.error


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_died_is_taken_over_and_the_dead_one_cannot_finish() -> None:
    dead = services.take(add().pk)
    assert dead is not None
    Job.objects.filter(pk=dead.pk).update(lease_until="2000-01-01T00:00Z")
    assert services.reap() == 1
    alive = services.take(dead.pk)
    assert alive is not None and alive.token == dead.token + 1
    with pytest.raises(services.StaleToken):
        services.finish(dead)
    services.finish(alive)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_worker_each_time_is_quarantined_by_the_reaper() -> None:
    job = add()
    for _ in range(3):
        assert services.take(job.pk) is not None
        Job.objects.filter(pk=job.pk).update(lease_until="2000-01-01T00:00Z")
        services.reap()
    job.refresh_from_db()
    assert job.state == "quarantined"


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_job_cannot_finish() -> None:
    with transaction.atomic():
        job = services.add_job(kind="test.count", key="c", args={}, subject="run:1")
    held = services.take(job.pk)
    assert held is not None
    assert services.cancel_jobs(subject="run:1") == 1
    with pytest.raises(services.StaleToken):
        services.finish(held)


@pytest.mark.django_db
def test_the_token_only_grows_and_done_stays_done() -> None:
    job = add()
    held = services.take(job.pk)
    assert held is not None
    services.finish(held)
    for change in ({"token": 0}, {"state": "pending"}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Job.objects.filter(pk=job.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_triggers_a_done_job_runs_again(superuser_cursor: Any) -> None:
    job = add()
    run_job(job.pk)
    superuser_cursor.execute("ALTER TABLE jobs_job DISABLE TRIGGER ALL")
    Job.objects.filter(pk=job.pk).update(state="pending", attempt=0)
    run_job(job.pk)
    assert done == [job.pk, job.pk]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_quicker_than_the_sender_finds_the_job(monkeypatch: Any) -> None:
    job = add()
    Job.objects.filter(pk=job.pk).update(sent_at=None)
    taken: list[Job | None] = []

    def at_once(args: list[int], **options: Any) -> None:
        def other_session() -> None:
            taken.append(services.take(args[0]))
            connection.close()

        worker = threading.Thread(target=other_session)
        worker.start()
        worker.join()

    monkeypatch.setattr(run_job, "apply_async", at_once)
    assert services.drain() == 1
    assert taken == [job]


@pytest.mark.django_db(transaction=True)
def test_what_the_broker_did_not_take_is_sent_again_at_once(monkeypatch: Any) -> None:
    jobs = [add(key=f"k{number}") for number in range(3)]
    Job.objects.update(sent_at=None)

    def broken(args: list[int], **options: Any) -> None:
        if args[0] == jobs[1].pk:
            raise ConnectionError("no broker")

    monkeypatch.setattr(run_job, "apply_async", broken)
    with pytest.raises(ConnectionError):
        services.drain()
    assert [job.sent_at is None for job in Job.objects.order_by("pk")] == [False, True, True]
