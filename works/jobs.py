"""Doors of the workers: large registration files are checked and taken here."""

from django.db import transaction

from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import add_job, finish, handles, heals
from works.queries.registrations import CHECK, IMPORT
from works.services import disputes, imports


@handles(CHECK)
def check_file(job: Job) -> None:
    """Read a large file and keep what would become of each transaction."""
    imports.check_by_job(job=job)


@handles(IMPORT)
def import_file(job: Job) -> None:
    """Take what passed of a large file and write the answer."""
    imports.import_by_job(job=job, now=clock.now())


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
