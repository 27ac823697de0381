"""What wraps every request: an id for the logs, and pages that no cache keeps."""

import re
import secrets
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from cmo_portal.logs import REQUEST_ID, request_id

Handler = Callable[[HttpRequest], HttpResponse]
NUL = "cannot contain NUL"
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Gives the request an id (or keeps a well-formed one of the proxy) and returns it in X-Request-Id."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        chosen = request.META[REQUEST_ID] = given if _ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(chosen)
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = chosen
            return response
        finally:
            request_id.reset(token)


class NulMiddleware:
    """Answers 400 to a request with a NUL character, which no person types and PostgreSQL cannot look for."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """What psycopg2 says of such a text, wherever in the request it stood."""
        if isinstance(error, ValueError) and NUL in str(error):
            raise BadRequest("a NUL character in the request") from error


class NoStoreMiddleware:
    """Pages of signed-in people are never kept by a browser or a proxy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response
