"""Registrations that came through the API, as their owner's clients see them."""

from django.db.models import QuerySet

from members.models import ApiClient, Party
from works.models import ApiRegistration


class KeyUsedOtherwise(Exception):
    """The idempotency key of a request belongs to another request of this client."""


def earlier_registration(*, client: ApiClient, key: str) -> ApiRegistration | None:
    """What the client registered under this key before."""
    return ApiRegistration.objects.filter(client=client, idempotency_key=key).select_related("work").first()


def registrations_of(party: Party | None) -> QuerySet[ApiRegistration]:
    """Everything that the clients of this party registered; nothing without a party."""
    return ApiRegistration.objects.filter(party=party, party__isnull=False).select_related("work__merged_into")
