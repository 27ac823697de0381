"""What the pages of registration files show: complaints in the reader's language, and how far a worker is."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cmo_portal.jobs.models import Job
from works.models import RegistrationFile

CHECK, IMPORT = "works.check_file", "works.import_file"  # the kinds of jobs that work on a file


@dataclass(frozen=True, slots=True)
class Spoken:
    """A complaint in words: where, what is wrong, what to do. `count` above 1 stands for as many alike."""

    line: int
    record: str
    text: str
    remedy: str
    edit: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a worker is with a file. `stopped` says that it came to a halt and needs a person."""

    label: str
    done: int
    total: int
    since: dt.datetime | None
    finished: bool
    stopped: str


def subject_of(file: RegistrationFile) -> str:
    """What the jobs of a file belong to."""
    return f"registration:{file.uid}"


def spoken(complaints: Iterable[dict[str, Any]]) -> list[Spoken]:
    """Kept complaints in the language of the page; their field names are those of the format."""
    return [
        Spoken(
            line=complaint["line"],
            record=complaint["record"],
            text=_filled(complaint["message"], complaint["facts"]),
            remedy=_filled(complaint["remedy"], complaint["facts"]),
            edit=complaint["edit"],
            count=complaint["count"],
        )
        for complaint in complaints
    ]


def progress_of(file: RegistrationFile) -> Progress | None:
    """How far the worker is with a file that is being read or taken; None when no worker has to do with it."""
    if file.state not in ("received", "taking"):
        return None
    job = Job.objects.filter(subject=subject_of(file)).order_by("-pk").first()
    if job is None:
        return None
    label = _("Taking the accepted works") if job.kind == IMPORT else _("Checking the file")
    stopped = {
        "quarantined": _("The work stopped after three attempts. Ask an administrator to look at the background jobs."),
        "cancelled": _("The work was given up. Begin it again, or ask the sender for another file."),
    }.get(job.state, "")
    total = job.progress_total or max(job.progress_done, 1)
    return Progress(label, job.progress_done, total, job.started_at, job.state == "done" or bool(stopped), stopped)


def _filled(text: str, facts: dict[str, str]) -> str:
    return _(text) % facts if text else ""
