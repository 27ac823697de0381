"""Jobs of a run: what is done twice, at once, by a dead worker or under a stale lease changes nothing."""

import pytest
from django.db import DatabaseError, connection, transaction

from cmo_portal.common.faults import InjectedFault
from cmo_portal.jobs import services as jobs
from cmo_portal.jobs.models import Job
from royalties import fsck
from royalties.models import PayeeTotal, Run, StepSum
from royalties.services import runs
from tests.factories import royalties as make
from tests.factories.members import make_member


def started(slices: int = 2) -> Run:
    """A run whose first step waits for a worker."""
    owner = make_member().party
    plays = [make.Play(f"t{n}", make.song(f"S{n}", (owner, 100)) if n % 2 else None, plays=n + 1) for n in range(6)]
    run = make.frozen_run(make.pool(1_000_01, files=[make.usage(*plays)]))
    return runs.start_calculation(run=run, by=make.maker(), now=make.NOW, slices=slices)


def take(step: str, slice_no: int = 0) -> Job:
    """The lease of one slice, as a worker takes it."""
    job = jobs.take(Job.objects.get(step=step, slice_no=slice_no).pk)
    assert job is not None
    return job


def states(step: str) -> list[str]:
    """The states of the jobs of a step."""
    return list(Job.objects.filter(step=step).order_by("slice_no").values_list("state", flat=True))


@pytest.mark.django_db
class TestSteps:
    """One step after another, driven by a count of jobs."""

    def test_the_next_step_waits_for_every_slice(self):
        run = started()
        runs.weigh_slice(job=take("weigh", 0))
        runs.close_step(run_id=run.pk, step="weigh")
        assert states("allocate") == []
        runs.weigh_slice(job=take("weigh", 1))
        runs.close_step(run_id=run.pk, step="weigh")
        runs.close_step(run_id=run.pk, step="weigh")
        assert states("allocate") == ["pending"]

    def test_a_worker_that_died_before_closing_its_step_is_made_up_for(self):
        started(slices=1)
        runs.weigh_slice(job=take("weigh"))
        assert states("allocate") == []
        jobs.heal()
        assert states("allocate") == ["pending"]

    def test_a_job_that_is_delivered_twice_is_done_once(self):
        started(slices=1)
        job = take("weigh")
        assert jobs.take(job.pk) is None
        runs.weigh_slice(job=job)
        assert jobs.take(job.pk) is None
        assert StepSum.objects.count() == 1

    def test_every_step_hands_back_its_sums(self, run_jobs):
        run = started(slices=3)
        run_jobs()
        sums = StepSum.objects.filter(run=run).order_by("id").values_list("step", "slice_no")
        assert sorted(sums) == [("allocate", 0), *(("lines", n) for n in range(3)), ("verify", 0)] + [
            ("weigh", n) for n in range(3)
        ]
        assert sum(one.payload["lines"] for one in StepSum.objects.filter(step="lines")) == 6

    def test_a_cancelled_run_goes_no_further(self):
        run = started(slices=1)
        job = take("weigh")
        runs.cancel_run(run=run, reason="wrong", by=make.maker(), now=make.NOW)
        with pytest.raises((DatabaseError, jobs.StaleToken)), transaction.atomic():
            runs.weigh_slice(job=job)
        runs.close_step(run_id=run.pk, step="weigh")
        assert states("allocate") == []


@pytest.mark.django_db
class TestFaults:
    """A worker that fails in the middle leaves nothing, and the next one goes on."""

    POINTS = (
        ("weigh", ("dist.weigh.before_write", "dist.weigh.after_write", "dist.slice.before_finish")),
        ("allocate", ("dist.alloc.before_write", "dist.alloc.after_texts_write", "dist.alloc.after_payees_write")),
        ("allocate", ("dist.alloc.after_write",)),
        ("lines", ("dist.lines.before_write", "dist.lines.after_write")),
        ("verify", ("dist.seal.before_write", "dist.seal.after_write", "dist.verify.after_write")),
    )

    @pytest.mark.parametrize("point", [point for _step, points in POINTS for point in points])
    def test_a_fault_at_any_point_changes_no_paisa(self, run_jobs, settings, point):
        run = started(slices=1)
        settings.CMO_FAULT = f"{point}:raise:1"
        with pytest.raises(InjectedFault, match=point):
            run_jobs()
        settings.CMO_FAULT = ""
        failed = Job.objects.get(state="running")
        jobs.fail(failed, "a worker died")
        Job.objects.filter(state="pending").update(available_at=make.NOW)
        run_jobs()
        run.refresh_from_db()
        assert run.state == "calculated"
        assert fsck.findings(fsck.Scope(run)) == []
        assert sum(PayeeTotal.objects.filter(run_id=run.pk).values_list("amount", flat=True)) == 100_001

    @pytest.mark.parametrize("point", ["dist.close.before_write", "dist.close.after_write"])
    def test_a_fault_between_two_steps_is_healed(self, run_jobs, settings, point):
        run = started(slices=1)
        settings.CMO_FAULT = f"{point}:raise:1"
        with pytest.raises(InjectedFault):
            run_jobs()
        settings.CMO_FAULT = ""
        jobs.heal()
        run_jobs()
        run.refresh_from_db()
        assert run.state == "calculated"


@pytest.mark.django_db
class TestLeases:
    """A stale token writes nothing."""

    def test_the_database_refuses_the_sum_of_a_stale_token(self):
        run = started(slices=1)
        job = take("weigh")
        with pytest.raises(DatabaseError, match="another worker holds this slice"), transaction.atomic():
            StepSum.objects.create(run=run, step="weigh", slice_no=0, job=job, token=job.token - 1, payload={})

    def test_a_slice_whose_lease_was_taken_over_leaves_nothing(self):
        run = started(slices=1)
        late = take("weigh")
        Job.objects.filter(pk=late.pk).update(state="pending")
        now_held = take("weigh")
        with pytest.raises(DatabaseError, match="another worker holds this slice"), transaction.atomic():
            runs.weigh_slice(job=late)
        runs.weigh_slice(job=now_held)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM royalties_handover_r{run.pk}")
            assert cursor.fetchone()[0] == 2  # its lines and its weights

    def test_a_sum_for_a_job_that_is_not_running_is_refused(self):
        run = started(slices=1)
        job = Job.objects.get(step="weigh")
        with pytest.raises(DatabaseError, match="another worker holds this slice"), transaction.atomic():
            StepSum.objects.create(run=run, step="weigh", slice_no=0, job=job, token=job.token, payload={})


@pytest.mark.django_db(transaction=True)
def test_without_the_guards_a_slice_writes_twice_and_is_never_sealed(superuser_cursor):
    run = started(slices=1)
    for step, act in (("weigh", runs.weigh_slice), ("allocate", runs.allocate_run)):
        act(job=take(step))
        runs.close_step(run_id=run.pk, step=step)
    job = take("lines")
    runs.split_lines_slice(job=job)
    superuser_cursor.execute("ALTER TABLE royalties_stepsum DISABLE TRIGGER USER")
    superuser_cursor.execute("ALTER TABLE royalties_stepsum DROP CONSTRAINT one_sum_per_slice")
    superuser_cursor.execute("ALTER TABLE jobs_job DISABLE TRIGGER USER")
    superuser_cursor.execute("UPDATE jobs_job SET state = 'running', lease_until = now() WHERE step = 'lines'")
    runs.split_lines_slice(job=job)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM royalties_lineresult_r{run.pk}")
        assert cursor.fetchone()[0] == 12
    runs.close_step(run_id=run.pk, step="lines")
    with pytest.raises(DatabaseError, match="the units of lines come to"):
        runs.verify_run(job=take("verify"), now=make.NOW)
