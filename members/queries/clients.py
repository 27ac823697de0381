"""API clients: whose a token is, and the list of all."""

import datetime as dt
import hashlib

from django.db.models import QuerySet

from members.models import ApiClient

TOKEN_MARK = "cmo_"  # noqa: S105 - no secret: tokens begin with it, so that scanners of code and logs know one when they see it


def token_digest(token: str) -> bytes:
    """What is kept of a token. A random token needs no slow hash: there is nothing to guess it from."""
    return hashlib.sha256(token.encode()).digest()


def client_of_token(token: str, *, on: dt.date) -> ApiClient | None:
    """The client whose token this is, while it is open; None for one that is unknown, ended or revoked, and for a
    client whose owner may not sign in any more."""
    if not token.startswith(TOKEN_MARK) or not token.isascii():
        return None
    rows = ApiClient.objects.select_related("party__member__user")
    client = rows.filter(token_hash=token_digest(token)).first()
    return client if client is not None and client.is_open(on) and not _owner_is_locked_out(client) else None


def filtered_clients(*, state: str = "") -> QuerySet[ApiClient]:
    """Clients of one state, or all, with their owners."""
    rows = ApiClient.objects.select_related("party", "made_by", "approved_by").defer("token_hash")
    return rows.filter(state=state) if state else rows


def _owner_is_locked_out(client: ApiClient) -> bool:
    user = getattr(getattr(client.party, "member", None), "user", None)
    return user is not None and not user.is_active
