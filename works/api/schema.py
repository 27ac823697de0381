"""The description of the API (OpenAPI 3) for whoever holds a token, and how it names our way of signing in."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cmo_portal.api.problems import Problem
from cmo_portal.common.texts import _
from works.api.access import ClientView


class ClientScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    """A token in the header."""

    target_class = "works.api.access.ClientAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """As OpenAPI names it."""
        return {"type": "http", "scheme": "bearer"}


class Schema(ClientView):
    """The description itself."""

    scopes: ClassVar[dict[str, str]] = {}

    @extend_schema(exclude=True)
    def get(self, request: Any) -> Response:
        """The description as JSON."""
        return Response(description())


class Unknown(ClientView):
    """Every other address below the API: a problem document in place of a page."""

    scopes: ClassVar[dict[str, str]] = {}

    @extend_schema(exclude=True)
    def get(self, request: Any, rest: str = "") -> HttpResponse:
        """Nothing is here."""
        raise Problem("not-found", _("There is nothing here that you may see."), 404)

    post = get


def description() -> dict[str, Any]:
    """The API in OpenAPI 3, made of its own endpoints alone."""
    from works.api.urls import urlpatterns

    generator = SchemaGenerator(patterns=[path("api/v1/", (urlpatterns, None, None))])
    found: dict[str, Any] = generator.get_schema(request=None, public=True)
    return found
