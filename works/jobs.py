"""Doors of the workers: large files of registrations and of numbers are made, checked and taken here."""

from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import handles, heals
from works.queries.number_requests import MAKE_FILE, READ_ANSWERS
from works.queries.registrations import CHECK, CHECK_TABLE, IMPORT, TAKE_TABLE
from works.services import bulk, imports
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
