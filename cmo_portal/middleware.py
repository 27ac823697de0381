"""What wraps every request: an id for the logs, and pages that no cache keeps."""

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cmo_portal.logs import REQUEST_ID, request_id

Handler = Callable[[HttpRequest], HttpResponse]
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


class NoStoreMiddleware:
    """Pages of signed-in people are never kept by a browser or a proxy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response
