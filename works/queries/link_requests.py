"""Links of recordings that wait for a person: for the desk, for the member who asks, and for those they concern."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from works.models import LinkRequest, Recording, RecordingWork, Work, WorkReport
from works.queries.titles import own_titles


def link_requests(*, state: str = "open") -> QuerySet[LinkRequest]:
    """Requests in a state, in any where it is blank, with what a list shows of them."""
    rows = LinkRequest.objects.select_related("recording", "work", "asked_by").prefetch_related(own_titles("work__"))
    return rows.filter(state=state) if state else rows


def requests_for(works: Sequence[Work]) -> dict[int, list[LinkRequest]]:
    """For each work the links that were asked for and wait or were refused, the oldest first. One query."""
    found: dict[int, list[LinkRequest]] = {work.pk: [] for work in works}
    rows = LinkRequest.objects.filter(work__in=works, state__in=("open", "refused")).select_related("recording")
    for row in rows.order_by("pk"):
        found[row.work_id].append(row)
    return found


def asked_by_others(work: Work) -> list[LinkRequest]:
    """Open requests to let recordings of this work stand with another work too."""
    rows = LinkRequest.objects.filter(state="open", recording__parts__work=work).exclude(work=work)
    return list(rows.select_related("recording").order_by("pk"))


def waiting_with(recording: Recording) -> list[LinkRequest]:
    """Open requests about a recording."""
    return list(recording.link_requests.filter(state="open").select_related("work", "asked_by").order_by("pk"))


@dataclass(frozen=True, slots=True)
class StandingPart:
    """A work that holds the recording of a request, who owns it, and what was reported about it."""

    link: RecordingWork
    owners: tuple[str, ...]
    reports: tuple[WorkReport, ...]


def standing_parts(request: LinkRequest) -> list[StandingPart]:
    """The works that hold the recording already, in its order; with their owners and open reports."""
    links = request.recording.parts.select_related("work").prefetch_related(own_titles("work__"))
    return [
        StandingPart(link, owners_of(link.work), tuple(_reports([link.work_id])))
        for link in links.order_by("position", "pk")
    ]


def owners_of(work: Work) -> tuple[str, ...]:
    """Who has a share in a work, by name."""
    names = work.shares.filter(party__isnull=False).order_by("party__display_name")
    return tuple(dict.fromkeys(names.values_list("party__display_name", flat=True)))


def _reports(works: Iterable[int]) -> QuerySet[WorkReport]:
    return WorkReport.objects.filter(work__in=list(works), state="open", kind__in=("recording", "mine", "other"))
