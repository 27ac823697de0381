"""Doors of the workers: large files of registrations and of numbers are made, checked and taken here."""

from django.db import transaction

from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, finish, handles, heals
from works.queries.exports import EXPORT
from works.queries.number_requests import MAKE_FILE, READ_ANSWERS
from works.queries.registrations import CHECK, CHECK_TABLE, IMPORT, TAKE_TABLE
from works.services import bulk, disputes, exporting, imports
from works.services.numbers import answering, sending
from works.services.split_notices import send_split_notices


@handles(CHECK)
def check_file(job: Job) -> None:
    """Read a large file and keep what would become of each transaction."""
    imports.check_by_job(job=job)


@handles(IMPORT)
def import_file(job: Job) -> None:
    """Take what passed of a large file and write the answer."""
    imports.import_by_job(job=job, now=clock.now())


@handles(EXPORT)
def write_export(job: Job) -> None:
    """Write a file of a large repertoire."""
    exporting.export_by_job(job=job, now=clock.now())


@heals
def tell_sides() -> None:
    """On each round of the reaper: tell members which splits wait for them."""
    send_split_notices(today=clock.today())


@handles(CHECK_TABLE)
def check_table(job: Job) -> None:
    """Read a large table of works and keep what would become of each."""
    bulk.check_table_by_job(job=job)


@handles(TAKE_TABLE)
def take_table(job: Job) -> None:
    """Take what passed of a large table."""
    bulk.take_table_by_job(job=job, now=clock.now())


@handles(MAKE_FILE)
def make_request_file(job: Job) -> None:
    """Put what waits for an agency into a file."""
    sending.make_by_job(job=job, now=clock.now())


@handles(READ_ANSWERS)
def read_answers(job: Job) -> None:
    """Apply a large file of answers."""
    answering.read_by_job(job=job, now=clock.now())


@heals
def look_at_deadlines() -> None:
    """One job a day takes up the disputes whose days for evidence are over."""
    today = clock.today().isoformat()
    add_job(kind=disputes.DUE, key=f"{disputes.DUE}:{today}", args={}, subject=disputes.DUE)


@handles(disputes.DUE)
def take_up_due_disputes(job: Job) -> None:
    """Put what is due before people, or decide it where the society's rule says so."""
    disputes.decide_by_deadline(on=clock.today())
    with transaction.atomic():
        finish(job)
