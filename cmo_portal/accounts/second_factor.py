"""Whether this session proved a second factor, asked by the middleware for every staff page."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.dispatch import receiver
from django.http import HttpRequest


def proved(request: HttpRequest) -> bool:
    """True when the user has a factor and used it to open this session."""
    if not is_mfa_enabled(request.user):
        return False
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


@receiver(authenticator_added)
def _count_new_factor(sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """Setting up a factor needs a code from it, which is a proof as good as signing in with it."""
    record_authentication(request, user, "mfa", type=authenticator.type)
