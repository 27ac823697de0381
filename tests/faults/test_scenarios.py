"""Named faults other than a kill at a write boundary: doubled work, poison, a broker without memory, a database away."""

import datetime as dt
import io
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client

from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import retry_job
from royalties.models import LineResult, PaymentBatch, Pool, Run
from royalties.services import payments, runs, usage
from tests.conftest import admin_cursor
from tests.factories import royalties as make
from tests.factories import usage as logs
from tests.faults import stage as acts

ROOT = Path(__file__).resolve().parents[2]
TRIES = 10


def at_once(*functions: Callable[[], Any]) -> list[Any]:
    """Call all at the same moment, each in a thread of its own; results, or the ValidationError."""
    gate, results = threading.Barrier(len(functions)), [None] * len(functions)

    def call(place: int, function: Callable[[], Any]) -> None:
        try:
            gate.wait()
            results[place] = function()
        except ValidationError as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_f03_four_workers_on_the_same_jobs_do_each_once(stage: Any, safe: Any) -> None:
    children = [stage.child() for _ in range(4)]
    for child in children:
        _out, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors.decode()[-2000:]
    safe(stage)
    assert not Job.objects.exclude(state="done").exists()


def test_f05_a_poison_job_stops_after_three_attempts_and_staff_can_put_it_back(stage: Any, safe: Any) -> None:
    for _ in range(3):
        assert stage.carry_on(fault="dist.weigh.before_write:sigkill:1", until="calculated") == -signal.SIGKILL
        time.sleep(1.1)  # the lease of the dead child runs out
    child = stage.child(fault="dist.weigh.before_write:sigkill:1", until="calculated")
    deadline = time.monotonic() + 30
    while not Job.objects.filter(state="quarantined", attempt=3).exists() and time.monotonic() < deadline:
        time.sleep(0.3)
    child.kill()
    child.wait()
    poison = Job.objects.get(state="quarantined")
    retry_job(job=poison, by=acts.person("distribution"))
    time.sleep(1.1)
    assert stage.carry_on() == 0
    safe(stage)


def test_f17_two_people_start_a_run_on_one_pool_and_one_is_told_who_was_first(stage: Any) -> None:
    maker = acts.person("distribution")
    pool = Pool.objects.order_by("pk").first()
    runs.cancel_run(run=Run.objects.get(), reason="test", by=maker, now=acts.NOW)
    for _ in range(TRIES):

        def start() -> Run:
            return runs.create_run(
                form_key=uuid.uuid4(), name="Race", period=make.QUARTER, pools=[pool], by=maker, now=acts.NOW
            )

        first, second = sorted(at_once(start, start), key=lambda result: isinstance(result, ValidationError))
        assert isinstance(first, Run)
        assert isinstance(second, ValidationError) and first.number in str(second)
        runs.cancel_run(run=first, reason="again", by=maker, now=acts.NOW)


def test_f18_two_approvals_at_once_make_one_and_the_maker_is_refused(stage: Any) -> None:
    assert stage.carry_on(until="reviewed") == 0
    run = Run.objects.get()
    digest, approver = bytes(run.digest).hex(), acts.person("approver")
    with pytest.raises(ValidationError):
        runs.approve_run(run=run, digest="0" * 64, by=approver, now=acts.NOW)

    def approve() -> Run:
        return runs.approve_run(run=run, digest=digest, by=approver, now=acts.NOW)

    results = at_once(approve, approve)
    assert any(isinstance(result, Run) for result in results)
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("approved", approver)


def test_f19_a_double_click_makes_one_batch(stage: Any) -> None:
    assert stage.carry_on(until="published") == 0
    finance, key = acts.person("finance"), uuid.uuid4()

    def click() -> PaymentBatch:
        return payments.make_batch(form_key=key, pay_on=acts.NOW.date(), by=finance, now=acts.NOW)

    first, second = at_once(click, click)
    assert first == second
    assert PaymentBatch.objects.count() == 1


def test_two_batches_at_once_never_pay_one_balance_twice(stage: Any) -> None:
    assert stage.carry_on(until="published") == 0
    finance = acts.person("finance")

    def click() -> PaymentBatch:
        return payments.make_batch(form_key=uuid.uuid4(), pay_on=acts.NOW.date(), by=finance, now=acts.NOW)

    results = at_once(click, click)
    assert sum(isinstance(result, PaymentBatch) for result in results) == 1


def test_f20_the_same_plays_sent_again_in_other_guises_are_paid_once(
    stage: Any, safe: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    rows = logs.rows(["Song 1", "Song 2", "Song 1", "Song 4"])
    first = logs.landed(*rows)
    with pytest.raises(usage.KnownFile, match=first.filename):
        logs.received(logs.table(*rows), "renamed.csv", confirm_overlap=True)
    with pytest.raises(ValidationError, match="Unpack"):
        logs.received(zipped("july.csv", logs.table(*rows)), "july.zip", confirm_overlap=True)
    with pytest.raises(usage.OverlappingFiles, match=first.filename):
        logs.received(logs.table(*reversed(rows)), "turned.csv")
    turned = logs.read(logs.table(*reversed(rows)), "turned.csv", confirm_overlap=True)
    assert (turned.line_count, turned.report["known_rows"]) == (0, 4)
    with pytest.raises(ValidationError, match="No row of this file can be taken"):
        usage.land_file(file=turned, by=logs.clerk(), now=logs.NOW)
    longer = logs.landed(*rows, logs.row("Song 7", time="23:00:00"), filename="longer.csv", confirm_overlap=True)
    assert longer.line_count == 1
    runs.cancel_run(run=Run.objects.get(), reason="test", by=acts.person("distribution"), now=acts.NOW)
    stage.run_uid = str(make.draft_run(make.pool(9_999_999, files=[first, longer])).uid)
    assert stage.carry_on(until="calculated") == 0
    safe(stage)
    assert LineResult.objects.filter(run_id=Run.objects.get(uid=stage.run_uid).pk).count() == 5


def zipped(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, data)
    return held.getvalue()


def database_away(name: str, seconds: float) -> None:
    """As a restart looks from outside: every session ends, and for a while nobody gets in."""
    with admin_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        time.sleep(seconds)
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_f12_the_database_goes_away_during_a_run(stage: Any, safe: Any) -> None:
    child = stage.child()
    for _ in range(3):
        time.sleep(1.5)
        database_away(stage.name, 0.5)
        if child.poll() is not None:
            child = stage.child()
    child.communicate(timeout=120)
    assert stage.carry_on() == 0
    connections.close_all()  # our own session was ended too
    safe(stage)


def test_f12_the_web_answers_503_with_retry_after_while_the_database_is_away(stage: Any) -> None:
    client = Client(raise_request_exception=False)
    with admin_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{stage.name}" ALLOW_CONNECTIONS false')
        connections.close_all()
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [stage.name])
        try:
            answer = client.get("/repertoire/?q=chand")
            assert (answer.status_code, answer["Retry-After"]) == (503, "10")
            assert client.get("/healthz").status_code == 200
        finally:
            cursor.execute(f'ALTER DATABASE "{stage.name}" ALLOW_CONNECTIONS true')
    assert client.get("/repertoire/?q=chand").status_code == 200


class Broker:
    """A Valkey of this test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.password = folder, secrets.token_hex(8)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--requirepass", self.password, "--save", ""]
        self.process = subprocess.Popen(
            [os.environ["TEST_VALKEY_BIN"], *words, "--dir", str(self.folder)], stdout=subprocess.DEVNULL
        )

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def flush(self) -> None:
        import redis

        redis.Redis.from_url(self.url).flushall()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    found = Broker(tmp_path)
    found.start()
    yield found
    found.stop()
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def workers(stage: Any, broker: Broker) -> Iterator[subprocess.Popen[bytes]]:
    """Real Celery workers and the scheduler, on this test's database and broker."""
    environment = {**os.environ, "DATABASE_URL": stage.url(), "REDIS_URL": broker.url, "CACHE_URL": broker.url}
    environment.pop("DATABASE_OWNER_URL", None)
    words = ["-A", "cmo_portal", "worker", "-B", "-c", "2", "-Q", "money,ingest,mail,pdf,default", "-l", "ERROR"]
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", *words, "-s", str(broker.folder / "schedule")],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(state: str, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if Run.objects.get().state == state:
            return
        time.sleep(0.5)
    raise AssertionError(f"not {state} after {seconds} s: {list(Job.objects.values_list('key', 'state', 'error'))}")


def begin(stage: Any) -> None:
    """Freeze and start the calculation; the workers are to do the rest."""
    assert stage.carry_on(until="frozen") == 0
    runs.start_calculation(run=Run.objects.get(), by=acts.person("distribution"), now=acts.NOW, slices=4)


@pytest.mark.long
def test_f09_a_flushed_broker_loses_nothing(stage: Any, workers: Any, broker: Broker, safe: Any) -> None:
    begin(stage)
    for _ in range(3):
        time.sleep(1)
        broker.flush()
    wait_for("calculated", 120)
    assert stage.carry_on() == 0
    safe(stage)


@pytest.mark.long
def test_f08_a_restarted_broker_loses_nothing(stage: Any, workers: Any, broker: Broker, safe: Any) -> None:
    begin(stage)
    time.sleep(2)
    broker.stop()
    time.sleep(2)
    broker.start()
    wait_for("calculated", 120)
    assert stage.carry_on() == 0
    safe(stage)


def test_the_stage_lies_after_everything_the_society_did() -> None:
    assert dt.datetime(2030, 1, 1, tzinfo=dt.UTC) < acts.NOW
