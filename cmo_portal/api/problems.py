"""What the API answers when something is wrong: a problem document (RFC 9457) in the language of the request.

    {"type": "urn:cmo-portal:problem:invalid", "title": "…", "status": 400, "detail": "…", "instance": "…",
     "errors": [{"field": "writers.1.ipi", "message": "…"}]}

`instance` is the number of the request, by which the society finds it in its logs. Every fault of a body is listed at
once. A problem never says whether something exists that the client may not see.
"""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response

from cmo_portal.common.texts import Text
from cmo_portal.logs import request_id
from cmo_portal.middleware import NUL

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
FAMILY = "urn:cmo-portal:problem:"


class Problem(Exception):
    """An answer that is a problem. `more` are further members of the document."""

    def __init__(self, name: str, title: Text, code: int, detail: Text = "", **more: Any) -> None:
        super().__init__(name)
        self.name, self.title, self.code, self.detail, self.more = name, title, code, detail, more
        self.headers: dict[str, str] = {}


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """The answer to an exception of an endpoint; REST framework calls it (setting EXCEPTION_HANDLER)."""
    if not isinstance(error, Problem):
        error = _as_problem(error)
    body = {
        "type": FAMILY + error.name,
        "title": str(error.title),
        "status": error.code,
        "detail": str(error.detail),
        "instance": request_id.get(),
        **error.more,
    }
    return Response(body, status=error.code, content_type=MEDIA_TYPE, headers=error.headers)


def invalid(errors: list[dict[str, Any]]) -> Problem:
    """A body or a query that cannot be taken, with all its faults."""
    detail = _("Nothing was saved. Correct every field that is listed and send the request again.")
    return Problem("invalid", _("The request has errors."), status.HTTP_400_BAD_REQUEST, detail, errors=errors)


def field_errors(detail: Any, place: str = "") -> Iterator[dict[str, str]]:
    """Nested errors of a serializer as a flat list: `writers.1.ipi` names the field, counted from 0."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = place if name == "non_field_errors" else f"{place}.{name}".lstrip(".")
            yield from field_errors(inner, here)
    elif isinstance(detail, list | tuple):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from field_errors(inner, f"{place}.{number}".lstrip(".") if nested else place)
    else:
        yield {"field": place, "message": str(detail)}


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        return invalid(list(field_errors(error.detail)))
    if isinstance(error, ValidationError):
        return invalid([{"field": "", "message": message} for message in error.messages])
    if isinstance(error, Http404 | exceptions.NotFound):
        return Problem("not-found", _("There is nothing here that you may see."), status.HTTP_404_NOT_FOUND)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return _unauthenticated(error)
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return Problem("forbidden", _("Your token does not open this."), status.HTTP_403_FORBIDDEN)
    if isinstance(error, ValueError) and NUL in str(error):
        return Problem("malformed", _("The request holds a NUL character."), status.HTTP_400_BAD_REQUEST)
    if isinstance(error, exceptions.APIException):
        return _of_the_protocol(error)
    # Logged with its trace under the number of the request; the client learns that number alone (S71).
    log.error("an endpoint failed", exc_info=error)
    detail = _("The fault is ours. Tell us the number of the request if it happens again.")
    return Problem("failed", _("Something went wrong."), status.HTTP_500_INTERNAL_SERVER_ERROR, detail)


def _unauthenticated(error: exceptions.APIException) -> Problem:
    detail = _("Send a token in the header Authorization: Bearer. It may be unknown, have ended, or be revoked.")
    found = Problem("unauthenticated", _("A token is needed."), status.HTTP_401_UNAUTHORIZED, detail)
    found.headers["WWW-Authenticate"] = "Bearer"
    return found


def _of_the_protocol(error: exceptions.APIException) -> Problem:
    """What REST framework refuses before an endpoint sees it, in our words."""
    if isinstance(error, exceptions.Throttled):
        seconds = int(error.wait or 60)
        detail = _("Wait %(seconds)s seconds, then go on more slowly.") % {"seconds": seconds}
        found = Problem("too-many-requests", _("Too many requests."), error.status_code, detail)
        found.headers["Retry-After"] = str(seconds)
        return found
    titles = {
        400: ("malformed", _("The body is not well-formed JSON.")),
        405: ("method-not-allowed", _("This address does not know the method of the request.")),
        406: ("not-acceptable", _("The API answers in JSON alone.")),
        413: ("too-large", _("The body of the request is too large.")),
        415: ("unsupported-media-type", _("Send the body as application/json.")),
    }
    name, title = titles.get(error.status_code, ("refused", _("The request was refused.")))
    return Problem(name, title, error.status_code)
