"""Work of licensing that waits in the outbox: messages, so that a mail server that is away holds nothing up."""

from django.db import transaction

from cmo_portal.jobs.models import Job
from cmo_portal.jobs.services import finish, handles
from licensing.mail import send_notice
from licensing.models import LicenceApplication


@handles("licensing.notice")
def notice(job: Job) -> None:
    """Send one message; a failure gives the job back, and it is tried again."""
    application = LicenceApplication.objects.get(pk=job.args["application"])
    with transaction.atomic():
        finish(job)
        send_notice(application, job.args["what"])
