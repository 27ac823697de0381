"""Sends staff without a proven second factor to set one up, and keeps audiences on their own pages."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cmo_portal.accounts.models import Audience
from cmo_portal.accounts.second_factor import proved
from cmo_portal.logs import USER

# What a member of staff may open with a password alone: signing in and out, setting up the factor, language, health.
OPEN_TO_PASSWORD = ("/account/", "/language/", "/healthz", "/readyz", settings.STATIC_URL)


class AudienceMiddleware:
    """Staff pages are closed until the second factor is proved in this very session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            request.META[USER] = user.pk
        if (
            user.is_authenticated
            and user.audience == Audience.STAFF
            and not self._open(request)
            and not proved(request)
        ):
            return self._send_to_factor(request)
        return self.get_response(request)

    def _open(self, request: HttpRequest) -> bool:
        return request.path.startswith(OPEN_TO_PASSWORD)

    def _send_to_factor(self, request: HttpRequest) -> HttpResponse:
        if is_mfa_enabled(request.user):
            # The session was opened without the factor that exists: it must be opened again.
            logout(request)
            return redirect(f"{reverse('account_login')}?next={request.path}")
        return redirect("mfa_activate_totp")
