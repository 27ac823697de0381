"""How often a client and an address may ask. Counters lie in the cache: when it is wiped, they only forget."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from rest_framework import exceptions

from cmo_portal.limits import within_limit

MINUTE, HOUR = 60, 3600


def count_address(request: Any) -> None:
    """Count a request of this network address, before its token is looked at. Raises Throttled."""
    origin = get_adapter(request).get_client_ip(request)
    _count("api-address", origin, settings.API_ADDRESS_REQUESTS_PER_MINUTE, MINUTE)


def count_client(client_uid: object) -> None:
    """Count a request of this client. Raises Throttled."""
    _count("api-client", str(client_uid), settings.API_CLIENT_REQUESTS_PER_MINUTE, MINUTE)


def count_registration(client_uid: object) -> None:
    """Count a work that this client sends. Raises Throttled."""
    _count("api-registration", str(client_uid), settings.API_REGISTRATIONS_PER_HOUR, HOUR)


def _count(purpose: str, origin: str, limit: int, seconds: int) -> None:
    if not within_limit(purpose, origin, limit=limit, seconds=seconds):
        raise exceptions.Throttled(wait=seconds)
