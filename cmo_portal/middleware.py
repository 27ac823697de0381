"""What wraps every request: an id for the logs, and a plain answer when the database is away."""

import re
import secrets
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from cmo_portal.logs import request_id

Handler = Callable[[HttpRequest], HttpResponse]
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Gives the request an id (or keeps a well-formed one of the proxy) and returns it in X-Request-Id."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        token = request_id.set(given if _ID.fullmatch(given) else secrets.token_hex(8))
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class DatabaseAwayMiddleware:
    """Answers 503 with Retry-After while PostgreSQL restarts; signed-in pages are never cached."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "user", None) is not None and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Only a lost or refused connection is answered here; every other error goes its usual way."""
        lost = isinstance(exception, InterfaceError) or (
            isinstance(exception, OperationalError)
            and any(
                word in str(exception) for word in ("connect", "terminating", "closed", "shutting down", "starting up")
            )
        )
        if not lost:
            return None
        response = HttpResponse(render_to_string("503.html", {"request_id": request_id.get()}), status=503)
        response["Retry-After"] = "10"
        return response
