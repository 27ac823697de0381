"""The queue of requests for international numbers, as pages read it."""

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language

from cmo_portal.common.spelling import text_key
from cmo_portal.jobs.models import Job
from works.models import AnswerFile, NumberRequest, RequestFile

MAKE_FILE, READ_ANSWERS = "works.make_request_file", "works.read_answers"  # the kinds of jobs of these files


def subject_of(file: RequestFile | AnswerFile) -> str:
    """What the jobs of a file belong to."""
    return f"numbers:{file.uid}"


def job_of(file: RequestFile | AnswerFile) -> Job | None:
    """The job that makes or reads the file, the newest one."""
    return Job.objects.filter(subject=subject_of(file)).order_by("-pk").first()


def found_requests(*, now: dt.datetime, text: str = "", kind: str = "", state: str = "") -> QuerySet[NumberRequest]:
    """Requests by number, work or name; by kind (`iswc` for all three of them); by state, or `late`: sent longer ago
    than an agency should need."""
    found = NumberRequest.objects.all()
    if wanted := text.strip():
        key = text_key(wanted)[:200]
        found = found.filter(
            Q(number=wanted.upper()[:12])
            | Q(work__number=wanted.upper()[:14])
            | (Q(work__titles__key__contains=key) | Q(name__key__contains=key) if key else Q(pk=None))
        ).distinct()
    if kind == "iswc":
        found = found.exclude(kind="ipi")
    elif kind:
        found = found.filter(kind=kind)
    if state == "late":
        return found.filter(late(now))
    if state == "open":
        return found.filter(state__in=("waiting", "sent", "person"))
    return found.filter(state=state) if state else found


def late(now: dt.datetime) -> Q:
    """Sent, and not answered within the days that the society allows (NUMBER_ANSWER_DAYS)."""
    return Q(state="sent", sent_at__lt=now - dt.timedelta(days=settings.NUMBER_ANSWER_DAYS))


def counts_by_state() -> list[tuple[str, str, int]]:
    """How many open requests there are, by system and state."""
    rows = NumberRequest.objects.filter(state__in=("waiting", "sent", "person")).values("kind", "state")
    counted: dict[tuple[str, str], int] = {}
    for row in rows.annotate(many=Count("pk")):
        system = "ipi" if row["kind"] == "ipi" else "iswc"
        counted[system, row["state"]] = counted.get((system, row["state"]), 0) + row["many"]
    return [(system, state, many) for (system, state), many in sorted(counted.items())]


def in_words(kept: Mapping[str, str]) -> str:
    """A kept message in the language of the reader."""
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return kept.get(language) or next(iter(kept.values()), "")


def needing_a_person() -> int:
    """Requests whose answer could not be taken over."""
    return NumberRequest.objects.filter(state="person").count()
