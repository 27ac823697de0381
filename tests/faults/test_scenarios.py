"""Named faults of people and work: done twice, poison, two people at once, the same plays sent again."""

import datetime as dt
import io
import os
import signal
import time
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone

from cmo_portal.accounts.models import User
from cmo_portal.audit.models import Act
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.words import job_words
from royalties.models import LineResult, PaymentBatch, Pool, Run
from royalties.services import payments, runs, usage
from royalties.services.runs.words import moment_text
from tests.factories import royalties as make
from tests.factories import usage as logs
from tests.faults import stage as acts
from tests.faults.racing import at_once

TRIES, RACING, FEWEST_TRIES = 100, 10, 20  # as many tries as the scenario asks for, or ten seconds of them


def test_f03_four_workers_on_the_same_jobs_do_each_once(stage: Any, safe: Any) -> None:
    children = [stage.child() for _ in range(4)]
    for child in children:
        _out, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors.decode()[-2000:]
    safe(stage)
    assert not Job.objects.exclude(state="done").exists()


def test_f05_a_poison_job_stops_after_three_attempts_and_staff_see_why_and_put_it_back(
    stage: Any, safe: Any, sign_in: Any
) -> None:
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
    desk = sign_in(acts.person("distribution"))
    shown = desk.get("/staff/jobs/?state=quarantined").content.decode()
    for words in (str(job_words(poison.kind)), "Quarantined", "The worker went away", f"/staff/jobs/{poison.pk}/"):
        assert words in shown
    assert desk.post(f"/staff/jobs/{poison.pk}/", {"act": "retry"}).status_code == 302
    poison.refresh_from_db()
    assert (poison.state, poison.attempt) == ("pending", 0)
    time.sleep(1.1)
    assert stage.carry_on() == 0
    safe(stage)


def race_for_a_pool(pool: Pool) -> None:
    """Two people start a run at once: one has it, the other is told who was first and when."""

    def start(by: Any) -> Callable[[], Run]:
        return lambda: runs.create_run(
            form_key=uuid.uuid4(), name="Race", period=make.QUARTER, pools=[pool], by=by, now=acts.NOW
        )

    makers = list(User.objects.filter(groups__name="distribution").order_by("pk"))
    assert len(makers) == 2
    results = at_once(*map(start, makers))
    (run,) = Run.objects.exclude(state="cancelled")
    first, second = sorted(results, key=lambda result: isinstance(result, ValidationError))
    assert first == run and isinstance(second, ValidationError)
    assert run.maker == makers[results.index(run)]
    told = f"{run.number}, started by {run.maker} on {moment_text(run.created_at)}."
    assert told in second.messages[0] and f"{timezone.localtime(run.created_at):%H:%M}" in told
    runs.cancel_run(run=run, reason="again", by=run.maker, now=acts.NOW)


def test_f17_two_people_start_a_run_on_one_pool_and_one_is_told_who_was_first_and_when(stage: Any) -> None:
    pool = Pool.objects.order_by("pk").first()
    runs.cancel_run(run=Run.objects.get(), reason="test", by=acts.person("distribution"), now=acts.NOW)
    end, tries = time.monotonic() + RACING, 0
    while tries < FEWEST_TRIES or (tries < TRIES and (time.monotonic() < end or os.environ.get("PORTAL_LONG"))):
        race_for_a_pool(pool)
        tries += 1


def test_f18_two_people_approve_at_once_and_one_approval_counts(stage: Any) -> None:
    assert stage.carry_on(until="reviewed") == 0
    run = Run.objects.get()
    digest = bytes(run.digest).hex()
    approvers = list(User.objects.filter(groups__name="approver").order_by("pk"))
    assert len(approvers) == 2

    def approve(by: Any) -> Callable[[], Run]:
        return lambda: runs.approve_run(run=run, digest=digest, by=by, now=acts.NOW)

    results = at_once(*map(approve, approvers))
    run.refresh_from_db()
    first, second = sorted(results, key=lambda result: isinstance(result, ValidationError))
    assert (run.state, run.approved_by) == ("approved", approvers[results.index(first)])
    assert isinstance(second, ValidationError)
    assert f"approved by {run.approved_by} on" in second.messages[0]
    assert approve(run.approved_by)() == run, "who approved may click again"
    assert Act.objects.filter(verb="approve_run").count() == 1


def test_f18_the_maker_the_sender_and_whoever_looked_at_other_figures_are_refused(stage: Any) -> None:
    assert stage.carry_on(until="calculated") == 0
    run = Run.objects.get()
    digest = bytes(run.digest).hex()
    sender = User.objects.filter(groups__name="distribution").exclude(pk=run.maker_id).get()
    runs.send_for_review(run=run, by=sender, now=acts.NOW)
    for person in (run.maker, sender):  # the permission alone does not make them another person
        person.groups.add(Group.objects.get(name="approver"))
        with pytest.raises(ValidationError, match="Another person must approve it"):
            runs.approve_run(run=run, digest=digest, by=User.objects.get(pk=person.pk), now=acts.NOW)
    other = User.objects.filter(groups__name="approver").exclude(pk__in=[run.maker_id, sender.pk]).first()
    for stale in ("0" * 64, "", digest.upper()):
        with pytest.raises(ValidationError, match="figures have changed since you looked"):
            runs.approve_run(run=run, digest=stale, by=other, now=acts.NOW)
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("reviewed", None)
    assert not Act.objects.filter(verb="approve_run").exists()


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


def test_the_stage_lies_after_everything_the_society_did() -> None:
    assert dt.datetime(2030, 1, 1, tzinfo=dt.UTC) < acts.NOW
