"""Doors of the workers: large registration files are checked and taken here, large exports written."""

from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import handles
from works.queries.exports import EXPORT
from works.queries.registrations import CHECK, IMPORT
from works.services import exporting, imports


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
