"""Large registration files: read and taken by a worker, slice after slice, and finished whatever befalls the worker."""

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import give_up_job, take
from cmo_portal.jobs.tasks import run_job
from tests.works.formats.cwr_files import WORK, changed, cwr_file
from works.models import ImportedTransaction, RegistrationFile, Work
from works.queries.registrations import IMPORT, progress_of
from works.services import imports

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 2 * imports.SLICE + 1


@pytest.fixture
def large() -> bytes:
    """A file of three slices, above the size that is done at once."""
    works = [changed(WORK, "NWR", submitter_work_no=f"L{number}") for number in range(COUNT)]
    data = cwr_file(("NWR", works))
    return data + b" " * max(0, imports.AT_ONCE + 1 - len(data))


@pytest.fixture
def by(staff: Any) -> Any:
    return staff("documentation")


def receive(data: bytes, by: Any) -> RegistrationFile:
    upload = io.BytesIO(data)
    return imports.receive_registration_file(upload=upload, filename="CW260001SPM_362.V21", by=by)


def the_job() -> Job:
    return Job.objects.get(state="pending")


def test_a_large_file_is_checked_and_taken_by_a_worker_with_its_progress(large: bytes, by: Any, sign_in: Any) -> None:
    client = sign_in(by)
    file = receive(large, by)
    assert file.state == "received"
    page = client.get(f"/staff/registrations/{file.uid}/").content.decode()
    assert "You can close this page" in page
    with pytest.raises(ValidationError, match="being worked on"):
        imports.start_import(file=file, by=by, now=clock.now())
    run_job(the_job().pk)
    file.refresh_from_db()
    assert (file.state, file.report["transactions"], Work.objects.count()) == ("checked", COUNT, 0)
    client.post(f"/staff/registrations/{file.uid}/import/")
    file.refresh_from_db()
    assert file.state == "taking"
    run_job(the_job().pk)
    file.refresh_from_db()
    job = Job.objects.order_by("-pk")[0]
    assert (file.state, job.state, job.progress_done, job.progress_total) == ("imported", "done", COUNT, COUNT)
    assert Work.objects.count() == file.report["accepted"] == COUNT
    answer = client.get(f"/staff/registrations/{file.uid}/progress/")
    assert answer["HX-Refresh"] == "true"


def test_a_small_file_is_done_at_once(by: Any) -> None:
    file = receive(cwr_file(("NWR", [WORK])), by)
    assert file.state == "checked"
    assert imports.start_import(file=file, by=by, now=clock.now()).state == "imported"
    assert not Job.objects.exists()


def test_a_worker_that_fails_in_the_middle_is_followed_by_one_that_goes_on(
    large: bytes, by: Any, settings: Any
) -> None:
    file = receive(large, by)
    run_job(the_job().pk)
    imports.start_import(file=file, by=by, now=clock.now())
    settings.CMO_FAULT = "works.import.after_works:raise:2"
    run_job(the_job().pk)
    taken = ImportedTransaction.objects.filter(file=file, taken=True).count()
    assert (taken, Work.objects.count()) == (imports.SLICE, imports.SLICE)
    settings.CMO_FAULT = ""
    run_job(the_job().pk)
    file.refresh_from_db()
    assert (file.state, Work.objects.count(), file.report["accepted"]) == ("imported", COUNT, COUNT)
    assert Work.objects.values("identifiers__value").distinct().count() == COUNT


def test_a_worker_that_lost_its_lease_writes_nothing(large: bytes, by: Any) -> None:
    file = receive(large, by)
    dead = take(the_job().pk)
    assert dead is not None
    Job.objects.filter(pk=dead.pk).update(state="pending", lease_until=None)
    assert take(dead.pk) is not None
    with pytest.raises(Exception, match=str(dead)):
        imports.check_by_job(job=dead)
    file.refresh_from_db()
    assert (file.state, ImportedTransaction.objects.count()) == ("received", 0)


def test_an_import_that_was_given_up_can_be_begun_again(large: bytes, by: Any, staff: Any) -> None:
    file = receive(large, by)
    run_job(the_job().pk)
    imports.start_import(file=file, by=by, now=clock.now())
    Job.objects.filter(pk=the_job().pk).update(state="quarantined", error="told by the test")
    file.refresh_from_db()
    progress = progress_of(file)
    assert progress and "three attempts" in progress.stopped
    give_up_job(job=Job.objects.get(state="quarantined"), reason="broken disk", by=staff("administrator"))
    progress = progress_of(file)
    assert progress and "given up" in progress.stopped
    imports.start_import(file=file, by=by, now=clock.now())
    run_job(the_job().pk)
    file.refresh_from_db()
    assert (file.state, Work.objects.count()) == ("imported", COUNT)


def test_two_clicks_on_take_make_one_job(large: bytes, by: Any) -> None:
    file = receive(large, by)
    run_job(the_job().pk)
    imports.start_import(file=file, by=by, now=clock.now())
    with pytest.raises(ValidationError, match="being worked on"):
        imports.start_import(file=file, by=by, now=clock.now())
    assert Job.objects.filter(kind=IMPORT).count() == 1
