"""What the pages of exports show: how far a worker is, and what the receivers answered."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from works.models import ExportFile, ReceivedStatus
from works.queries.exports import job_of
from works.queries.registrations import Progress


def export_progress(file: ExportFile) -> Progress | None:
    """How far the worker is with a file that is being written; None when it is written."""
    job = job_of(file)
    if job is None:
        return None
    stopped = {
        "quarantined": _("The work stopped after three attempts. Ask an administrator to look at the background jobs."),
        "cancelled": _("The work was given up. Ask for a new file."),
    }.get(job.state, "")
    total = job.progress_total or max(job.progress_done, 1)
    finished = job.state == "done" or bool(stopped)
    return Progress(_("Writing the file"), job.progress_done, total, job.started_at, finished, stopped)


def answers_of(file: ExportFile) -> QuerySet[ReceivedStatus]:
    """Every answer to the works of a file, the oldest first."""
    rows = ReceivedStatus.objects.filter(exported__file=file)
    return rows.select_related("exported__work", "answer")
