"""Doors of the workers: a usage file is read, taken or matched, the list of unmatched usage made anew every hour; what
a killed reading left is swept away."""

from django.core.cache import cache

from cmo_portal.accounts.models import User
from cmo_portal.common import clock
from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import handles, heals
from royalties.models import UsageFile
from royalties.services import matching, unmatched, usage

SWEPT = "usage-spools-swept"
HOUR = 3600


@handles("royalties.read_usage")
def read_usage(job: Job) -> None:
    """Read a large file into its spool."""
    file, by = UsageFile.objects.get(pk=job.args["file"]), User.objects.get(pk=job.args["by"])
    usage.read_file(file=file, by=by, now=clock.now(), job=job)


@handles("royalties.land_usage")
def land_usage(job: Job) -> None:
    """Copy a large file into the tables."""
    file, by = UsageFile.objects.get(pk=job.args["file"]), User.objects.get(pk=job.args["by"])
    usage.land_file(file=file, by=by, now=clock.now(), job=job)


@handles("royalties.match_usage")
def match_usage(job: Job) -> None:
    """Match the texts of a file."""
    matching.match_file(file=UsageFile.objects.get(pk=job.args["file"]), now=clock.now(), job=job)


@handles(unmatched.LIST)
def list_unmatched(job: Job) -> None:
    """Make the list of usage without a known work anew."""
    unmatched.list_unmatched(now=clock.now(), job=job)


@heals
def sweep() -> None:
    """Once an hour: remove what was left behind a day ago, and list what is unmatched now."""
    if cache.add(SWEPT, 1, timeout=HOUR):
        usage.sweep_spools(now=clock.now())
        unmatched.start_listing(now=clock.now())
