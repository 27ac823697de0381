"""Registrations that came through the API, as their owner's clients see them."""

from typing import Any

from django.db.models import QuerySet

from members.models import ApiClient, Party
from works.models import ApiRegistration, Work


class KeyUsedOtherwise(Exception):
    """The idempotency key of a request belongs to another request of this client."""


def earlier_registration(*, client: ApiClient, key: str) -> ApiRegistration | None:
    """What the client registered under this key before."""
    return ApiRegistration.objects.filter(client=client, idempotency_key=key).select_related("work").first()


def registrations_of(party: Party | None) -> QuerySet[ApiRegistration]:
    """Everything that the clients of this party registered; nothing without a party."""
    return (
        ApiRegistration.objects.filter(party=party, party__isnull=False)
        .select_related("work__merged_into")
        .prefetch_related("work__splits")
    )


def registration_facts(row: ApiRegistration) -> dict[str, Any]:
    """A registration as it stands, as JSON holds it."""
    work = row.work
    return {
        "uid": str(row.uid),
        "reference": row.reference,
        "sent_at": row.created_at.isoformat(),
        "state": work.state,
        "refusal": work.refusal,
        "work_uid": str(work.uid),
        "work_number": work.number,
        "title": work.title,
        "merged_into": work.merged_into.number if work.merged_into else None,
        "split": _split_state(work),
    }


def _split_state(work: Work) -> str | None:
    """Where the last round among the co-writers stands; None where nobody was asked."""
    last = max(work.splits.all(), key=lambda each: each.round, default=None)
    return None if last is None else "waiting" if last.state == "open" else last.state
