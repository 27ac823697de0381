"""What waits for whom: a registry that apps fill from their AppConfig.ready, shown on the start page of staff (T1).

    from cmo_portal.queues import Queue, register_queue
    register_queue(Queue("works:staff-report-list", _("Reports"), "works.edit_works", open_reports, order=30))

A queue is shown to those who may work on it, with the number of things that wait and the way there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from cmo_portal.common.texts import Text


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of waiting work. `count` gives the number in one cheap query; `query` is the filter of the list."""

    url_name: str
    label: Text
    permission: str
    count: Callable[[], int]
    query: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue as the page shows it."""

    label: Text
    number: int
    url: str


_queues: dict[tuple[str, str], Queue] = {}


def register_queue(queue: Queue) -> None:
    """Add a kind of waiting work; the same page with the same filter replaces the earlier one."""
    _queues[queue.url_name, queue.query] = queue


def waiting_for(user: Any) -> list[Waiting]:
    """The queues of this person, those with something in them first, then by their order."""
    found: list[tuple[bool, int, Waiting]] = []
    for queue in _queues.values():
        if not user.has_perm(queue.permission):
            continue
        try:
            url = reverse(queue.url_name) + (f"?{queue.query}" if queue.query else "")
        except NoReverseMatch:
            continue
        number = queue.count()
        found.append((number == 0, queue.order, Waiting(queue.label, number, url)))
    return [each for _empty, _order, each in sorted(found, key=lambda row: row[:2])]
