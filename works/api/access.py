"""Who may use an endpoint: a client by its token, for the scopes it was given. No session and no cookie opens one."""

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from rest_framework import status
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.views import APIView

from cmo_portal.api.limiting import count_address, count_client
from cmo_portal.api.problems import Problem
from cmo_portal.common import clock
from cmo_portal.common.texts import _
from members.models import ApiClient
from members.queries.clients import client_of_token
from members.services.clients import note_client_use


class ClientAuthentication(BaseAuthentication):  # type: ignore[misc]
    """`Authorization: Bearer cmo_…`, and nothing else."""

    def authenticate(self, request: Any) -> tuple[AnonymousUser, ApiClient] | None:
        """The client of the token; None without a token. Raises AuthenticationFailed for one that opens nothing."""
        words = get_authorization_header(request).decode("latin-1").split()
        if not words:
            return None
        now = clock.now()
        is_bearer = len(words) == 2 and words[0].lower() == "bearer"
        client = client_of_token(words[1], on=clock.business_date(now)) if is_bearer else None
        if client is None:
            raise AuthenticationFailed
        note_client_use(client=client, now=now)
        return AnonymousUser(), client

    def authenticate_header(self, request: Any) -> str:
        """What a request without a token is told in WWW-Authenticate."""
        return "Bearer"


class ClientView(APIView):  # type: ignore[misc]
    """An endpoint. `scopes` names the scope that each of its methods needs; blank where any token will do."""

    scopes: ClassVar[dict[str, str]]
    authentication_classes = (ClientAuthentication,)
    permission_classes = ()
    http_method_names = ("get", "head", "post")
    client: ApiClient

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Before every answer: the address is counted first, then the token read, the client counted, its scope held
        against the method."""
        count_address(request)
        super().initial(request, *args, **kwargs)
        if not isinstance(request.auth, ApiClient):
            raise NotAuthenticated
        self.client = request.auth
        count_client(self.client.uid)
        wanted = self.scopes.get("GET" if request.method == "HEAD" else request.method, "")
        if wanted and wanted not in self.client.scopes:
            raise _lacks(wanted)


def _lacks(scope: str) -> Problem:
    problem = Problem(
        "insufficient-scope",
        _("Your token does not open this."),
        status.HTTP_403_FORBIDDEN,
        _("Ask the society for a client with the scope that is named here."),
        scope=scope,
    )
    problem.headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{scope}"'
    return problem
